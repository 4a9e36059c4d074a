"""Sums and means over counted spells, for everybody and for each target group."""

from __future__ import annotations

import numpy as np

from sim.experiment.metrics import ALL
from sim.rules.people import GROUPS


class Sums:
    """Sums and means over spells, for everybody (first) and for each target group."""

    def __init__(self, group: np.ndarray, groups: tuple[str, ...]) -> None:
        self._group = group
        self._codes = [GROUPS.index(name) for name in groups]
        self.labels = (ALL, *groups)
        self.people = self.sum(np.ones(len(group)))

    def sum(self, amounts: np.ndarray, spell: np.ndarray | None = None) -> np.ndarray:
        """Sum of the amounts by label; ``spell`` is the place of each amount's spell."""
        group = self._group if spell is None else self._group[spell]
        of_group = np.bincount(group, weights=amounts, minlength=len(GROUPS))
        return np.concatenate([[amounts.sum()], of_group[self._codes]])

    def mean(self, amounts: np.ndarray, spell: np.ndarray | None = None) -> np.ndarray:
        """Sum of the amounts a spell, by label; NaN for a group without people."""
        return ratio(self.sum(amounts, spell), self.people)

    def select(self, label: str) -> np.ndarray:
        """Which spells belong to a label."""
        if label == ALL:
            return np.ones(len(self._group), dtype=bool)
        return self._group == GROUPS.index(label)


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotient, and NaN where the denominator is 0."""
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
