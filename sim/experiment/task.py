"""One replication of a study as a task: simulated, checked, hashed and reduced in one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.experiment.collecting import Collecting
from sim.experiment.replicated import Replicated, keeps_rows

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.replication import Part

World = Callable[["Study", int], Iterable["Part"]]


@dataclass(frozen=True)
class Job:
    """What all replications of a study share; ``world`` makes the rows of one replication."""

    study: Study
    world: World


def shipped_world(study: Study, replication: int) -> Iterable[Part]:
    """The simulated worlds; imported here, so that reading results does not need SimPy."""
    from sim.model.replication import run_parts

    return run_parts(study, replication)


def replicate(job: Job, replication: int) -> Replicated:
    """Simulate every arm of one replication and keep what the tables need.

    Raises CheckError where the rows break what they promise.
    """
    began = time.process_time()
    collected = Collecting(job.study, replication, keeps_rows(job.study, replication))
    for part in job.world(job.study, replication):
        collected.add(part)
    return collected.result(time.process_time() - began)
