"""The model's inner loops as machine code, made for this computer's vector units when needed."""

from .decide import limit_entries
from .jit import agree_kernel, draw_kernel, keep_kernel, score_kernel, sweep_kernel
from .shape import KernelShape

__all__ = [
    "KernelShape",
    "agree_kernel",
    "draw_kernel",
    "keep_kernel",
    "limit_entries",
    "score_kernel",
    "sweep_kernel",
]
