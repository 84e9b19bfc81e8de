"""Text files of numbers, read fast, and with line numbers for every complaint."""

import re
from functools import cached_property

import numpy as np

from ..errors import CouplingValueError, FileFormatError

__all__ = ["NumberTable", "fault"]

SPACES = np.zeros(256, bool)
SPACES[list(b" \t\n\r\v\f")] = True
NUMBER = re.compile(rb"[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf(inity)?|nan)", re.IGNORECASE)
DIGITS = 18  # of a whole number in a header; more would not be one that is meant
SHOWN = 60  # characters of the file that a message quotes


def fault(name: str, line: int, text: bytes, expected: str) -> FileFormatError:
    """The error for something in a line that is not what it must be."""
    found = text.decode("utf-8", "replace").strip()
    shown = found if len(found) <= SHOWN else found[:SHOWN] + "..."
    return FileFormatError(f"{name}, line {line}: found {shown!r}, expected {expected}")


class NumberTable:
    """A header line and rows of numbers, without blank lines and lines that start with `comment`.

    header, header_line
        The words of the first line that counts, and its number, from 1; no words if there is none,
        as if the table was made with `header=False`.
    lines, widths
        For each row, its line number and how many words it has.
    """

    def __init__(self, name: str, data: bytes, comment: bytes, header: bool = True) -> None:
        self.name = name
        self._data = data
        codes = np.frombuffer(data, np.uint8)
        space = SPACES[codes]
        self._newlines = np.flatnonzero(codes == ord("\n"))
        begins = np.flatnonzero(~space & np.concatenate([[True], space[:-1]]))
        line_of = np.searchsorted(self._newlines, begins) + 1
        leads = np.flatnonzero(np.diff(line_of, prepend=0))
        comments = line_of[leads[codes[begins[leads]] == ord(comment)]]
        if len(comments):
            counts = ~np.isin(line_of, comments)
            begins, line_of = begins[counts], line_of[counts]
            leads = np.flatnonzero(np.diff(line_of, prepend=0))
        self.header_line = int(line_of[0]) if header and len(line_of) else 0
        self.header = self.line_text(self.header_line).split() if self.header_line else []
        skipped = len(self.header)
        leads = leads[bool(skipped) :]
        self._begins = begins[skipped:]
        self._firsts = leads - skipped
        self.lines = line_of[leads]
        self.widths = np.diff(self._firsts, append=len(self._begins))
        self._comments = comments
        self._lines_of_words = line_of[skipped:]

    def header_number(self, word: int) -> int:
        """A word of the header as a whole number; -1 if it is none."""
        text = self.header[word]
        return int(text) if text.isdigit() and len(text) <= DIGITS else -1

    def line_text(self, line: int) -> bytes:
        """A line, by its number."""
        begin = int(self._newlines[line - 2]) + 1 if line > 1 else 0
        end = int(self._newlines[line - 1]) if line <= len(self._newlines) else len(self._data)
        return self._data[begin:end]

    def fault(self, row: int, expected: str, column: int | None = None) -> FileFormatError:
        """The error for a row, or for one of its numbers."""
        text = self.line_text(int(self.lines[row]))
        return fault(
            self.name,
            int(self.lines[row]),
            text if column is None else text.split()[column],
            expected,
        )

    def header_fault(self, expected: str) -> FileFormatError:
        """The error for the header line, or for its absence."""
        if not self.header:
            return FileFormatError(f"{self.name} is empty, expected {expected}")
        return fault(self.name, self.header_line, self.line_text(self.header_line), expected)

    def check_widths(self, low: int, high: int, expected: str) -> None:
        """Raise `FileFormatError` for a row with fewer numbers than `low` or more than `high`."""
        bad = np.flatnonzero((self.widths < low) | (self.widths > high))
        if len(bad):
            raise self.fault(int(bad[0]), expected)

    def check_rows(self, count: int, what: str) -> None:
        """Raise `FileFormatError` if the header announced another number of rows."""
        if len(self.lines) != count:
            raise FileFormatError(
                f"{self.name} has {len(self.lines)} {what}, but its line {self.header_line} "
                f"announces {count}; correct the number, or complete the file"
            )

    def indices(self, column: int, low: int, high: int, what: str) -> np.ndarray:
        """A column of whole numbers from `low` to `high`. Raises `FileFormatError`."""
        numbers = self.values[self._firsts + column]
        bad = np.flatnonzero(
            ~((numbers >= low) & (numbers <= high) & (np.floor(numbers) == numbers))
        )
        if len(bad):
            raise self.fault(int(bad[0]), f"{what} from {low} to {high}", column)
        return numbers.astype(np.int64)

    def check_unique(self, keys: np.ndarray, what: str) -> None:
        """Raise `FileFormatError` for a row whose key a row before it has."""
        order = np.argsort(keys, kind="stable")
        again = np.flatnonzero(np.diff(keys[order]) == 0)
        if len(again):
            where = again[np.argmin(order[again + 1])]
            raise self.fault(
                int(order[where + 1]),
                f"each {what} once; line {self.lines[order[where]]} gives it too "
                "(if both are meant, give their sum)",
            )

    def weights(self, column: int, default: float = 1.0) -> np.ndarray:
        """A column of finite numbers, `default` where left out. Raises `CouplingValueError`."""
        numbers = np.full(len(self.lines), default)
        there = self.widths > column
        numbers[there] = self.values[self._firsts[there] + column]
        bad = np.flatnonzero(~np.isfinite(numbers))
        if len(bad):
            raise CouplingValueError(str(self.fault(int(bad[0]), "a finite number", column)))
        return numbers

    @cached_property
    def values(self) -> np.ndarray:
        """All numbers of the rows, one per word. Raises `FileFormatError` if a word is none."""
        if not len(self._begins):
            return np.empty(0)
        text = self._data
        if len(self._comments):
            copy = bytearray(text)
            for line in self._comments:
                begin = int(self._newlines[line - 2]) + 1 if line > 1 else 0
                copy[begin : begin + len(self.line_text(line))] = b" " * len(self.line_text(line))
            text = bytes(copy)
        text = text[self._begins[0] :]
        try:
            numbers = np.fromstring(text, sep=" ")
        except (ValueError, DeprecationWarning):
            numbers = np.empty(0)
        # A word that is not one number gives an error, or more numbers than one.
        if len(numbers) == len(self._begins):
            return numbers
        for word, line in zip(text.split(), self._lines_of_words, strict=True):
            if not NUMBER.fullmatch(word):
                raise fault(self.name, int(line), word, "a number")
        return np.array([float(word) for word in text.split()])
