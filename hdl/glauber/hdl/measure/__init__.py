"""Measuring: what the machine adds up in a walk that changes nothing."""
