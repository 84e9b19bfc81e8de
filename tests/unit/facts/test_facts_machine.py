from pathlib import Path

import pytest

from glauber.hdl.facts.__main__ import render
from glauber.hdl.facts.digest import facts_hash
from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.frames import seal, unseal
from glauber.hdl.facts.header import Header, HeaderWords
from glauber.hdl.facts.machine import (
    KEEP_CLOCKS,
    OPERATION_CLOCKS,
    MachineParams,
)
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.numbers import (
    LOGIT_FORMAT,
    TEMPERATURE_FORMAT,
    coupling_range,
    field_limit,
)
from glauber.hdl.facts.program import Step, decode_row, encode_coupling, encode_row
from glauber.hdl.facts.regions import Region, region_words
from glauber.hdl.facts.registers import Register

REFERENCE = Path(__file__).parents[3] / "docs" / "reference.md"


def test_reference_page_is_what_the_facts_render():
    assert REFERENCE.read_text() == render(), "run: python -m glauber.hdl.facts > docs/reference.md"


def test_digest_changes_with_a_fact(monkeypatch):
    before = facts_hash()
    monkeypatch.setattr("glauber.hdl.facts.machine.PIPELINE_CLOCKS", 7)
    facts_hash.cache_clear()
    after = facts_hash()
    facts_hash.cache_clear()
    assert before != after


@pytest.mark.parametrize(
    ("option", "value", "legal"),
    [
        ("lanes", 3, "1 to 256"),
        ("lanes", 0, "1 to 256"),
        ("replicas", 5000, "1 to 4096"),
        ("couplings_per_slot", 3, "1 to 2"),
        ("draws", 16, "1 to 8"),
        ("coupling_bits", 13, "2 to 12"),
        ("field_bits", 10, "11 to 24"),
        ("pbits", 100, "8 to "),
        ("slots", 1, "2 to "),
        ("burst_words", 0, "1 to "),
        ("steps", 0, "1 to "),
        ("rows", 0, "1 to "),
        ("stream_words, unless 0,", 1, "2 to "),
        ("stream_words, unless 0,", 48, "2 to "),
    ],
)
def test_parameters_out_of_range_are_refused(option, value, legal):
    with pytest.raises(FactError, match=f"{option} is {value}[,;] .* {legal}"):
        MachineParams(**{option.partition(",")[0]: value})


def test_one_lane_and_one_replica_are_allowed():
    params = MachineParams(lanes=1, replicas=1, draws=1, couplings_per_slot=1)
    assert (params.units, params.beats, params.beat_pbits, params.row_min) == (1, 1, 1, 3)


@pytest.mark.parametrize(("lanes", "replicas", "beats"), [(4, 8, 1), (4, 64, 4), (16, 16, 8)])
def test_states_are_written_in_beats_of_a_block_ram(lanes, replicas, beats):
    params = MachineParams(lanes=lanes, replicas=replicas, draws=1)
    assert params.beats == beats
    assert params.row_min == max(3, beats)


