"""Estimates over replications: means, paired differences, ratios, each with a 95 % interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment import metrics
from sim.experiment.intervals import Estimate, estimate, fieller, replications_needed
from sim.experiment.validity import FIXED, Way

SUMMARY = ["arm", "group", "metric", "unit", "mean", "se", "ci_low", "ci_high", "replications"]
DIFFERENCES = [
    "arm", "baseline", "group", "metric", "unit", "difference", "se", "ci_low", "ci_high",
    "is_noise", "replications_needed",
]  # fmt: skip
OUTCOMES = ["arm", "group", "replication", "metric", "value"]


@dataclass(frozen=True)
class Outcomes:
    """Metrics of every arm, group and replication; NaN where a metric has no value.

    ``values`` is (arm, group, metric, replication); the first arm is the baseline. With
    ``has_luck`` False (a grid in place of luck) nothing gets an interval.
    ``way`` is how it was decided how many replications there are.
    """

    arms: tuple[str, ...]
    groups: tuple[str, ...]
    metrics: tuple[str, ...]
    replications: tuple[int, ...]
    values: np.ndarray
    has_luck: bool = True
    way: Way = FIXED

    @classmethod
    def of(
        cls,
        arms: Sequence[str],
        groups: Sequence[str],
        by_replication: Mapping[int, Mapping[tuple[str, str, str], float]],
        has_luck: bool = True,
        way: Way = FIXED,
    ) -> Outcomes:
        """From replication -> (arm, group, metric) -> value."""
        names = (*metrics.UNITS, *metrics.PER_PAIR)
        replications = tuple(sorted(by_replication))
        values = np.full((len(arms), len(groups), len(names), len(replications)), np.nan)
        places = [
            {name: place for place, name in enumerate(axis)} for axis in (arms, groups, names)
        ]
        for last, replication in enumerate(replications):
            for key, value in by_replication[replication].items():
                place = tuple(axis[name] for axis, name in zip(places, key, strict=True))
                values[(*place, last)] = value
        return cls(tuple(arms), tuple(groups), names, replications, values, has_luck, way)

    @classmethod
    def from_table(cls, table: pd.DataFrame, has_luck: bool = True) -> Outcomes:
        """From the rows of outcomes.csv, whose first arm is the baseline."""
        by_replication: dict[int, dict[tuple[str, str, str], float]] = {}
        for row in table.itertuples(index=False):
            of_one = by_replication.setdefault(int(row.replication), {})
            of_one[(str(row.arm), str(row.group), str(row.metric))] = float(row.value)
        arms, groups = (list(dict.fromkeys(table[axis])) for axis in ("arm", "group"))
        return cls.of(arms, groups, by_replication, has_luck)

    def of_metric(self, metric: str) -> np.ndarray:
        """Values of one metric: (arm, group, replication)."""
        return self.values[:, :, self.metrics.index(metric), :]

    def table(self) -> pd.DataFrame:
        """The rows of outcomes.csv; a metric without a value has no row."""
        arm, group, replication, metric = np.nonzero(~np.isnan(self.values.transpose(0, 1, 3, 2)))
        return pd.DataFrame(
            {
                "arm": np.array(self.arms, dtype=object)[arm],
                "group": np.array(self.groups, dtype=object)[group],
                "replication": np.array(self.replications)[replication],
                "metric": np.array(self.metrics, dtype=object)[metric],
                "value": self.values[arm, group, metric, replication],
            },
            columns=OUTCOMES,
        )


def summary(outcomes: Outcomes) -> pd.DataFrame:
    """The rows of summary.csv: arm, group and metric, for the metrics that have a value.

    A median that some replication did not reach has no mean: leaving those out would bias it.
    Intervals of shares are cut off at 0 and 1 (`metrics.SHARES_OF_PEOPLE`).
    """
    names = tuple(metrics.UNITS)
    values = outcomes.values[:, :, [outcomes.metrics.index(name) for name in names], :]
    found = estimate(_whole_median(values, names), outcomes.has_luck, outcomes.way)
    low, high = _cut_off(found, names, metrics.BOUNDS)
    table = _long(
        [outcomes.arms, outcomes.groups, names],
        ["arm", "group", "metric"],
        {
            "mean": found.mean,
            "se": found.se,
            "ci_low": low,
            "ci_high": high,
            "replications": found.number,
        },
    )
    table = table[(table["replications"] > 0) | table["metric"].eq("median_days")].copy()
    table["unit"] = table["metric"].map(metrics.UNITS)
    return table[SUMMARY].reset_index(drop=True)


def _cut_off(
    found: Estimate, names: Sequence[str], bounds: Mapping[str, tuple[float, float]]
) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the intervals of metrics (on the last axis), cut off at what can be."""
    least, most = np.array([bounds.get(name, (-np.inf, np.inf)) for name in names]).T
    return np.clip(found.low, least, most), np.clip(found.high, least, most)


