"""From gates to an image on a named board."""
