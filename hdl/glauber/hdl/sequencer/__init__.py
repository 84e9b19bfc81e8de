"""The sequencer: walks the rows of a program through a schedule, alone."""
