"""Kernels are compiled here, once for each shape in a process; it takes a tenth of a second."""

import ctypes
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding, ir

from .decide import PERMUTED
from .measure import (
    AGREE_ARRAYS,
    AGREE_NUMBERS,
    KEEP_ARRAYS,
    KEEP_NUMBERS,
    SCORE_ARRAYS,
    SCORE_NUMBERS,
    write_agree,
    write_keep,
    write_score,
)
from .shape import KernelShape
from .sweep import (
    DRAW_ARRAYS,
    DRAW_NUMBERS,
    SWEEP_ARRAYS,
    SWEEP_NUMBERS,
    write_draw,
    write_sweep,
)

__all__ = ["agree_kernel", "draw_kernel", "keep_kernel", "score_kernel", "sweep_kernel"]

Kernel = Callable[..., None]
# LLVM's objects are not for several threads at once, and each kernel is to be made once.
_COMPILING = threading.Lock()
_ANY = 1 << 31  # magnitudes of fields: a table that is not in a register may have any length


def draw_kernel(shape: KernelShape) -> Kernel:
    """`kernel(generators, words, rows, lanes)`: see `sweep.write_draw`."""
    with _COMPILING:
        return _draw_kernel(replace(shape, field_bits=16, fields=1))


def sweep_kernel(shape: KernelShape) -> Kernel:
    """`kernel(states, generators, new, targets, start, pbits, couplings2, base, limits, sweeps,
    steps, entries, rows, lanes)`: see `sweep.write_sweep`.
    """
    permute = shape.fields <= PERMUTED and "avx512bw" in _features()
    with _COMPILING:
        return _sweep_kernel(replace(shape, fields=PERMUTED if permute else _ANY), permute)


def score_kernel(replicas: int, field_bits: int) -> Kernel:
    """`kernel(states, targets, start, pbits, couplings2, base, scores, rows, lanes)`: see
    `measure.write_score`.
    """
    with _COMPILING:
        return _score_kernel(replicas, field_bits)


def agree_kernel(replicas: int) -> Kernel:
    """`kernel(states, own, other, counts, words)`: see `measure.write_agree`."""
    with _COMPILING:
        return _agree_kernel(replicas)


def keep_kernel(replicas: int) -> Kernel:
    """`kernel(states, chosen, best, pbits)`: see `measure.write_keep`."""
    with _COMPILING:
        return _keep_kernel(replicas)


@cache
def _score_kernel(replicas: int, field_bits: int) -> Kernel:
    module = ir.Module("score")
    write_score(module, "score", replicas, field_bits)
    return _compile(module, "score", SCORE_ARRAYS, SCORE_NUMBERS)


@cache
def _agree_kernel(replicas: int) -> Kernel:
    module = ir.Module("agree")
    write_agree(module, "agree", replicas)
    return _compile(module, "agree", AGREE_ARRAYS, AGREE_NUMBERS)


@cache
def _keep_kernel(replicas: int) -> Kernel:
    module = ir.Module("keep")
    write_keep(module, "keep", replicas)
    return _compile(module, "keep", KEEP_ARRAYS, KEEP_NUMBERS)


@cache
def _draw_kernel(shape: KernelShape) -> Kernel:
    module = ir.Module("draw")
    write_draw(module, "draw", shape)
    return _compile(module, "draw", DRAW_ARRAYS, DRAW_NUMBERS)


@cache
def _sweep_kernel(shape: KernelShape, permute: bool) -> Kernel:
    module = ir.Module("sweep")
    write_sweep(module, "sweep", shape, permute)
    return _compile(module, "sweep", SWEEP_ARRAYS, SWEEP_NUMBERS)


@cache
def _features() -> frozenset[str]:
    """What this computer's processor can do."""
    return frozenset(name for name, there in binding.get_host_cpu_features().items() if there)


@cache
def _target() -> binding.TargetMachine:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
    )


def _compile(
    module: ir.Module, name: str, arrays: dict[str, int], numbers: Sequence[str]
) -> Kernel:
    target = _target()
    compiled = binding.parse_assembly(str(module))
    passes = binding.create_pass_builder(
        target, binding.create_pipeline_tuning_options(speed_level=2)
    )
    passes.getModulePassManager().run(compiled, passes)
    engine = binding.create_mcjit_compiler(compiled, target)
    engine.finalize_object()
    kinds = [ctypes.c_void_p] * len(arrays) + [ctypes.c_int64] * len(numbers)
    function = ctypes.CFUNCTYPE(None, *kinds)(engine.get_function_address(name))
    types = [np.dtype(f"i{bits // 8}") for bits in arrays.values()]

    def kernel(*arguments: Any) -> None:
        # The engine owns the code; the call lets other threads run.
        assert engine is not None
        given = arguments[: len(types)]
        for array, kind in zip(given, types, strict=True):
            if array.itemsize != kind.itemsize or not array.flags.c_contiguous:
                raise TypeError(f"a kernel got {array.dtype}, strided or not, instead of {kind}")
        function(*(array.ctypes.data for array in given), *arguments[len(types) :])

    return kernel
