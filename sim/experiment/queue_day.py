"""One day in the jobcentre: each meeting in the time of a caseworker, and how many people wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.rows import Columns
from sim.model.settings import calendar_of
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.meetings import BROKEN_OFF, DECLINED, FORMS, HELD, PENDING, SUSPENDED

if TYPE_CHECKING:
    from sim.model.journal import ArmRows
    from sim.model.settings import Study

KINDS = ("meeting", "group", "overrun")
"""One person, several at once, and the rest of a meeting that ran past an earlier closing."""

MEETING, GROUP, OVERRUN = range(3)
NO_OUTCOME = -1
DAYS_BEFORE = 14
SAME_INSTANT_DAYS = 1e-9

Tables = dict[str, dict[str, np.ndarray]]


@dataclass(frozen=True)
class Bar:
    """What takes a caseworker's time, in days of the run; ``waited_days`` is the people's mean."""

    start_day: float
    end_day: float
    kind: int
    outcome: int
    people: int
    waited_days: float


@dataclass(frozen=True)
class Hours:
    """When meetings may start: the window of each open day."""

    opens: float
    """Part of the day that is over when the window opens."""

    length: float
    next_open: Mapping[int, int]

    def closes(self, day: int) -> float:
        """When the window of a day closes."""
        return day + self.opens + self.length

    def back(self, end_day: float, met_on: int, day: int) -> float:
        """When a caseworker whose meeting ended so late begins the window of a later day."""
        late, at = end_day - self.closes(met_on), met_on
        while late > SAME_INSTANT_DAYS:
            at = self.next_open[at + 1]
            if at >= day:
                return day + self.opens + late if at == day else -inf
            late -= self.length
        return -inf


def left_out(study: Study) -> dict[str, str]:
    """Why a study has no such day, by the name of the figure; empty where it has one."""
    if study.values["office"]["calendar"] != "working":
        return {"queue_day": "needs opening hours; here meetings start at any hour of any day"}
    if not any(0.0 < number < inf for _, number in study.caseworkers[study.arms[0]]):
        return {"queue_day": "needs a limited number of caseworkers in the first arm"}
    return {}


def queue_day(study: Study, simulated: Mapping[str, ArmRows]) -> dict[str, Tables]:
    """The open day of the run on which most people wait at opening under the first arm, and the same elsewhere.

    The other arm is the one whose queue on that day is furthest from the first arm's. By arm:
    ``queue_day``, a row for each meeting that takes a caseworker's time, and
    ``queue_day_waiting``, a row for each minute from opening to the end of the last meeting.
    """
    if left_out(study):
        return {}
    hours = _hours(study)
    first = simulated[study.arms[0]]
    days = np.flatnonzero(_has_staff(first))
    if not len(days):
        return {}
    day = int(days[np.argmax(_at_opening(first, days, hours))])
    queues = {
        arm: float(_at_opening(simulated[arm], np.array([day]), hours)[0])
        for arm in study.arms
        if _has_staff(simulated[arm])[day]
    }
    arms = [study.arms[0]]
    others = [arm for arm in queues if arm != arms[0]]
    if others:
        arms.append(max(others, key=lambda arm: abs(queues[arm] - queues[arms[0]])))
    return {arm: _tables(simulated[arm], day, hours) for arm in arms}


def _hours(study: Study) -> Hours:
    table, minutes = calendar_of(study)
    assert table is not None
    first, upcoming = table
    opens = study.values["office"]["opens_at_hour"] / 24.0
    return Hours(opens, minutes / MINUTES_PER_DAY, dict(enumerate(upcoming, start=first)))


def _has_staff(rows: ArmRows) -> np.ndarray:
    opened = rows.office["minutes_open"]
    return (opened > 0.0) & np.isfinite(opened)


def _queue(meetings: Columns) -> tuple[np.ndarray, np.ndarray]:
    """When people began to wait and when they no longer did, each in order."""
    start, outcome = meetings["start_day"], meetings["outcome"]
    asks = (outcome != DECLINED) & (outcome != SUSPENDED)
    begun = ~np.isnan(start)
    over = asks & (begun | (outcome != PENDING))
    served = np.where(begun, start, meetings["end_day"])
    return np.sort(meetings["due_day"][asks]), np.sort(served[over])


def _at_opening(rows: ArmRows, days: np.ndarray, hours: Hours) -> np.ndarray:
    """People who wait as the window opens, before the first of them is met."""
    asked, served = _queue(rows.meetings)
    at = days + hours.opens
    return np.searchsorted(asked, at, "right") - np.searchsorted(served, at, "left")


def _tables(rows: ArmRows, day: int, hours: Hours) -> Tables:
    bars = _bars(rows.meetings, day, hours)
    slots = _slots(bars)
    last = max([hours.closes(day), *(bar.end_day for bar in bars)])
    opens_minute = 60.0 * 24.0 * hours.opens
    minute = opens_minute + np.arange(np.ceil((last - day - hours.opens) * MINUTES_PER_DAY) + 1.0)
    at = day + minute / MINUTES_PER_DAY
    asked, served = _queue(rows.meetings)
    starts = np.array([bar.start_day for bar in bars])
    ends = np.array([bar.end_day for bar in bars])
    # Rounding of days to minutes must not put what happens at opening a moment after it.
    now = at[:, None] + SAME_INSTANT_DAYS
    ahead = np.searchsorted(asked, at, "right")
    waiting = ahead - np.searchsorted(served, at + SAME_INSTANT_DAYS, "right")
    same = np.full(len(minute), 1.0)
    return {
        "queue_day": {
            "day": np.full(len(bars), day),
            "slot": slots,
            "kind": np.array([bar.kind for bar in bars], dtype=np.int64),
            "outcome": np.array([bar.outcome for bar in bars], dtype=np.int64),
            "people": np.array([bar.people for bar in bars], dtype=np.int64),
            "waited_days": np.array([bar.waited_days for bar in bars]),
            "start_minute": (starts - day) * MINUTES_PER_DAY,
            "end_minute": (ends - day) * MINUTES_PER_DAY,
        },
        "queue_day_waiting": {
            "day": np.full(len(minute), day),
            "minute": minute,
            "waiting": np.maximum(waiting, 0),
            "in_meeting": ((starts <= now) & (ends > now)).sum(axis=1),
            "waiting_at_opening": same * _at_opening(rows, np.array([day]), hours)[0],
            "caseworkers": same * rows.office["caseworkers"][day],
            "closes_minute": same * (hours.closes(day) - day) * MINUTES_PER_DAY,
        },
    }


def _bars(meetings: Columns, day: int, hours: Hours) -> list[Bar]:
    """What takes the caseworkers' time on a day, what ran over from earlier days first."""
    start = meetings["start_day"]
    near = np.flatnonzero(
        (start >= day - DAYS_BEFORE) & (start < day + 1) & (meetings["minutes"] > 0)
    )
    own = {name: column[near] for name, column in meetings.items()}
    met = _single(own) + _groups(own)
    over = [
        Bar(day + hours.opens, back, OVERRUN, NO_OUTCOME, 0, np.nan)
        for bar in met
        if bar.start_day < day
        for back in [hours.back(bar.end_day, int(bar.start_day), day)]
        if back > day
    ]
    today = [bar for bar in met if bar.start_day >= day]
    return sorted(over, key=lambda bar: -bar.end_day) + sorted(
        today, key=lambda bar: (bar.start_day, bar.end_day)
    )


