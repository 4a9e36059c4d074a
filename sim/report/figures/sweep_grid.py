"""What the figures of a sweep show: its axes, its measures, and their values at every point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.report.folder import Arm, Run, matching
from sim.report.words import name_of, say

ALL = "all"
PAIRED = ("days_saved", "net_saving_municipality_dkk", "net_saving_public_dkk")
ALONE = ("rmst_728_days", "rmst_364_days", "utilisation", "waiting_days_mean")
MOST_ALONE = 3


@dataclass(frozen=True)
class Axis:
    """A swept key, its values as given, and where each lies on a scale."""

    key: str
    values: tuple[str, ...]

    @property
    def is_number(self) -> bool:
        """Whether all values are numbers, which then lie on a scale of their own."""
        return not np.isnan(self._numbers()).any()

    @property
    def places(self) -> np.ndarray:
        """Where the values lie: themselves where they are numbers, else 0, 1, 2, ..."""
        return self._numbers() if self.is_number else np.arange(len(self.values), dtype=float)

    def _numbers(self) -> np.ndarray:
        return np.asarray(pd.to_numeric(pd.Series(self.values), errors="coerce"), dtype=float)


@dataclass(frozen=True)
class Measure:
    """A metric as the figures show it; ``breaks_even`` says that its zero means something."""

    metric: str
    is_paired: bool

    @property
    def title(self) -> str:
        """What it is called."""
        return name_of("metric", self.metric)

    @property
    def breaks_even(self) -> bool:
        """Whether zero is where a regime has paid for itself."""
        return self.metric.startswith("net_saving")


@dataclass(frozen=True)
class Grid:
    """A sweep as its figures read it; ``run`` holds the words that stand around every figure."""

    run: Run
    axes: tuple[Axis, ...]
    measures: tuple[Measure, ...]
    points: int
    gaps: int

    def arms(self, measure: Measure) -> list[Arm]:
        """Arms that have the measure at some point."""
        rows = self.run.rows(_table(measure), group=ALL, metric=measure.metric)
        there = set(rows["arm"])
        return [arm for arm in self.run.arms if arm.name in there]

    @property
    def baseline(self) -> str:
        """What regimes are compared with, in words: scenarios may differ in it."""
        names = set(self.run.tables["differences"]["baseline"])
        titles = [arm.title for arm in self.run.arms if arm.name in names]
        return titles[0] if len(titles) == 1 else say("sweep.several_baselines")

    def cube(self, measure: Measure, arm: Arm) -> dict[str, np.ndarray]:
        """``mean``, ``ci_low`` and ``ci_high`` by the places of the axes; NaN where unknown."""
        value = "difference" if measure.is_paired else "mean"
        rows = self.run.rows(_table(measure), arm=arm.name, group=ALL, metric=measure.metric)
        shape = tuple(len(axis.values) for axis in self.axes)
        found = {column: np.full(shape, np.nan) for column in ("mean", "ci_low", "ci_high")}
        for row in rows.to_dict("records"):
            place = tuple(axis.values.index(str(row[axis.key])) for axis in self.axes)
            for column, source in (("mean", value), ("ci_low", "ci_low"), ("ci_high", "ci_high")):
                found[column][place] = float(row[source])
        return found

    def remarks(self) -> list[str]:
        """What the reader of every figure must know."""
        if not self.gaps:
            return []
        return [say("sweep.missing", number=self.gaps, count=self.points)]


def _table(measure: Measure) -> str:
    return "differences" if measure.is_paired else "sweep"


def grid(run: Run, axes: Mapping[str, Any]) -> Grid:
    """A sweep from its tables and the axes of its manifest."""
    base = run.arms[0].name
    differences, sweep = run.tables["differences"], run.tables["sweep"]
    paired = set(differences["metric"]) if "metric" in differences else set()
    if len(run.arms) > 1 and PAIRED[0] in paired:
        measures = [Measure(metric, True) for metric in PAIRED if metric in paired]
    else:
        there = set(sweep["metric"][matching(sweep, arm=base)])
        measures = [Measure(metric, False) for metric in ALONE if metric in there][:MOST_ALONE]
    points = run.tables["points"]
    return Grid(
        run,
        tuple(Axis(key, tuple(map(str, values))) for key, values in axes.items()),
        tuple(measures),
        len(points),
        int((points["missing"].astype(float) > 0).sum()),
    )


def crossings(places: np.ndarray, values: np.ndarray) -> list[float]:
    """Where a broken line through points crosses zero, from left to right; NaN is a gap."""
    order = np.argsort(places)
    x, y = places[order], values[order]
    found = [float(x[i]) for i in range(len(x)) if y[i] == 0.0]
    for i in range(len(x) - 1):
        if y[i] * y[i + 1] < 0.0:
            found.append(float(x[i] + (x[i + 1] - x[i]) * y[i] / (y[i] - y[i + 1])))
    return sorted(found)
