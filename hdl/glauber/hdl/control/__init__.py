"""Header, control and status words."""
