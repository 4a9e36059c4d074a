"""A target: the study that emulates what was published, the figures, and what is fitted to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.experiment.calibration.quantities import QUANTITIES, Quantity
from sim.experiment.metrics import PAIRED_UNITS

EXPECTED = "expected"
"""The study that targets start from, if they name no scenario as their base."""


@dataclass(frozen=True)
class Figure:
    """One published figure and how it was measured.

    ``arms`` are those of the treated (with equal weights), ``against`` those that they are
    compared with. ``scale`` is what a residual is divided by: the figure itself, unless a target says
    else, over the root of its weight. ``changes`` are values of the
    study, by dotted key, that hold for this figure alone.
    """

    name: str
    value: float
    quantity: str
    arms: tuple[str, ...]
    against: tuple[str, ...]
    group: str
    days: float
    entry_days: float
    look_day: float
    scale: float
    source: str = ""
    assumptions: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    study: Mapping[str, Any] | None = None
    """The values of the whole study with those changes, where there are some."""

    out_of_reach: bool = False
    """Known to lie outside of what the form of the effect can give: it pulls, no more."""

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        found = QUANTITIES.get(self.quantity)
        return found.unit if found else PAIRED_UNITS[self.quantity]

    @property
    def about(self) -> str:
        """What is measured, in words."""
        found: Quantity | None = QUANTITIES.get(self.quantity)
        return found.about if found else self.quantity.replace("_", " ")


@dataclass(frozen=True)
class Range:
    """The range of a fitted parameter that is searched."""

    key: str
    low: float
    high: float


@dataclass(frozen=True)
class Ridge:
    """The second parameter, and the values for which the first is solved again."""

    key: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Target:
    """What is fitted to what."""

    name: str
    title: str
    about: str
    method: str
    fit: tuple[Range, ...]
    ridge: Ridge | None
    figures: tuple[Figure, ...]
    beside: tuple[Figure, ...]
