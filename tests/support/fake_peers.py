"""Samplers for the benchmark's tests: a peer without a package, and calls without a clock."""

import os
import time

import dimod
import numpy as np

from glauber.host.benchmark.instances import Instance
from glauber.host.benchmark.peers import Peer, Runner
from glauber.host.benchmark.worker import Outcome


def make_pair(target: float | None = -1.0):
    """Two spins that like to be equal: energies -1 and 1."""
    return Instance("pair", dimod.BinaryQuadraticModel.from_ising({}, {(0, 1): -1.0}), -1.0, target)


class FakePeer(Peer):
    """Gives both energies in turn, or does what `trick` says."""

    package = "numpy"  # which is there, so that it has a version
    module = "numpy"
    rule = "fake"
    order = "none"
    efforts = (10, 20, 40)

    def __init__(self, name="fake", trick="", **changes):
        self.name = name
        self.trick = trick
        for key, value in changes.items():
            setattr(self, key, value)

    def refuses(self, instance):
        return "it does not like it" if self.trick == "refuse" else None

    def open(self, instance, threads):
        if self.trick == "raise at once":
            raise RuntimeError("no\nsecond line")
        return FakeRunner(self.trick)


class FakeRunner(Runner):
    def __init__(self, trick):
        self.trick = trick
        self.calls = []

    def run(self, setting, seed):
        self.calls.append((setting, seed))
        if self.trick == "raise":
            raise ValueError("it broke")
        if self.trick == "exit":
            os._exit(7)
        if self.trick == "sleep":
            time.sleep(60)
        second = np.where(np.arange(setting.reads) % 2, -1, 1)
        return np.stack([np.ones_like(second), second], axis=1).astype(np.int8)

    def samples(self, result):
        return None if self.trick == "no samples" else result


class FakeCall:
    """A call that takes `pace` seconds for a read and an effort of 1, and `fixed` besides.

    chance : of a read to have energy -1 rather than 1, by setting
    """

    def __init__(self, pace=1e-3, fixed=0.0, chance=lambda _: 0.5, wall_factor=1.0):
        self.pace, self.fixed, self.chance, self.wall_factor = pace, fixed, chance, wall_factor
        self.calls = []

    def __call__(self, setting, seed):
        self.calls.append((setting, seed))
        reads = setting.reads * setting.batches
        cpu = self.fixed + self.pace * reads * setting.effort
        energies = np.where(np.arange(reads) < round(self.chance(setting) * reads), -1.0, 1.0)
        return Outcome(setting, cpu * self.wall_factor, cpu, energies, 5_000_000)


class FakeWorker:
    """In place of `Worker`: calls the peer here, with times that it makes up."""

    def __init__(self, peer, instance, threads, timeout):
        self.call = peer.fake_call
        self.trouble = peer.trick

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def wait(self):
        return 0.0
