"""What a board can be loaded with: one module per image. Only these ask a platform for pins."""
