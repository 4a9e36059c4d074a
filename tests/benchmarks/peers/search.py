"""The job search of workload W between meetings, exactly: its cumulative rate and when it is spent.

The event-driven peers share it, so that they differ in their engines and not in their arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf

from .common import (
    BOOST,
    FIRST_MEETINGS,
    GAP_DAYS,
    HORIZON_DAYS,
    LATER_GAP_DAYS,
    RATE_FROM_DAYS,
    RATE_PER_DAY,
    TAU_DAYS,
)

PIECES = tuple(zip(RATE_FROM_DAYS, (*RATE_FROM_DAYS[1:], inf), RATE_PER_DAY, strict=True))


def grown(rate: float, stock: float, days: float) -> float:
    """What a rate and a decaying stock of meetings add to the cumulative rate in some days."""
    return rate * (days + BOOST * stock * TAU_DAYS * (1.0 - exp(-days / TAU_DAYS)))


def cumulative(frailty: float, stock: float, day: float, until: float) -> float:
    """The cumulative job rate between two spell days, with a stock of meetings at the first."""
    total = 0.0
    for start, stop, rate in PIECES:
        if stop <= day:
            continue
        if start >= until:
            break
        stop = min(stop, until)
        total += grown(frailty * rate, stock, stop - day)
        stock *= exp((day - stop) / TAU_DAYS)
        day = stop
    return total


def exit_day(frailty: float, stock: float, day: float, remaining: float) -> float:
    """The spell day on which the cumulative job rate has grown by what remains."""
    for _, stop, rate in PIECES:
        if stop <= day:
            continue
        rate *= frailty
        gain = grown(rate, stock, stop - day) if stop < inf else inf
        if gain >= remaining:
            break
        remaining -= gain
        stock *= exp((day - stop) / TAU_DAYS)
        day = stop
    days, step = 0.0, inf
    while step > 1e-10:  # increasing and concave: Newton comes from the left
        slope = rate * (1.0 + BOOST * stock * exp(-days / TAU_DAYS))
        step = (remaining - grown(rate, stock, days)) / slope
        days += step
    return day + days


def due_days(regime: int) -> Iterator[float]:
    """The spell days on which meetings are due."""
    day = 0.0
    for number in range(1, FIRST_MEETINGS[regime] + 1):
        day = number * GAP_DAYS[regime]
        yield day
    while True:
        day += LATER_GAP_DAYS
        yield day


class Search:
    """One person's search: when the exit comes if no further meeting is held, and what one adds."""

    __slots__ = ("day", "dues", "entry", "frailty", "leave", "remaining", "stock")

    def __init__(self, entry: float, frailty: float, threshold: float, regime: int) -> None:
        self.entry, self.frailty, self.remaining = entry, frailty, threshold
        self.day, self.stock = 0.0, 0.0
        self.dues = due_days(regime)
        self.leave = self._leave()
        """The moment of the exit, or the horizon."""

    def _leave(self) -> float:
        found = exit_day(self.frailty, self.stock, self.day, self.remaining)
        return min(self.entry + found, HORIZON_DAYS)

    def next_due(self) -> float:
        """When the next meeting is due."""
        return self.entry + next(self.dues)

    def met(self, now: float) -> None:
        """A meeting was held until now: the exit moves."""
        day = now - self.entry
        self.remaining -= cumulative(self.frailty, self.stock, self.day, day)
        self.stock = self.stock * exp((self.day - day) / TAU_DAYS) + 1.0
        self.day = day
        self.leave = self._leave()
