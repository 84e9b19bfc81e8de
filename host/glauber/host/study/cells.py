"""The cells of a study: one call of the sampler each, and the row that it gives."""

import hashlib
import inspect
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dimod

from ..errors import OptionError
from ..files import read_problem
from ..options import whole_number
from ..problems import Problem
from ..sampler import GlauberSampler

__all__ = ["Cell", "Instances", "make_cells", "read_instances", "run_cell", "spread"]

# What a caller may call a problem and its name.
Instances = Mapping[str, dimod.BinaryQuadraticModel | Problem] | Iterable[str | Path]

# Keywords of the sampler that are not settings of a study.
_NOT_SETTINGS = {"seed", "progress", "interrupt_function"}


@dataclass(frozen=True)
class Cell:
    """One call of the sampler.

    identity : text that differs if instance, setting or seed do
    """

    instance: str
    problem: Problem
    seed: int
    setting: dict[str, Any]
    identity: str

    def row(self, found: dict[str, Any]) -> dict[str, Any]:
        """The row of the table, with what `run_cell` found."""
        bqm = self.problem.bqm
        own = {
            "instance": self.instance,
            "variables": bqm.num_variables,
            "interactions": bqm.num_interactions,
            "seed": self.seed,
            **self.setting,
        }
        total = self.problem.total_weight
        if total is not None and found.get("best_energy") is not None:
            own["best_cut"] = (total - found["best_energy"]) / 2
        return own | {key: found[key] for key in found if key not in own} | {"cell": self.identity}


def read_instances(given: Instances, as_kind: Any = None) -> dict[str, Problem]:
    """Problems by name: those of a mapping, or of files, whose paths are their names.

    Raises `OptionError` if there are none, and what `read_problem` raises.
    """
    if isinstance(given, str | Path):
        given = [given]
    if isinstance(given, Mapping):
        found = {
            str(name): Problem("bqm", model, None, str(name))
            if isinstance(model, dimod.BinaryQuadraticModel)
            else model
            for name, model in given.items()
        }
    else:
        found = {str(path): read_problem(path, as_kind) for path in given}
    if not found:
        raise OptionError("the study has no instances; give at least one problem")
    return found


def spread(choices: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """All combinations of the values of each setting, the last one changing fastest."""
    return [
        dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())
    ]


def make_cells(
    instances: Mapping[str, Problem], seeds: Iterable[int], settings: Iterable[Mapping[str, Any]]
) -> list[Cell]:
    """All cells, instance by instance and setting by setting. Raises `OptionError`."""
    numbers = [whole_number("a seed of the study", seed, 0) for seed in seeds]
    chosen = [dict(setting) for setting in settings]
    if not numbers or not chosen:
        raise OptionError("the study has no seeds or no settings; give at least one of each")
    keywords = inspect.signature(GlauberSampler.sample).parameters.values()
    legal = {word.name for word in keywords if word.kind is word.KEYWORD_ONLY} - _NOT_SETTINGS
    for name in itertools.chain.from_iterable(chosen):
        if name not in legal:
            raise OptionError(
                f"{name!r} is no setting of a study; use one of {', '.join(sorted(legal))}"
            )
    digests = {name: _digest(problem.bqm) for name, problem in instances.items()}
    return [
        Cell(name, problem, seed, setting, _identity(name, digests[name], seed, setting))
        for name, problem in instances.items()
        for setting in chosen
        for seed in numbers
    ]


def run_cell(
    bqm: dimod.BinaryQuadraticModel,
    setting: dict[str, Any],
    seed: int,
    device: str,
    interrupt: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """What a row says of a run. Raises as `GlauberSampler` and its `sample`."""
    with GlauberSampler(device) as sampler:
        sampleset = sampler.sample(bqm, seed=seed, interrupt_function=interrupt, **setting)
    energies, info = sampleset.record.energy, sampleset.info
    lowest = energies.min() if len(energies) else None
    return {
        "num_reads": info["num_reads"],
        "best_energy": None if lowest is None else float(lowest),
        "mean_energy": None if lowest is None else float(energies.mean()),
        "samples_at_best": 0 if lowest is None else int((energies == lowest).sum()),
        "device": info["device"],
        "spin_updates": info.get("spin_updates", 0),
        "seconds": info.get("seconds", 0.0),
        "updates_per_ns": info.get("updates_per_ns", 0.0),
    }


def _digest(bqm: dimod.BinaryQuadraticModel) -> str:
    with bqm.to_file() as file:
        return hashlib.sha256(file.read()).hexdigest()


def _identity(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
