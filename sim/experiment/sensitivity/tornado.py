"""One parameter at a time at the ends of its range, and what chance alone does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.intervals import estimate
from sim.experiment.points import Point, unit
from sim.experiment.sensitivity.ranges import Varied
from sim.experiment.validity import t_quantile

CHANCE = "chance"
"""The name of the row in which only the seed varies."""

CHANCE_REPLICATIONS = 20
"""Replications of the study as configured, from which the band of chance is worked out."""

COLUMNS = [
    "arm", "metric", "metric_unit", "parameter", "unit", "configured", "low", "high", "outcome",
    "outcome_at_low", "outcome_at_high", "swing", "swing_se", "span", "source", "mark",
]  # fmt: skip


def points(varied: Sequence[Varied], replications: int) -> list[Point]:
    """The low and the high end of each parameter, the others as configured."""
    numbers = tuple(range(replications))
    return [Point(one.at(end), numbers) for one in varied for end in (one.low, one.high)]


def configured(replications: int) -> list[Point]:
    """The study as configured with so many replications, a point each, so that all workers help."""
    return [Point({}, (number,)) for number in range(max(replications, CHANCE_REPLICATIONS))]


def chance_half(values: np.ndarray, replications: int) -> float:
    """Half the width of the band in which 95 % of means of so many replications fall by chance.

    t(n - 1) s / sqrt(R), from the standard deviation s of n replications of the same study.
    """
    number = len(values)
    if number < 2:
        return float("nan")
    return float(t_quantile(np.array(number)) * np.std(values, ddof=1) / sqrt(replications))


Blocks = Mapping[tuple[str, str], np.ndarray]
"""By arm and metric: values with the replications on the last axis."""


def table(varied: Sequence[Varied], base: Blocks, ends: Blocks, replications: int) -> pd.DataFrame:
    """sensitivity.csv: a row an arm, metric and parameter, the widest span first, chance among them.

    Args:
        base: by arm and metric, the study as configured: (replication,).
        ends: the same at the ends of each parameter: (parameter, low or high, replication).
    """
    rows: list[list[Any]] = []
    for (arm, metric), known in base.items():
        outcome = float(np.mean(known[:replications]))
        found: list[list[Any]] = []
        for one, pair in zip(varied, ends[arm, metric], strict=True):
            low, high = (float(np.mean(end)) for end in pair)
            swing = estimate(pair[1] - pair[0])
            span = max(low, high, outcome) - min(low, high, outcome)
            found.append([
                arm, metric, unit(metric), one.name, one.unit, one.value, one.low, one.high,
                outcome, low, high, high - low, float(swing.se), span, one.source, one.mark,
            ])  # fmt: skip
        half = chance_half(known, replications)
        found.append([
            arm, metric, unit(metric), CHANCE, "", *[np.nan] * 3, outcome, outcome - half,
            outcome + half, 2 * half, np.nan, 2 * half, "", "",
        ])  # fmt: skip
        rows += sorted(found, key=lambda row: (-row[COLUMNS.index("span")], row[3]))
    return pd.DataFrame(rows, columns=COLUMNS)


def blocks(outcomes: pd.DataFrame, shape: tuple[int, ...]) -> dict[tuple[str, str], np.ndarray]:
    """Outcomes of points by (arm, metric), in the order of the points: shape (*shape, replication)."""
    return {
        (str(arm), str(metric)): of_one["value"].to_numpy(float).reshape(*shape, -1)
        for (arm, metric), of_one in outcomes.groupby(["arm", "metric"], sort=False)
    }
