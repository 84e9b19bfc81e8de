"""What to say where a device lacks an ability."""

from glauber.hdl.facts.measure import Abilities

from .errors import OptionError

__all__ = ["check_ability"]


def check_ability(
    wanted: Abilities, have: Abilities, what: str, name: str, other: str = ""
) -> None:
    """Raises `OptionError` if the device `name` lacks one of these abilities, that `what` takes.

    other : another way on, if there is one
    """
    lacking = wanted & ~have
    if lacking:
        names = " and ".join(str(ability.name) for ability in lacking)
        raise OptionError(
            f"{what} needs the ability {names}, which {name} lacks; use a model with it, such as "
            "model:?abilities=all, or an image from "
            f"`glauber build BOARD --set abilities={wanted.text}`{other}"
        )
