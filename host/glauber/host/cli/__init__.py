"""The `glauber` command. One module per subcommand; each adds a parser and runs it."""

from .main import main

__all__ = ["main"]
