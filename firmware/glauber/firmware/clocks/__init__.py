"""From the clock of a board to the clock of the machine."""
