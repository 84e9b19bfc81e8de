"""Problem files: what a file holds, recognised by extension and content."""

from ..problems.problem import Kind, Problem
from .reader import read_problem

__all__ = ["Kind", "Problem", "read_problem"]
