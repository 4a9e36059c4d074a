"""Curves that cannot be told apart, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.report.digits import localised
from sim.report.folder import Arm
from sim.report.words import join, say

COINCIDE = 1e-9

TENS = 99.5
"""From here on a gap is told in whole numbers."""


def coinciding(
    curves: Mapping[Arm, np.ndarray], line: float = 0.0
) -> list[tuple[list[Arm], float]]:
    """Arms whose curves cannot be told apart, with their largest difference.

    Curves belong together when they differ by less than 1e-9 everywhere, or by less than
    `line`, the width of a drawn line in data units.
    """
    groups: list[list[Arm]] = []
    for arm, curve in curves.items():
        for group in groups:
            if all(_apart(curves[other], curve) < max(line, COINCIDE) for other in group):
                group.append(arm)
                break
        else:
            groups.append([arm])
    found = []
    for group in groups:
        if len(group) > 1:
            first = curves[group[0]]
            found.append((group, max(_apart(first, curves[other]) for other in group[1:])))
    return found


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    if len(one) != len(other):
        return float("inf")
    if len(one) == 0 or not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    gap = np.abs(one - other)
    return float(np.nanmax(gap)) if not np.isnan(gap).all() else float("inf")


def say_coinciding(
    found: Sequence[tuple[list[Arm], float]], factor: float = 1, unit: str = "", where: str = ""
) -> list[str]:
    """Sentences that name the arms whose curves coincide; differences times `factor` in `unit`."""
    sentences = []
    for arms, gap in found:
        names = join([arm.title for arm in arms])
        where = f" {where.strip()}" if where else ""
        if gap < COINCIDE:
            sentences.append(say("coincide.exact", arms=names, where=where))
        else:
            gap *= factor
            size = localised(f"{gap:.2g}" if gap < TENS else f"{gap:,.0f}")
            sentences.append(say("coincide.line", arms=names, gap=size, unit=unit, where=where))
    return sentences
