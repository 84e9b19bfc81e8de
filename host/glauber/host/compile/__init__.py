"""The problem compiler: from an Ising problem to the program of one machine.

quantise -> colour -> place -> encode, a module each.
"""

from .ising import IsingProblem
from .program import Program, compile_problem
from .quantise import MAX_SPLIT, Quantised, fine_split, quantise

__all__ = [
    "MAX_SPLIT",
    "IsingProblem",
    "Program",
    "Quantised",
    "compile_problem",
    "fine_split",
    "quantise",
]
