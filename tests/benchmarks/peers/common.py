"""Workload W, the one task that every engine is timed on: its constants and its people.

N people enter evenly over a year; the job rate falls with the spell and rises with every meeting
held; half of the people have six meetings in half a year, half eleven, then one every 90 days; a
meeting takes 0.1 day of one of C caseworkers, first come first served; an exit ends waiting and
meeting at once; everybody is cut off at day 730.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

ENTRY_WINDOW_DAYS = 365.0
HORIZON_DAYS = 730.0
FRAILTY_VARIANCE = 0.5
RATE_FROM_DAYS = (0.0, 90.0, 180.0, 360.0)
RATE_PER_DAY = (0.0065, 0.0055, 0.004, 0.003)
BOOST = 0.25
TAU_DAYS = 30.0
MEETING_DAYS = 0.1
GAP_DAYS = (30.4, 16.6)
"""Days between the first meetings, by regime."""
FIRST_MEETINGS = (6, 11)
"""How many meetings have that gap, by regime."""
LATER_GAP_DAYS = 90.0
CASEWORKERS_PER_PERSON = 0.0015

THRESHOLD, FRAILTY, REGIME = 1, 2, 3
"""Purposes of the draws: each has a stream of its own."""


@dataclass(frozen=True)
class People:
    """Who enters when, with which frailty, threshold (unit exponential) and regime (0 or 1)."""

    entry: NDArray[np.floating]
    frailty: NDArray[np.floating]
    threshold: NDArray[np.floating]
    regime: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.entry)


@dataclass(frozen=True)
class Cost:
    """What another program says of its own simulation."""

    cpu_seconds: float
    peak_bytes: int


class NotHere(Exception):
    """What this model needs is not on this machine; the message says what."""


@dataclass(frozen=True)
class Spells:
    """What a model of workload W gives back, one entry a person."""

    duration_days: NDArray[np.floating]
    held: NDArray[np.int64]
    waiting_days: NDArray[np.floating]
    """Days in the queue, of all the meetings together, those cut short by the exit included."""
    cost: Cost | None = None
    """What it took, where the model is another program; None where this process can be asked."""


def caseworkers(people: int) -> int:
    """How many caseworkers serve so many people; at least one."""
    return max(1, int(people * CASEWORKERS_PER_PERSON + 1e-9))


def uniforms(seed: int, replication: int, purpose: int, people: int) -> NDArray[np.floating]:
    """One double in (0, 1) a person, from Philox raw words keyed by seed, replication, purpose."""
    key = np.array([seed, replication * 2**32 + purpose], dtype=np.uint64)
    words = np.random.Philox(key=key).random_raw(4 * people).reshape(people, 4)[:, 0]
    return ((words >> np.uint64(11)) + 0.5) * 2.0**-53


def generate(people: int, seed: int, replication: int = 0) -> People:
    """The people of workload W, in the order in which they enter."""
    shape = 1.0 / FRAILTY_VARIANCE
    return People(
        entry=(np.arange(people) + 0.5) * (ENTRY_WINDOW_DAYS / people),
        frailty=gammaincinv(shape, uniforms(seed, replication, FRAILTY, people)) / shape,
        threshold=-np.log(uniforms(seed, replication, THRESHOLD, people)),
        regime=(uniforms(seed, replication, REGIME, people) < 0.5).astype(np.int8),
    )
