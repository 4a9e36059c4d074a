"""What a sweep will take: points, units, time and disk, printed before it starts."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli import console
from sim.cli.running import ASK_ABOVE_SECONDS
from sim.rules.errors import ResourceError

if TYPE_CHECKING:
    from sim.config.sweeping import Sweep
    from sim.experiment.sweep.points import Point

ASK_ABOVE_POINTS = 5_000
"""Points that are not even checked unasked: they take minutes, a few thousand files and more."""

CHECK_SECONDS = 0.12
"""Of a processor, to compose, check and build one point."""

ASK_ABOVE_BYTES = 10e9
MOST_VALUES_TOLD = 8
PART_BYTES = 3_000.0
VALUE_BYTES = 8.0
ROW_BYTES = 90.0
"""What a part takes without its metrics, each metric there, and each row of the tables."""


@dataclass(frozen=True)
class Cost:
    """What is left of a sweep, in seconds and bytes."""

    seconds: float
    unit_seconds: float
    size_bytes: float

    def __str__(self) -> str:
        size = self.size_bytes / 1e6
        shown = f"{size / 1000:,.1f} GB" if size >= 1000 else f"{size:,.1f} MB"
        return f"about {console.duration(self.seconds)} and {shown} of disk"


def cost_of(
    points: Sequence[Point], workers: int, times: float = 1.0, kept: AbstractSet[str] = frozenset()
) -> Cost:
    """Seconds and bytes of what is left of a sweep; ``times`` as many points as given are meant.

    The people of every point are counted; what one costs is measured once an engine.

    Args:
        kept: names of parts that are there already.
    """
    from sim.experiment import metrics
    from sim.experiment.duration import (
        SECONDS_TO_START_AND_DRAW,
        TABLES_SECONDS_A_PERSON,
        people_lived,
        seconds_a_person,
    )
    from sim.experiment.sweep.parts import name_of
    from sim.experiment.sweep.whole import units_of

    firsts = {point.study.engine: point.study for point in reversed(points)}
    a_person = {engine: seconds_a_person(study) for engine, study in firsts.items()}
    per_unit = {
        p.sha256: people_lived(p.study) * (a_person[p.study.engine] + TABLES_SECONDS_A_PERSON)
        for p in points
    }
    cells = {p.sha256: len(p.study.arms) * (len(p.study.groups) + 1) for p in points}
    left = [point for point, r in units_of(points) if name_of(point, r) not in kept]
    values = len(metrics.UNITS)
    size = sum(PART_BYTES + VALUE_BYTES * values * cells[point.sha256] for point in left)
    size += sum(2 * ROW_BYTES * values * cells[point.sha256] for point in points)
    total = sum(per_unit[point.sha256] for point in left)
    seconds = total * times / workers + SECONDS_TO_START_AND_DRAW
    return Cost(seconds, max(per_unit.values()), size * times)


def print_plan(
    asked: Sweep, points: Sequence[Point], kept: AbstractSet[str], workers: int, where: str
) -> Cost:
    """Prints the grid, how many units it has, what is left takes, and where; gives back the cost."""
    from sim.experiment.sweep.whole import units_of

    base = points[0].study
    console.say(str(base.values["title"]))
    rows = []
    for axis in asked.axes:
        shown = ", ".join(axis.values[:MOST_VALUES_TOLD])
        more = len(axis.values) - MOST_VALUES_TOLD
        more_told = f", {more} more" if more > 0 else ""
        rows.append((axis.key, str(len(axis.values)), shown + more_told))
    console.table(("key", "points", "values"), rows, right=("points",))
    cost = cost_of(points, workers, kept=kept)
    arms = _span([len(point.study.arms) for point in points])
    replications = _span([point.study.replications for point in points])
    finished = f", {len(kept):,} of them finished" if kept else ""
    console.say(
        f"{asked.count:,} points x {arms} arms x {replications} replications "
        f"({len(units_of(points)):,} units of work{finished}), {cost} ({where})."
    )
    console.say(_of_seeds(points))
    if any(point.study.values["design"]["kind"] == "trial" for point in points):
        console.say(
            "Points that are trials: sweep.csv has their arms as worlds of their own; what the "
            "trial itself finds is told by samtale run."
        )
    return cost


def _of_seeds(points: Sequence[Point]) -> str:
    seeds = sorted({point.study.seed for point in points})
    if len(seeds) > 1:
        return f"{len(seeds)} seeds: points of different seeds differ by luck too."
    return (
        f"All points have the seed {seeds[0]}, which is allowed: the same luck, so that points "
        "differ by what is swept."
    )


def agree(cost: Cost, out: Path, yes: bool) -> None:
    """Refuse what does not fit on the disk, and what is large unless it was agreed to.

    Raises ResourceError.
    """
    place = next(path for path in (out, *out.parents) if path.exists())
    disk = shutil.disk_usage(place)
    free = disk.free
    if disk.total and cost.size_bytes > free:
        raise ResourceError(
            f"the sweep needs about {cost.size_bytes / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB are "
            f"free where {out} is; sweep fewer points, or choose another disk with out="
        )
    if (cost.seconds > ASK_ABOVE_SECONDS or cost.size_bytes > ASK_ABOVE_BYTES) and not yes:
        raise ResourceError(
            f"this would take {cost}; say --yes to start it, or choose design=quick, fewer points "
            "or fewer design.replications"
        )


def refuse_many(asked: Sweep, plugins: Sequence[Path]) -> None:
    """Tell what so many points would take, from the first of them, and refuse to start.

    Raises ResourceError; InputError where already the first point is wrong.
    """
    from sim.config import load
    from sim.experiment.computing import DASK, workers_there
    from sim.experiment.pool import PROCESSES_BESIDE_A_CLUSTER
    from sim.experiment.study import build
    from sim.experiment.sweep.points import point_of

    settings = next(asked.points())
    configuration = load(asked.words(settings), plugins=plugins)
    first = point_of(1, settings, build(configuration.values, configuration.plugins), {})
    compute = configuration.values["compute"]
    workers = workers_there(compute)
    beside = workers if compute["backend"] != DASK else PROCESSES_BESIDE_A_CLUSTER
    checking = asked.count * CHECK_SECONDS / beside
    cost = cost_of([first], workers, float(asked.count))
    raise ResourceError(
        f"{asked.count:,} points x {len(first.study.arms)} arms x {first.study.replications} "
        f"replications would take {cost}, and {console.duration(checking)} before that to check "
        "every point; say --yes to start it, or sweep fewer values"
    )


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low}" if low == high else f"{low} to {high}"
