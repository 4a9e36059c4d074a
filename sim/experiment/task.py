"""One replication of a study as a task: simulated, checked, hashed and reduced in one process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment import row_parts
from sim.experiment.collecting import Collecting
from sim.experiment.replicated import Replicated, keeps_rows

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.replication import Part

World = Callable[["Study", int], Iterable["Part"]]


@dataclass(frozen=True)
class Job:
    """What all replications of a study share; ``world`` makes the rows of one replication.

    ``rows`` is the folder of the parts in which rows are kept, where the study keeps any; workers
    that do not see it (``sees_rows``) send them along.
    """

    study: Study
    world: World
    rows: Path | None = None
    sees_rows: bool = True


def shipped_world(study: Study, replication: int) -> Iterable[Part]:
    """The simulated worlds; imported here, so that reading results does not need SimPy."""
    from sim.model.replication import run_parts

    return run_parts(study, replication)


def remembered_world(study: Study, replication: int) -> Iterable[Part]:
    """The same, without living any world again that this process has lived lately."""
    from sim.model.replication import run_parts

    return run_parts(study, replication, _memory())


@lru_cache(maxsize=1)
def _memory() -> Any:
    from sim.model.remembered import Memory

    return Memory()


def replicate(job: Job, replication: int) -> Replicated:
    """Simulate every arm of one replication and keep what the tables need.

    Raises CheckError where the rows break what they promise.
    """
    study = job.study
    began = time.process_time()
    with ExitStack() as stack:
        part, folder = None, job.rows
        if folder is not None and keeps_rows(study, replication):
            if not job.sees_rows:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="samtale-")))
            part = row_parts.RowPart(folder, replication, study.kept_worlds)
        collected = Collecting(study, replication, part)
        with part or nullcontext():
            for one in job.world(study, replication):
                collected.add(one)
            collected.end_of_rows()
        sent = {}
        if part is not None and not job.sees_rows:
            sent = row_parts.contents(part.folder, replication)
        return collected.result(time.process_time() - began, sent)
