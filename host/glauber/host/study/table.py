"""The table of a study in a file, from which the study goes on."""

import os
import time
from pathlib import Path
from typing import Any

import pandas

from ..errors import EnvironmentMissingError, FileFormatError

__all__ = ["TABLE_SUFFIXES", "Table"]

TABLE_SUFFIXES = (".csv", ".parquet")
_SAVE_EVERY = 10.0  # s
_COUNTS = ("num_reads", "samples_at_best", "spin_updates")


class Table:
    """Rows by the identity of their cell, in a CSV or Parquet file if there is a path.

    Raises `FileFormatError` if there is a file that is no table of a study,
    `EnvironmentMissingError` if what reads Parquet is missing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._saved = time.monotonic()
        self.rows: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            frame = self._read(path)
            frame["error"] = frame["error"].fillna("")
            self.rows = {str(row["cell"]): dict(row) for row in frame.to_dict("records")}

    def done(self, identity: str) -> bool:
        """Whether a cell has a row without an error."""
        row = self.rows.get(identity)
        return row is not None and not row["error"]

    def add(self, row: dict[str, Any]) -> None:
        """Take a row, and write the file if that was long ago."""
        self.rows[row["cell"]] = row
        if time.monotonic() - self._saved > _SAVE_EVERY:
            self.save()

    def frame(self, identities: list[str] | None = None) -> pandas.DataFrame:
        """The rows of these cells, as far as they are there; of all by default."""
        chosen = self.rows if identities is None else identities
        frame = pandas.DataFrame([self.rows[one] for one in chosen if one in self.rows])
        last = [name for name in ("error", "cell") if name in frame]
        frame = frame.reindex(columns=[name for name in frame if name not in last] + last)
        # Whole numbers stay so where a cell that failed has none.
        return frame.astype({name: "Int64" for name in _COUNTS if name in frame})

    def save(self) -> None:
        """Write all rows, by way of a file beside it. Raises `EnvironmentMissingError`."""
        self._saved = time.monotonic()
        if self._path is None or not self.rows:
            return
        part = self._path.with_name(self._path.name + ".part")
        frame = self.frame()
        try:
            if self._path.suffix.lower() == ".csv":
                frame.to_csv(part, index=False)
            else:
                frame.to_parquet(part, index=False)
            os.replace(part, self._path)
        except ImportError as error:
            raise _no_parquet(self._path) from error
        except OSError as error:
            raise EnvironmentMissingError(
                f"cannot write {self._path}: {error.strerror}; choose another place"
            ) from error

    def _read(self, path: Path) -> pandas.DataFrame:
        try:
            if path.suffix.lower() == ".csv":
                frame = pandas.read_csv(path, dtype={"cell": str, "error": str})
            else:
                frame = pandas.read_parquet(path)
        except ImportError as error:
            raise _no_parquet(path) from error
        except (OSError, ValueError) as error:
            raise FileFormatError(
                f"{path} cannot be read as a table ({error}); move it, or choose another name"
            ) from error
        if not {"cell", "error"} <= set(frame):
            raise FileFormatError(
                f"{path} is no table of a study: it has no columns cell and error; move it, or "
                "choose another name"
            )
        return frame


def _no_parquet(path: Path) -> EnvironmentMissingError:
    return EnvironmentMissingError(
        f"{path}: Parquet files need pyarrow, which is not installed; run `pip install pyarrow`, "
        "or use a name that ends in .csv"
    )
