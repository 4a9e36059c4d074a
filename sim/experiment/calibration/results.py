"""What a calibration finds: solutions, pairs of the ridge, and the figures over the parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.experiment.calibration.solving import Scan
from sim.experiment.calibration.target import Target


@dataclass(frozen=True)
class Solution:
    """Values of the fitted parameters, and what they give.

    ``kind`` is solution, touching (the figure turns there), least squares, or as configured.
    ``misfit`` is the root mean square of (simulated - published) / scale over the figures.
    ``at_end`` names parameters that lie at the end of their range.
    """

    kind: str
    point: Mapping[str, float]
    simulated: Mapping[str, float]
    misfit: float
    beside: Mapping[str, float]
    at_end: tuple[str, ...] = ()


AS_GOOD = 0.01
"""A fit is as good as another if its misfit is at most this much larger."""


@dataclass(frozen=True)
class Pair:
    """A point of the ridge: the second parameter, and the fit with it; None where there is none.

    ``attainable`` is the nearest that the figure comes to its target where nothing solves it.
    """

    second: float
    number: int
    point: Mapping[str, float] | None
    misfit: float | None
    attainable: float | None


@dataclass(frozen=True)
class Calibration:
    """A finished calibration."""

    target: Target
    method: str
    solutions: tuple[Solution, ...]
    configured: Solution
    scans: Mapping[str, Scan]
    """The figures over the first parameter, the others as configured."""
    alone: Mapping[str, tuple[float, ...]]
    """By figure: every value of the first parameter that would give it alone."""
    ridge: tuple[Pair, ...]
    tried: int

    def as_good(self, pair: Pair) -> bool:
        """Whether a pair of the ridge fits as well as the best solution, or better."""
        best = min(one.misfit for one in self.solutions)
        return pair.misfit is not None and pair.misfit <= best + AS_GOOD
