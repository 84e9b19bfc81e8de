"""Reading a device's header, and refusing a device that was not made for this host."""

from glauber.hdl.facts.digest import facts_hash
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.frames import queue_bytes
from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.header import (
    MAGIC,
    PROTOCOL_VERSION,
    Features,
    Header,
    HeaderWords,
    decode_board,
)
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.noise import NoiseTable

from .errors import ProtocolMismatchError
from .link import Link

__all__ = ["params_info", "read_header", "remedy"]

BOARD = (Header.BOARD_0, Header.BOARD_1, Header.BOARD_2, Header.BOARD_3)
REBUILD = (
    "load an image that this version of Glauber made, or install the version that made the image"
)


def remedy(board: str) -> str:
    """How to come by an image for `board` that fits this host."""
    if not board:
        return REBUILD
    return (
        f"run `glauber build {board}` and `glauber flash {board}`, or install the version of "
        "Glauber that made the image"
    )


def params_info(params: MachineParams) -> dict[str, object]:
    """The parameters of a machine, ready for JSON."""
    numbers = {key: value for key, value in vars(params).items() if type(value) is int}
    return {
        **numbers,
        "source": params.source.name.lower(),
        "abilities": [str(ability.name).lower() for ability in params.abilities],
        "table": [params.table.coarse_bits, params.table.fine_bits],
    }


def read_header(link: Link) -> HeaderWords:
    """The header of the device behind `link`, whose burst and queue lengths are then set.

    Raises `ProtocolMismatchError` if this host cannot drive the device, `DeviceError`.
    """
    _check_identity(link)
    # One word at a time until here, because a machine may be built for bursts of one.
    link.burst_words = max(1, link.read_word(Header.BURST_WORDS))
    words = dict(zip(Header, (int(word) for word in link.read(0, len(Header))), strict=True))
    params = _params(link.transport.name, words)
    link.queue_bytes = queue_bytes(params)
    return HeaderWords(
        params=params,
        facts_hash=words[Header.FACTS_HASH],
        build_id=words[Header.BUILD_ID],
        features=Features(words[Header.FEATURES]),
        clock_hz=words[Header.CLOCK_HZ],
        gates_hash=words[Header.GATES_HASH],
        board=decode_board([words[word] for word in BOARD]),
    )


def _check_identity(link: Link) -> None:
    """Check the words whose meaning is the same in all versions, and then the facts."""
    name = link.transport.name
    magic = link.read_word(Header.MAGIC)
    if magic != MAGIC:
        raise ProtocolMismatchError(
            f"{name} is no Glauber device: its first word is {magic:#010x}, that of a Glauber "
            f"device is {MAGIC:#010x}; load a Glauber image, or choose "
            "another device"
        )
    version = link.read_word(Header.PROTOCOL)
    if version != PROTOCOL_VERSION:
        raise ProtocolMismatchError(
            f"{name} speaks protocol version {version}, this host speaks {PROTOCOL_VERSION}; "
            f"{REBUILD}"
        )
    theirs, ours = link.read_word(Header.FACTS_HASH), facts_hash()
    if theirs != ours:
        build = link.read_word(Header.BUILD_ID)
        board = decode_board([link.read_word(word) for word in BOARD])
        raise ProtocolMismatchError(
            f"{name} (image {build:08x}) was made from facts {theirs:08x}, this host from "
            f"{ours:08x}, so they would not compute the same; {remedy(board)}"
        )


def _params(name: str, words: dict[Header, int]) -> MachineParams:
    """The machine's parameters from header words."""
    special = {
        Header.SOURCE: "source",
        Header.TABLE_COARSE_BITS: "table",
        Header.TABLE_FINE_BITS: "table",
        Header.ABILITIES: "abilities",
    }
    plain = {
        word.name.lower(): words[word]
        for word in Header
        if word >= Header.LANES and word not in special and word not in (Header.GATES_HASH, *BOARD)
    }
    try:
        return MachineParams(
            **plain,
            source=Source(words[Header.SOURCE]),
            abilities=Abilities(words[Header.ABILITIES]),
            table=NoiseTable(words[Header.TABLE_COARSE_BITS], words[Header.TABLE_FINE_BITS]),
        )
    except (FactError, ValueError) as error:
        raise ProtocolMismatchError(
            f"the header of {name} describes a machine that this host does not know: {error}; "
            f"{REBUILD}"
        ) from error
