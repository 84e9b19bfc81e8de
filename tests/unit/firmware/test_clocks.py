"""The dividers of PLLs against the formulas of the data sheets, and the start of a clock domain."""

import re
from fractions import Fraction
from types import SimpleNamespace

import pytest
from amaranth.hdl import ClockDomain, Elaboratable, Module, ResetSignal, Signal
from amaranth.sim import Simulator

from glauber.firmware.clocks.baud import uart_divisor
from glauber.firmware.clocks.ecp5 import plan_ecp5
from glauber.firmware.clocks.family import plan_clock
from glauber.firmware.clocks.gowin import plan_gowin
from glauber.firmware.clocks.ice40 import plan_ice40
from glauber.firmware.clocks.plan import ClockPlan
from glauber.firmware.clocks.startup import StartUp
from glauber.firmware.errors import BoardError, ClockError
from glauber.firmware.images.lamp import Lamp
from glauber.hdl.family import Family

MHZ = 1_000_000
CASES = [(12, 18), (12, 33.333), (25, 62.5), (27, 24.5), (48, 77.7), (50, 40), (100, 200)]


def hz(megahertz: float) -> Fraction:
    return Fraction(round(megahertz * 1e6))


@pytest.mark.parametrize(("reference", "wanted"), CASES)
def test_ice40(reference: float, wanted: float) -> None:
    plan = plan_ice40(hz(reference), hz(wanted))
    divr, divf, divq = (plan.dividers[name] for name in ("DIVR", "DIVF", "DIVQ"))
    assert 0 <= divr < 16
    assert 0 <= divf < 128
    assert 1 <= divq <= 6
    assert plan.detector_hz == hz(reference) / (divr + 1)
    assert plan.oscillator_hz == plan.detector_hz * (divf + 1)
    assert plan.output_hz == plan.oscillator_hz / 2**divq
    assert 10 * MHZ <= plan.detector_hz <= 133 * MHZ
    assert 533 * MHZ <= plan.oscillator_hz <= 1066 * MHZ
    assert 16 * MHZ <= plan.output_hz <= 275 * MHZ
    possible = [
        hz(reference) / (r + 1) * (f + 1) / 2**q
        for r in range(16)
        if hz(reference) / (r + 1) >= 10 * MHZ
        for f in range(128)
        for q in range(1, 7)
        if 533 * MHZ <= hz(reference) / (r + 1) * (f + 1) <= 1066 * MHZ
    ]
    nearest = min(abs(hz(wanted) - output) for output in possible if output >= 16 * MHZ)
    assert abs(plan.output_hz - hz(wanted)) == nearest


@pytest.mark.parametrize(("reference", "wanted"), CASES)
def test_ecp5(reference: float, wanted: float) -> None:
    plan = plan_ecp5(hz(reference), hz(wanted))
    clki, clkfb, clkop, clkos = (
        plan.dividers[f"{name}_DIV"] for name in ("CLKI", "CLKFB", "CLKOP", "CLKOS")
    )
    assert all(1 <= divider <= 128 for divider in (clki, clkop, clkos))
    assert 1 <= clkfb <= 80
    assert plan.detector_hz == hz(reference) / clki
    # The detector compares it with the oscillator behind both dividers of the feedback.
    assert plan.oscillator_hz / clkop / clkfb == plan.detector_hz
    assert plan.output_hz == plan.oscillator_hz / clkos
    assert 10 * MHZ <= plan.detector_hz <= 400 * MHZ
    assert 400 * MHZ <= plan.oscillator_hz <= 800 * MHZ
    possible = [
        hz(reference) / i * multiple / o
        for i in range(1, 129)
        if hz(reference) / i >= 10 * MHZ
        for multiple in range(1, 81)
        if 400 * MHZ <= hz(reference) / i * multiple <= 800 * MHZ
        for o in range(1, 129)
    ]
    nearest = min(abs(hz(wanted) - output) for output in possible)
    assert abs(plan.output_hz - hz(wanted)) <= nearest


@pytest.mark.parametrize(("reference", "wanted"), CASES)
@pytest.mark.parametrize(("series", "low", "high"), [("GW1N", 400, 1200), ("GW2A", 500, 1250)])
def test_gowin(series: str, low: int, high: int, reference: float, wanted: float) -> None:
    plan = plan_gowin(series, hz(reference), hz(wanted))
    idiv, fbdiv, odiv = (plan.dividers[f"{name}_SEL"] for name in ("IDIV", "FBDIV", "ODIV"))
    assert 0 <= idiv < 64
    assert 0 <= fbdiv < 64
    assert odiv in {2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128}
    assert plan.output_hz == hz(reference) * (fbdiv + 1) / (idiv + 1)
    assert plan.oscillator_hz == plan.output_hz * odiv
    assert plan.detector_hz == hz(reference) / (idiv + 1) >= 3 * MHZ
    assert low * MHZ <= plan.oscillator_hz <= high * MHZ
    assert abs(plan.output_hz / hz(wanted) - 1) < 0.05


def test_an_exact_frequency_is_found_with_the_fastest_detector() -> None:
    assert plan_ice40(hz(12), hz(60)).dividers == {"DIVR": 0, "DIVF": 79, "DIVQ": 4}
    assert plan_gowin("GW1N", hz(27), hz(54)).dividers == {
        "IDIV_SEL": 0,
        "FBDIV_SEL": 1,
        "ODIV_SEL": 16,
    }
    assert plan_ecp5(hz(25), hz(80)).detector_hz == hz(25)
    assert plan_ecp5(hz(25), hz(50)).oscillator_hz == hz(600)  # not 400, at its limit


