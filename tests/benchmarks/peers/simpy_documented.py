"""Workload W as SimPy's own documentation suggests: a Resource, and `request | timeout`.

Exit times are exact: the cumulative job rate is inverted by Newton's method after every meeting.
`request.triggered` is asked instead of `request in result`: when a caseworker and the exit come
at the same time, the latter leaves the caseworker taken for ever.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from math import exp, inf
from typing import Any

import numpy as np
import simpy

from .common import (
    BOOST,
    FIRST_MEETINGS,
    GAP_DAYS,
    HORIZON_DAYS,
    LATER_GAP_DAYS,
    MEETING_DAYS,
    RATE_FROM_DAYS,
    RATE_PER_DAY,
    TAU_DAYS,
    People,
    Spells,
)

GC_POLICY = "on, Python's default"
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


class Office:
    """The jobcentre, its people and what becomes of them."""

    def __init__(self, people: People, caseworkers: int) -> None:
        self.env = simpy.Environment()
        self.caseworkers = simpy.Resource(self.env, capacity=caseworkers)
        self.entry = people.entry.tolist()
        self.frailty = people.frailty.tolist()
        self.threshold = people.threshold.tolist()
        self.regime = people.regime.tolist()
        self.end = [HORIZON_DAYS] * len(people)
        self.held = [0] * len(people)
        self.waited = [0.0] * len(people)

    def arrivals(self) -> Generator[simpy.Event, Any, None]:
        """Let everybody in on their day."""
        for person, entry in enumerate(self.entry):
            yield self.env.timeout(entry - self.env.now)
            self.env.process(self.job_seeker(person))

    def job_seeker(self, person: int) -> Generator[simpy.Event, Any, None]:
        """One spell: meeting after meeting until the exit."""
        env, entry, frailty = self.env, self.entry[person], self.frailty[person]
        day, stock, remaining = 0.0, 0.0, self.threshold[person]
        leave = min(entry + exit_day(frailty, stock, day, remaining), HORIZON_DAYS)
        for due in due_days(self.regime[person]):
            asked = max(entry + due, env.now)
            if asked >= leave:
                yield env.timeout(leave - env.now)
                break
            yield env.timeout(asked - env.now)
            with self.caseworkers.request() as request:
                yield request | env.timeout(leave - env.now)
                self.waited[person] += env.now - asked
                if not request.triggered:
                    break
                if env.now + MEETING_DAYS >= leave:
                    yield env.timeout(leave - env.now)
                    break
                yield env.timeout(MEETING_DAYS)
            self.held[person] += 1
            now = env.now - entry
            remaining -= cumulative(frailty, stock, day, now)
            stock = stock * exp((day - now) / TAU_DAYS) + 1.0
            day = now
            leave = min(entry + exit_day(frailty, stock, day, remaining), HORIZON_DAYS)
        self.end[person] = leave


def simulate(people: People, caseworkers: int) -> Spells:
    """Run workload W to its horizon."""
    office = Office(people, caseworkers)
    office.env.process(office.arrivals())
    office.env.run()
    return Spells(
        duration_days=np.array(office.end) - people.entry,
        held=np.array(office.held),
        waiting_days=np.array(office.waited),
    )
