"""Workload W as SimPy's own documentation suggests: a Resource, and `request | timeout`.

Exit times are exact: the cumulative job rate is inverted by Newton's method after every meeting.
`request.triggered` is asked instead of `request in result`: when a caseworker and the exit come
at the same time, the latter leaves the caseworker taken for ever.
"""

from __future__ import annotations

from collections.abc import Generator
from math import exp
from typing import Any

import numpy as np
import simpy

from .common import HORIZON_DAYS, MEETING_DAYS, TAU_DAYS, People, Spells
from .search import cumulative, due_days, exit_day

GC_POLICY = "on, Python's default"


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


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W to its horizon; all luck is in the people, the seed is not used."""
    office = Office(people, caseworkers)
    office.env.process(office.arrivals())
    office.env.run()
    return Spells(
        duration_days=np.array(office.end) - people.entry,
        held=np.array(office.held),
        waiting_days=np.array(office.waited),
    )
