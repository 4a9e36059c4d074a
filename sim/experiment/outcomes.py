"""One arm in one replication, reduced from rows to metrics, curves and profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import metrics
from sim.experiment.rows import Columns
from sim.experiment.sums import Sums, ratio
from sim.experiment.tally import Tally, jobs_per_month, spell_fractions
from sim.rules.errors import CheckError
from sim.rules.people import OPEN

if TYPE_CHECKING:
    from sim.experiment.study import Study


@dataclass(frozen=True)
class Reduction:
    """What is kept of one arm in one replication.

    ``values`` holds the metrics by (group, metric), those without a value left away.
    ``survival`` and ``at_risk`` have a row for each of ``labels`` and a column for weeks 0..104;
    ``months`` is (label, month, [fell due, held]) a counted person; ``weeks`` is (week,
    [caseload, waiting, minutes used, minutes open, caseworkers]); NaN where the follow-up ends.
    ``person``, ``group`` (code) and ``limited_days`` (duration, at most 728) are by counted spell.
    """

    labels: tuple[str, ...]
    values: dict[tuple[str, str], float]
    survival: np.ndarray
    at_risk: np.ndarray
    months: np.ndarray
    weeks: np.ndarray
    yearly: list[tuple[str, str, int, float]]
    items: dict[str, dict[str, float]]
    flags: tuple[str, ...]
    person: np.ndarray
    group: np.ndarray
    limited_days: np.ndarray


def reduction(study: Study, tally: Tally) -> Reduction:
    """Metrics, curves and profiles from what an arm adds up to.

    Metrics that need a longer follow-up than the study has are left out (`metrics.left_out`).
    """
    follow_up = float(study.follow_up_days)
    found = {name: ratio(above, below) for name, (above, below) in tally.fractions.items()}
    sums = Sums(tally.group, study.groups)
    found["median_days"] = _medians(sums, tally.duration, tally.ended, follow_up)
    found["jobs_per_month"] = tally.jobs_per_month
    for name, value in tally.load.values().items():
        found[name] = np.append(value, np.full(len(tally.labels) - 1, np.nan))
    unfit = metrics.left_out(follow_up)
    people = float(tally.people[0])
    items: dict[str, dict[str, float]] = {}
    for (account, item), dkk in tally.items.items():
        items.setdefault(account, {})[item] = dkk / people if people else float("nan")
    with np.errstate(invalid="ignore", divide="ignore"):
        survival = tally.at_risk / tally.at_risk[:, :1]
    return Reduction(
        labels=tally.labels,
        values={
            (label, name): float(value)
            for name, by_label in found.items()
            if name not in unfit
            for label, value in zip(tally.labels, by_label, strict=True)
            if np.isfinite(value)
        },
        survival=survival,
        at_risk=tally.at_risk,
        months=ratio(
            tally.months, np.broadcast_to(tally.people[:, None, None], tally.months.shape)
        ),
        weeks=tally.weeks,
        yearly=[(*key, dkk) for key, dkk in tally.yearly.items()],
        items={} if unfit else items,
        flags=tally.flags,
        person=tally.person,
        group=tally.group,
        limited_days=np.minimum(tally.duration, metrics.FULL_DAYS),
    )


def spell_metrics(
    sums: Sums, spells: Columns, counted: np.ndarray, follow_up_days: float, horizon_days: float
) -> dict[str, np.ndarray]:
    """The metrics that need the rows of spells only, by label: restricted means, median, survival,
    exits, new jobs a month, weeks in work; also those that this follow-up is too short for."""
    duration = spells["duration_days"][counted]
    ended = spells["exit"][counted] != OPEN
    found = {name: ratio(*of) for name, of in spell_fractions(sums, spells, counted).items()}
    found["median_days"] = _medians(sums, duration, ended, follow_up_days)
    found["jobs_per_month"] = jobs_per_month(spells, sums.labels, horizon_days)
    return found


def _medians(sums: Sums, duration: np.ndarray, ended: np.ndarray, limit: float) -> np.ndarray:
    """First day at which at most half are left, by label; NaN if that is after the limit."""
    found = np.full(len(sums.labels), np.nan)
    for place, label in enumerate(sums.labels):
        chosen = sums.select(label)
        days = np.where(ended[chosen], duration[chosen], np.inf)
        if len(days):
            middle = (len(days) + 1) // 2 - 1
            median = np.partition(days, middle)[middle]
            found[place] = median if median <= limit else np.nan
    return found


def check_same_people(one: np.ndarray, other: np.ndarray) -> None:
    """Refuse arms whose counted people are not the same.

    Raises CheckError.
    """
    if not np.array_equal(one, other):
        raise CheckError("the arms do not hold the same counted people, so they cannot be paired")


def worse_off(arm: Reduction, baseline: Reduction) -> Mapping[str, float]:
    """Share of people whose spell of at most 728 days is longer than in the baseline, by label.

    Raises CheckError when the arms do not hold the same people.
    """
    check_same_people(arm.person, baseline.person)
    sums = Sums(arm.group, arm.labels[1:])
    worse = arm.limited_days - baseline.limited_days > metrics.WORSE_DAYS
    shares = sums.mean(worse.astype(float))
    return {label: float(share) for label, share in zip(arm.labels, shares, strict=True)}
