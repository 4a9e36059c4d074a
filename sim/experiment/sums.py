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

    def count(self, spell: np.ndarray, place: np.ndarray, places: int) -> np.ndarray:
        """How many by label and place (0 to below ``places``); ``spell`` is the place of each's."""
        code = self._group[spell].astype(np.intp) * places + place
        by_group = np.bincount(code, minlength=len(GROUPS) * places).reshape(-1, places)
        total = by_group.sum(axis=0, keepdims=True)
        return np.concatenate([total, by_group[self._codes]]).astype(float)

    def select(self, label: str) -> np.ndarray:
        """Which spells belong to a label."""
        if label == ALL:
            return np.ones(len(self._group), dtype=bool)
        return self._group == GROUPS.index(label)


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotient, and NaN where the denominator is 0."""
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
