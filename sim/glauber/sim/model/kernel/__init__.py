"""The model's inner loops as machine code, made for this computer's vector units when needed."""

from .decide import signed_limits
from .jit import (
    agree_kernel,
    draw_kernel,
    exchange_kernel,
    kernel_shape,
    score_kernel,
    sweep_kernel,
)
from .lookup import arrange
from .shape import KernelShape

__all__ = [
    "KernelShape",
    "agree_kernel",
    "arrange",
    "draw_kernel",
    "exchange_kernel",
    "kernel_shape",
    "score_kernel",
    "signed_limits",
    "sweep_kernel",
]
