"""What the models that step from day to day share: how the day of a meeting is settled.

They have no queue: a day's meetings are pooled. As many of those due as the caseworkers have time
for are met, in the order in which they fell due; the others come first the next day. Waits are
whole days, so they are not those of the other models.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .common import (
    FIRST_MEETINGS,
    GAP_DAYS,
    LATER_GAP_DAYS,
    MEETING_DAYS,
    RATE_FROM_DAYS,
    RATE_PER_DAY,
)

RATES = np.array(RATE_PER_DAY)
FROM_DAYS = np.array(RATE_FROM_DAYS[1:])
GAPS, FIRST = np.array(GAP_DAYS), np.array(FIRST_MEETINGS)


def rate_per_day(spell_day: NDArray[np.floating]) -> NDArray[np.floating]:
    """The job rate of somebody without frailty and without meetings."""
    return RATES[np.searchsorted(FROM_DAYS, spell_day, side="right")]


def a_day(caseworkers: int) -> int:
    """How many meetings the caseworkers hold in a day."""
    return round(caseworkers / MEETING_DAYS)


def served(due: NDArray[np.floating], most: int) -> NDArray[np.intp]:
    """Which of those due are met: all, or the `most` who have been due longest."""
    return np.arange(len(due)) if len(due) <= most else np.argpartition(due, most)[:most]


def next_due(
    due: NDArray[np.floating], number: NDArray[np.integer], regime: NDArray[np.integer]
) -> NDArray[np.floating]:
    """When the meeting after this one, the `number`-th from 1, is due."""
    return due + np.where(number < FIRST[regime], GAPS[regime], LATER_GAP_DAYS)
