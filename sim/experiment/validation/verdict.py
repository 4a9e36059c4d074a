"""A published figure against a prediction: does it lie where the model says it would?

A prediction is what one more study of the same kind and size would report. It lies at the mean of
the replications; its spread is that of single replications (the chance of one study) and, beside
it, the error of the mean (the chance of the simulation). Where the study tells its own standard
error, that stands in place of the spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf, sqrt

import numpy as np
from scipy.special import ndtri, stdtrit

from sim.rules.published import Figure

FITTED, COMPATIBLE, STRAINED, CONTRADICTED, INPUT, OUTSIDE = (
    "fitted",
    "compatible",
    "strained",
    "contradicted",
    "input",
    "outside the model",
)
VERDICTS = (FITTED, COMPATIBLE, STRAINED, CONTRADICTED, INPUT, OUTSIDE)
INSIDE, ALMOST_INSIDE = 0.90, 0.99
"""Of the prediction: inside the first is compatible, inside the second strained."""

HALF_A_PER_CENT = 0.005

SLACK = 1e-12
"""What rounding in the computer may add, relative to a number."""

ABOUT = 0.05
"""What "about" allows on either side, as a part of the number."""


@dataclass(frozen=True)
class Prediction:
    """What one more study would report.

    `chance` is the standard deviation of single studies, `error` the standard error of the mean
    of the simulations, `freedom` the degrees of freedom of both; all in the unit of the mean.
    `even` says that everything between mean - `half` and mean + `half` is as likely.
    """

    mean: float
    chance: float = 0.0
    error: float = 0.0
    freedom: float = inf
    half: float = 0.0

    @property
    def constant(self) -> bool:
        """Whether it is one number, so that there is no interval around it."""
        return not (self.chance or self.error or self.half)

    @property
    def even(self) -> bool:
        """Whether the prediction is a range of rounded or uncertain inputs, without chance."""
        return self.half > 0.0

    def interval(self, share: float = INSIDE) -> tuple[float, float]:
        """The middle part of the prediction that holds such a share of it."""
        wide = share * self.half
        if not self.even:
            middle = (1.0 + share) / 2.0
            quantile = ndtri(middle) if self.freedom == inf else stdtrit(self.freedom, middle)
            wide = float(quantile) * hypot(self.chance, self.error)
        return self.mean - wide, self.mean + wide


def of_replications(
    values: Sequence[float] | np.ndarray, standard_error: float | None = None
) -> Prediction:
    """The prediction of a study by its simulated replications.

    Args:
        values: what each replication reports; at least 2.
        standard_error: of the published figure, where it is given.
    """
    array = np.asarray(values, dtype=float)
    spread, number = float(array.std(ddof=1)), len(array)
    error = spread / sqrt(number)
    if standard_error is not None:
        return Prediction(float(array.mean()), standard_error, error)
    return Prediction(float(array.mean()), spread, error, number - 1.0)


def of_range(low: float, high: float) -> Prediction:
    """A prediction without chance: anything from low to high, as inputs are rounded or unsure."""
    return Prediction((low + high) / 2.0, half=(high - low) / 2.0)


def of_constant(value: float) -> Prediction:
    """A prediction that is worked out from published numbers, without any chance or range."""
    return Prediction(value)


def rounding(value: float, unit: str, about: bool) -> float:
    """Half of the last digit that a published number shows; 5 % of it, if that is more and it is
    published as "about".

    Shares are published in per cent.
    """
    least = ABOUT * abs(value) if about else 0.0
    if unit == "share":
        return max(least, HALF_A_PER_CENT)
    digit = 1.0
    if value != int(value):
        while round(value / digit) * digit != value and digit > 1e-9:
            digit /= 10.0
            if abs(round(value / digit) * digit - value) < 1e-12:
                break
    return max(least, digit / 2.0)


def reading(figure: Figure) -> tuple[float, float]:
    """Between what a published number lies: its own band, or its rounding; open on one side if
    it is a bound."""
    value = figure.number
    half = rounding(value, figure.unit, figure.bound == "about")
    low, high = value - half, value + half
    if figure.low is not None and figure.high is not None:
        low, high = figure.low, figure.high
    if figure.bound == "at_least":
        return low, inf
    if figure.bound == "at_most":
        return -inf, high
    return low, high


def verdict(band: tuple[float, float], prediction: Prediction) -> str:
    """Where a published number, read as a band, lies in the prediction.

    A constant is compatible or contradicted: it has no interval to be strained by.
    """
    slack = SLACK * abs(prediction.mean)
    for share, word in ((INSIDE, COMPATIBLE), (ALMOST_INSIDE, STRAINED)):
        low, high = prediction.interval(share)
        low, high = low - slack, high + slack
        if band[0] <= high and band[1] >= low:
            return word
    return CONTRADICTED
