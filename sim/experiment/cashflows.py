"""Rows of one arm as payments: what flows by the day, and what falls on single days.

Flows of a spell: benefit while it lasts (from day 0 on, for people who were in the office then),
after it the cost of an exit that goes on costing, or the wage of a job. Single days: minutes of
caseworkers, overhead and quality of held meetings, programmes. All amounts are discounted to
day 0 by the tariff.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.rows import spell_rows
from sim.rules.costs import DAYS_PER_WEEK, Tariff
from sim.rules.lever_rows import STANDARD, is_for
from sim.rules.levers import with_changes
from sim.rules.meetings import HELD
from sim.rules.people import GROUPS, JOB, RECALL

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows

Array = NDArray[np.float64]


LEVERS = ("quality_dkk_per_meeting", "programme", "groups")
"""Levers that cost money themselves."""


@dataclass(frozen=True)
class Flows:
    """What spells cost by the day; every field is an array with one element a spell."""

    start_day: Array
    exit_day: Array
    until_day: Array
    """When the time after the exit ends: the person's next entry, or never."""
    clock_zero_day: Array
    """The calendar day on which the refund ladder's clock stood at zero."""
    benefit: Array
    withheld_share: Array
    after_exit: Array
    wage: Array
    displaced: Array
    """Jobs of the unsimulated lost to this one: for as long as it lasts, at the same wage."""

    def take(self, rows: NDArray[np.intp]) -> Flows:
        """The same of some of the spells."""
        return Flows(*(getattr(self, field.name)[rows] for field in fields(self)))

    def municipal_benefit_dkk(self, tariff: Tariff, horizon_days: float) -> float:
        """What the tariff's municipality pays of all benefit in the run."""
        start, left = (np.clip(day, 0.0, horizon_days) for day in (self.start_day, self.exit_day))
        return float((self.benefit * tariff.municipal_days(start, left, self.clock_zero_day)).sum())

    def between(self, tariff: Tariff, from_day: Any, to_day: Any) -> dict[str, Array]:
        """Kroner of each spell from ``from_day`` to ``to_day`` (numbers, or one a spell)."""
        start = np.clip(self.start_day, from_day, to_day)
        left = np.clip(self.exit_day, from_day, to_day)
        days = tariff.days(start, left)
        after_days = tariff.days(left, np.clip(self.until_day, from_day, to_day))
        municipal = self.benefit * tariff.municipal_days(start, left, self.clock_zero_day)
        benefit = self.benefit * days
        wages = self.wage * after_days
        return {
            "benefit": benefit,
            "municipal_benefit": municipal,
            "withheld": self.withheld_share * benefit,
            "municipal_withheld": self.withheld_share * municipal,
            "after_exit": self.after_exit * after_days,
            "wages": wages,
            "displaced_wages": self.displaced * wages,
            "displaced_benefit": self.displaced * self.benefit * after_days,
        }


@dataclass(frozen=True)
class Payments:
    """Payments of one kind on single days: the row of the spell, the day, and kroner."""

    item: str
    row: NDArray[np.intp]
    day: Array
    dkk: Array


@dataclass(frozen=True)
class Meetings:
    """Some meetings: their places in the table, and the rows of their spells."""

    place: NDArray[np.intp]
    row: NDArray[np.intp]

    def where(self, chosen: NDArray[np.bool_]) -> Meetings:
        """Those that are chosen."""
        kept = np.flatnonzero(chosen)
        return Meetings(self.place[kept], self.row[kept])


def all_meetings(rows: ArmRows) -> Meetings:
    """Every meeting of an arm."""
    row = spell_rows(rows)
    return Meetings(np.arange(len(row)), row)


def money_levers(values: Mapping[str, Any], arm: str) -> dict[str, Any]:
    """The levers of an arm that cost money themselves."""
    regime = values["regimes"][values["arms"][arm]["regime"]]
    changes = values["arms"][arm].get("levers") or {}
    return with_changes(
        *({name: of[name] for name in LEVERS if name in of} for of in (regime, changes))
    )


def quality_dkk_by_group(values: Mapping[str, Any], levers: Mapping[str, Any]) -> Array:
    """What the content of a held meeting costs, by target group."""
    others = values["regimes"][STANDARD]
    by_group = (levers if is_for(levers, g) else others for g in GROUPS)
    return np.array([float(of["quality_dkk_per_meeting"]) for of in by_group])


def flows(study: Study, tariff: Tariff, rows: ArmRows) -> Flows:
    """The flows of all spells of an arm."""
    spells = rows.spells
    group, way, person = spells["group"], spells["exit"], spells["person"]
    entry, left = spells["entry_day"].astype(float), spells["exit_day"].astype(float)
    start = np.maximum(entry, 0.0)
    same = person[1:] == person[:-1]
    until = np.full(len(entry), np.inf)
    until[:-1][same] = entry[1:][same]
    weeks = [study.values["population"]["groups"][g]["refund_weeks_at_entry"] for g in GROUPS]
    clock = DAYS_PER_WEEK * np.array(weeks, dtype=float)[group]
    clock += _earlier_days(spells["spell"], np.flatnonzero(same) + 1, left - entry)
    return Flows(
        start_day=start,
        exit_day=left,
        until_day=until,
        clock_zero_day=entry - clock,
        benefit=np.array(tariff.benefit_dkk_per_day)[group],
        withheld_share=tariff.withheld_share(
            np.array(tariff.sanction_days_without_benefit)[group],
            spells["sanctions"].astype(float),
            left - start,
        ),
        after_exit=np.array(tariff.after_exit_dkk_per_day)[group, way],
        wage=np.where((way == JOB) | (way == RECALL), tariff.wage_dkk_per_day, 0.0),
        displaced=np.where(way == JOB, displaced_jobs_per_job(rows), 0.0),
    )


