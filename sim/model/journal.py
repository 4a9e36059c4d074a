"""What happened, as rows: spells, meetings and the office by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf, nan
from struct import Struct

import numpy as np

from sim.rules.meetings import DECLINED, HELD, PENDING, SUSPENDED, minutes_of_caseworkers
from sim.rules.people import OPEN, Spell

SPELL_COLUMNS: Mapping[str, type[np.generic]] = {
    "person": np.int32, "spell": np.int16, "group": np.int8, "entry_day": np.float64,
    "exit_day": np.float64, "duration_days": np.float64, "exit": np.int8, "frailty": np.float64,
    "due": np.int16, "held": np.int16, "waiting_days": np.float64, "counted": np.bool_,
    "sanctions": np.int16, "minutes": np.float64,
}  # fmt: skip

MEETING_COLUMNS: Mapping[str, type[np.generic]] = {
    "person": np.int32, "spell": np.int16, "number": np.int16, "planned": np.int16,
    "due_day": np.float64, "start_day": np.float64, "end_day": np.float64, "form": np.int8,
    "duty": np.int8, "outcome": np.int8, "minutes": np.float64,
}  # fmt: skip

ROWS_A_FLUSH = 4096
ROWS_AT_A_TIME = 65_536


@dataclass(frozen=True)
class ArmRows:
    """The rows of one arm in one replication: NumPy columns, coded (see ``sim.rules``).

    ``spells`` are sorted by (person, spell), ``meetings`` by (person, spell, number), ``office``
    by day; ``enrolled`` has the person and the arm (its place) of who takes part in a trial, by
    person, in the world of the trial only. ``checks`` says how many self-checks held, by name; ``extras`` holds single figures;
    ``seconds`` is the processor time that went to ``compiling`` and to ``checking`` them.
    """

    spells: dict[str, np.ndarray]
    meetings: dict[str, np.ndarray]
    office: dict[str, np.ndarray]
    checks: dict[str, int] = field(default_factory=dict)
    extras: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    enrolled: dict[str, np.ndarray] = field(default_factory=dict)


class Table:
    """Rows collected as flat doubles and packed into typed columns now and then."""

    def __init__(self, columns: Mapping[str, type[np.generic]]) -> None:
        self._kinds = columns
        self._packed = {name: bytearray() for name in columns}
        self._buffer = bytearray()
        row = Struct(f"{len(columns)}d")
        self._as_bytes = row.pack
        self._full = ROWS_A_FLUSH * row.size

    def add(self, *row: float) -> None:
        """Append one row, in column order."""
        buffer = self._buffer
        buffer += self._as_bytes(*row)
        if len(buffer) >= self._full:
            self._pack()

    def _pack(self) -> None:
        block = np.frombuffer(self._buffer, dtype=np.float64).reshape(-1, len(self._kinds))
        for i, (name, kind) in enumerate(self._kinds.items()):
            self._packed[name] += block[:, i].astype(kind).tobytes()
        del block
        self._buffer.clear()

    def columns(self, *order: str) -> dict[str, np.ndarray]:
        """All rows as columns, sorted by the columns named; the table is empty afterwards."""
        self._pack()
        keys = [np.frombuffer(self._packed[name], self._kinds[name]) for name in reversed(order)]
        by = np.lexsort(keys)
        del keys
        return {
            name: np.frombuffer(self._packed.pop(name), kind)[by]
            for name, kind in self._kinds.items()
        }


class Journal:
    """The rows of one world, written as things happen."""

    def __init__(self) -> None:
        self._spells = Table(SPELL_COLUMNS)
        self._meetings = Table(MEETING_COLUMNS)
        self.waited_days = 0.0

    def spell(self, p: Spell) -> None:
        """A spell is over (or open at the end of the run)."""
        self._spells.add(
            p.person, p.spell, p.group, p.entry_day, p.exit_day, p.exit_day - p.entry_day, p.exit,
            p.frailty, p.due, p.held, p.waiting_days, p.counted, p.sanctions, p.minutes_used,
        )  # fmt: skip

    def no_meeting(self, p: Spell, outcome: int, day: float) -> None:
        """A meeting that fell due ends without having begun."""
        self._meeting(p, nan, outcome, 0.0, day - p.asked_day, day)

    def met(self, p: Spell, outcome: int, day: float) -> None:
        """A meeting that began is over; minutes are those of caseworkers, a group's shared."""
        minutes = minutes_of_caseworkers(p, outcome, day)
        if outcome == HELD and p.exit_day <= day:
            p.held += 1
        self._meeting(p, p.start_day, outcome, minutes, p.start_day - p.asked_day, day)

    def _meeting(
        self, p: Spell, start: float, outcome: int, minutes: float, wait: float, day: float
    ) -> None:
        p.waiting_days += wait
        self.waited_days += wait
        p.minutes_used += minutes
        self._meetings.add(
            p.person, p.spell, p.number, p.asked_planned, p.asked_day, start, day,
            p.form, p.asked_duty, outcome, minutes,
        )  # fmt: skip

    def columns(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Spells by (person, spell) and meetings by (person, spell, number)."""
        spells = self._spells.columns("person", "spell")
        return spells, self._meetings.columns("person", "spell", "number")


def _parts(rows: int) -> Iterator[slice]:
    """Rows a few at a time, so that what is worked out on the way takes no memory."""
    return (slice(at, at + ROWS_AT_A_TIME) for at in range(0, rows, ROWS_AT_A_TIME))


def _by_day(times: np.ndarray, days: int) -> np.ndarray:
    """How many happen on each day, its end included and its beginning not; day 0 has all before."""
    place = np.ceil(times) - 1.0
    np.clip(place, 0.0, days, out=place)
    return np.bincount(place.astype(np.intp), minlength=days + 1)[:days]


def office_by_day(
    spells: dict[str, np.ndarray],
    meetings: dict[str, np.ndarray],
    caseworkers: np.ndarray,
    minutes_open: np.ndarray,
) -> dict[str, np.ndarray]:
    """The office day by day, from the rows of spells and meetings.

    Args:
        caseworkers: number on each day (inf for unlimited), shape (days,).
        minutes_open: minutes in which meetings may start, for one caseworker, shape (days,).
    Returns:
        caseload and waiting at the end of each day, mean busy caseworkers in open hours, minutes
        used (by the day on which a meeting starts) and minutes open (all caseworkers).
    """
    days = len(caseworkers)
    entered, left = np.zeros(days), np.zeros(days)
    for part in _parts(len(spells["person"])):
        entered += _by_day(spells["entry_day"][part], days)
        gone = spells["exit"][part] != OPEN
        left += _by_day(spells["exit_day"][part][gone], days)
    asked, served, used = np.zeros(days), np.zeros(days), np.zeros(days)
    for part in _parts(len(meetings["person"])):
        due, start, end = (meetings[name][part] for name in ("due_day", "start_day", "end_day"))
        outcome = meetings["outcome"][part]
        waits = (outcome != DECLINED) & (outcome != SUSPENDED)
        asked += _by_day(due[waits], days)
        begun = ~np.isnan(start)
        waits &= begun | (outcome != PENDING)
        served += _by_day(np.where(begun, start, end)[waits], days)
        begun &= start < days
        used += np.bincount(
            start[begun].astype(int), weights=meetings["minutes"][part][begun], minlength=days
        )
    caseload = np.cumsum(entered - left)
    waiting = np.cumsum(asked - served)
    with np.errstate(invalid="ignore"):  # unlimited caseworkers on a closed day
        everyone = np.where(caseworkers == inf, inf, caseworkers * minutes_open)
    busy = np.divide(used, minutes_open, out=np.zeros(days), where=minutes_open > 0.0)
    return {
        "day": np.arange(days, dtype=np.int32),
        "caseload": caseload.astype(np.int32),
        "waiting": waiting.astype(np.int32),
        "busy": busy,
        "caseworkers": caseworkers.astype(np.float64),
        "minutes_used": used,
        "minutes_open": everyone,
    }
