"""Workload W in NumPy with a daily step: everybody at once, no queue (see daily.py).

The day's rate is taken at midday; who uses up the threshold within a day leaves at that moment.
A meeting counts in full from the next morning, which gives its effect the right sum.
"""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from .common import BOOST, HORIZON_DAYS, MEETING_DAYS, TAU_DAYS, People, Spells
from .daily import GAPS, a_day, next_due, rate_per_day, served

GC_POLICY = "on, Python's default"
COMPACT_EVERY_DAYS = 10
HALF_A_DAY, A_DAY = exp(-0.5 / TAU_DAYS), exp(-1.0 / TAU_DAYS)


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W to its horizon; all luck is in the people, the seed is not used."""
    number = len(people)
    end = np.full(number, HORIZON_DAYS)
    held = np.zeros(number, dtype=np.int64)
    waiting_days = np.zeros(number)
    remaining = people.threshold / people.frailty
    stock = np.zeros(number)
    due = people.entry + GAPS[people.regime]
    most = a_day(caseworkers)
    here: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    entered = 0
    for day in range(int(HORIZON_DAYS)):
        now = int(np.searchsorted(people.entry, day + 1.0))
        if now > entered or day % COMPACT_EVERY_DAYS == 0:
            stay = here[end[here] == HORIZON_DAYS]
            here, entered = np.concatenate((stay, np.arange(entered, now))), now
        start = np.maximum(people.entry[here], day)
        rate = rate_per_day(day + 0.5 - people.entry[here])
        rate *= 1.0 + BOOST * HALF_A_DAY * stock[here]
        spent = rate * (day + 1.0 - start)
        leaves = (remaining[here] <= spent) & (end[here] == HORIZON_DAYS)
        gone = here[leaves]
        end[gone] = start[leaves] + remaining[gone] / rate[leaves]
        remaining[here] -= spent
        stock[here] *= A_DAY
        asking = here[(due[here] < day + 1.0) & (end[here] > np.maximum(due[here], day))]
        met = asking[served(due[asking], most)]
        waiting_days[asking] += 1.0
        waiting_days[met] -= 1.0
        until = np.maximum(due[met], day) + MEETING_DAYS
        met, until = met[until < end[met]], until[until < end[met]]
        held[met] += 1
        stock[met] += 1.0
        due[met] = np.maximum(next_due(due[met], held[met], people.regime[met]), until)
    return Spells(duration_days=end - people.entry, held=held, waiting_days=waiting_days)
