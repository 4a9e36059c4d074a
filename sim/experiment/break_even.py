"""At which value of a lever an account breaks even, between the arms that were run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np

from sim.experiment.intervals import estimate

STEPS = 2000


@dataclass(frozen=True)
class BreakEven:
    """The value at which the mean net saving crosses 0 (NaN: nowhere) and its 95 % interval.

    An end of the interval that lies beyond the arms is infinite; NaN where there is no interval.
    """

    value: float
    low: float
    high: float


def break_even(levers: Sequence[float], savings: np.ndarray, has_luck: bool = True) -> BreakEven:
    """Where the net saving, linear between neighbouring arms, is 0.

    The interval holds each value of the lever at which the t interval of the saving covers 0.

    Args:
        levers: value by arm, increasing.
        savings: DKK per spell, a row an arm and a column a replication.
    """
    grid = np.union1d(np.linspace(levers[0], levers[-1], STEPS + 1), levers)
    each = np.array([np.interp(grid, levers, one) for one in savings.T]).T
    found = estimate(each, has_luck)
    value = _crossing(grid, found.mean)
    covers = found.is_noise == 1
    if np.isnan(found.low).any() or not covers.any():
        return BreakEven(value, nan, nan)
    inside = np.flatnonzero(covers)
    low, high = grid[inside[0]], grid[inside[-1]]
    return BreakEven(
        value, -inf if inside[0] == 0 else float(low),
        inf if inside[-1] == len(grid) - 1 else float(high),
    )  # fmt: skip


def _crossing(grid: np.ndarray, mean: np.ndarray) -> float:
    """The first 0 of a line through points; NaN where it has none."""
    if mean[0] == 0.0:
        return float(grid[0])
    after = np.flatnonzero(np.sign(mean) != np.sign(mean[0]))
    if not len(after):
        return nan
    i = int(after[0])
    share = mean[i - 1] / (mean[i - 1] - mean[i])
    return float(grid[i - 1] + share * (grid[i] - grid[i - 1]))
