"""Worlds that were lived before: the same rules, people, office and market give the same rows.

Points of a sensitivity analysis differ in one value. Prices move no world, and a lever moves the
worlds of the regimes that have it; the others need not be lived again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, replace
from hashlib import blake2b
from typing import Any, TypeVar

from sim.model.journal import ArmRows
from sim.model.settings import Settings, Study
from sim.rules.rulebook import Rulebook

MOST = 24
"""Worlds that are kept, those used last; one of the default scenario takes some megabytes."""

RENEWED = "common_factor"
"""The field of a rulebook that a world renews by itself."""

Made = TypeVar("Made")


class Memory:
    """Rows of worlds, and people of replications, by what they are made of."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Any] = OrderedDict()
        self.found = 0
        """How often something was there."""

    def get(self, key: bytes, make: Callable[[], Made]) -> Made:
        """What was made before under this key, or else is made now."""
        if key in self._kept:
            self._kept.move_to_end(key)
            self.found += 1
            kept: Made = self._kept[key]
            return kept
        made = self._kept[key] = make()
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made

    def rows(self, key: bytes, make: Callable[[], ArmRows]) -> ArmRows:
        """The rows of a world; those that were there before take no time and are checked once."""
        was_there = key in self._kept
        rows = self.get(key, make)
        return replace(rows, checks={}, seconds={}) if was_there else rows


def key_of(*parts: object) -> bytes:
    """A name for what is the same to the last digit."""
    plain = [_plain(part) if isinstance(part, Rulebook) else part for part in parts]
    return blake2b(repr(plain).encode(), digest_size=16).digest()


def _plain(w: Rulebook) -> list[Any]:
    return [getattr(w, one.name) for one in fields(w) if one.name != RENEWED]


def of_world(study: Study, arm: str) -> tuple[Any, ...]:
    """What a world has of its study, beside its settings and its rules."""
    return (
        study.engine, study.seed, study.caseworkers[arm], study.reference_effort_per_day,
        study.reference_spells_per_caseworker,
    )  # fmt: skip


def can_remember(settings: Settings, w: Rulebook) -> bool:
    """Whether a world is known by its values: one office, no trial, no functions of a plug-in."""
    rules = (*w.line_rule, w.effect_rule, *w.phase_rule)
    return not settings.area_shares and settings.enrolment is None and not any(rules)
