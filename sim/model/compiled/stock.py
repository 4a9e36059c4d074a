"""Who is in the office on day 0, lived through by compiled code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.compiled.arrays import Arrays
from sim.model.compiled.before import SHORT_OF_ROOM
from sim.model.compiled.complaints import check_plugins
from sim.model.compiled.kernels import kernels
from sim.model.compiled.layout import LINES
from sim.model.population import past_entrants
from sim.model.settings import Settings, Study
from sim.model.stock import backwards_days
from sim.rules.rulebook import Rulebook


@dataclass(frozen=True)
class Stock:
    """Who is in the office on day 0, or will come back: records of spells and other lines."""

    spells: np.ndarray
    lines: np.ndarray
    before: Rulebook

    def __len__(self) -> int:
        return len(self.spells)


def stock_on_day_0(study: Study, settings: Settings, before: Rulebook, replication: int) -> Stock:
    """Who is in the office on day 0; the same people as ``sim.model.stock`` finds."""
    past = past_entrants(settings, study.seed, replication, backwards_days(before, settings))
    arrays = Arrays(before, study.seed, replication)
    arrays.entrants(past)
    arrays.slots(len(past) // 3 + 64)
    groups = np.zeros(2)
    while kernels().live_before(arrays.world, arrays.rulebook, groups) == SHORT_OF_ROOM:
        arrays.slots(2 * len(arrays.array("spells")))
    check_plugins(arrays.rulebook, before)
    taken = int(arrays.g["slots_taken"])
    spells, lines = arrays.array("spells")[:taken].copy(), arrays.array("lines")
    return Stock(spells, lines[: LINES * taken].copy() if len(lines) > 1 else lines, before)
