"""What is left of one replication, and what only a pair of its arms has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import metrics
from sim.experiment.outcomes import Reduction, worse_off
from sim.experiment.trial import Found

if TYPE_CHECKING:
    from sim.experiment.study import Study

Tables = dict[str, dict[str, np.ndarray]]

NOBODY = np.empty(0)


@dataclass(frozen=True)
class Replicated:
    """What is left of one replication.

    ``values`` holds the metrics by (arm, group, metric), ``areas`` those of all groups by (arm,
    area, metric) where there is more than one jobcentre, ``row_sums`` the SHA-256 of the files of its
    rows by table where they are kept, ``sent`` these files where they had to travel, ``thirty`` the spells of thirty people in the first two arms of the first
    replication (of the largest area), ``queue`` one day of its queue in two arms, ``trial`` what a trial gives. ``checks`` counts what held,
    ``extras`` are single figures by (arm, name), ``seconds`` is the processor time by what it was
    spent on.
    """

    replication: int
    values: dict[tuple[str, str, str], float]
    areas: dict[tuple[str, str, str], float]
    reductions: dict[str, Reduction]
    digests: dict[str, str]
    checks: dict[str, int]
    extras: dict[tuple[str, str], float]
    row_sums: dict[str, str]
    sent: dict[str, bytes]
    thirty: dict[str, Tables]
    queue: dict[str, Tables]
    trial: Found | None
    backlog: dict[str, dict[str, float]]
    """By arm with a suspension: what `backlog.measure` finds."""
    seconds: dict[str, float]


def keeps_rows(study: Study, replication: int) -> bool:
    """Whether the rows of this replication go into the run folder."""
    which = study.values["design"]["keep_rows"]
    return which == "all" or (which == "first" and replication == 0)


def pairs(
    study: Study,
    reductions: Mapping[str, Reduction],
    zero_load_days: Mapping[str, Mapping[str, float]],
) -> dict[tuple[str, str, str], float]:
    """What only a pair of arms has: people made worse off, and days saved without load effect.

    Args:
        zero_load_days: restricted mean of 728 days by arm and group in the arms' twins without it.
    """
    baseline, *others = study.arms
    found: dict[str, dict[str, dict[str, float]]] = {metric: {} for metric in metrics.PER_PAIR}
    for arm in others:
        found["worse_off_share"][arm] = dict(worse_off(reductions[arm], reductions[baseline]))
        if zero_load_days:
            found["days_saved_zero_load"][arm] = {
                label: days - zero_load_days[arm][label]
                for label, days in zero_load_days[baseline].items()
            }
    unfit = metrics.left_out(study.follow_up_days)
    return {
        (arm, label, metric): value
        for metric, by_arm in found.items()
        if metric not in unfit
        for arm, by_label in by_arm.items()
        for label, value in by_label.items()
        if np.isfinite(value)
    }


def slim(found: Reduction) -> Reduction:
    """A reduction without what only pairing needs, which would travel between processes."""
    return replace(found, person=NOBODY, group=NOBODY, limited_days=NOBODY)
