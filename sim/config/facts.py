"""What the checks of a study share: its values, where they are set, and common sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import fsum
from typing import Any

from sim.config.origins import Origins
from sim.config.schema import Key, dotted
from sim.rules.levers import with_changes
from sim.rules.parameters import Parameter, find
from sim.rules.registry import Registry

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Levers:
    """A regime, or an arm's changes to one, with every lever as it will hold."""

    path: Key
    all: Mapping[str, Any]
    changed: frozenset[str]


@dataclass
class Facts:
    """The values of a study, and where each is set."""

    values: dict[str, Any]
    origins: Origins
    registry: Registry

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every declared parameter."""
        return self.registry.parameters()

    @cached_property
    def levers(self) -> list[Levers]:
        """Each regime; then each arm that changes levers of its regime."""
        found = [
            Levers(("regimes", name), levers, frozenset(levers))
            for name, levers in self.values["regimes"].items()
        ]
        for name, arm in self.values["arms"].items():
            changes = arm.get("levers")
            regime = self.values["regimes"].get(arm.get("regime"))
            if changes and regime:
                merged = with_changes(regime, changes)
                found.append(Levers(("arms", name, "levers"), merged, frozenset(changes)))
        return found

    def say(self, path: Key, text: str) -> str:
        """A sentence about a value: its name, what is wrong, and where it is set."""
        return f"{dotted(path)} {text}. It is set {self.origins.where(path)}."

    def unit(self, path: Key) -> str | None:
        """The declared unit of a value."""
        parameter = find(self.parameters, ".".join(path))
        return parameter.unit if parameter else None

    def sum_is_one(self, shares: Mapping[str, float], path: Key, of: str = "") -> Iterator[str]:
        """Shares have to add up to 1; nothing is scaled so that they do."""
        total = fsum(shares.values())
        if abs(total - 1) > SUM_TOLERANCE:
            listed = ", ".join(f"{key} {value:g}" for key, value in shares.items())
            each = f"the {of}s" if of else "its shares"
            yield self.say(
                path, f"is {{{listed}}}: {each} add up to {total:.10g} and must add up to 1"
            )

    def date_ranges(self, ranges: Sequence[Mapping[str, Any]], path: Key) -> Iterator[str]:
        """Ranges of dates begin before they end, and do not overlap."""
        for number, one in enumerate(ranges):
            if one["from"] >= one["to"]:
                yield self.say(
                    (*path, str(number)),
                    f"runs from {one['from']} to {one['to']}; it must end after it begins",
                )
        ordered = sorted(ranges, key=lambda one: one["from"])
        for before, after in pairwise(ordered):
            if after["from"] < before["to"]:
                yield self.say(
                    path,
                    f"has dates that overlap ({before['from']} to {before['to']}, and "
                    f"{after['from']} to {after['to']}); a date may lie in one of them",
                )
