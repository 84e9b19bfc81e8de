"""The script of the self-test image, and the checks of a device."""

import random
from typing import Any

import pytest

from glauber.hdl.facts.digest import facts_hash
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.header import HeaderWords
from glauber.hdl.facts.health import WINDOW
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region
from glauber.hdl.facts.selftest import GROUP_WORDS, UNIT_BITS, Op, check_script, encode
from glauber.host.errors import OptionError, SelfTestFailureError
from glauber.host.sampler import GlauberSampler
from glauber.host.selftest import check_device, selftest_script
from glauber.host.selftest.assemble import StepWords, assemble, compress
from glauber.sim.model.endpoint import Endpoint, open_model
from glauber.sim.rings import RingModel
from support.faulty_model import FaultyModel, SilentEndpoint
from support.problems import SMALL_MACHINES
from support.selftest_player import ScriptPlayer

PARAMS = SMALL_MACHINES["square"]
every_machine = pytest.mark.parametrize("name", SMALL_MACHINES)


def header_of(params: MachineParams, clock_hz: int = 25_000_000) -> HeaderWords:
    return HeaderWords(params, facts_hash(), 0xABCD, clock_hz=clock_hz, gates_hash=5, board="here")


def player_of(params: MachineParams, fault: str = "none") -> ScriptPlayer:
    """The script of a machine, and a model of it that may have a fault."""
    header = header_of(params)
    machine = FaultyModel(params, fault, header)
    endpoint = Endpoint(machine)

    def exchange(data: bytes) -> bytes:
        endpoint.write(data)
        machine.noise.take_samples(2 * WINDOW)  # for what the script waits
        return endpoint.read(0)

    return ScriptPlayer(selftest_script(params, header), exchange)


def expand(script: list[int]) -> list[int]:
    """The words of a script without its repetitions."""
    plain: list[int] = []
    for at in range(0, len(script), GROUP_WORDS):
        group = script[at : at + GROUP_WORDS]
        op, times = divmod(script[at - 1], 256) if at else (-1, 0)
        plain += group * (1 + times if op == Op.REPEAT else 1)
    return [word for word in plain if word >> 8 != Op.REPEAT]


@pytest.mark.parametrize("seed", range(30))
def test_a_compressed_script_is_the_same(seed):
    rng = random.Random(seed)
    words: list[int] = []
    while len(words) < 2000:
        op = rng.choice([Op.SEND, Op.EXPECT, Op.PRINT])
        piece = [encode(op, rng.randrange(4)) for _ in range(rng.choice([1, 2, 4, 8, 11]))]
        words += piece * rng.choice([1, 1, 2, 5, 40, 400])
    short = compress(words)
    assert expand(short) == words
    assert len(short) <= len(words)


def test_only_what_is_sent_or_expected_is_repeated():
    words = [encode(Op.PRINT, 65)] * 64
    assert compress(words) == words
    assert len(compress([encode(Op.SEND, 65)] * 64)) == GROUP_WORDS - 1 + 1 + GROUP_WORDS + 1


def test_too_many_steps_are_refused():
    steps = [StepWords(f"{number}") for number in range(10)]
    assemble("t", steps[:9], pause=1)
    with pytest.raises(FactError, match="number of steps of a self-test is 10"):
        assemble("t", steps, pause=1)


@every_machine
def test_the_model_passes_again_and_again(name):
    params = SMALL_MACHINES[name]
    player = player_of(params)
    player.play()
    player.play()
    rings = "rings ... ok\r\n" if params.rings else ""
    one = (
        f"Glauber on here: {params.lanes} lanes x {params.replicas} replicas, image 0000abcd\r\n"
        f"header ... ok\r\n{rings}registers ... ok\r\nstates ... ok\r\nprogram ... ok\r\n"
        "run 1 ... ok\r\nrun 2 ... ok\r\nPASS\r\n\r\n"
    )
    assert player.text == 2 * one


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ("header", ["header"]),
        ("state", ["states", "run 1"]),
        ("seed", ["run 1", "run 2"]),
        ("heat", ["run 1", "run 2"]),
        ("cycles", ["run 1", "run 2"]),
        ("row count", ["registers", "run 1", "run 2"]),
        ("lax", ["registers"]),
    ],
)
def test_a_fault_is_found_where_it_is(fault, failed):
    player = player_of(PARAMS, fault)
    player.play()
    lines = player.text.split("\r\n")
    found = [line.partition(" ... ")[0] for line in lines if "FAILED: byte " in line]
    assert set(failed) <= set(found)
    assert found[0] == failed[0]
    assert f"FAIL: {len(found)} of 6 steps" in lines
    assert player.passed is False


def test_a_script_is_small():
    lengths = {
        (lanes, replicas): len(selftest_script(params, header_of(params)))
        for lanes, replicas in ((2, 8), (8, 8), (16, 8), (16, 16))
        for params in [MachineParams(lanes=lanes, replicas=replicas)]
    }
    assert lengths[2, 8] <= 1536  # six block RAMs of an iCE40
    assert lengths[8, 8] <= 2048
    assert max(lengths.values()) <= 4096


