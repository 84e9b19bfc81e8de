"""One number for all facts: two sides with different digests must not talk to each other."""

import hashlib
from functools import cache

from . import frames, machine, noise, numbers, program, registers

__all__ = ["facts_hash"]


@cache
def facts_hash() -> int:
    """The first 32 bits of the SHA-256 of everything that the sides must agree on."""
    facts = [
        registers.PROTOCOL_VERSION,
        numbers.TEMPERATURE_FORMAT,
        numbers.LOGIT_FORMAT,
        noise.XOROSHIRO64,
        list(noise.Source),
        [noise.expand_seed(seed, stream) for seed in (0, 1) for stream in (0, 1)],
        [
            noise.NoiseTable(*split).coarse() + noise.NoiseTable(*split).offsets()
            for split in ((6, 4), (4, 2))
        ],
        program.encode_coupling(1, -1, 8),
        program.encode_row(1, 1),
        program.Step(1, 1).encode(),
        [(region, region.access) for region in registers.Region],
        list(registers.Header),
        [(register, register.access) for register in registers.Register],
        list(registers.Status),
        list(frames.Kind),
        list(frames.Result),
        frames.HEAD_BYTES,
        frames.ADDRESS_BYTES,
        frames.COUNT_BYTES,
        frames.CRC_BYTES,
        numbers.field_limit(16),
        numbers.noise_limit(16),
        machine.PIPELINE_CLOCKS,
        machine.SEQUENCER_CLOCKS,
        machine.STATE_WRITE_BITS,
        machine.MachineParams().seed_stream(1, 2, 1),
    ]
    return int.from_bytes(hashlib.sha256(repr(facts).encode()).digest()[:4], "big")
