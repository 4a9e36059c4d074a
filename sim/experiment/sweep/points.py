"""Points of a sweep, and their units of work: one replication of one point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sim.experiment import provenance
from sim.experiment.task import Job, replicate

if TYPE_CHECKING:
    from sim.experiment.study import Study


@dataclass(frozen=True)
class Point:
    """One point of the grid.

    ``settings`` are the swept keys and their values as given; ``sha256`` names its configuration
    and seed, whatever the number of replications.
    """

    number: int
    settings: Mapping[str, str]
    study: Study
    sha256: str


@dataclass(frozen=True)
class Unit:
    """What is kept of one replication of a point: its metrics, and the digests of its rows."""

    replication: int
    values: dict[tuple[str, str, str], float]
    digests: dict[str, str]
    checks: dict[str, int] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def point_of(
    number: int, settings: Mapping[str, str], study: Study, plugins: Mapping[str, str]
) -> Point:
    """A point of a built study; its rows are not kept.

    Args:
        plugins: names of plug-in files and the SHA-256 of each.
    """
    name = provenance.replications_sha256(study.values, study.seed, plugins)
    design = study.values["design"] | {"keep_rows": "none"}
    values: dict[str, Any] = study.values | {"design": design}
    return Point(number, dict(settings), replace(study, values=values), name)


def simulate(job: Job, replication: int) -> Unit:
    """One unit of work, in a process.

    Raises CheckError where the rows break what they promise.
    """
    done = replicate(job, replication)
    flags = dict.fromkeys(flag for one in done.reductions.values() for flag in one.flags)
    return Unit(replication, done.values, done.digests, done.checks, tuple(flags), done.seconds)
