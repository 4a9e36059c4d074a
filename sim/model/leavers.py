"""Those who left for a job, as arrays: their rows, what threatened them, their stock of meetings."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.rules.meetings import HELD
from sim.rules.people import GROUPS
from sim.rules.regimes import MANDATORY
from sim.rules.rulebook import Rulebook

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Leavers:
    """What the rows do not hold of those who left for a job; arrays, one element a person."""

    person: np.ndarray
    spell: np.ndarray
    threshold: np.ndarray
    quality: np.ndarray
    pool: np.ndarray
    planned_due_day: np.ndarray
    planned_duty: np.ndarray
    arm: np.ndarray

    def take(self, which: np.ndarray | slice) -> Leavers:
        """Some of them."""
        return Leavers(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True)
class Weeks:
    """From which day on which load and market factor held: ``factor`` is (weeks, pools)."""

    day: np.ndarray
    factor: np.ndarray


class Lives:
    """Leavers together with their rows, as arrays: by person, and by meeting.

    ``row`` is that of each one's levers outside all windows.

    Args:
        row: the row of each one's spell.
        first: where the meetings of each spell begin, shape (spells + 1,).
    """

    def __init__(
        self, w: Rulebook, q: Leavers, spells: Columns, row: np.ndarray, meetings: Columns,
        first: np.ndarray,
    ) -> None:  # fmt: skip
        self.q = q
        self.entry, self.end = spells["entry_day"][row], spells["exit_day"][row]
        self.group, self.frailty = spells["group"][row], spells["frailty"][row]
        self.row = np.array(w.arm_set)[q.arm] * len(GROUPS) + self.group
        self.chi = np.array(w.responsiveness)[self.group] * self.frailty**w.frailty_power
        self.who = np.arange(len(row))
        self.number = first[row + 1] - first[row]
        self.begins = np.cumsum(self.number) - self.number
        self.of = np.repeat(self.who, self.number)
        place = np.arange(len(self.of)) + np.repeat(first[row] - self.begins, self.number)
        self.meetings = {name: column[place] for name, column in meetings.items()}


def times(of: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Who and when as complex numbers, which sort by person, then by day."""
    found = np.empty(len(of), dtype=complex)
    found.real, found.imag = of, day
    return found


def before(middles: np.ndarray, of: np.ndarray, day: np.ndarray) -> np.ndarray:
    """How many of the sorted times come before each of these."""
    found: np.ndarray = np.searchsorted(middles, times(of, day))
    return found


@dataclass(frozen=True)
class Spans:
    """Days of a person on which something holds: from a start to before an end."""

    of: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def covers(self, middles: np.ndarray) -> np.ndarray:
        """On which of the sorted times it holds."""
        size = len(middles) + 1
        begun = np.bincount(before(middles, self.of, self.start), minlength=size)
        over = np.bincount(before(middles, self.of, self.end), minlength=size)
        return np.cumsum(begun - over)[:-1] > 0


def threats(w: Rulebook, lives: Lives) -> Spans:
    """When a mandatory meeting was ahead: one that fell due, or the next that was planned."""
    q, m, of = lives.q, lives.meetings, lives.of
    told = np.append(np.nan, m["end_day"])[:-1]
    told[lives.begins[lives.number > 0]] = lives.entry[lives.number > 0]
    last = np.append(m["end_day"], np.nan)[lives.begins + lives.number - 1]
    told_next = np.where(lives.number > 0, last, lives.entry)
    planned = q.planned_due_day >= lives.end
    of = np.append(of, lives.who[planned])
    due = np.append(m["due_day"], q.planned_due_day[planned])
    told = np.append(told, told_next[planned])
    duty = np.append(m["duty"], q.planned_duty[planned])
    feared = (duty == MANDATORY) & np.array(w.available)[lives.row[of]]
    feared &= w.threat != 0.0
    start = np.maximum(due - w.threat_days, told)
    return Spans(of[feared], start[feared], due[feared])


@dataclass(frozen=True)
class Held:
    """Meetings that add to the stock: whose, when, and the stock just after."""

    of: np.ndarray
    day: np.ndarray
    stock: np.ndarray


def held_meetings(w: Rulebook, lives: Lives) -> Held:
    """The held meetings and the stock after each: all meetings up to it, decayed."""
    m = lives.meetings
    held = np.flatnonzero((m["outcome"] == HELD) & (m["end_day"] < lives.end[lives.of]))
    of, day = lives.of[held], m["end_day"][held]
    row = lives.row[of]
    weight = np.array(w.quality)[row] * lives.q.quality[of]
    weight *= np.array(w.form_weight)[3 * row + m["form"][held]]
    voluntary = m["duty"][held] != MANDATORY
    weight[voluntary] *= np.array(w.voluntary_weight)[row[voluntary]]
    number = np.bincount(of, minlength=len(lives.who))
    start = (np.cumsum(number) - number)[of]
    upto = np.arange(len(of)) - start + 1
    one = np.repeat(np.arange(len(of)), upto)
    other = np.arange(len(one)) + np.repeat(start - (np.cumsum(upto) - upto), upto)
    left = weight[other] * np.exp(-w.stock_decay * (day[one] - day[other]))
    return Held(of, day, np.bincount(one, left, len(of)))
