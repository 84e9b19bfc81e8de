"""What `build` and `flash` share: the firmware makes images, the host says what they play."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Not at run time: `--help` must not wait for them.
    from glauber.firmware.boards.board import Board
    from glauber.firmware.build import BuildOptions, Built
    from glauber.firmware.watch import Watch

__all__ = ["build"]


def build(
    board: "Board", image: str, watch: "Watch", options: "BuildOptions | None" = None
) -> "Built":
    """Builds an image, or finds it in the cache. Raises `BuildError`."""
    from glauber.firmware.build import build_image

    from ..selftest import selftest_script

    return build_image(
        board, image, options, watch, lambda header: selftest_script(header.params, header)
    )
