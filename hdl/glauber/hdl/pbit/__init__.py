"""The p-bit: the accumulator whose sign is the new state."""
