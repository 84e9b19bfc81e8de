"""Where reads start, as the command line gives it: states in a file, clamped variables."""

import zipfile
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FileFormatError, OptionError

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for NumPy and dimod.
    import numpy as np

    from ..problems import Problem

__all__ = ["read_clamps", "read_initial_states"]


def read_initial_states(
    path: Path | None, problem: "Problem"
) -> "tuple[np.ndarray, list[Hashable]] | None":
    """The last sample of every read of a file that `--output` wrote, and the variables' labels.

    Raises `FileFormatError` for another file, `OptionError` for one of another problem.
    """
    import numpy as np

    if path is None:
        return None
    try:
        with np.load(path) as file:
            samples, names = file["samples"], file["variables"]
    except (OSError, KeyError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise FileFormatError(
            f"--initial-states is {path}, which cannot be read ({error}); give a file that "
            "--output wrote, with the arrays samples and variables"
        ) from error
    if samples.ndim == 3:
        samples = samples[:, -1]
    if samples.ndim != 2 or names.ndim != 1 or samples.shape[1] != len(names):
        raise FileFormatError(
            f"{path} has samples of the shape {samples.shape} for {names.size} variables; give a "
            "file that --output wrote"
        )
    labels = _labels(problem)
    for name in map(str, names):
        if name not in labels:
            raise OptionError(
                f"{path} has a variable {name}, which {problem.name} has not; give a file of the "
                "same problem"
            )
    return samples, [labels[str(name)] for name in names]


def read_clamps(texts: Sequence[str], problem: "Problem") -> dict[Hashable, int] | None:
    """Variables and values of `NAME=VALUE`. Raises `OptionError`."""
    if not texts:
        return None
    labels, found = _labels(problem), {}
    low, high = (-1, 1) if problem.bqm.vartype.name == "SPIN" else (0, 1)
    for text in texts:
        name, _, value = text.rpartition("=")
        if value not in (str(low), str(high)) or not name:
            raise OptionError(
                f"--clamp is {text!r}; give NAME=VALUE with the value {low} or {high}"
            )
        if name not in labels:
            raise OptionError(
                f"--clamp names {name!r}, which is no variable of {problem.name}; its variables "
                f"are {_some(labels)}"
            )
        if labels[name] in found:
            raise OptionError(f"--clamp names {name!r} twice; leave one")
        found[labels[name]] = int(value)
    return found


def _labels(problem: "Problem") -> dict[str, Hashable]:
    """The variables by their names, as `--output` writes them."""
    return {str(label): label for label in problem.bqm.variables}


def _some(labels: dict[str, Any]) -> str:
    names = list(labels)
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:3])} to {names[-1]}"
