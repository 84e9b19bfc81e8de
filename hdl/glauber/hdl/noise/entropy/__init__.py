"""The physical source: rings sampled, tested, conditioned, recorded, and mixed into generators."""
