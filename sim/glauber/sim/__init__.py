"""Glauber without a board: the bit-exact model, and the gates themselves in simulation."""
