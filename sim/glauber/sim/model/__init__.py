"""The bit-exact model of the machine, written from the facts alone."""
