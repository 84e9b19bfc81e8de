"""Time to a target by parallel tempering and by annealing, on the same model in the same run.

Annealing is tuned first: rules, sweeps and ranges of beta are each tried for a while, and the one
that is expected to reach the target first is taken. Tempering has its rungs tuned, and tries as
many rules and lengths of ladder. Then all that were taken run in turns, seed after seed, each until
it has reached the target or its budget is over. Times are those of whole calls, without those of
tuning, which are told beside them; a run that failed counts as longer than all others. The model
runs in this process, so that its CPU time tells more than its seconds on a computer that is busy.

python bench/tempering.py ea3d_L10_0000.txt --target -1731
python bench/tempering.py ea3d_L10_0000.txt --target -1731 --replicas 128 --seeds 20 --json
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import dimod

from glauber.host import GlauberSampler, read_problem

RULES = ("Gibbs", "Metropolis")
# What a board could have, so that clocks are those of a machine that could be built.
MACHINE = "model:?lanes=4&pbits=2048&slots=16384&rows=1024&steps=8192"
LOOKS = 20  # measurements of an anneal


@dataclass(frozen=True)
class Anneal:
    """Reads by one rule, of so many sweeps, between two betas."""

    rule: str
    sweeps: int
    beta_range: tuple[float, float] | None

    def __str__(self) -> str:
        low, high = self.beta_range or ("default", "range")
        return f"annealing, {self.rule}, {self.sweeps} sweeps, beta {low} to {high}"

    def run(
        self, sampler: GlauberSampler, bqm: dimod.BQM, target: float, seed: int, budget: float
    ) -> dict[str, Any]:
        """Batches until one reaches the target, or the budget is over."""
        begin, cpu = time.perf_counter(), time.process_time()
        found = sampler.anneal_to_target(
            bqm,
            target=target,
            measure_every=max(1, self.sweeps // LOOKS),
            num_reads=1 << 20,
            num_sweeps=self.sweeps,
            beta_range=self.beta_range,
            proposal_acceptance_criteria=self.rule,
            time_limit=budget,
            seed=seed,
        )
        return {
            "seconds": time.perf_counter() - begin,
            "cpu": time.process_time() - cpu,
            "sweeps": sum(found.info["target"]["batch_sweeps"]),
            "clocks": found.info["cycles"],
            "reached": found.info["target"]["reached"] > 0,
        }

    def whole(
        self, sampler: GlauberSampler, bqm: dimod.BQM, target: float, seed: int, budget: float
    ) -> dict[str, Any]:
        """Whole batches for as long as the budget: the success probability, and what it costs."""
        begin = time.perf_counter()
        hits = reads = batches = 0
        while time.perf_counter() - begin < budget:
            found = sampler.sample(
                bqm,
                num_reads=sampler.device.params.replicas,
                num_sweeps=self.sweeps,
                beta_range=self.beta_range,
                proposal_acceptance_criteria=self.rule,
                seed=seed + batches,
            )
            hits += int((found.record.energy <= target + 1e-6).sum())
            reads += len(found)
            batches += 1
        seconds = (time.perf_counter() - begin) / batches
        chance = hits / reads
        row = {"hits": hits, "reads": reads, "batch_seconds": seconds, "tts99": math.inf}
        if hits:
            # Reads run side by side, as many as there are replicas.
            miss = (1 - chance) ** (reads / batches)
            repeats = 1.0 if miss <= 0.01 else math.log(0.01) / math.log(miss)
            row["tts99"] = seconds * repeats
        return row


@dataclass(frozen=True)
class Tempering:
    """Ladders by one rule, of so many rungs."""

    rule: str
    rungs: int
    every: int
    betas: tuple[float, ...]

    def __str__(self) -> str:
        return (
            f"tempering, {self.rule}, {self.rungs} rungs, beta {self.betas[-1]:.3g} to "
            f"{self.betas[0]:.3g}, an exchange every {self.every} sweeps"
        )

    def run(
        self, sampler: GlauberSampler, bqm: dimod.BQM, target: float, seed: int, budget: float
    ) -> dict[str, Any]:
        """Until a ladder reaches the target, or the budget is over."""
        begin, cpu = time.perf_counter(), time.process_time()
        found = sampler.temper(
            bqm,
            betas=self.betas,
            target=target,
            sweeps_per_exchange=self.every,
            num_sweeps=10_000_000,
            proposal_acceptance_criteria=self.rule,
            time_limit=budget,
            seed=seed,
        )
        return {
            "seconds": time.perf_counter() - begin,
            "cpu": time.process_time() - cpu,
            "sweeps": found.info["num_sweeps"],
            "clocks": found.info["cycles"],
            "reached": found.info["target"]["reached"] > 0,
        }


def middle(runs: list[dict[str, Any]], what: str) -> float:
    """The median; runs that did not reach the target are longer than all others."""
    return statistics.median(run[what] if run["reached"] else math.inf for run in runs)


def tune_annealing(
    sampler: GlauberSampler, bqm: dimod.BQM, options: argparse.Namespace, say: Callable[[str], None]
) -> dict[str, tuple[Anneal, dict[str, Any]]]:
    """The setting of each rule with the shortest time to solution, and that."""
    best: dict[str, tuple[Anneal, dict[str, Any]]] = {}
    ranges = [None, *(tuple(pair) for pair in options.anneal_range)]
    for rule, sweeps, beta_range in product(options.rules, options.sweeps, ranges):
        setting = Anneal(rule, sweeps, beta_range)
        found = setting.whole(sampler, bqm, options.target, 1 << 40, options.tune_seconds)
        say(
            f"{setting}: {found['hits']} of {found['reads']} reads, {found['batch_seconds']:.2f} s "
            f"a batch, TTS99 {found['tts99']:.4g} s"
        )
        # Where nothing was reached, more sweeps are the better guess.
        key = (found["tts99"], -sweeps)
        if rule not in best or key < (best[rule][1]["tts99"], -best[rule][0].sweeps):
            best[rule] = (setting, found)
    return best


def tune_tempering(
    sampler: GlauberSampler, bqm: dimod.BQM, options: argparse.Namespace, say: Callable[[str], None]
) -> dict[str, Tempering]:
    """The setting of each rule whose median time is shortest over a few seeds."""
    best: dict[str, tuple[float, Tempering]] = {}
    counts: list[tuple[int, int]] = list(product(options.rungs, options.every))
    for rule, (rungs, every) in product(options.rules, counts):
        begin = time.perf_counter()
        tuned = sampler.tune_ladder(
            bqm,
            beta_range=options.ladder_range,
            num_rungs=rungs,
            sweeps_per_exchange=every,
            proposal_acceptance_criteria=rule,
            seed=1 << 40,
        )
        seconds = time.perf_counter() - begin
        setting = Tempering(rule, rungs, every, tuned.betas)
        runs = [
            setting.run(sampler, bqm, options.target, (1 << 40) + seed, options.tune_seconds)
            for seed in range(3)
        ]
        typical = middle(runs, "seconds")
        say(
            f"{setting}: acceptance {tuned.acceptance.min():.2f} to {tuned.acceptance.max():.2f}, "
            f"found in {seconds:.1f} s; median of 3 runs {typical:.3g} s"
        )
        if rule not in best or typical < best[rule][0]:
            best[rule] = (typical, setting)
    return {rule: setting for rule, (_, setting) in best.items()}


def measure(options: argparse.Namespace, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Tunes, and then runs in turns; a row for each that was taken."""
    bqm = read_problem(options.file, "ising").bqm
    url = f"{MACHINE}&replicas={options.replicas}&threads={options.threads}"
    with GlauberSampler(url) as sampler:
        annealing = tune_annealing(sampler, bqm, options, say)
        settings: list[Anneal | Tempering] = [setting for setting, _ in annealing.values()]
        settings += tune_tempering(sampler, bqm, options, say).values()
        runs: list[list[dict[str, Any]]] = [[] for _ in settings]
        for seed in range(options.seeds):
            for setting, done in zip(settings, runs, strict=True):
                done.append(setting.run(sampler, bqm, options.target, seed, options.budget))
                say(f"seed {seed}, {setting}: {done[-1]}")
    rows = []
    for setting, done in zip(settings, runs, strict=True):
        row: dict[str, Any] = {
            "setting": str(setting),
            "reached": sum(run["reached"] for run in done),
            "runs": len(done),
        }
        row |= {what: middle(done, what) for what in ("seconds", "cpu", "sweeps", "clocks")}
        if isinstance(setting, Anneal):
            row["tts99"] = annealing[setting.rule][1]["tts99"]
        rows.append(row)
    return rows


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", help="couplings, E = -sum J s s")
    parser.add_argument("--target", type=float, required=True)
    parser.add_argument("--rules", nargs="+", choices=RULES, default=RULES)
    parser.add_argument("--replicas", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=11, help="runs of each that was taken")
    parser.add_argument("--budget", type=float, default=60, help="seconds of each of them")
    parser.add_argument("--tune-seconds", type=float, default=10, help="for each setting tried")
    parser.add_argument("--sweeps", type=int, nargs="+", default=[1000, 4000, 16000])
    parser.add_argument(
        "--anneal-range",
        type=float,
        nargs=2,
        action="append",
        default=[[0.3, 3.0]],
        help="tried beside the default one, 0.3 to 3 too",
    )
    parser.add_argument("--rungs", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--every", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--ladder-range", type=float, nargs=2, default=[0.8, 2.0])
    parser.add_argument("--json", action="store_true", help="one JSON object, and nothing else")
    options = parser.parse_args()
    rows = measure(
        options, (lambda _: None) if options.json else lambda text: print(text, flush=True)
    )
    if options.json:
        print(json.dumps({"options": vars(options), "rows": rows}))
        return
    for row in rows:
        tts = f"; TTS99 {row['tts99']:.4g} s" if "tts99" in row else ""
        print(
            f"{row['setting']}\n  reached in {row['reached']} of {row['runs']} runs of "
            f"{options.budget:g} s; median {row['seconds']:.3g} s, {row['cpu']:.3g} s of CPU, "
            f"{row['sweeps']:.4g} sweeps, {row['clocks']:.4g} clocks{tts}"
        )


if __name__ == "__main__":
    main()
