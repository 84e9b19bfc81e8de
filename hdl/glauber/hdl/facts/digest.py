"""One number for all facts, and one for all gates.

Two sides with different facts must not talk to each other. A device of other gates than those that
are installed can be driven, but is not what these sources describe.
"""

import hashlib
from functools import cache
from pathlib import Path

from . import (
    frames,
    generators,
    header,
    health,
    line,
    machine,
    measure,
    noise,
    numbers,
    operations,
    program,
    regions,
    registers,
    rules,
    seeding,
    tempering,
)

__all__ = ["facts_hash", "gates_hash"]


@cache
def facts_hash() -> int:
    """The first 32 bits of the SHA-256 of everything that the sides must agree on."""
    facts = [
        header.PROTOCOL_VERSION,
        numbers.TEMPERATURE_FORMAT,
        numbers.LOGIT_FORMAT,
        [(source, source.generator) for source in generators.Source],
        [
            seeding.seed_words(source, seed, stream)
            for source in (generators.Source.XOROSHIRO64, generators.Source.LFSR32_SERIAL)
            for seed in (0, 1)
            for stream in (0, 1)
        ],
        [
            (name, getattr(health, name))
            for name in health.__all__
            if name.isupper()  # the constants
        ],
        list(health.Health),
        [
            noise.NoiseTable(*split).coarse(law) + noise.NoiseTable(*split).offsets(law)
            for split in ((6, 4), (4, 2))
            for law in noise.Law
        ],
        program.encode_coupling(1, -1, 8),
        program.encode_row(1, 1),
        program.Step(1, 1, emit=True).encode(),
        operations.Measure(measure.MeasureFlags.FRESH).encode(),
        operations.Repeat(1, 1, 1).encode(),
        list(measure.Abilities),
        list(measure.MeasureFlags),
        list(rules.Mode),
        list(tempering.LadderWords),
        tempering.EXCHANGE_FORMAT,
        tempering.exchange_temperature(1, 2),
        [(region, region.access) for region in regions.Region],
        list(header.Header),
        [(register, register.access) for register in registers.Register],
        list(registers.Status),
        list(frames.Kind),
        list(frames.Result),
        frames.HEAD_BYTES,
        frames.SEQ_COUNT,
        line.DIVISOR_RANGE,
        line.fall_back_clocks(24),
        frames.QUEUE_FRAMES,
        frames.queue_bytes(machine.MachineParams()),
        frames.ADDRESS_BYTES,
        frames.COUNT_BYTES,
        frames.CRC_BYTES,
        numbers.field_limit(16),
        numbers.noise_limit(16),
        machine.PIPELINE_CLOCKS,
        machine.SEQUENCER_CLOCKS,
        machine.MachineParams().run_clocks(1, 1, 1, 1),
        machine.MachineParams().measure_clocks([1], scores=True, kept=True),
        machine.MachineParams().seed_stream(1, 2, 1),
    ]
    return int.from_bytes(hashlib.sha256(repr(facts).encode()).digest()[:4], "big")


@cache
def gates_hash() -> int:
    """The first 32 bits of the SHA-256 of the sources of `glauber.hdl`."""
    root = Path(__file__).parent.parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        text = path.read_text("utf-8")
        whole.update(f"{path.relative_to(root).as_posix()}\n{len(text)}\n{text}".encode())
    return int.from_bytes(whole.digest()[:4], "big")
