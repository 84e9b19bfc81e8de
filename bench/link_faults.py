"""Thousands of short runs over lines with faults, and how they end: none may be wrong.

python bench/link_faults.py
python bench/link_faults.py --runs 200 --device rtl
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.faulty_line import KINDS  # pyright: ignore[reportMissingImports]
from support.short_runs import (  # pyright: ignore[reportMissingImports]
    HUNG,
    WRONG,
    open_gates,
    open_twin,
    short_runs,
)


def main() -> int:
    """Runs and prints; 1 if a run was wrong or hung."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=("model", "rtl"), default="model")
    parser.add_argument("--runs", type=int, default=1200, help="per kind of fault")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bad, total, faulted = 0, 0, 0
    for name, faults in KINDS.items():
        begin = time.monotonic()
        ends, harmed = short_runs(
            faults, options.runs, options.seed, open_gates if options.device == "rtl" else open_twin
        )
        print(
            f"{name:8} {sum(harmed):7} faults  {time.monotonic() - begin:6.1f} s  "
            + ", ".join(f"{count} {end}" for end, count in ends.most_common()),
            flush=True,
        )
        bad += ends[WRONG] + ends[HUNG]
        total += ends.total()
        faulted += sum(count > 0 for count in harmed)
    print(f"{total} runs, {faulted} of them with faults, {bad} wrong or hung")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
