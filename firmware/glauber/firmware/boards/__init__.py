"""The boards that images are made for."""