def _together(own: Columns) -> np.ndarray:
    """Which rows are of people who met in a group (an absent one keeps a caseworker alone)."""
    in_group = own["form"] == FORMS.index("group")
    return in_group & ((own["outcome"] == HELD) | (own["outcome"] == BROKEN_OFF))


def _single(own: Columns) -> list[Bar]:
    names = ("start_day", "end_day", "outcome", "due_day")
    alone = ~_together(own)
    return [
        Bar(start, end, MEETING, int(outcome), 1, start - due)
        for start, end, outcome, due in zip(*(own[n][alone].tolist() for n in names), strict=True)
    ]


def _groups(own: Columns) -> list[Bar]:
    """Group meetings: people who began at one instant, in as many groups as their minutes fill."""
    together = _together(own)
    start = own["start_day"][together]
    bars = []
    for at in np.unique(start):
        members = start == at
        end = float(own["end_day"][together][members].max())
        minutes = float(own["minutes"][together][members].sum())
        groups = max(1, round(minutes / ((end - at) * MINUTES_PER_DAY)))
        waited = float(at - own["due_day"][together][members].mean())
        for people in np.array_split(np.arange(members.sum()), groups):
            bars.append(Bar(float(at), end, GROUP, HELD, len(people), waited))
    return bars


def _slots(bars: list[Bar]) -> np.ndarray:
    """A place for each bar, from 1 on: the first that is free; rows do not say who met whom."""
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    slots, used = [], 0
    for bar in bars:
        while busy and busy[0][0] <= bar.start_day + SAME_INSTANT_DAYS:
            heappush(free, heappop(busy)[1])
        if not free:
            used += 1
            free.append(used)
        slot = heappop(free)
        heappush(busy, (bar.end_day, slot))
        slots.append(slot)
    return np.array(slots, dtype=np.int64)
