"""Schedules, from the configuration to a flat table of phases."""

from __future__ import annotations

from math import inf
from typing import Any

from sim.rules import regimes
from sim.rules.lines import parameters_of
from sim.rules.plugged import OwnSchedule


class Phases:
    """Collects the flat table of schedule phases."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self.rows: list[tuple[int, float, float, float, int, float, int, int, int, Any]] = []
        self.days: list[float] = []
        self.offered: list[int] = []

    def add(self, phases: list[dict[str, Any]]) -> int:
        """Append one schedule; returns the index of its first phase."""
        start = len(self.rows)
        origin = 0.0
        for phase in phases:
            until = float(phase.get("until_day", inf))
            kind, a, b, count, first, rule = regimes.NONE, 0.0, 0.0, 0, 0, None
            if "meetings" in phase:
                kind, a, count = regimes.GRID, float(phase["span_days"]), int(phase["meetings"])
                until = origin + a
            elif "every_days" in phase:
                kind, a = regimes.EVERY, float(phase["every_days"])
            elif "days" in phase:
                kind, count, first = regimes.LIST, len(phase["days"]), len(self.days)
                self.days += [float(d) for d in phase["days"]]
                until = self.days[-1]
            elif "agreed_days" in phase:
                kind, (a, b) = regimes.AGREED, (float(d) for d in phase["agreed_days"])
            elif "random_every_days" in phase:
                kind, a = regimes.RANDOM, float(phase["random_every_days"])
            elif "kind" in phase:
                plugin = self.registry.schedules[phase["kind"]]
                kind, rule = (
                    regimes.PLUGGED,
                    OwnSchedule(plugin.function, parameters_of(plugin, phase)),
                )
            offered = phase.get("offered", ())
            offers = (len(self.offered), len(offered))
            self.offered += [int(step) for step in offered]
            self.rows.append((kind, origin, a, b, count, until, first, *offers, rule))
            origin = until
        self.rows.append((regimes.NONE, 0.0, 0.0, 0.0, 0, inf, 0, 0, 0, None))
        return start

    def table(self) -> dict[str, Any]:
        """The phases as columns."""
        names = (
            "kind", "origin", "a", "b", "count", "until", "list", "offers", "offers_count", "rule",
        )  # fmt: skip
        columns = {
            f"phase_{n}": c for n, c in zip(names, zip(*self.rows, strict=True), strict=True)
        }
        return {**columns, "list_day": tuple(self.days), "offered_step": tuple(self.offered)}


def by_group(choice: Any, group: str) -> Any:
    """What a lever says of a group: its own word, else the default."""
    if isinstance(choice, dict) and ("default" in choice or group in choice):
        return choice[group] if group in choice else choice["default"]
    return choice
