"""Noise: generators of random words, and the shaping of a word into logistic noise."""
