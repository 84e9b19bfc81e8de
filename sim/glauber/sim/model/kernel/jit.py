"""Kernels are compiled here, once for each shape in a process; it takes a tenth of a second."""

import ctypes
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding, ir

from glauber.hdl.facts.generators import Generator

from .draws import DRAW_ARRAYS, DRAW_NUMBERS, write_draw
from .lookup import blended_for, registers_for
from .measure import (
    AGREE_ARRAYS,
    AGREE_NUMBERS,
    SCORE_ARRAYS,
    SCORE_NUMBERS,
    write_agree,
    write_score,
)
from .shape import KernelShape
from .sweep import SWEEP_ARRAYS, SWEEP_NUMBERS, write_sweep

__all__ = ["agree_kernel", "draw_kernel", "kernel_shape", "score_kernel", "sweep_kernel"]

Kernel = Callable[..., None]
# LLVM's objects are not for several threads at once, and each kernel is to be made once.
_COMPILING = threading.Lock()


def draw_kernel(shape: KernelShape) -> Kernel:
    """`kernel(generators, words, rows, lanes, lane_units)`: see `draws.write_draw`."""
    with _COMPILING:
        return _draw_kernel(KernelShape(shape.generator, shape.units, shape.draws))


def kernel_shape(
    generator: Generator,
    units: int,
    draws: int,
    field_bits: int,
    entries: int,
    *,
    metropolis: bool = False,
    ladder: bool = False,
    near: bool = False,
) -> KernelShape:
    """The best shape of a kernel on this computer, for tables of so many entries."""
    bytewise = field_bits == 8
    registers = registers_for(entries, _features()) if bytewise and not ladder else 0
    blended = blended_for(entries) if bytewise and ladder else 0
    rule = metropolis, ladder, blended
    return KernelShape(generator, units, draws, field_bits, registers, *rule, near)


def sweep_kernel(shape: KernelShape) -> Kernel:
    """`kernel(states, generators, new, targets, start, couplings, bases, parities, tables, rungs,
    columns, named, homes, middle, readings, bytes, sweeps, pbits, steps, entries, rows, lanes,
    lane_units, stride)`: see `sweep.write_sweep`.
    """
    with _COMPILING:
        return _sweep_kernel(shape, "avx512cd" in _features())


def score_kernel(replicas: int) -> Kernel:
    """`kernel(states, own, other, couplings, totals, words, stride)`: see `measure.write_score`."""
    with _COMPILING:
        return _score_kernel(replicas)


def agree_kernel(replicas: int) -> Kernel:
    """`kernel(states, own, other, counts, words, stride)`: see `measure.write_agree`."""
    with _COMPILING:
        return _agree_kernel(replicas)


@cache
def _score_kernel(replicas: int) -> Kernel:
    module = ir.Module("score")
    write_score(module, "score", replicas)
    return _compile(module, "score", SCORE_ARRAYS, SCORE_NUMBERS)


@cache
def _agree_kernel(replicas: int) -> Kernel:
    module = ir.Module("agree")
    write_agree(module, "agree", replicas)
    return _compile(module, "agree", AGREE_ARRAYS, AGREE_NUMBERS)


@cache
def _draw_kernel(shape: KernelShape) -> Kernel:
    module = ir.Module("draw")
    write_draw(module, "draw", shape)
    return _compile(module, "draw", DRAW_ARRAYS, DRAW_NUMBERS)


@cache
def _sweep_kernel(shape: KernelShape, count_zeros: bool) -> Kernel:
    module = ir.Module("sweep")
    write_sweep(module, "sweep", shape, count_zeros)
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
