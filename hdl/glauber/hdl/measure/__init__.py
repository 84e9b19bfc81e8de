"""Scores, best states and moments, measured by the machine itself."""
