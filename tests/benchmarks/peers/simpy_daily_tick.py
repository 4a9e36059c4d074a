"""Workload W with a daily tick per person: every day everybody draws whether a job is found.

The way that comes to mind first. The day's rate is taken at midday and a job found is begun at
its moment within the day, so the means agree with the exact models.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Generator
from math import exp, log
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


class JobSeeker:
    """One person: a process that ticks every day, and one for a meeting while there is one."""

    __slots__ = (
        "asked", "dice", "due", "end", "entry", "env", "frailty", "held", "meeting", "number",
        "office", "regime", "stock", "stock_day", "waited",
    )  # fmt: skip

    def __init__(
        self,
        env: simpy.Environment,
        office: simpy.Resource,
        dice: random.Random,
        entry: float,
        frailty: float,
        regime: int,
    ) -> None:
        self.env, self.office, self.dice = env, office, dice
        self.entry, self.frailty, self.regime = entry, frailty, regime
        self.stock, self.stock_day = 0.0, 0.0
        self.number, self.due = 1, entry + GAP_DAYS[regime]
        self.meeting: simpy.Process | None = None
        self.asked: float | None = None
        self.held, self.waited, self.end = 0, 0.0, HORIZON_DAYS

    def search(self) -> Generator[simpy.Event, Any, None]:
        """Every day: start the meeting that is due, and draw whether a job is found."""
        env = self.env
        while True:
            if self.meeting is None and self.due < env.now + 1.0:
                self.meeting = env.process(self.meet())
            midday = env.now + 0.5
            rate = RATE_PER_DAY[bisect_right(RATE_FROM_DAYS, midday - self.entry) - 1]
            stock = self.stock * exp((self.stock_day - midday) / TAU_DAYS)
            hazard = self.frailty * rate * (1.0 + BOOST * stock)
            luck = self.dice.random()
            if luck < 1.0 - exp(-hazard):
                yield env.timeout(-log(1.0 - luck) / hazard)
                break
            yield env.timeout(1.0)
        self.end = env.now
        if self.meeting is not None:
            self.meeting.interrupt()

    def meet(self) -> Generator[simpy.Event, Any, None]:
        """Wait until it is due, wait for a caseworker, meet."""
        env = self.env
        try:
            if self.due > env.now:
                yield env.timeout(self.due - env.now)
            self.asked = env.now
            with self.office.request() as request:
                yield request
                self.waited += env.now - self.asked
                self.asked = None
                yield env.timeout(MEETING_DAYS)
        except simpy.Interrupt:
            if self.asked is not None:
                self.waited += env.now - self.asked
                self.asked = None
            return
        self.held += 1
        self.stock = self.stock * exp((self.stock_day - env.now) / TAU_DAYS) + 1.0
        self.stock_day = env.now
        first = self.number < FIRST_MEETINGS[self.regime]
        self.due += GAP_DAYS[self.regime] if first else LATER_GAP_DAYS
        self.number += 1
        self.meeting = None


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W to its horizon; the thresholds of the people are not used."""
    env = simpy.Environment()
    office = simpy.Resource(env, capacity=caseworkers)
    dice = random.Random(seed)
    seekers: list[JobSeeker] = []

    def arrivals() -> Generator[simpy.Event, Any, None]:
        everybody = (people.entry.tolist(), people.frailty.tolist(), people.regime.tolist())
        for entry, frailty, regime in zip(*everybody, strict=True):
            yield env.timeout(entry - env.now)
            seekers.append(JobSeeker(env, office, dice, entry, frailty, regime))
            env.process(seekers[-1].search())

    env.process(arrivals())
    env.run(until=HORIZON_DAYS)
    for seeker in seekers:
        if seeker.end == HORIZON_DAYS and seeker.asked is not None:
            seeker.waited += HORIZON_DAYS - seeker.asked
    return Spells(
        duration_days=np.array([seeker.end for seeker in seekers]) - people.entry,
        held=np.array([seeker.held for seeker in seekers]),
        waiting_days=np.array([seeker.waited for seeker in seekers]),
    )
