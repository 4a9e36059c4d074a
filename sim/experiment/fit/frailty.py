"""How much a table says of the variance of frailty: its profile likelihood.

One spell a person cannot tell rates that fall with time from people who differ: with rates free to
fall as they like, any variance fits (Elbers and Ridder 1982; Heckman and Singer 1984). What
likelihood there is comes from the assumption that rates are constant within their pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from sim.experiment.fit.rates import LEVEL

LARGEST = 4.0
"""Variances are looked at up to here; the model takes larger ones for a mistake above 20."""

DROP = float(chi2.ppf(LEVEL, 1)) / 2
STEPS = 9
DIGITS = 3e-3

IDENTIFIED, NOT_ZERO, AT_MOST, NOT = "identified", "above_zero", "at_most", "not_identified"


@dataclass(frozen=True)
class Frailty:
    """The variance of the largest likelihood, its 95 % interval (profile likelihood), a verdict.

    ``low`` 0 and ``high`` `LARGEST` are the ends of what was looked at, not of an interval.
    """

    best: float
    low: float
    high: float
    verdict: str


def profile(log_likelihood: Callable[[float], float]) -> Frailty:
    """What a profile likelihood says, as a function of the variance."""
    known: dict[float, float] = {}

    def loss(variance: float) -> float:
        variance = float(variance)
        if variance not in known:
            known[variance] = -log_likelihood(variance)
        return known[variance]

    grid = np.append(0.0, np.geomspace(0.02, LARGEST, STEPS - 1))
    place = int(np.argmin([loss(one) for one in grid]))
    best = float(grid[place])
    if 0 < place < len(grid) - 1:
        found = minimize_scalar(
            loss,
            bounds=(grid[place - 1], grid[place + 1]),
            method="bounded",
            options={"xatol": DIGITS},
        )
        best = float(found.x) if loss(found.x) < loss(best) else best

    def over(variance: float) -> float:
        return loss(variance) - loss(best) - DROP

    low = float(brentq(over, 0.0, best, xtol=DIGITS)) if best > 0 and over(0.0) > 0 else 0.0
    high = (
        float(brentq(over, best, LARGEST, xtol=DIGITS))
        if best < LARGEST and over(LARGEST) > 0
        else LARGEST
    )
    if low > 0.0:
        verdict = IDENTIFIED if high < LARGEST else NOT_ZERO
    else:
        verdict = AT_MOST if high < LARGEST else NOT
    return Frailty(best, low, high, verdict)
