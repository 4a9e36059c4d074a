"""Every solution of one equation in a bounded range, and what can be attained at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

import numpy as np
from scipy.optimize import brentq, minimize_scalar

Function = Callable[[float], float]
POINTS = 41
TOUCHING = 1e-9
"""A turning point this near to the target, relatively, is a solution that only touches it."""


@dataclass(frozen=True)
class Scan:
    """A figure over the range of a parameter: its values on a grid, and where it turns."""

    x: np.ndarray
    y: np.ndarray
    turning: tuple[tuple[float, float], ...]

    @property
    def points(self) -> list[tuple[float, float]]:
        """Grid and turning points, in order; without those at which the figure has no value."""
        grid = zip(self.x.tolist(), self.y.tolist(), strict=True)
        return sorted({point for point in (*grid, *self.turning) if isfinite(point[1])})

    @property
    def largest(self) -> tuple[float, float]:
        """Where the figure is largest, and how large."""
        return max(self.points, key=lambda point: point[1])

    @property
    def smallest(self) -> tuple[float, float]:
        """Where the figure is smallest, and how small."""
        return min(self.points, key=lambda point: point[1])


@dataclass(frozen=True)
class Root:
    """One solution; ``touches`` says that the figure turns there and does not cross the target."""

    x: float
    touches: bool = False


def scan(f: Function, low: float, high: float, points: int = POINTS) -> Scan:
    """Values of a function over a range, with every turning point that its grid shows."""
    x = np.linspace(low, high, points)
    y = np.array([f(float(one)) for one in x])
    turning = []
    for i in range(1, points - 1):
        before, here, after = y[i - 1 : i + 2]
        for sign in (1.0, -1.0):
            if sign * here >= sign * before and sign * here > sign * after:
                found = minimize_scalar(
                    lambda at, sign=sign: -sign * f(float(at)),
                    bounds=(float(x[i - 1]), float(x[i + 1])),
                    method="bounded",
                    options={"xatol": 1e-10 * max(1.0, abs(high - low)), "maxiter": 200},
                )
                turning.append((float(found.x), f(float(found.x))))
    return Scan(x, y, tuple(turning))


def solve(f: Function, target: float, seen: Scan) -> list[Root]:
    """Every parameter value in the scanned range at which the function is the target."""
    if not seen.points:
        return []
    size = max(abs(target), seen.largest[1] - seen.smallest[1], 1e-300)
    roots = [Root(x) for x, y in seen.points if y == target and (x, y) not in seen.turning]
    for (a, at_a), (b, at_b) in pairwise(seen.points):
        if (at_a - target) * (at_b - target) < 0.0 and not _touch(seen, target, size, a, b):
            found = brentq(lambda at: f(float(at)) - target, a, b, xtol=1e-13, rtol=1e-13)
            roots.append(Root(float(found)))
    roots += [Root(x, True) for x, y in seen.turning if abs(y - target) <= TOUCHING * size]
    return sorted(roots, key=lambda root: root.x)


def _touch(seen: Scan, target: float, size: float, a: float, b: float) -> bool:
    """Whether a piece ends at a turning point that only touches the target."""
    return any(x in (a, b) and abs(y - target) <= TOUCHING * size for x, y in seen.turning)
