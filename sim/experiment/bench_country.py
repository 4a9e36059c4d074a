"""What a country takes, and how that grows with its jobcentres: measured in fresh processes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from sim.experiment.study import build
from sim.experiment.task import Job, replicate, shipped_world
from sim.model.engines import compile_for

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.replication import Part

MOST_TIMES = 1.2
"""How much longer a spell of the whole country may take than one of a part of it."""


@dataclass(frozen=True)
class Taken:
    """What one replication took: spells lived in all arms, processor seconds, peak memory."""

    jobcentres: int
    spells: int
    seconds: float
    peak_bytes: float

    @property
    def seconds_per_spell(self) -> float:
        """Processor seconds a spell."""
        return self.seconds / self.spells


def measure(values: Mapping[str, Any]) -> Taken:
    """One replication of a configured country in a process of its own, compiled before."""
    context = get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(_take, dict(values)).result()


def _take(values: dict[str, Any]) -> Taken:
    import resource

    study = build(values)
    compile_for(study)
    spells = 0

    def counted(of: Study, replication: int) -> Iterator[Part]:
        nonlocal spells
        for part in shipped_world(of, replication):
            spells += len(part.rows.spells["person"])
            yield part

    began = time.process_time()
    replicate(Job(study, counted), 0)
    seconds = time.process_time() - began
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return Taken(int(values["office"]["area_count"]), spells, seconds, float(peak))
