"""The root of all errors that Glauber raises on purpose, and the error of the facts themselves."""

from typing import ClassVar

__all__ = ["FactError", "GlauberError"]


class GlauberError(Exception):
    """An error that a user can meet: its text alone must say what is wrong and what to do.

    `exit_code` is what the command line ends with: 1 device or link, 2 usage or input, 3 build,
    4 environment.
    """

    exit_code: ClassVar[int] = 1


class FactError(GlauberError, ValueError):
    """A value that the machine cannot represent: the text gives value, range and remedy."""

    exit_code = 2

    @classmethod
    def out_of_range(
        cls, what: str, value: object, low: object, high: object, remedy: str
    ) -> "FactError":
        return cls(f"{what} is {value}, outside its legal range {low} to {high}; {remedy}")
