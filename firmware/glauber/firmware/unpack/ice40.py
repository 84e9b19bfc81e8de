"""The netlist that an iCE40 bitstream configures, followed from the pads backwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .asc import Asc
from .blocks import mac16, ram, spram
from .cells import SignalOf, Tiles, constant, logic_cells, pad_modes, table_net
from .chipdb import Bel, ChipDb
from .errors import UnpackError
from .netlist import Cell, Netlist, Signal
from .routing import Routing

__all__ = ["unpack_ice40"]

# PLLTYPE of SB_PLL40_PAD, _2_PAD and _2F_PAD, whose reference is the pad of output A; those with a
# second output. SB_PLL40_CORE is 3, SB_PLL40_2F_CORE 7.
_PAD_PLLS = (2, 4, 6)
_DUAL_PLLS = (4, 6, 7)

# What makes the cells of the netlist from those of the device.
_MAKERS: Mapping[str, Callable[[Tiles, Bel, SignalOf], list[Cell]]] = {
    "lc": logic_cells,
    "mac16": mac16,
    "ram": ram,
    "spram": spram,
}


def unpack_ice40(
    asc: str | Asc,
    *,
    package: str = "",
    pins: Mapping[str, str] | None = None,
    db: ChipDb | None = None,
) -> Netlist:
    """Recovers what an iCE40 would do with a bitstream.

    Only what can reach an output pad is recovered. Clocks from a PLL are taken to be its reference,
    for the netlist has the order of events, not their time; its `LOCK` reads as 1. An oscillator on
    the chip becomes an input port, `hfosc` or `lfosc`. Inputs that nothing drives read as zero,
    enables of clocks as one.

    Parameters
    ----------
    asc : str or Asc
        What `iceunpack` says of the packed file.
    package : str
        As nextpnr names it, for example "ct256"; needed only with `pins`.
    pins : Mapping[str, str]
        The names that ports are to have, and the package's pin of each. The port of any other pad
        at (x, y) is called `pad_x_y_z`.
    db : ChipDb
        The device's database, if it has been read already.

    Returns
    -------
    Netlist
        With cells of Yosys' iCE40 library, in a module `recovered`.

    Raises
    ------
    UnpackError
        The bitstream is damaged, a pin is not there, or a cell is used in a way that is not
        modelled: registered double-rate or bidirectional pads, and hard blocks other than block
        RAMs, DSPs, single-port RAMs, PLLs and oscillators.
    """
    asc = Asc.parse(asc) if isinstance(asc, str) else asc
    db = db or ChipDb.of_device(asc.device)
    names = {}
    known = db.package_pins(package) if pins else {}
    for port, pin in (pins or {}).items():
        if pin not in known:
            raise UnpackError(
                f"the package {package} has no pin {pin!r} for the port {port!r}; its pins are "
                f"{', '.join(list(known)[:8])}, ..."
            )
        names[known[pin]] = port
    return _Unpacking(db, asc, names).run()


@dataclass(frozen=True)
class _Source:
    """The pin of a cell that drives a wire."""

    bel: Bel
    port: str


class _Unpacking:
    """One bitstream on its way to a netlist."""

    def __init__(self, db: ChipDb, asc: Asc, names: Mapping[int, str]) -> None:
        self._tiles = Tiles(db, asc)
        self._db = db
        self._names = names
        self._routing = Routing(db, asc)
        self._sources: dict[int, list[_Source]] = {}
        for bel in db.bels:
            for port, wire in bel.outputs.items():
                self._sources.setdefault(wire, []).append(_Source(bel, port))
        self._networks = {
            bel.outputs["GLOBAL_BUFFER_OUTPUT"]: pad
            for bel in db.bels
            if bel.kind == "gb"
            for pad in db.pads
            if pad.buffer == (bel.x, bel.y)
        }
        self._netlist = Netlist("recovered")
        self._nets: dict[int, Signal | None] = {}
        self._waiting: list[Bel] = []
        self._done: set[int] = set()

    def run(self) -> Netlist:
        for bel in self._db.bels:
            if bel.kind == "io":
                self._output_pad(bel)
        while self._waiting:
            bel = self._waiting.pop()
            self._netlist.cells += _MAKERS[bel.kind](self._tiles, bel, self._signal)
        self._netlist.cells.sort(key=lambda cell: cell.name)
        return self._netlist

    def _signal(self, wire: int, unconnected: int = 0) -> Signal:
        """What drives a wire, or the constant that an unconnected one reads as."""
        root = self._routing.root(wire)
        if root not in self._nets:
            self._nets[root] = None  # a clock that drives itself would otherwise never end
            self._nets[root] = self._driven(root)
        signal = self._nets[root]
        return unconnected if signal is None else signal

    def _driven(self, root: int) -> Signal | None:
        sources = self._sources.get(root, [])
        if root in self._networks:
            return self._network(root, sources)
        # A PLL shares its outputs with pads, and has them if it is in use.
        plls = [source for source in sources if source.bel.kind == "pll"]
        for source in plls:
            signal = self._pll_output(source)
            if signal is not None:
                return signal
        for source in sources:
            if source not in plls:
                return self._cell_output(source, root)
        return None

    def _pll_output(self, source: _Source) -> Signal | None:
        kind = self._tiles.parameter(source.bel, "PLLTYPE")
        if kind and source.port == "LOCK":
            return 1
        if kind and (
            source.port == "PLLOUT_A" or (source.port == "PLLOUT_B" and kind in _DUAL_PLLS)
        ):
            return self._reference(source.bel, kind)
        return None

    def _cell_output(self, source: _Source, root: int) -> Signal:
        bel = source.bel
        if bel.kind == "io":
            return self._input_pad(source)
        if bel.kind in ("hfosc", "lfosc"):
            return self._oscillator(bel.kind)
        if bel.kind not in _MAKERS:
            raise UnpackError(
                f"the bitstream uses the output {source.port} of a block {bel.kind!r} at "
                f"({bel.x}, {bel.y}), which cannot be simulated; build the design without it"
            )
        level = constant(self._tiles, bel, source.port) if bel.kind == "lc" else None
        if level is not None:
            return level
        if bel.index not in self._done:
            self._done.add(bel.index)
            self._waiting.append(bel)
        return table_net(self._tiles, bel) if source.port == "LO" else f"n{root}"

    def _network(self, root: int, sources: list[_Source]) -> Signal | None:
        """A global network: of its buffer, or of the pad or PLL that an extra bit chooses."""
        by_kind = {source.bel.kind: source for source in sources}
        if self._networks[root].bit not in self._tiles.asc.extra:
            return self._signal(by_kind["gb"].bel.inputs["USER_SIGNAL_TO_GLOBAL_BUFFER"])
        if "pll" in by_kind:
            pll = by_kind["pll"].bel
            kind = self._tiles.parameter(pll, "PLLTYPE")
            if kind and (by_kind["pll"].port == "PLLOUT_A_GLOBAL" or kind in _DUAL_PLLS):
                return self._reference(pll, kind)
        for kind in ("hfosc", "lfosc"):
            if kind in by_kind:
                return self._oscillator(kind)
        return self._pad(by_kind["io"].bel)

    def _reference(self, pll: Bel, kind: int) -> Signal:
        if kind in _PAD_PLLS:
            (pad,) = (
                source.bel
                for source in self._sources[pll.outputs["PLLOUT_A"]]
                if source.bel.kind == "io"
            )
            return self._pad(pad)
        return self._signal(pll.inputs["REFERENCECLK"])

    def _oscillator(self, kind: str) -> str:
        self._netlist.inputs[kind] = kind + "_in"
        return kind + "_in"

    def _pad(self, bel: Bel) -> str:
        """The net of an input port."""
        net = f"pad_{bel.x}_{bel.y}_{bel.z}"
        self._netlist.inputs[self._names.get(bel.index, net)] = net + "_in"
        return net + "_in"

    def _input_pad(self, source: _Source) -> Signal:
        bel = source.bel
        mode, _ = pad_modes(self._tiles, bel)
        pad = self._pad(bel)
        if source.port == "D_IN_0" and mode == "simple":
            return pad
        if source.port == "D_IN_0" and mode == "registered":
            return self._pad_register(bel, "in", "INPUT_CLK", pad)
        raise UnpackError(
            f"the pad at ({bel.x}, {bel.y}, {bel.z}) reads {source.port} in mode {mode!r}, which "
            "is not modelled; build the design with plain or registered inputs"
        )

    def _output_pad(self, bel: Bel) -> None:
        _, mode = pad_modes(self._tiles, bel)
        if mode == "none":
            return
        port = self._names.get(bel.index, f"pad_{bel.x}_{bel.y}_{bel.z}")
        signal = self._signal(bel.inputs["D_OUT_0"])
        if mode == "registered":
            signal = self._pad_register(bel, "out", "OUTPUT_CLK", signal)
        elif mode != "simple":
            raise UnpackError(
                f"the pad at ({bel.x}, {bel.y}, {bel.z}), port {port!r}, drives its pin in mode "
                f"{mode!r}, which is not modelled; build the design with plain or registered "
                "outputs"
            )
        self._netlist.outputs[port] = signal

    def _pad_register(self, bel: Bel, side: str, clock: str, data: Signal) -> str:
        name = f"pad_{bel.x}_{bel.y}_{bel.z}_{side}_q"
        negative = "N" if self._tiles.bit(bel.x, bel.y, "NegClk") else ""
        self._netlist.cells.append(
            Cell(
                f"SB_DFF{negative}E",
                name + "_ff",
                {},
                {
                    "C": [self._signal(bel.inputs[clock])],
                    "E": [self._signal(bel.inputs["CLOCK_ENABLE"], 1)],
                    "D": [data],
                },
                {"Q": [name]},
            )
        )
        return name
