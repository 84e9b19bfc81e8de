"""The gates, compiled to native code, behind the same link protocol as a board."""
