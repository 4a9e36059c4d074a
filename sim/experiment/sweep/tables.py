"""The tables of a sweep: a row per point, arm and metric; whoever is missing is marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiment import metrics
from sim.experiment.estimates import Outcomes, differences, summary
from sim.experiment.rows import rows_digest, rows_sha256
from sim.experiment.sweep import parts
from sim.experiment.sweep.points import Point, Unit

WHOLE, GAPS, NOTHING = "whole", "replications missing", "nothing"


@dataclass(frozen=True)
class Tables:
    """What a sweep found.

    ``digests`` is the SHA-256 of the rows by point hash, of points that have any; ``checks`` and
    ``seconds`` are sums over all units.
    """

    sweep: pd.DataFrame
    differences: pd.DataFrame
    points: pd.DataFrame
    digests: dict[str, str]
    checks: dict[str, int]
    seconds: dict[str, float]
    flags: tuple[str, ...]

    @property
    def rows_sha256(self) -> str:
        """SHA-256 of the rows of all points, in whatever order they stand."""
        return rows_digest(self.digests)


def tables(folder: Path, points: Sequence[Point], failed: Mapping[str, str]) -> Tables:
    """Read every part of a sweep and estimate each point as a run of it does.

    Args:
        failed: names of parts that are not there because their units failed, and why.
    Raises DataError naming a part that is missing without having failed, or damaged.
    """
    summaries, paired, lines = [], [], []
    digests: dict[str, str] = {}
    checks: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    flags: dict[str, None] = {}
    for point in points:
        study = point.study
        units = [
            parts.read(folder, point, replication)
            for replication in range(study.replications)
            if parts.name_of(point, replication) not in failed
        ]
        for unit in units:
            flags |= dict.fromkeys(unit.flags)
            checks.update(unit.checks)
            for what, spent in unit.seconds.items():
                seconds[what] = seconds.get(what, 0.0) + spent
        missing = study.replications - len(units)
        if units:
            digests[point.sha256] = _digest(point, units)
        outcomes = Outcomes.of(
            study.arms,
            (metrics.ALL, *study.groups),
            {unit.replication: unit.values for unit in units},
            study.values["design"]["luck"] != "grid",
        )
        of_point = summary(outcomes) if units else _blank(point)
        summaries.append(_marked(of_point, point, missing))
        if len(study.arms) > 1 and units:
            paired.append(_marked(differences(outcomes), point, missing))
        lines.append({
            "point": point.number,
            **point.settings,
            "configuration_sha256": point.sha256,
            "replications": study.replications,
            "missing": missing,
            "state": WHOLE if not missing else GAPS if units else NOTHING,
            "rows_sha256": digests.get(point.sha256, ""),
        })  # fmt: skip
    return Tables(
        pd.concat(summaries, ignore_index=True),
        pd.concat(paired, ignore_index=True) if paired else pd.DataFrame(),
        pd.DataFrame(lines),
        digests,
        dict(checks),
        {key: round(value, 3) for key, value in seconds.items()},
        tuple(flags),
    )


def _digest(point: Point, units: Sequence[Unit]) -> str:
    """What a run of this point calls ``rows_sha256``."""
    worlds = point.study.kept_worlds
    return str(rows_sha256({w: [unit.digests[w] for unit in units] for w in worlds})["all"])


def _marked(table: pd.DataFrame, point: Point, missing: int) -> pd.DataFrame:
    """The table with the point and its settings in front, and what it lacks at the end."""
    table = table.copy()
    for place, (key, value) in enumerate({"point": point.number, **point.settings}.items()):
        table.insert(place, key, value)
    table["missing"] = missing
    return table


def _blank(point: Point) -> pd.DataFrame:
    """The rows of a point of which nothing is known: all arms, no numbers."""
    left_out = metrics.left_out(point.study.follow_up_days)
    rows = [
        {"arm": arm, "group": metrics.ALL, "metric": metric, "unit": unit, "replications": 0}
        | dict.fromkeys(("mean", "se", "ci_low", "ci_high"), np.nan)
        for arm in point.study.arms
        for metric, unit in metrics.UNITS.items()
        if metric not in left_out
    ]
    columns = ["arm", "group", "metric", "unit", "mean", "se", "ci_low", "ci_high", "replications"]
    return pd.DataFrame(rows, columns=columns)
