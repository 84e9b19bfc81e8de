"""`GlauberPool`: several devices as one dimod sampler."""

import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

import dimod

from glauber.hdl.facts.machine import MachineParams

from ..compile import IsingProblem
from ..errors import DeviceError, OptionError
from ..job import read_starts
from ..plan import ChainPlan, check_streams
from ..progress import Progress, no_progress
from ..request import Request
from ..results import is_empty
from ..sampler import SEED_BITS, GlauberSampler
from ..transports import Transport
from .call import PoolCall
from .reads import ReadQueue

__all__ = ["SAMPLE_PARAMS", "GlauberPool", "sample_params"]

# What decides the samples of a machine; the rest decides how fast it is and how much it holds.
SAMPLE_PARAMS = ("lanes", "draws", "coupling_bits", "field_bits", "source", "table")


def sample_params(params: MachineParams) -> dict[str, Any]:
    """What must be equal for two machines to give the same samples, ready for JSON."""
    found = {name: getattr(params, name) for name in SAMPLE_PARAMS}
    found["source"] = params.source.name.lower()
    found["table"] = [params.table.coarse_bits, params.table.fine_bits]
    return found


class GlauberPool(dimod.Sampler):
    """Samples on several devices at once, and gives what one of them alone would give.

    Parameters
    ----------
    devices : sequence of str or Transport
        Device URLs, as for `GlauberSampler`. A board may stand in it once, a simulation often.

    The reads of a call are divided among the devices. A read depends on the seed and its number,
    not on the device, so the samples are those of a single device, bit for bit, whoever is fastest.
    Therefore devices whose lanes, draws, number widths or noise differ are refused.

    A device that fails is left out from then on; its reads are done by the others. Raises
    `OptionError` for devices that do not go together, and what `GlauberSampler` raises. A context
    manager; `close()` closes the devices.
    """

    def __init__(self, devices: Sequence[str | Transport]) -> None:
        given = [devices] if isinstance(devices, str) else list(devices)
        _check_names(given)
        with contextlib.ExitStack() as stack:
            self.samplers = [stack.enter_context(GlauberSampler(device)) for device in given]
            _check_alike(self.samplers)
            self._stack = stack.pop_all()
        self.failures: dict[int, DeviceError] = {}

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The keywords of `sample`: those of `GlauberSampler.sample` without `reseed_words`."""
        return {
            name: value
            for name, value in self.samplers[0].parameters.items()
            if name != "reseed_words"
        }

    @property
    def properties(self) -> dict[str, object]:
        """What the devices said of themselves when they were opened."""
        return {"devices": [sampler.properties for sampler in self.samplers]}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the devices."""
        self._stack.close()

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int | None = None,
        first_read: int = 0,
        seed: int | None = None,
        interrupt_function: Callable[[], bool] | None = None,
        progress: Progress = no_progress,
        **keywords: Any,
    ) -> dimod.SampleSet:
        """Anneals or samples, by the keywords of `GlauberSampler.sample`.

        `interrupt_function` and `progress` are called from threads, by one at a time. If it was
        interrupted, the reads that are there need not be the first ones: `info["parts"]` tells.

        Returns the reads in order. `info` is that of one device, its counters added up;
        `info["parts"]` says which device did which reads, and `info["failures"]` which device
        failed at which reads, with the text of the error. Raises as `GlauberSampler.sample`, and
        `DeviceError` only if all devices have failed.
        """
        if keywords.pop("reseed_words", None) is not None:
            raise OptionError(
                "reseed_words is for one device, whose replicas it depends on; replay with "
                "GlauberSampler the parts of the run, first_read and num_reads of each"
            )
        keywords = self.remove_unknown_kwargs(**keywords)
        keywords |= {"seed": secrets.randbits(SEED_BITS) if seed is None else seed}
        begin = time.perf_counter()
        # All is checked here for all reads; a device would see only its own.
        request = Request(num_reads=num_reads, first_read=first_read, **keywords)
        if is_empty(bqm):  # nothing to divide
            found = self.samplers[0].sample(bqm, num_reads=num_reads, **keywords)
            found.info.update(parts=[], failures=[])
            return found
        reads, _ = read_starts(request, IsingProblem.from_bqm(bqm), bqm.vartype)
        plan = ChainPlan(reads, [], 0, first_read=int(first_read))
        check_streams(plan, self.samplers[0].device.params, rows=0)
        call = PoolCall(
            self.samplers,
            self.failures,
            bqm,
            ReadQueue(int(first_read), reads),
            interrupt_function,
            progress,
        )
        return call.run(keywords, begin, request.seconds)


def _check_names(devices: Sequence[str | Transport]) -> None:
    """Raise `OptionError` if there are no devices, or one that can have only one user twice."""
    if not devices:
        raise OptionError("a pool was given no devices; give at least one device URL")
    names = [device if isinstance(device, str) else device.name for device in devices]
    for name in names:
        if names.count(name) > 1 and not name.startswith(("model:", "rtl:")):
            raise OptionError(f"the device {name} stands twice in a pool; give each board once")


def _check_alike(samplers: Sequence[GlauberSampler]) -> None:
    """Raise `OptionError` if samples would depend on which device they come from."""
    first, *others = samplers
    expected = sample_params(first.device.params)
    for sampler in others:
        found = sample_params(sampler.device.params)
        if differing := [name for name in SAMPLE_PARAMS if found[name] != expected[name]]:
            text = ", ".join(f"{name} {expected[name]} and {found[name]}" for name in differing)
            raise OptionError(
                f"{first.device.name} and {sampler.device.name} would not give the same samples "
                f"({text}); pool devices that are alike in {', '.join(SAMPLE_PARAMS)}, and use "
                "others one by one"
            )
