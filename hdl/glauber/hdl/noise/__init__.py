"""Noise: generators, physical entropy, health tests, and the shaping of words into noise."""
