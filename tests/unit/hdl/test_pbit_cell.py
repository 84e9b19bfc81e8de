import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from amaranth.hdl import Module

from glauber.hdl.pbit.cell import CouplingPair, PbitCell
from support.streams import simulate

COUPLING_BITS = 8
EXTREMES = [-128, -127, -1, 0, 1, 127]


@dataclass
class Row:
    """The noise of a row, and per slot the couplings and the neighbours' states (1 for +1)."""

    noise: int
    slots: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)

    def sums(self, couple: bool) -> list[int]:
        """The accumulator after each slot."""
        sums, total = [], self.noise
        for couplings, states in self.slots:
            spins = [1 if state else -1 for state in states]
            total += couple * sum(j * m for j, m in zip(couplings, spins, strict=True))
            sums.append(total)
        return sums


def states_after(
    rows: list[Row], per_slot: int, field_bits: int, couple: bool = True, gap: int = 0
) -> list[int]:
    """The state one clock after every slot, `gap` clocks of rubbish between the rows."""
    m = Module()
    m.submodules.pair = pair = CouplingPair(COUPLING_BITS, per_slot)
    m.submodules.cell = cell = PbitCell(COUPLING_BITS, per_slot, field_bits)
    m.d.comb += [cell.same.eq(pair.same), cell.opposite.eq(pair.opposite)]
    rng = random.Random(1)
    rubbish = (-1, (127,) * per_slot, (1,) * per_slot, rng.randrange(2))
    feed: list[tuple[int, tuple[int, ...], tuple[int, ...], int]] = []
    slots = []
    for row in rows:
        for index, (couplings, states) in enumerate(row.slots):
            slots.append(len(feed))
            # Noise counts with the first slot only.
            noise = row.noise if index == 0 else rng.randrange(-99, 99)
            feed.append((noise, couplings, states, index == 0))
        feed += [rubbish] * gap
    seen = []

    async def run(ctx: Any) -> None:
        # The couplings go through the pair's register: a clock before the rest of the slot.
        for clock in range(len(feed) + 2):
            if clock < len(feed):
                ctx.set(pair.couple, couple)
                for k in range(per_slot):
                    ctx.set(pair.couplings[k], feed[clock][1][k])
            if 0 < clock <= len(feed):
                noise, _, states, first = feed[clock - 1]
                ctx.set(cell.noise, noise)
                ctx.set(cell.first, first)
                ctx.set(cell.neighbours, sum(state << k for k, state in enumerate(states)))
            seen.append(ctx.get(cell.state))
            await ctx.tick()

    simulate(m, run, limit=len(feed) + 10)
    return [seen[slot + 2] for slot in slots]


def expected(rows: list[Row], couple: bool = True) -> list[int]:
    return [int(total >= 0) for row in rows for total in row.sums(couple)]


def random_rows(per_slot: int, field_bits: int, count: int, seed: int) -> list[Row]:
    """Rows whose accumulator stays in range and whose sign is often in doubt."""
    rng = random.Random(seed)
    rows = []
    while len(rows) < count:
        row = Row(rng.choice((-1, 0, 1, rng.randrange(-200, 200))))
        for _ in range(rng.randrange(1, 8)):
            couplings = tuple(
                rng.choice((*EXTREMES, rng.randrange(-128, 128))) for _ in range(per_slot)
            )
            row.slots.append((couplings, tuple(rng.randrange(2) for _ in range(per_slot))))
        limit = 1 << (field_bits - 1)
        if all(-limit <= total < limit for total in row.sums(True)):
            rows.append(row)
    return rows


@pytest.mark.parametrize("per_slot", [1, 2])
@pytest.mark.parametrize("couple", [True, False])
@pytest.mark.parametrize("gap", [0, 2])
@pytest.mark.parametrize("field_bits", [11, 16])
def test_state_is_the_sign_of_the_sum(
    per_slot: int, couple: bool, gap: int, field_bits: int
) -> None:
    rows = random_rows(per_slot, field_bits, 150, per_slot)
    wanted = expected(rows, couple)
    assert 0.2 < sum(wanted) / len(wanted) < 0.8
    assert states_after(rows, per_slot, field_bits, couple, gap) == wanted


@pytest.mark.parametrize("per_slot", [1, 2])
@pytest.mark.parametrize("field_bits", [11, 12, 16])
def test_extreme_couplings_are_exact(per_slot: int, field_bits: int) -> None:
    """For all extremes and neighbours, the noise that just does not, and just does, outvote."""
    pairs = [(j,) if per_slot == 1 else (j, k) for j in EXTREMES for k in EXTREMES]
    rows = []
    for couplings in pairs[:: 1 if per_slot == 2 else len(EXTREMES)]:
        for code in range(1 << per_slot):
            states = tuple(code >> k & 1 for k in range(per_slot))
            total = Row(0, [(couplings, states)]).sums(True)[0]
            for noise in (-total, -total - 1):
                rows.append(Row(noise, [(couplings, states)]))
    wanted = expected(rows)
    assert wanted == [1, 0] * (len(rows) // 2)
    assert states_after(rows, per_slot, field_bits) == wanted


@pytest.mark.parametrize("sign", [1, -1])
def test_the_accumulator_uses_its_whole_range(sign: int) -> None:
    limit = (1 << 9) - 1  # of a field of 11 bits, for noise and for couplings: half its range
    noise = limit if sign > 0 else -limit - 1
    coupling = 127 * sign
    slots = [((coupling, coupling), (1, 1))] * 2
    row = Row(noise, slots)
    back = Row(noise, [*slots, *[((-coupling, -coupling), (1, 1))] * 6])
    wanted = expected([row, back])
    assert len(set(wanted)) == 2
    assert states_after([row, back], 2, 11) == wanted
