"""How the tools of a family are called."""
