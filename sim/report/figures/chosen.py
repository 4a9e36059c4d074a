"""Which arms a panel of curves shows where there are too many to be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.report.folder import Arm
from sim.report.words import join, say

MOST = 6
"""More curves than this in one panel are a tangle."""

OTHERS = 4
"""So many are then drawn beside that of the first arm."""


def furthest(curves: Mapping[Arm, np.ndarray]) -> tuple[list[Arm], list[str]]:
    """The arms to draw, in their order, and a note that names the others.

    All of them up to six; else the first and the four whose curves get furthest from its own.
    """
    arms = list(curves)
    if len(arms) <= MOST:
        return arms, []
    base = curves[arms[0]]
    away = {arm: _gap(curves[arm], base) for arm in arms[1:]}
    drawn = {arms[0], *sorted(away, key=lambda arm: -away[arm])[:OTHERS]}
    return [arm for arm in arms if arm in drawn], [_note(arms, drawn)]


def _gap(one: np.ndarray, other: np.ndarray) -> float:
    if len(one) != len(other):
        return float("inf")
    gap = np.abs(one - other)
    return 0.0 if np.isnan(gap).all() else float(np.nanmax(gap))


def _note(arms: Sequence[Arm], drawn: set[Arm]) -> str:
    left = [arm.title for arm in arms if arm not in drawn]
    return say(
        "chosen.note", baseline=arms[0].title, drawn=OTHERS, number=len(left), others=join(left)
    )
