"""The problem compiler: from an Ising problem to the program of one machine.

quantise -> colour -> place -> encode, a module each.
"""

from .ising import IsingProblem
from .program import Program, compile_problem
from .quantise import Quantised, quantise

__all__ = ["IsingProblem", "Program", "Quantised", "compile_problem", "quantise"]
