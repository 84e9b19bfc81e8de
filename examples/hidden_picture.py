"""Finds the picture that is hidden in the couplings of a frustrated magnet.

The picture is scrambled with a key, a random sign for each spin. A square lattice is cut into
plaquettes, so that every coupling belongs to exactly one; in each plaquette three couplings of size
2 agree with the scrambled picture and one of size 1 contradicts it. In no plaquette does a state do
better than the scrambled picture and its negative, so the ground energy is known: -5 for each. The
machine is given the couplings alone, whose signs look random, and what it finds is unscrambled.

    python examples/hidden_picture.py
    python examples/hidden_picture.py --device rtl: --num-reads 8
    python examples/hidden_picture.py --plot picture.png
"""

import argparse
import random
import sys
from pathlib import Path

import dimod
import numpy as np

from glauber.host import GlauberError, GlauberSampler
from glauber.host.progress import show_progress

PICTURE = """
................................
................................
...........##########...........
........################........
......####################......
.....######..........######.....
....#####..............#####....
...#####................####....
...####..................##.....
..#####.........................
..####..........................
..####..........................
..####..........................
..####..........###########.....
..####..........############....
..####..........############....
..####..................####....
..####..................####....
..#####.................####....
...####.................####....
...#####................####....
....#####..............#####....
.....######..........######.....
......####################......
........################........
...........##########...........
................................
................................
..##..##..##..##..##..##..##..##
................................
................................
................................
"""
PLAQUETTE_ENERGY = -5


def read_picture(text: str) -> np.ndarray:
    """A square of +-1, +1 where the picture is drawn."""
    rows = text.split()
    return np.array([[1 if mark == "#" else -1 for mark in row] for row in rows], np.int8)


def hide(picture: np.ndarray, seed: int) -> tuple[dimod.BinaryQuadraticModel, float]:
    """A problem on the torus whose ground states are the picture and its negative; its energy.

    E = sum J s s, with spins labelled (row, column). The side must be even.
    """
    side = len(picture)
    choose = random.Random(seed)
    bqm = dimod.BinaryQuadraticModel("SPIN")
    for row in range(side):
        for column in range(row % 2, side, 2):
            corners = [
                (row, column),
                (row, (column + 1) % side),
                ((row + 1) % side, (column + 1) % side),
                ((row + 1) % side, column),
            ]
            against = choose.randrange(4)
            for edge in range(4):
                first, second = corners[edge], corners[(edge + 1) % 4]
                agree = float(picture[first] * picture[second])
                bqm.add_quadratic(first, second, agree if edge == against else -2 * agree)
    return bqm, PLAQUETTE_ENERGY * side * side / 2


def as_text(spins: np.ndarray) -> str:
    """Two rows of the lattice per line of text."""
    marks = {(1, 1): "█", (1, -1): "▀", (-1, 1): "▄", (-1, -1): " "}
    pairs = zip(spins[::2].tolist(), spins[1::2].tolist(), strict=True)
    return "\n".join(
        "    " + "".join(marks[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in pairs
    )


def draw(path: Path, couplings: np.ndarray, found: np.ndarray, title: str) -> None:
    """What the machine was given, and what it found, side by side."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.6), layout="constrained")
    given, solved = figure.subplots(1, 2)
    given.imshow(couplings, cmap="gray")
    given.set_title("given: couplings to the right")
    solved.imshow(found, cmap="gray_r")
    solved.set_title(title)
    for axes in (given, solved):
        axes.set_axis_off()
    figure.savefig(path, dpi=120)


def main() -> int:
    """Runs the example; 0 if the ground state was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="model:", help="a device URL (default: model:)")
    parser.add_argument("--num-reads", type=int, default=64)
    parser.add_argument("--num-sweeps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw a picture too")
    options = parser.parse_args()

    picture = read_picture(PICTURE)
    key = np.random.default_rng(options.seed).choice(np.array([-1, 1], np.int8), picture.shape)
    problem, ground = hide(picture * key, options.seed)
    try:
        with (
            GlauberSampler(options.device) as sampler,
            show_progress("annealing", "update") as show,
        ):
            sampleset = sampler.sample(
                problem,
                num_reads=options.num_reads,
                num_sweeps=options.num_sweeps,
                seed=options.seed,
                progress=show,
            )
    except GlauberError as error:
        print(error, file=sys.stderr)
        return error.exit_code

    energies = sampleset.record.energy
    columns = [sampleset.variables.index(spin) for spin in np.ndindex(picture.shape)]
    found = sampleset.record.sample[energies.argmin()][columns].reshape(picture.shape) * key
    found *= picture[0, 0] * found[0, 0]  # the negative is as good
    reached = int((energies == ground).sum())
    print(as_text(found))
    print(
        f"{picture.size} p-bits, {problem.num_interactions} couplings, on {options.device}: "
        f"lowest energy {energies.min():g}, known optimum {ground:g}\n"
        f"{reached} of {len(sampleset)} reads reached it, "
        f"{sampleset.info['spin_updates']:.3g} updates in {sampleset.info['seconds']:.1f} s"
    )
    if options.plot:
        right = [
            [problem.quadratic[(r, c), (r, (c + 1) % len(picture))] for c in range(len(picture))]
            for r in range(len(picture))
        ]
        draw(options.plot, np.array(right), found, f"found: energy {energies.min():g}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
