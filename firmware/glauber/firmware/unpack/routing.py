"""Which wires of an iCE40 a bitstream connects, and to what."""

from .asc import Asc
from .chipdb import ChipDb
from .errors import UnpackError

__all__ = ["Routing"]


class Routing:
    """The connections of one bitstream.

    A switch selects at most one wire that drives its destination; all bits zero select none.

    Raises `UnpackError` if two switches drive one wire, which no correct bitstream does.
    """

    def __init__(self, db: ChipDb, asc: Asc) -> None:
        values = [
            int("".join(str(asc.bit(x, y, *place)) for place in places) or "0", 2)
            for x, y, places in db.switches
        ]
        sources, destinations, switches, masks = db.pips
        self._driver: dict[int, int] = {}
        self._switch: dict[int, int] = {}
        self._switches = db.switches
        for index, (switch, mask) in enumerate(zip(switches, masks, strict=True)):
            if mask and values[switch] == mask:
                wire = destinations[index]
                self._switch[wire] = switch
                if self._driver.setdefault(wire, sources[index]) != sources[index]:
                    raise UnpackError(
                        f"the bitstream lets two switches drive {db.wire_name(wire)!r} of tile "
                        f"{db.switches[switch][:2]} of the {asc.device}; it is damaged, or not of "
                        "this device: build it again"
                    )

    def root(self, wire: int) -> int:
        """The wire that drives `wire` through any number of switches; itself if none does.

        Raises `UnpackError` if wires drive one another in a circle.
        """
        seen = {wire}
        while (source := self._driver.get(wire)) is not None:
            if source in seen:
                raise UnpackError(
                    f"the bitstream connects wire {wire} in a circle without a driver; it is "
                    "damaged, or not of this device: build it again"
                )
            seen.add(source)
            wire = source
        return wire

    def bits(self, wire: int) -> list[tuple[int, int, int, int]]:
        """Where the bits of the switch are that drives `wire`, as the arguments of `Asc.bit`.

        Empty if none does.
        """
        if wire not in self._switch:
            return []
        x, y, places = self._switches[self._switch[wire]]
        return [(x, y, *place) for place in places]
