"""Puts a program and its replicas on a device whose temperatures are those of ladders."""

from glauber.hdl.facts.rules import Mode

from ..chains import ChainRunner
from ..compile import MeasuredProgram
from ..job import Job

__all__ = ["LadderRunner"]


class LadderRunner(ChainRunner):
    """Loads a program for runs on a ladder, and starts its replicas."""

    def load(self) -> None:
        program = self._program
        assert isinstance(program, MeasuredProgram)
        self._mode = program.mode | Mode.LADDER
        super().load()
        self._device.measurements.go_over(program.measured_rows, program.weigh_rows)

    def begin(self, job: Job) -> None:
        """Seeds, and states: at random or where the job says."""
        self.load_seeds(job.plan.seed)
        self._device.noise.start_reseeds(0)
        if before := self._start(job.plan, 0, job.plan.num_reads):
            self._run(before, len(before))
