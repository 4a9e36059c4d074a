"""Outcomes worked out again from the rows on the disk, an arm and replication at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiment import metrics, parquet
from sim.experiment.estimates import Outcomes, summary
from sim.experiment.folder import RunFolder
from sim.experiment.outcomes import spell_metrics
from sim.experiment.sums import Sums
from sim.rules.errors import DataError

TOLERANCE = 1e-9
"""Relative difference that the order of a sum can make; more is another number."""

COLUMNS = ("person", "group", "entry_day", "exit_day", "duration_days", "exit", "counted")
SPELLS = "spells"
"""What the number of counted spells is called in the summaries."""


@dataclass(frozen=True)
class Compared:
    """How many rows and values were compared, and those that are not the same."""

    rows: int
    replications: int
    values: int
    estimates: int
    largest: float
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Summed:
    """One arm in one replication: how many rows it has, and its metrics by (group, metric)."""

    arm: str
    replication: int
    rows: int
    values: dict[tuple[str, str], float]


def summaries(
    spells: Path, groups: Sequence[str], follow_up_days: float, horizon_days: float
) -> Iterator[Summed]:
    """The metrics of spells of each arm and replication in a file of rows of any length.

    They are those of `sim.experiment.outcomes.spell_metrics`, and the number of counted spells;
    no more than the rows of one arm and replication are held at a time.
    """
    unfit = metrics.left_out(follow_up_days)
    for arm, replication, rows in parquet.stream(spells, COLUMNS):
        counted = np.flatnonzero(rows["counted"])
        sums = Sums(rows["group"][counted], tuple(groups))
        found = spell_metrics(sums, rows, counted, follow_up_days, horizon_days)
        values = {
            (label, name): float(value)
            for name, by_label in ({SPELLS: sums.people} | found).items()
            if name not in unfit
            for label, value in zip(sums.labels, by_label, strict=True)
            if np.isfinite(value)
        }
        yield Summed(arm, replication, len(rows["person"]), values)


def compare(run: RunFolder) -> Compared:
    """Hold a finished run against its own rows: outcomes from spells, estimates from outcomes.

    Raises:
        DataError: the run has kept no rows, or they are damaged.
    """
    if run.manifest["keep_rows"] == "none":
        raise DataError(
            f"{run.path} has kept no rows (design.keep_rows is none), so nothing can be worked out "
            "again; run it with design.keep_rows=first or all"
        )
    table = run.table("outcomes.csv")
    told = table.set_index(["arm", "replication", "group", "metric"])["value"].to_dict()
    follow_up = float(run.manifest["follow_up_days"])
    horizon = float(run.manifest["observation_days"]) + follow_up
    problems: list[str] = []
    rows = values = 0
    replications = set()
    largest = 0.0
    for one in summaries(run.path / "spells.parquet", run.groups, follow_up, horizon):
        if one.arm not in run.arms:
            continue  # the world of a trial, which outcomes.csv does not hold
        rows += one.rows
        replications.add(one.replication)
        for (group, metric), value in one.values.items():
            if metric == SPELLS:
                continue
            values += 1
            was = told.get((one.arm, one.replication, group, metric), np.nan)
            gap = _gap(value, was)
            largest = max(largest, gap)
            if not gap <= TOLERANCE:
                problems.append(
                    f"outcomes.csv: {metric} of {one.arm}, group {group}, replication "
                    f"{one.replication} is {was!r}; the rows in spells.parquet give {value!r}"
                )
    estimates, more = _estimates(run, table)
    return Compared(rows, len(replications), values, estimates, largest, (*problems, *more))


def _gap(a: float, b: float) -> float:
    if np.isnan(a) or np.isnan(b):
        return 0.0 if np.isnan(a) and np.isnan(b) else np.inf
    return abs(a - b) / max(abs(a), abs(b), 1.0)


def _estimates(run: RunFolder, table: pd.DataFrame) -> tuple[int, list[str]]:
    """How many means and intervals of summary.csv outcomes.csv gives again, and what differs."""
    outcomes = Outcomes.from_table(table, run.manifest["luck"] != "grid")
    key, shown = ["arm", "group", "metric"], ["mean", "se", "ci_low", "ci_high"]
    again = summary(outcomes).set_index(key)[shown]
    told = run.table("summary.csv").set_index(key)[shown]
    problems = []
    if list(again.index) != list(told.index):
        problems.append("summary.csv: its rows are not those that outcomes.csv gives")
    both = told.index.intersection(again.index)
    for place in both:
        for column in shown:
            was, value = float(told.at[place, column]), float(again.at[place, column])
            if not _gap(was, value) <= TOLERANCE:
                problems.append(
                    f"summary.csv: {column} of {', '.join(map(str, place))} is {was!r}; "
                    f"outcomes.csv gives {value!r}"
                )
    return len(both) * len(shown), problems
