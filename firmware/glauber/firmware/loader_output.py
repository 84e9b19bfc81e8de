"""Whether openFPGALoader has loaded an image, and the error that it stands for if not.

Its exit code alone does not do: with an iCE40 that does not start, with a flash that was read back
wrong or with a wrong checksum of a Gowin, it prints that something failed and ends with 0.
"""

import re
from signal import Signals

from glauber.hdl.facts.errors import GlauberError

from .errors import LoadError
from .loader_meanings import MEANINGS, Attempt

__all__ = ["explain", "last_words"]

_SHOWN = 6  # lines
# On a line with any of these, it failed whatever its exit code is. Flags of a status register,
# which a Gowin shows before it is written, must not be among them.
_FAILED = re.compile(
    r"\bFAIL\b|^Fail\s*$|^Error:|Verification failed|(?:wait|write en): Error|flash overflow|"
    r"usb bulk (?:read|write) failed",
    re.M,
)


def explain(attempt: Attempt, code: int, output: str) -> GlauberError | None:
    """The error that an ended openFPGALoader stands for; None if it has loaded the image.

    Parameters
    ----------
    attempt : Attempt
    code : int
        Its exit code; minus the number of the signal that ended it.
    output : str
        All that it said.
    """
    output = output.replace("\r", "\n")
    if code == 0 and output.strip() and not _FAILED.search(output):
        return None
    for patterns, make in MEANINGS:
        if found := re.search("|".join(patterns), output, re.M):
            return make(attempt, found)
    said = f"openFPGALoader {attempt.tool.version} said: {last_words(output)}"
    if code < 0:
        return LoadError(
            f"openFPGALoader was ended by {_signal_name(-code)} while it loaded {attempt.board}; "
            f"the board may hold half an image: load again. {said}"
        )
    return LoadError(
        f"{attempt.board} was not loaded: openFPGALoader ended with exit code {code}; plug the "
        f"board in again, without a hub, and load again. {said}"
    )


def last_words(output: str) -> str:
    """The last lines of an output, without what a progress bar has overwritten."""
    lines = [line.strip() for line in output.replace("\r", "\n").splitlines()]
    kept = [line for line in lines if line and not re.search(r"\[=* *\] [\d.]+%$", line)]
    return " / ".join(kept[-_SHOWN:]) or "nothing"


def _signal_name(number: int) -> str:
    try:
        return Signals(number).name
    except ValueError:
        return f"signal {number}"
