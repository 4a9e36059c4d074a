"""The replications of a run: each kept as soon as it is finished, none run twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.experiment import row_parts
from sim.experiment.attempts import attempts
from sim.experiment.kept import Kept
from sim.experiment.parquet import RowFiles
from sim.experiment.pool import Pool, Progress
from sim.experiment.replicated import Replicated, keeps_rows
from sim.experiment.rows import SCHEMA
from sim.experiment.task import Job, replicate
from sim.experiment.timing import Clock
from sim.rules.errors import ResourceError, SamtaleError

if TYPE_CHECKING:
    from sim.experiment.study import Study

SHORTEST_PATIENCE_SECONDS, PATIENCE = 900.0, 20.0
"""A task that takes so long, and so many times what was expected, has been lost."""


def patience_seconds(expected_seconds: float) -> float:
    """How long to wait for a task of which so much is expected."""
    return max(SHORTEST_PATIENCE_SECONDS, PATIENCE * expected_seconds)


def attempt(job: Job, replication: int) -> Replicated | SamtaleError:
    """One replication, or the refusal that it ended with: trying again would not help."""
    try:
        return replicate(job, replication)
    except SamtaleError as error:
        return error


@dataclass
class Replications:
    """Runs replications that are not there yet, keeps each, and appends their rows in order.

    ``done`` holds what is there by number, also from before; ``clock`` times the writing.
    """

    job: Job
    kept: Kept
    row_files: RowFiles
    clock: Clock
    done: dict[int, Replicated] = field(default_factory=dict)
    _settled: int = 0
    _appended: int = 0

    def take_kept(self) -> int:
        """Read what was finished before; how many those are.

        Raises DataError that names every file which is damaged.
        """
        study = self.job.study
        found = self.kept.read_all(max(self.kept.there(), default=-1) + 1)
        self.done = {
            number: one
            for number, one in found.items()
            if one.row_sums or not keeps_rows(study, number)
        }
        return len(self.done)

    def settle(self, number: int) -> None:
        """Say that the run will have at least so many: their rows go into its files."""
        self._settled = max(self._settled, number)
        self._append()

    def run(self, numbers: Iterable[int], pool: Pool, progress: Progress, patience: float) -> None:
        """Run those of the replications that are not there.

        Args:
            patience: seconds after which a task is taken as lost.
        Raises what a replication refuses with; ResourceError, when all others are finished, that
        names those which failed twice.
        """
        left = [number for number in numbers if number not in self.done]
        failed: list[str] = []
        job = replace(self.job, sees_rows=pool.shares_disk)
        work = [(job, number) for number in left]
        for ended, one in enumerate(attempts(pool, attempt, work, patience), start=1):
            number, result = left[one.place], one.result
            if isinstance(result, SamtaleError):
                raise result
            if result is None:
                failed.append(f"replication {number}: {one.problem}")
            else:
                self.clock.start("writing")
                row_parts.receive(self.kept.folder, number, result.sent)
                result.sent.clear()
                self.kept.write(result)
                self.done[number] = result
                self._append()
                self.clock.stop()
            progress(ended, len(left))
        if failed:
            head = f"{len(failed)} of {len(left)} replications failed twice; the others are kept"
            raise ResourceError([f"{head}, and --resume tries these again:", *sorted(failed)])

    def _append(self) -> None:
        """Append the rows of settled ones that follow on what is in the files already."""
        study: Study = self.job.study
        while self._appended < self._settled and self._appended in self.done:
            number = self._appended
            if keeps_rows(study, number):
                for table in SCHEMA:
                    found = row_parts.chunks(self.kept.folder, number, table, study.kept_worlds)
                    for arm, columns in found:
                        self.row_files.add(table, arm, number, columns)
            self._appended += 1
