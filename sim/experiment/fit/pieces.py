"""Where the rate of an exit may jump: at quantiles of its exit days, or where the user says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEWEST_EXITS = 30
"""Exits that a piece should have, so that its interval is about a third of its rate either way."""

MOST_PIECES = 6


def starts(
    days: np.ndarray, unit_days: float, cuts: Sequence[float] | None, longest: float
) -> np.ndarray:
    """Spell days from which the pieces begin, the first 0.

    Args:
        days: exit days of this exit in this group.
        unit_days: cuts by quantiles are whole days, or whole weeks where the table is in weeks.
        cuts: the user's own cuts, in spell days; those that no spell reached are left out.
        longest: the longest spell, in days.
    """
    if cuts is not None:
        return np.array([0.0, *(cut for cut in cuts if cut < longest)])
    count = min(MOST_PIECES, len(days) // FEWEST_EXITS)
    found = [0.0]
    if count > 1:
        ends = np.quantile(days, np.arange(1, count) / count)
        for end in np.unique(np.round(ends / unit_days)) * unit_days:
            inside = np.sum((days > found[-1]) & (days <= end))
            if inside >= FEWEST_EXITS and np.sum(days > end) >= FEWEST_EXITS:
                found.append(float(end))
    return np.array(found)
