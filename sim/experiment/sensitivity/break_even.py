"""The effect by which each regime's saving crosses zero, interpolated under common luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.experiment.points import Point
from sim.experiment.sensitivity.ranges import Varied

STEPS = 7
"""Values of the effect: none at all, and evenly over its range."""

NO_EFFECT = 0.0

KEYS = ("effect.alpha", "effect.boost")
"""The size of the effect, by kind of effect the one that the study uses."""

COLUMNS = [
    "arm", "parameter", "low", "high", "configured", "tried_from", "saving_at_first",
    "saving_at_high", "break_even",
]  # fmt: skip


def effect_of(known: Sequence[Varied]) -> Varied | None:
    """The parameter that is the size of the effect; None where the study has none with a range."""
    return next((one for key in KEYS for one in known if one.name == key), None)


def points(effect: Varied, replications: int) -> list[Point]:
    """The values of the effect, the other parameters as configured."""
    numbers = tuple(range(replications))
    return [Point(effect.at(value), numbers) for value in steps(effect)]


def steps(effect: Varied) -> list[float]:
    """The values of the effect, in order: from none at all, where the range does not reach to it."""
    before = [NO_EFFECT] if effect.low > NO_EFFECT else []
    return [*before, *np.linspace(effect.low, effect.high, STEPS - len(before)).tolist()]


def crossings(x: Sequence[float], y: Sequence[float]) -> list[float]:
    """Where straight lines between points cross zero; a point at exactly zero is one crossing."""
    found = [a for a, fa in zip(x, y, strict=True) if fa == 0.0]
    for (a, fa), (b, fb) in pairwise(zip(x, y, strict=True)):
        if fa * fb < 0.0:
            found.append(a - fa * (b - a) / (fb - fa))
    return sorted(found)


def table(effect: Varied, savings: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """break_even.csv: a row an arm and crossing; blank where there is none up to the highest value.

    Args:
        savings: net saving by arm: (value of the effect, replication).
    """
    x = steps(effect)
    rows = []
    for arm, of_arm in savings.items():
        y = of_arm.mean(axis=-1).tolist()
        for root in crossings(x, y) or [np.nan]:
            rows.append([
                arm, effect.name, effect.low, effect.high, effect.value, x[0], y[0], y[-1], root,
            ])  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
