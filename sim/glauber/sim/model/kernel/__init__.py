"""The model's inner loops as machine code, made for this computer's vector units when needed."""

from .decide import limit_entries
from .jit import draw_kernel, sweep_kernel
from .shape import KernelShape

__all__ = ["KernelShape", "draw_kernel", "limit_entries", "sweep_kernel"]