NO_PLL = ", which needs no PLL"


@pytest.mark.parametrize(
    ("family", "reference", "wanted", "text"),
    [
        (Family.ICE40, 8, 20, "the clock of the board is 8 MHz, outside the 10 to 133 MHz of "),
        (Family.ICE40, 12, 15, "the machine shall have is 15 MHz, outside the 16 to 275 MHz of"),
        (Family.ECP5, 25, 401, "the machine shall have is 401 MHz, outside the 3.125 to 400 MHz"),
        (Family.ECP5, 5, 60, "the clock of the board is 5 MHz, outside the 8 to 400 MHz of the "),
        (Family.GOWIN, 27, 3, "the machine shall have is 3 MHz, outside the 3.125 to 600 MHz of"),
    ],
)
def test_a_frequency_out_of_range_is_refused(
    family: Family, reference: float, wanted: float, text: str
) -> None:
    with pytest.raises(ClockError, match=re.escape(text)) as error:
        plan_clock(family, platform(reference), round(wanted * MHZ))
    assert str(error.value).endswith(f"board's clock, {reference} MHz{NO_PLL}")
    assert error.value.exit_code == 3


def test_a_frequency_that_no_divider_gives_is_refused() -> None:
    with pytest.raises(ClockError) as error:
        plan_gowin("GW1N", hz(3), hz(600))
    assert str(error.value) == (
        "the PLL rPLL cannot make 600 MHz of the clock of this board while its oscillator runs at "
        "400 to 1200 MHz; the nearest is 192 MHz. Give another frequency"
    )


def platform(megahertz: float, clock: str | None = "clk") -> SimpleNamespace:
    return SimpleNamespace(
        default_clk=clock,
        default_clk_frequency=megahertz * 1e6,
        resources={("clk", 0): "clock"},
        family="GW1NR-9C",
    )


@pytest.mark.parametrize("family", Family)
def test_the_clock_of_the_board_is_used_if_it_has_the_frequency(family: Family) -> None:
    assert plan_clock(family, platform(27), 27 * MHZ) == ClockPlan(hz(27), hz(27))
    plan = plan_clock(family, platform(27), 54 * MHZ)
    assert plan.dividers
    assert plan.clock_hz == 54 * MHZ


@pytest.mark.parametrize("clock", ["SB_HFOSC", None])
def test_a_clock_that_is_no_pin_is_refused(clock: str | None) -> None:
    with pytest.raises(BoardError, match=f"has {clock} as its default clock, which is no pin; giv"):
        plan_clock(Family.ICE40, platform(48, clock), 48 * MHZ)


def test_a_gowin_of_an_unknown_series_is_refused() -> None:
    other = platform(27)
    other.family = "GW5A-25"
    with pytest.raises(
        BoardError, match="the Gowin family GW5A-25 has a PLL that is not known her"
    ):
        plan_clock(Family.GOWIN, other, 54 * MHZ)
    assert not plan_clock(Family.GOWIN, other, 27 * MHZ).dividers


def test_the_uart_divisor_is_the_nearest() -> None:
    assert uart_divisor(24_000_000, 1_000_000) == 24
    assert uart_divisor(39_750_000, 1_000_000) == 40
    assert uart_divisor(12_000_000, 115_200) == 104


@pytest.mark.parametrize(
    ("clock", "baud", "text"),
    [
        (18_000_000, 4_000_000, "18 MHz gives 4500000 at the nearest, by 4 clocks per bit"),
        (10_000_000, 3_000_000, "10 MHz gives 2500000 at the nearest, by 4 clocks per bit"),
        (27_000_000, 6_000_000, "27 MHz gives 6750000 at the nearest, by 4 clocks per bit"),
        (27_000_000, 0, "the baud rate is 0, but"),
    ],
)
def test_a_baud_rate_that_is_too_far_off_is_refused(clock: int, baud: int, text: str) -> None:
    with pytest.raises(ClockError, match=text) as error:
        uart_divisor(clock, baud)
    limit = f"it must be within 2%. Choose a rate of at most {clock // 4} that is the clock divided"
    assert limit in str(error.value)


class Held(Elaboratable):
    """`StartUp` driving the reset of `sync`."""

    def __init__(self, clock_hz: int) -> None:
        self.start_up = StartUp(clock_hz)
        self.held = Signal()

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains.sync = ClockDomain()
        m.submodules.start_up = self.start_up
        m.d.comb += ResetSignal("sync").eq(self.start_up.reset)
        m.d.comb += self.held.eq(ResetSignal("sync"))
        return m


def test_reset_is_held_for_20_microseconds_and_while_the_clock_is_bad() -> None:
    top = Held(1_000_000)
    seen = []

    async def bench(sim):
        for hold, clocks in ((0, 30), (1, 10), (0, 30)):
            sim.set(top.start_up.hold, hold)
            for _ in range(clocks):
                seen.append(sim.get(top.held))
                await sim.tick()

    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    text = "".join(map(str, seen))
    assert re.fullmatch(r"1{20,24}0{6,13}1{7,}0+", text)
    assert 27 <= len(re.findall(r"1+", text)[1]) <= 33  # rises late, then falls late


def test_the_lamp_goes_dark_for_a_moment() -> None:
    lamp = Lamp(640)  # 32 clocks are a twentieth of a second
    seen = []

    async def bench(sim):
        for clock in range(120):
            sim.set(lamp.active, clock == 60)
            seen.append(sim.get(lamp.o))
            await sim.tick()

    simulator = Simulator(lamp)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    assert "".join(map(str, seen)) == "0" * 32 + "1" * 29 + "0" * 32 + "1" * 27
