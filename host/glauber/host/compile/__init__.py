"""The problem compiler: from an Ising problem to the program of one machine.

quantise -> colour -> place -> encode, a module each; `layout` holds what `encode` starts from.
"""

from .capacity import Use
from .clamped import ClampedProblem
from .ising import IsingProblem
from .layout import Terms, first_uses, lay_out
from .measure import Needs
from .precision import Deviation, ExactNeeds, exact_deviation, exact_needs
from .program import MeasuredProgram, Program, compile_measured, compile_problem
from .quantise import MAX_SPLIT, Quantised, fine_split, quantise

__all__ = [
    "MAX_SPLIT",
    "ClampedProblem",
    "Deviation",
    "ExactNeeds",
    "IsingProblem",
    "MeasuredProgram",
    "Needs",
    "Program",
    "Quantised",
    "Terms",
    "Use",
    "compile_measured",
    "compile_problem",
    "exact_deviation",
    "exact_needs",
    "fine_split",
    "first_uses",
    "lay_out",
    "quantise",
]
