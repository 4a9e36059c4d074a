"""One arm in one replication, reduced from rows to metrics, curves and profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import metrics
from sim.experiment.profiles import office_weeks, survival_weeks
from sim.experiment.rows import Columns
from sim.experiment.service import load, meetings_and_waits
from sim.experiment.sums import Sums
from sim.rules.errors import CheckError
from sim.rules.people import EXITS, GROUPS, JOB, OPEN, RECALL

if TYPE_CHECKING:
    from sim.experiment.ledger import Accounts
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows


Ledger = Callable[["Study", str, "ArmRows"], "Accounts"]


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


def reduce(study: Study, arm: str, rows: ArmRows, ledger: Ledger) -> Reduction:
    """Metrics, curves and profiles of one arm in one replication.

    Metrics that need a longer follow-up than the study has are left out (`metrics.left_out`).
    Raises CheckError when a counted spell was followed for less than the study says.
    """
    spells = rows.spells
    counted = np.flatnonzero(spells["counted"])
    duration, group = spells["duration_days"][counted], spells["group"][counted]
    ended = spells["exit"][counted] != OPEN
    follow_up = float(study.follow_up_days)
    _check_followed(spells["person"][counted], duration, ended, follow_up)
    sums = Sums(group, study.groups)
    found = spell_metrics(sums, spells, counted, follow_up, study.horizon_days)

    months = np.full((len(sums.labels), metrics.MONTHS, 2), np.nan)
    found |= meetings_and_waits(sums, rows, counted, min(follow_up, metrics.FULL_DAYS), months)
    found |= load(rows, len(sums.labels))

    accounts = ledger(study, arm, rows)
    if broken := accounts.breaches():
        raise CheckError([f"the ledger does not add up: {breach}" for breach in broken])
    for name in metrics.MONEY:
        found[name] = sums.mean(getattr(accounts, name))

    unfit = metrics.left_out(follow_up)
    survival, at_risk = survival_weeks(sums, duration, ended, follow_up)
    return Reduction(
        labels=sums.labels,
        values={
            (label, name): float(value)
            for name, by_label in found.items()
            if name not in unfit
            for label, value in zip(sums.labels, by_label, strict=True)
            if np.isfinite(value)
        },
        survival=survival,
        at_risk=at_risk,
        months=months,
        weeks=office_weeks(rows.office),
        yearly=list(accounts.yearly),
        items={} if unfit else {name: dict(of) for name, of in accounts.items.items()},
        flags=tuple(accounts.flags),
        person=spells["person"][counted],
        group=group,
        limited_days=np.minimum(duration, metrics.FULL_DAYS),
    )


def spell_metrics(
    sums: Sums, spells: Columns, counted: np.ndarray, follow_up_days: float, horizon_days: float
) -> dict[str, np.ndarray]:
    """The metrics that need the rows of spells only, by label: restricted means, median, survival,
    exits, new jobs a month, weeks in work; also those that this follow-up is too short for."""
    duration = spells["duration_days"][counted]
    ended = spells["exit"][counted] != OPEN
    found: dict[str, np.ndarray] = {}
    for days in metrics.RMST_DAYS:
        found[f"rmst_{days}_days"] = sums.mean(np.minimum(duration, days))
    found["median_days"] = _medians(sums, duration, ended, follow_up_days)
    for days in metrics.SURVIVAL_DAYS:
        found[f"survival_{days}"] = sums.mean(_lasting(duration, ended, days))
    ended_in_time = ended & (duration <= metrics.FULL_DAYS)
    exits = np.where(ended_in_time, spells["exit"][counted], OPEN)
    for name in metrics.EXIT_SHARES:
        found[f"exit_{name}_share"] = sums.mean((exits == EXITS.index(name)).astype(float))
    found["jobs_per_month"] = _jobs_per_month(spells, sums.labels, horizon_days)
    found["employed_weeks_104"] = sums.mean(employed_days(spells, counted) / 7.0)
    return found


def _check_followed(
    person: np.ndarray, duration: np.ndarray, ended: np.ndarray, follow_up: float
) -> None:
    short = ~ended & (duration < follow_up - 1e-6)
    if short.any():
        who = int(np.argmax(short))
        raise CheckError(
            f"person {person[who]} was followed for {duration[who]:g} days only; "
            f"every counted spell is followed for {follow_up:g}"
        )


def _jobs_per_month(spells: Columns, labels: tuple[str, ...], horizon_days: float) -> np.ndarray:
    """New jobs a month in the first year of the run, of all in the office, counted or not."""
    days = min(metrics.YEAR_DAYS, horizon_days)
    found = (spells["exit"] == JOB) & (spells["exit_day"] >= 0.0) & (spells["exit_day"] < days)
    group = spells["group"][found]
    jobs = [found.sum(), *(np.sum(group == GROUPS.index(label)) for label in labels[1:])]
    return np.array(jobs) / days * metrics.YEAR_DAYS / metrics.MONTHS_PER_YEAR


def _lasting(duration: np.ndarray, ended: np.ndarray, days: float) -> np.ndarray:
    """1.0 for spells that last longer than so many days."""
    return ((duration > days) | (~ended & (duration >= days - 1e-6))).astype(float)


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


def employed_days(spells: Columns, counted: np.ndarray) -> np.ndarray:
    """Days in work within 104 weeks of entry, a counted spell.

    Work begins with an exit to a job or a recall and ends with the next spell, if there is one.
    """
    if not len(counted):
        return np.zeros(0)
    person, entry = spells["person"], spells["entry_day"]
    next_entry = np.append(np.where(person[1:] == person[:-1], entry[1:], np.inf), np.inf)
    place = np.cumsum(spells["counted"]) - 1
    works = (spells["exit"] == JOB) | (spells["exit"] == RECALL)
    works &= (place >= 0) & (person[counted][place] == person)
    places = place[works]
    end = entry[counted][places] + metrics.FULL_DAYS
    days = np.minimum(next_entry[works], end) - np.minimum(spells["exit_day"][works], end)
    return np.bincount(places, weights=days, minlength=len(counted))


def worse_off(arm: Reduction, baseline: Reduction) -> Mapping[str, float]:
    """Share of people whose spell of at most 728 days is longer than in the baseline, by label.

    Raises CheckError when the arms do not hold the same people.
    """
    if not np.array_equal(arm.person, baseline.person):
        raise CheckError("the arms do not hold the same counted people, so they cannot be paired")
    sums = Sums(arm.group, arm.labels[1:])
    worse = arm.limited_days - baseline.limited_days > metrics.WORSE_DAYS
    shares = sums.mean(worse.astype(float))
    return {label: float(share) for label, share in zip(arm.labels, shares, strict=True)}
