"""Many configurations of one study evaluated under common luck: outcomes by point, arm, replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment import metrics
from sim.experiment.calibration.emulation import changed
from sim.experiment.pool import Pool, Progress, no_progress
from sim.experiment.study import build
from sim.experiment.task import Job, World, replicate, shipped_world
from sim.model.engines import compile_for
from sim.rules.registry import Plugin

OUTCOMES = ["point", "arm", "replication", "metric", "value"]

Changes = Mapping[str, Any]
"""Values by dotted key that a point has in the place of those of the study."""


@dataclass(frozen=True)
class Shared:
    """What all points share: the study as configured, the paired metrics, what makes the rows."""

    values: Mapping[str, Any]
    metrics: tuple[str, ...]
    plugins: tuple[Plugin, ...] = ()
    world: World = shipped_world


@dataclass(frozen=True)
class Point:
    """What differs from the study as configured, and which replications are wanted.

    Replication r has the same people and luck at every point, since the seed is that of the study.
    """

    changes: Changes
    replications: tuple[int, ...]


def evaluate(
    shared: Shared,
    points: Sequence[Point],
    pool: Pool,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """The paired metrics of every point, arm (but the first) and replication, in that order.

    A point is a task: its study is built once, its rows are dropped when it is reduced.

    Raises:
        InputError: a point that no study can be built of.
        CheckError: a replication breaks what its rows promise.
    """
    rows = [
        (number, arm, replication, metric, value)
        for number, found in enumerate(pool.map(outcomes, shared, points, progress))
        for (arm, replication, metric), value in found.items()
    ]
    return pd.DataFrame(rows, columns=OUTCOMES)


def outcomes(shared: Shared, point: Point) -> dict[tuple[str, int, str], float]:
    """The paired metrics of one point by (arm, replication, metric)."""
    values_here = changed(shared.values, point.changes)
    if point.changes:
        # What a scenario asks of its arms holds as configured; a range may lead away from it.
        values_here["checks"] = {}
    study = build(values_here, shared.plugins)
    compile_for(study)
    job = Job(study, shared.world)
    found: dict[tuple[str, int, str], float] = {}
    for replication in point.replications:
        values = replicate(job, replication).values
        for arm in study.arms[1:]:
            for metric in shared.metrics:
                found[arm, replication, metric] = paired(values, study.arms[0], arm, metric)
    return found


def paired(
    values: Mapping[tuple[str, str, str], float], baseline: str, arm: str, metric: str
) -> float:
    """A metric of an arm against the first, over all groups, as in differences.csv; NaN if none."""
    if metric in metrics.PER_PAIR:
        return values.get((arm, metrics.ALL, metric), np.nan)
    level = metrics.TURNED.get(metric, metric)
    difference = values.get((arm, metrics.ALL, level), np.nan) - values.get(
        (baseline, metrics.ALL, level), np.nan
    )
    return 0.0 - difference if metric in metrics.TURNED else difference


def known_metrics() -> tuple[str, ...]:
    """Metrics that one replication gives for a pair of arms (a ratio of means is none)."""
    own = [name for name in metrics.PAIRED_UNITS if name != metrics.RATIO[0]]
    return (*own, *metrics.UNITS)


def means(table: pd.DataFrame) -> pd.DataFrame:
    """The mean over replications: a row a point, a column an (arm, metric)."""
    return table.pivot_table(
        index="point", columns=["arm", "metric"], values="value", aggfunc="mean", sort=False,
        dropna=False,
    )  # fmt: skip


def unit(metric: str) -> str:
    """The unit of a metric of a pair."""
    return (metrics.UNITS | metrics.PAIRED_UNITS)[metric]