@pytest.mark.parametrize("clock_hz", [0, 12_000_000, 100_000_000])
def test_the_pause_takes_two_seconds(clock_hz):
    script = selftest_script(PARAMS, header_of(PARAMS, clock_hz))
    words = check_script(script)
    verdict = [op for op, _ in words].index(Op.VERDICT)
    units = expand(script)[::-1].index(encode(Op.VERDICT))
    assert {op for op, _ in words[verdict + 1 :]} == {Op.WAIT, Op.REPEAT}
    assert units * 2**UNIT_BITS / (clock_hz or 25_000_000) == pytest.approx(2, rel=0.03)


def test_the_header_is_the_one_that_was_given():
    script = check_script(selftest_script(PARAMS, header_of(PARAMS)))
    expected = bytes(data for op, data in script if op is Op.EXPECT)
    assert b"here" in expected
    assert (0xABCD).to_bytes(2, "little") in expected
    other = check_script(selftest_script(PARAMS, header_of(PARAMS, 1)))
    assert bytes(data for op, data in other if op is Op.EXPECT) != expected


def checked(params: MachineParams, fault: str = "none", *, seed: Any = 1, rounds: Any = 3):
    endpoint = Endpoint(FaultyModel(params, fault), "faulty:")
    with GlauberSampler(endpoint) as sampler:
        return check_device(sampler, seed=seed, rounds=rounds)


@every_machine
def test_models_pass(name):
    told = []
    transport = open_model(SMALL_MACHINES[name], "model:", 1)
    with GlauberSampler(transport) as sampler:
        report = check_device(
            sampler, seed=2, rounds=4, progress=lambda *numbers: told.append(numbers)
        )
    assert [check.difference for check in report.checks] == [""] * 10
    assert report.passed
    report.require()
    assert told == [(done, 10) for done in range(1, 11)]


@pytest.mark.parametrize(
    ("fault", "first", "text"),
    [
        ("header", "header", "CLOCK_HZ (0x5) is 0x00000001, and word by word 0x00000000"),
        ("row count", "registers", "after 1 was written to ROW_COUNT"),
        ("lax", "registers", "after 0 was written to ROW_COUNT"),
        ("deaf", "damaged frames", "1 damaged frame was sent, 0 were counted"),
        ("state", "states", "p-bit 9 of replica 1 is "),
        ("seed", "run 1 of 3", " of replica "),
        ("heat", "run 1 of 3", " of replica "),
        ("cycles", "run 1 of 3", "the run took "),
    ],
)
def test_a_fault_is_named(fault, first, text):
    report = checked(PARAMS, fault)
    failed = [check for check in report.checks if not check.ok]
    assert failed[0].name == first
    assert text in failed[0].difference
    assert not report.passed
    with pytest.raises(SelfTestFailureError) as failure:
        report.require()
    message = str(failure.value)
    assert message.startswith("faulty: (image 00000000) does not do what its model does: ")
    assert f"{len(failed)} of {len(report.checks)} checks failed" in message
    for part in (f"first `{first}`: {failed[0].difference}", "Build the image", "--seed 1"):
        assert part in message


def test_samples_of_a_wrong_machine_differ():
    failed = {check.name: check for check in checked(PARAMS, "seed").checks if not check.ok}
    assert "samples" in failed
    assert " of read " in failed["samples"].difference


def test_the_same_seed_repeats_the_same_checks():
    first, same, other = (
        [check.difference for check in checked(PARAMS, "seed", seed=seed).checks]
        for seed in (3, 3, 4)
    )
    assert first == same
    assert first != other


def test_a_device_that_falls_silent_ends_the_checks():
    with GlauberSampler(SilentEndpoint(PARAMS, Region.SEEDS)) as sampler:
        report = check_device(sampler, seed=1, rounds=3)
    assert [check.name for check in report.checks if not check.ok] == ["run 1 of 3"]
    assert "gave no valid answer" in report.checks[-1].difference
    assert report.skipped == ["run 2 of 3", "run 3 of 3", "samples"]
    assert not report.passed
    with pytest.raises(SelfTestFailureError, match="gave no valid answer"):
        report.require()


def test_a_noise_that_failed_is_a_failure():
    params = SMALL_MACHINES["reference"]
    rings = RingModel(params.rings, params.ring_divider, fault="stuck0")
    with GlauberSampler(open_model(params, "model:", 1, rings)) as sampler:
        report = check_device(sampler, seed=1, rounds=1)
    failed = {check.name: check.difference for check in report.checks if not check.ok}
    assert next(iter(failed)) == "noise"
    assert "failed a health test" in failed["noise"]


@pytest.mark.parametrize("settings", [{"rounds": 0}, {"seed": -1}, {"rounds": 1.5}])
def test_settings_that_are_not_legal(settings):
    with pytest.raises(OptionError, match=r"rounds|seed"):
        checked(PARAMS, **settings)


def test_a_report_is_ready_for_json():
    report = checked(PARAMS).as_dict()
    assert report["passed"] is True
    assert report["device"] == "faulty:"
    assert (report["seed"], report["rounds"], report["skipped"]) == (1, 3, [])
    assert set(report["checks"][0]) == {"name", "ok", "difference", "seconds"}
