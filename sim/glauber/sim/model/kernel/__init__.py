"""The model's inner loops as machine code, made for this computer's vector units when needed."""

from .decide import signed_limits
from .jit import draw_kernel, kernel_shape, sweep_kernel
from .lookup import arrange
from .shape import KernelShape

__all__ = [
    "KernelShape",
    "arrange",
    "draw_kernel",
    "kernel_shape",
    "signed_limits",
    "sweep_kernel",
]
