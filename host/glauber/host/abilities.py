"""Abilities of devices: how a user writes them, and what to say where one is missing."""

from glauber.hdl.facts.measure import Abilities

from .errors import OptionError

__all__ = ["check_ability", "read_abilities"]


def read_abilities(text: str, where: str) -> Abilities:
    """The abilities that a text lists: all, none, or their names with commas between them.

    where : what the text is from, for the error

    Raises `OptionError`.
    """
    given = Abilities.NONE
    names = {str(ability.name).lower(): ability for ability in Abilities}
    for name in () if text == "none" else names if text == "all" else text.split(","):
        if name not in names:
            raise OptionError(
                f"{where}: abilities are {text!r}; give all, none, or some of "
                f"{', '.join(names)} with commas between them"
            )
        given |= names[name]
    return given


def check_ability(
    wanted: Abilities, have: Abilities, what: str, name: str, other: str = ""
) -> None:
    """Raises `OptionError` if the device `name` lacks one of these abilities, that `what` takes.

    other : another way on, if there is one
    """
    lacking = wanted & ~have
    if lacking:
        names = " and ".join(str(ability.name) for ability in lacking)
        listed = ",".join(str(ability.name).lower() for ability in wanted)
        raise OptionError(
            f"{what} needs the ability {names}, which {name} lacks; use a model with it, such as "
            "model:?abilities=all, or an image from "
            f"`glauber build BOARD --set abilities={listed}`{other}"
        )