def _whole_median(values: np.ndarray, names: Sequence[str]) -> np.ndarray:
    values = values.copy()
    median = values[:, :, list(names).index("median_days"), :]
    median[np.isnan(median).any(axis=-1)] = np.nan
    return values


def paired_values(outcomes: Outcomes) -> dict[str, np.ndarray]:
    """Each arm against the first by replication, by metric: (other arm, group, replication)."""
    first, others = slice(0, 1), slice(1, None)
    paired: dict[str, np.ndarray] = {}
    for name in metrics.UNITS:
        of_one = outcomes.of_metric(name)
        paired[name] = of_one[others] - of_one[first]
    paired["median_days"][np.isnan(paired["median_days"]).any(axis=-1)] = np.nan
    for name, source in metrics.TURNED.items():
        paired[name] = -paired[source] + 0.0
    for name in metrics.PER_PAIR:
        paired[name] = outcomes.of_metric(name)[others]
    return paired


def differences(outcomes: Outcomes) -> pd.DataFrame:
    """The rows of differences.csv: each arm against the first, paired by replication.

    Intervals of differences of shares are cut off at -1 and 1; whether one is noise does not
    depend on that.
    """
    names = (*metrics.UNITS, *metrics.PAIRED_UNITS)
    paired = paired_values(outcomes)
    name, above, below = metrics.RATIO
    paired[name] = np.full_like(paired[above], np.nan)
    stacked = np.stack([paired[metric] for metric in names], axis=2)
    found = estimate(stacked, outcomes.has_luck, outcomes.way)
    needed = replications_needed(found)
    if outcomes.has_luck:
        ratio = fieller(paired[above], -paired[below], outcomes.way)
        place = names.index(name)
        # A day lost has no price: its ratio would read like a saving.
        saves = estimate(-paired[below], way=outcomes.way).low > 0
        for whole, part in (
            (found.mean, np.where(saves, ratio.mean, np.nan)),
            (found.low, np.where(saves, ratio.low, np.nan)),
            (found.high, np.where(saves, ratio.high, np.nan)),
            (found.number, ratio.number),
        ):
            whole[:, :, place] = part
    low, high = _cut_off(found, names, metrics.PAIRED_BOUNDS)
    table = _long(
        [outcomes.arms[1:], outcomes.groups, names],
        ["arm", "group", "metric"],
        {
            "difference": found.mean,
            "se": found.se,
            "ci_low": low,
            "ci_high": high,
            "is_noise": found.is_noise,
            "replications_needed": needed,
            "replications": found.number,
        },
    )
    table = table[table["replications"] > 0].copy()
    table["is_noise"] = table["is_noise"].astype("boolean")
    table["replications_needed"] = table["replications_needed"].astype("Int64")
    table["baseline"] = outcomes.arms[0]
    table["unit"] = table["metric"].map(metrics.UNITS | metrics.PAIRED_UNITS)
    return table[DIFFERENCES].reset_index(drop=True)


def _long(
    axes: list[Sequence[str]], names: list[str], columns: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """One row for each place of the arrays, named by the axes."""
    index = pd.MultiIndex.from_product(axes, names=names)
    flat = {name: np.ravel(values) for name, values in columns.items()}
    return pd.DataFrame(flat, index=index).reset_index()
