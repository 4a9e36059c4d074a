"""Whether a run has room on this computer: memory and disk, told before it starts."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiment.duration import people_lived
from sim.model.engines import COMPILED
from sim.model.settings import area_shares
from sim.rules.errors import ResourceError

if TYPE_CHECKING:
    from sim.experiment.study import Study

PROGRAM_BYTES = 250e6
"""What the program itself takes, in each process."""
LIFE_BYTES = {COMPILED: 470.0}
LIFE_BYTES_SIMPY = 1_750.0
LIFE_BYTES_BY_AREA = 225.0
"""The same where areas are summed and let go one after the other (compiled)."""
"""Memory of a life while its replication lives, by engine: measured, rows of all worlds at once."""
REPLICATION_BYTES = 5e5
"""Memory of a finished replication until the tables are made."""
PART_BYTES = 6e4
ROW_BYTES = 400.0
"""Disk of a finished replication, and of the rows of a life where they are kept, parts and all."""


@dataclass(frozen=True)
class Need:
    """What a run of so many replications takes at most, in bytes."""

    memory: float
    disk: float


def need_of(study: Study, replications: int) -> Need:
    """Memory and disk; right to about a half."""
    compute = study.values["compute"]
    workers = int(compute["workers"]) if compute["backend"] == "local" else 1
    at_once = min(workers, replications)
    a_life = LIFE_BYTES.get(study.engine, LIFE_BYTES_SIMPY)
    if study.engine == COMPILED and area_shares(study.values["office"]):
        a_life = LIFE_BYTES_BY_AREA
    lives = people_lived(study)
    memory = (at_once + (workers > 1)) * PROGRAM_BYTES + at_once * lives * a_life
    keeps = {"all": replications, "first": 1}.get(study.values["design"]["keep_rows"], 0)
    return Need(
        memory + replications * REPLICATION_BYTES,
        replications * PART_BYTES + keeps * lives * ROW_BYTES,
    )


def require(study: Study, replications: int, out: Path) -> None:
    """Refuse a run for which this computer has too little memory or disk.

    Raises ResourceError that says what is needed, what there is, and what would fit.
    """
    need = need_of(study, replications)
    place = next(path for path in (out, *out.parents) if path.exists())
    problems = [
        problem
        for what, needed, there in (
            ("memory", need.memory, memory_bytes()),
            ("disk", need.disk, float(shutil.disk_usage(place).free)),
        )
        if there and needed > there
        for problem in [
            f"{replications:,} replications of {people_lived(study):,.0f} lives each need about "
            f"{_size(needed)} of {what}; this computer has {_size(there)}{_fits(study, what, there)}"
        ]
    ]
    if problems:
        raise ResourceError(problems)


def _fits(study: Study, what: str, there: float) -> str:
    """What would have room, in words."""
    one, two = (getattr(need_of(study, number), what) for number in (1, 2))
    if one <= there:
        # Workers that have nothing to do need nothing, so that the first steps are steeper.
        many = getattr(need_of(study, 1_000), what) if two <= there else one
        each = (getattr(need_of(study, 2_000), what) - many) / 1_000
        most = max(1, int(1_000 + (there - many) / each)) if many > one and each > 0.0 else 1
        return f"; the largest design.replications here is about {most:,}"
    if what == "disk":
        return "; set design.keep_rows=none, or choose another disk with out="
    return f"; choose at most a {ceil(one / there):,}th of this population.scale"


def memory_bytes() -> float:
    """The memory of this computer; 0 where it cannot be told."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return 0.0


def _size(size_bytes: float) -> str:
    for unit, scale in (("TB", 1e12), ("GB", 1e9)):
        if size_bytes >= scale:
            return f"{size_bytes / scale:,.1f} {unit}"
    return f"{size_bytes / 1e6:,.0f} MB"
