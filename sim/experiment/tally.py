"""What the rows of one office add up to: sums that can be added over offices, then divided.

A metric is a sum over a number (of people, of meetings): so many offices are one after the other
summed, added and let go, and the rows of a whole country are never held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce as fold
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import metrics
from sim.experiment.profiles import at_risk_weeks, office_weeks
from sim.experiment.rows import Columns
from sim.experiment.service import Load, load, meetings_and_waits
from sim.experiment.sums import Sums
from sim.rules.errors import CheckError
from sim.rules.people import EXITS, GROUPS, JOB, OPEN, RECALL

if TYPE_CHECKING:
    from sim.experiment.ledger import Accounts
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows

Ledger = Callable[["Study", str, "ArmRows"], "Accounts"]
Fraction = tuple[np.ndarray, np.ndarray]
"""What is divided by what, by label; metrics are such fractions."""


@dataclass(frozen=True)
class Tally:
    """What one arm of one replication adds up to, in one office or in several.

    ``fractions`` and ``jobs_per_month`` (new jobs in the first year) are by label. ``at_risk`` has a row for each of ``labels`` and a column for
    weeks 0..104, ``months`` is (label, month, [fell due, held]) in meetings, ``weeks`` as
    `profiles.office_weeks` has it. ``items`` is kroner by (account, item), ``yearly`` by (account,
    item, year). The rest is by counted spell: person, group (code), duration and whether it ended.
    """

    labels: tuple[str, ...]
    people: np.ndarray
    fractions: dict[str, Fraction]
    jobs_per_month: np.ndarray
    load: Load
    at_risk: np.ndarray
    months: np.ndarray
    weeks: np.ndarray
    yearly: Counter[tuple[str, str, int]]
    items: Counter[tuple[str, str]]
    flags: tuple[str, ...]
    person: np.ndarray
    group: np.ndarray
    duration: np.ndarray
    ended: np.ndarray

    def __add__(self, other: Tally) -> Tally:
        whole = {
            name: (above + other.fractions[name][0], below + other.fractions[name][1])
            for name, (above, below) in self.fractions.items()
        }
        added = {
            name: getattr(self, name) + getattr(other, name)
            for name in ("people", "jobs_per_month", "at_risk", "months", "weeks")
        }
        joined = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in ("person", "group", "duration", "ended")
        }
        return Tally(
            labels=self.labels,
            fractions=whole,
            load=self.load + other.load,
            yearly=_sum(self.yearly, other.yearly),
            items=_sum(self.items, other.items),
            flags=tuple(dict.fromkeys((*self.flags, *other.flags))),
            **added,
            **joined,
        )


def _sum(one: Counter, other: Counter) -> Counter:
    """Both added; a Counter's own + would drop what is not above 0."""
    found = Counter(one)
    found.update(other)
    return found


def total(tallies: Sequence[Tally]) -> Tally:
    """Several offices together."""
    return tallies[0] if len(tallies) == 1 else fold(lambda one, other: one + other, tallies)


def tally(study: Study, arm: str, rows: ArmRows, ledger: Ledger) -> Tally:
    """What the rows of one arm of one replication in one office add up to.

    Raises CheckError when a counted spell was followed for less than the study says, or where
    the ledger does not add up.
    """
    spells = rows.spells
    counted = np.flatnonzero(spells["counted"])
    duration, group = spells["duration_days"][counted], spells["group"][counted]
    ended = spells["exit"][counted] != OPEN
    follow_up = float(study.follow_up_days)
    _check_followed(spells["person"][counted], duration, ended, follow_up)
    sums = Sums(group, study.groups)

    fractions = spell_fractions(sums, spells, counted)
    accounts = ledger(study, arm, rows)
    if broken := accounts.breaches():
        raise CheckError([f"the ledger does not add up: {breach}" for breach in broken])
    for name in metrics.MONEY:
        fractions[name] = sums.sum(getattr(accounts, name)), sums.people

    months = np.full((len(sums.labels), metrics.MONTHS, 2), np.nan)
    fractions |= meetings_and_waits(sums, rows, counted, min(follow_up, metrics.FULL_DAYS), months)
    items = Counter({
        (account, item): float(dkk.sum())
        for account, of in accounts.lines.items()
        for item, dkk in of.items()
    })  # fmt: skip
    yearly: Counter[tuple[str, str, int]] = Counter()
    for account, item, year, dkk in accounts.yearly:
        yearly[account, item, year] += dkk  # type: ignore[assignment]
    return Tally(
        labels=sums.labels,
        people=sums.people,
        fractions=fractions,
        jobs_per_month=jobs_per_month(spells, sums.labels, study.horizon_days),
        load=load(rows),
        at_risk=at_risk_weeks(sums, duration, ended, follow_up),
        months=months,
        weeks=office_weeks(rows.office),
        yearly=yearly,
        items=items,
        flags=tuple(accounts.flags),
        person=spells["person"][counted],
        group=group,
        duration=duration,
        ended=ended,
    )


def spell_fractions(sums: Sums, spells: Columns, counted: np.ndarray) -> dict[str, Fraction]:
    """Restricted means, survival, exits and weeks in work, from the rows of spells alone."""
    duration = spells["duration_days"][counted]
    ended = spells["exit"][counted] != OPEN
    found: dict[str, np.ndarray] = {}
    for days in metrics.RMST_DAYS:
        found[f"rmst_{days}_days"] = sums.sum(np.minimum(duration, days))
    for days in metrics.SURVIVAL_DAYS:
        found[f"survival_{days}"] = sums.sum(_lasting(duration, ended, days))
    ended_in_time = ended & (duration <= metrics.FULL_DAYS)
    exits = np.where(ended_in_time, spells["exit"][counted], OPEN)
    for name in metrics.EXIT_SHARES:
        found[f"exit_{name}_share"] = sums.sum((exits == EXITS.index(name)).astype(float))
    found["employed_weeks_104"] = sums.sum(employed_days(spells, counted) / 7.0)
    return {name: (above, sums.people) for name, above in found.items()}


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


def jobs_per_month(spells: Columns, labels: tuple[str, ...], horizon_days: float) -> np.ndarray:
    """New jobs a month in the first year of the run, of all in the office, counted or not."""
    days = min(metrics.YEAR_DAYS, horizon_days)
    found = (spells["exit"] == JOB) & (spells["exit_day"] >= 0.0) & (spells["exit_day"] < days)
    group = spells["group"][found]
    jobs = [found.sum(), *(np.sum(group == GROUPS.index(label)) for label in labels[1:])]
    return np.array(jobs) / days * metrics.YEAR_DAYS / metrics.MONTHS_PER_YEAR


def _lasting(duration: np.ndarray, ended: np.ndarray, days: float) -> np.ndarray:
    """1.0 for spells that last longer than so many days."""
    return ((duration > days) | (~ended & (duration >= days - 1e-6))).astype(float)


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
