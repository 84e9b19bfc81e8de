"""A model at its bus: loading, running, and reading its states."""

import time

import numpy as np

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register

__all__ = ["load_and_run", "states_of", "write"]


def write(machine, address, words):
    assert machine.write(int(address), np.asarray(words, np.uint32)) is Result.OK


def load_and_run(machine, load, number=1):
    for address, words in load.writes():
        write(machine, address, words)
    write(machine, Register.RUN, [number])
    while machine.running:
        time.sleep(0.001)


def states_of(machine):
    params = machine.params
    result, words = machine.read(region_base(Region.STATES), params.state_words)
    assert result is Result.OK
    bits = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little")
    return bits.reshape(params.pbits, params.replicas)