def test_reads_draw_from_the_same_streams_whatever_the_number_of_replicas():
    def streams(replicas):
        params = MachineParams(replicas=replicas)
        return [
            params.seed_stream(read // replicas, 1, read % replicas // params.draws)
            for read in range(64)
        ]

    assert streams(4) == streams(8) == streams(64)
    assert len(set(streams(4))) == 16


def test_rows_and_steps_survive_encoding():
    assert decode_row(encode_row(4095, 77)) == (4095, 77)
    for sweeps in (1, 4095, 4096):
        for couple, emit in ((False, False), (True, False), (False, True), (True, True)):
            step = Step(temperature=12345, sweeps=sweeps, couple=couple, emit=emit)
            assert Step.decode(step.encode()) == step


@pytest.mark.parametrize(("replicas", "clocks"), [(1, 132), (8, 20), (32, 8), (64, 8)])
def test_an_emission_takes_clocks_for_a_rest_and_its_words(replicas, clocks):
    params = MachineParams(replicas=replicas, draws=1)
    plain = params.run_clocks(100, 7)
    assert params.run_clocks(100, 7, 1, 0) == plain + params.drain_clocks + 1
    assert params.run_clocks(100, 7, 3, 40) == plain + 3 * (params.drain_clocks + 1) + 40 * clocks


def test_best_states_need_scores():
    with pytest.raises(FactError, match=r"abilities are BEST; BEST needs SCORES"):
        MachineParams(abilities=Abilities.BEST)


def test_weights_are_those_of_a_field_in_parts_that_cells_can_add():
    params = MachineParams(coupling_bits=4, field_bits=8)
    assert params.weights == ((8, 8), (8, 4), (8, 2), (8, 1), (4, 1), (2, 1), (1, 1))
    assert sum(weight * times for weight, times in params.weights) == params.field_limit * 2 + 1


def test_a_weighing_takes_a_clock_for_each_addition_and_longer_with_more_replicas():
    def clocks(**options):
        return MachineParams(field_bits=8, **options).weigh_clocks

    # 8 + 4 + 2 + 1 + 1 + 1 + 1 additions, and 4 + 2 + 1 + 1 + 1 + 1 + 1.
    assert clocks(coupling_bits=4) - clocks(coupling_bits=5) == 7
    assert clocks(coupling_bits=4, replicas=64) >= clocks(coupling_bits=4, replicas=32) + 32


def test_a_measuring_operation_takes_clocks_for_walk_weighings_and_copy():
    params = MachineParams(pbits=512)
    walk = 100 + 50 + 2 * params.drain_clocks
    assert params.measure_clocks((), scores=False, kept=False) == OPERATION_CLOCKS
    moments = params.measure_clocks((100, 50), scores=False, kept=False)
    assert moments == OPERATION_CLOCKS + walk
    scores = params.measure_clocks((100, 50), scores=True, kept=False)
    assert scores == moments + 2 * params.weigh_clocks
    kept = params.measure_clocks((100, 50), scores=True, kept=True)
    assert kept == scores + KEEP_CLOCKS + 512


def test_couplings_are_two_s_complement_below_the_address():
    assert encode_coupling(5, -1, 8) == 0x5FF
    assert coupling_range(8) == (-128, 127)
    assert field_limit(16) == 16383


@pytest.mark.parametrize("length", [0, 4096])
def test_row_lengths_out_of_range_are_refused(length):
    with pytest.raises(FactError, match=f"length in slots is {length}, .* 1 to 4095; lower"):
        encode_row(length, 0)


def test_row_targets_out_of_range_are_refused():
    with pytest.raises(FactError, match=r"target is 1048576, .* use more lanes"):
        encode_row(1, 1 << 20)


@pytest.mark.parametrize("sweeps", [0, 4097])
def test_sweeps_out_of_range_are_refused(sweeps):
    with pytest.raises(FactError, match=f"sweeps is {sweeps}, .* 1 to 4096; use several"):
        Step(1, sweeps).encode()


def test_temperatures_out_of_range_are_refused():
    with pytest.raises(FactError, match=r"temperature code is 262144, .* change beta"):
        Step(1 << 18, 1).encode()


def test_fixed_point_refuses_what_it_cannot_hold():
    assert TEMPERATURE_FORMAT.decode(TEMPERATURE_FORMAT.encode(1.5)) == 1.5
    with pytest.raises(FactError, match=r"fixed-point value is 32, .* rescale it"):
        LOGIT_FORMAT.encode(32)


def test_frames_survive_and_damage_is_seen():
    frame = seal(1, 0x1234, b"abc")
    assert unseal(frame) == (1, 0x1234, b"abc")
    for index in range(len(frame)):
        assert unseal(frame[:index] + bytes([frame[index] ^ 4]) + frame[index + 1 :]) is None
    assert unseal(b"abc") is None


def test_header_has_a_word_for_every_parameter():
    params = MachineParams(lanes=2, replicas=16)
    words = HeaderWords(params, 0x1234).words()
    assert len(words) == len(Header)
    assert words[Header.LANES] == 2
    assert words[Header.TABLE_FINE_BITS] == params.table.fine_bits


def test_regions_exist_with_their_abilities():
    names = {
        Abilities.NONE: set(),
        Abilities.LOOPS: set(),
        Abilities.SCORES: {Region.SCORES},
        Abilities.SCORES | Abilities.BEST: {Region.SCORES, Region.BEST},
        Abilities.MOMENTS: {Region.MOMENTS},
    }
    for abilities, there in names.items():
        params = MachineParams(abilities=abilities, replicas=16)
        sizes = {
            region: region_words(region, params)
            for region in (Region.SCORES, Region.MOMENTS, Region.BEST)
        }
        assert {region for region, size in sizes.items() if size} == there
        assert sizes[Region.SCORES] in (0, 48)
        assert sizes[Region.BEST] in (0, params.state_words)
        assert sizes[Region.MOMENTS] in (0, region_words(Region.PROGRAM, params))
        assert HeaderWords(params, 0).words()[Header.ABILITIES] == abilities


def test_registers_stand_behind_the_header():
    assert min(Register) == len(Header)
    assert region_words(Region.REGISTERS, MachineParams()) == max(Register) + 1


def test_a_weighing_takes_clocks_for_every_bit_of_every_replica():
    params = MachineParams(lanes=16, replicas=16, coupling_bits=8, field_bits=14)
    additions = 32 + 16 + 8 + 4 + 2 + 1 + 7
    assert [step * count for step, count in params.weights] == [1 << n for n in range(12, -1, -1)]
    assert params.weigh_clocks == 8 + 13 * 16 + additions + 4 * 16 + 2
    assert params.keep_clocks == 3 + params.pbits
    few = MachineParams(lanes=1, replicas=1, draws=1, coupling_bits=8, field_bits=14)
    assert few.weigh_clocks == 8 + 13 * 4 + additions + 4 + 1


@pytest.mark.parametrize("abilities", [Abilities.NONE, Abilities.BEST | Abilities.SCORES])
def test_abilities_have_names(abilities):
    assert Abilities.of_names(abilities.text) == abilities
    assert Abilities.of_names("all") == Abilities.of_names(Abilities.ALL.text) == Abilities.ALL