def displaced_jobs_per_job(rows: ArmRows) -> float:
    """Jobs that the unsimulated lose for each simulated one; 0 where the model reports none."""
    extras: Mapping[str, float] = getattr(rows, "extras", None) or {}
    return float(extras.get("displaced_jobs_per_counted_job", 0.0))


def staff_payments(tariff: Tariff, rows: ArmRows, dkk_per_minute: float, of: Meetings) -> Payments:
    """What the minutes of some meetings cost, whatever their outcome."""
    meetings = rows.meetings
    used = of.where(meetings["minutes"][of.place] > 0.0)
    day = meetings["end_day"][used.place]
    for earlier in ("start_day", "due_day"):
        unknown = np.isnan(day)
        if unknown.any():
            day = np.where(unknown, meetings[earlier][used.place], day)
    minutes = meetings["minutes"][used.place]
    dkk = dkk_per_minute * minutes * tariff.discount(day)
    return Payments("caseworkers", used.row, day, dkk)


def held_payments(
    tariff: Tariff, rows: ArmRows, quality_dkk: Array, of: Meetings
) -> Iterator[Payments]:
    """What the held among some meetings cost beyond minutes: overhead and quality (by group)."""
    held = of.where(rows.meetings["outcome"][of.place] == HELD)
    day = rows.meetings["end_day"][held.place]
    worth = tariff.discount(day)
    yield Payments("meetings", held.row, day, tariff.overhead_dkk_per_meeting * worth)
    if quality_dkk.any():
        dkk = quality_dkk[rows.spells["group"][held.row]]
        yield Payments("quality", held.row, day, dkk * worth)
    else:
        yield Payments("quality", held.row[:0], day[:0], worth[:0])


def job_payments(tariff: Tariff, rows: ArmRows, dkk_per_job: float) -> Payments:
    """What a programme pays for each exit to a new job (a recall is none)."""
    found = np.flatnonzero(rows.spells["exit"] == JOB)
    day = rows.spells["exit_day"][found].astype(float)
    return Payments("programme", found, day, dkk_per_job * tariff.discount(day))


def lump_payments(study: Study, rows: ArmRows, lump_dkk: float) -> Payments:
    """A programme's lump sum, paid on day 0, shared by all who enter in the observation window."""
    entry = rows.spells["entry_day"].astype(float)
    entrants = np.flatnonzero((entry >= 0.0) & (entry < study.observation_days))
    share = lump_dkk / max(len(entrants), 1)
    return Payments("programme", entrants, entry[entrants], np.full(len(entrants), share))


@dataclass(frozen=True)
class Window:
    """The counted spells, and between which days each is followed in money.

    ``owner`` has one element a row of spells: the counted spell of the row's person, or ``number``
    where there is none; the last element of the days stands for those, and holds no day.
    """

    number: int
    owner: NDArray[np.intp]
    from_day: Array
    to_day: Array

    @property
    def rows(self) -> NDArray[np.intp]:
        """Rows of people who have a counted spell."""
        return np.flatnonzero(self.owner < self.number)

    def paid(self, payments: Payments) -> Array:
        """Kroner of each counted spell and of its person's later ones, within the window."""
        whose = self.owner[payments.row]
        inside = payments.day <= self.to_day[whose]
        summed: Array = np.bincount(whose[inside], payments.dkk[inside], self.number).astype(float)
        return summed


def window(rows: ArmRows, days: float) -> Window:
    """The counted spells of an arm, each followed for so many days from its entry."""
    spells = rows.spells
    first = np.flatnonzero(spells["counted"])
    owner = np.cumsum(spells["counted"], dtype=np.intp) - 1
    mine = owner >= 0
    mine[mine] = spells["person"][first[owner[mine]]] == spells["person"][mine]
    owner[~mine] = len(first)
    from_day = spells["entry_day"][first].astype(float)
    return Window(
        number=len(first),
        owner=owner,
        from_day=np.append(from_day, np.inf),
        to_day=np.append(from_day + days, -np.inf),
    )


def _earlier_days(spell: NDArray[np.integer[Any]], later: NDArray[np.intp], length: Array) -> Array:
    """Days of the same person's earlier spells in the run; ``later`` are the rows that have any.

    Summed person by person, so that nobody else's spells can touch the last bit.
    """
    days = np.zeros(len(length))
    for number in np.unique(spell[later]):
        rows = later[spell[later] == number]
        days[rows] = days[rows - 1] + length[rows - 1]
    return days
