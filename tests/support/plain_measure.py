"""Measuring in plain integers, one coupling word of one replica at a time; see `plain_model`."""

from collections.abc import Callable, Sequence

from glauber.hdl.facts.machine import OPERATION_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.program import decode_coupling, decode_row

from .plain_temper import PlainTemper

__all__ = ["PlainMeasure"]

States = Sequence[Sequence[int]]
_HALF, _WHOLE = 1 << 31, 1 << 32


def _wrap(number: int) -> int:
    return (number + _HALF) % _WHOLE - _HALF


class PlainMeasure:
    """What is measured, and exchanges of `temper` with variates from `draw`.

    `measured_rows`, `weigh_rows`, `target` are as their registers, the last with its sign; `when`
    are the sweeps of the best scores, `best_states[pbit][replica]` 0 or 1.
    """

    def __init__(self, params: MachineParams, temper: PlainTemper, draw: Callable[[], int]) -> None:
        self.params = params
        self.temper, self.draw = temper, draw
        self.measured_rows = self.weigh_rows = self.target = 0
        self.scores = [0] * params.replicas
        self.best = [0] * params.replicas
        self.when = [0] * params.replicas
        self.best_states = [[0] * params.replicas for _ in range(params.pbits)]
        self.counts = [0] * (params.slots * params.lanes * params.couplings_per_slot)
        self.walks = 0
        self.operations = 0

    def measure(
        self,
        flags: MeasureFlags,
        rows: Sequence[int],
        couplings: Sequence[int],
        states: States,
        sweeps: int,
    ) -> tuple[int, bool]:
        """The clocks of the operation, and whether the target was reached."""
        self.operations += 1
        params, fresh = self.params, bool(flags & MeasureFlags.FRESH)
        weighs = bool(params.abilities & Abilities.SCORES and flags & MeasureFlags.SCORES)
        counts = bool(params.abilities & Abilities.MOMENTS and flags & MeasureFlags.MOMENTS)
        clocks = OPERATION_CLOCKS
        if not self.measured_rows or not (weighs or counts):
            return clocks, False
        part = self.weigh_rows if weighs and self.weigh_rows else self.measured_rows
        scores, slot = [0] * params.replicas, 0
        for first in range(0, self.measured_rows, part):
            # Of each lane and replica; the gates have no more bits for it.
            totals = [[0] * params.replicas for _ in range(params.lanes)]
            for row in rows[first : min(first + part, self.measured_rows)]:
                length, target = decode_row(row)
                for at in range(slot, slot + length):
                    self._slot(at, target, couplings, states, totals, counts, fresh)
                slot, clocks = slot + length, clocks + length
            clocks += params.drain_clocks
            if weighs:
                clocks += params.weigh_clocks
                limit = 1 << (params.field_bits - 1)
                assert all(-limit <= total < limit for lane in totals for total in lane)
                scores = [sum(column) for column in zip(scores, *totals, strict=True)]
        if counts:
            self.walks = 1 if fresh else self.walks + 1
        if not weighs:
            return clocks, False
        self.scores = [_wrap(score) for score in scores]
        if flags & MeasureFlags.BEST and self._keep(fresh, states, sweeps):
            clocks += params.keep_clocks
        if flags & MeasureFlags.EXCHANGE and params.abilities & Abilities.TEMPERING:
            clocks += self.temper.exchange(self.scores, self.draw)
        reached = flags & MeasureFlags.TARGET and max(self.scores) >= self.target
        return clocks, bool(reached)

    def _slot(
        self,
        slot: int,
        target: int,
        couplings: Sequence[int],
        states: States,
        totals: list[list[int]],
        counts: bool,
        fresh: bool,
    ) -> None:
        """Adds one slot of all lanes to the totals, and to the counts if they are asked for."""
        params = self.params
        for lane in range(params.lanes):
            own = states[target * params.lanes + lane]
            for k in range(params.couplings_per_slot):
                place = (slot * params.lanes + lane) * params.couplings_per_slot + k
                pbit, coupling = decode_coupling(couplings[place], params.coupling_bits)
                agree = [mine == other for mine, other in zip(own, states[pbit], strict=True)]
                for replica, same in enumerate(agree):
                    totals[lane][replica] += coupling if same else -coupling
                if counts:
                    before = 0 if fresh else self.counts[place]
                    self.counts[place] = (before + sum(agree)) % _WHOLE

    def _keep(self, fresh: bool, states: States, sweeps: int) -> bool:
        """Notes better scores; whether states were kept."""
        kept = False
        for replica, score in enumerate(self.scores):
            if not fresh and score <= self.best[replica]:
                continue
            self.best[replica], self.when[replica] = score, sweeps
            if self.params.abilities & Abilities.BEST:
                kept = True
                for best, now in zip(self.best_states, states, strict=True):
                    best[replica] = now[replica]
        return kept
