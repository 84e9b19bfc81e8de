"""Every noise source is its model, bit for bit, under cocotb."""

from support.all_sources import AllSources
from support.cocotb_run import run_cocotb


def test_sources_give_the_words_of_their_models(tmp_path):
    assert run_cocotb(AllSources(), "benches.noise_sources", build_dir=tmp_path) == 2
