"""The arrays of a compiled world: made here, lengthened here, and told to it by their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np

from sim.model.compiled.clock import FIXED, NONE, PARTS
from sim.model.compiled.layout import (
    ENTRANT,
    ENTRANT_COLUMNS,
    LINES,
    MEETING_ROW,
    POOL,
    PURPOSES,
    SPELL,
    SPELL_ROW,
    STORES,
    WORLD,
    address,
    rulebook_record,
)
from sim.model.compiled.plugins import rule_functions
from sim.model.journal import MEETING_COLUMNS, SPELL_COLUMNS
from sim.model.population import KINDS, UNUSED, People
from sim.model.streams import key_of
from sim.rules.rulebook import Rulebook

GROWTH = 1.5
FEW = 256
"""Entries with which an array begins that nobody knows the length of."""


class Arrays:
    """One record of the world, one of the rulebook, and all that they point to."""

    def __init__(self, w: Rulebook, seed: int, replication: int, pools: int = 1) -> None:
        self.world = np.zeros(1, WORLD)
        self.g = self.world[0]
        self.rulebook = rulebook_record(w, pools)
        self._kept: dict[str, np.ndarray] = {}
        self._responds = w.other_response > 0.0
        self.rules = rule_functions(w)
        for name, function in self.rules.items():
            self.rulebook[name] = function.address
        for purpose in PURPOSES:
            for i, word in enumerate(key_of(seed, replication, purpose)):
                self.g[f"{purpose}_{i}"] = word
        spare = np.zeros(1, SPELL)
        self._kept["spare"] = spare
        self.rulebook["spare"] = address(spare)
        entrant = np.zeros(1, ENTRANT)
        for name, value in UNUSED.items():
            entrant[name] = value
        self.point("spare_entrant", entrant)
        for name in (
            "free_slot",
            "free_event",
            "free_ticket",
            "free_gathering",
            "free_member",
            "free_listed",
        ):
            self.g[name] = NONE

    def point(self, name: str, array: np.ndarray) -> np.ndarray:
        """Tell the world where an array is, and keep it."""
        self._kept[name] = array
        self.g[name] = address(array)
        return array

    def array(self, name: str) -> np.ndarray:
        """An array by name."""
        return self._kept[name]

    def take(self, name: str) -> np.ndarray:
        """An array by name, which is kept no longer."""
        return self._kept.pop(name)

    def entrants(self, people: People) -> None:
        """The people who enter."""
        self.g["entrants"] = len(people)
        for name in ENTRANT_COLUMNS:
            column = getattr(people, name)
            if column is not None:
                kind = KINDS[name]
                self.point(f"entrant_{name}", np.ascontiguousarray(column, kind))

    def store(self, name: str, entries: int) -> None:
        """Make or lengthen one of the arrays that can grow."""
        old = self._kept.get(name)
        new = np.zeros(max(entries, 1), STORES[name])
        if old is not None:
            new[: len(old)] = old
        self.point(name, new)
        self.g[f"{name}_room"] = entries

    def slots(self, entries: int) -> None:
        """Room for so many people at a time."""
        self.store("spells", entries)
        self.store("near", entries)
        self.store("lines", LINES * entries if self._responds else 0)
        self.rulebook["lines"] = self.g["lines"]

    def columns(self, rows: int, meetings: int) -> None:
        """Room for so many rows of spells and of meetings."""
        if rows > self.g["rows_room"]:
            self._lengthen("spell", SPELL_ROW, SPELL_COLUMNS, "spell_rows", rows)
            self._lengthen("spell", ("serial",), {"serial": np.int32}, "spell_rows", rows)
            self.g["rows_room"] = rows
        if meetings > self.g["meetings_room"]:
            self._lengthen("meeting", MEETING_ROW, MEETING_COLUMNS, "meeting_rows", meetings)
            beside = {"serial": np.int32, "kind": np.int8}
            self._lengthen("meeting", tuple(beside), beside, "meeting_rows", meetings)
            self.g["meetings_room"] = meetings

    def _lengthen(
        self, table: str, names: tuple[str, ...], kinds: Mapping[str, Any], count: str, rows: int
    ) -> None:
        used = int(self.g[count])
        for name in names:
            full = f"{table}_{name}"
            new = np.empty(rows, kinds[name])
            if full in self._kept:
                new[:used] = self._kept[full][:used]
            self.point(full, new)

    def start(
        self, people: int, stock: int, pools: int, horizon_days: float, roomy: bool = True
    ) -> None:
        """The arrays of a world that is to run.

        With room for everybody at once: memory that is never written to is not taken. That holds
        for large arrays only, so many small worlds begin with what they are sure to need and grow.
        """
        everyone = people + stock
        at_once = everyone if roomy else stock + people // 16
        self.store("events", FIXED + 2 * pools + FEW)
        for name in ("tickets", "gatherings", "members", "leavers"):
            self.store(name, FEW)
        for name in ("listed", "heap"):
            self.store(name, 2 * at_once + 2 * FEW)
        self.slots(at_once + FEW)
        times = (2, 8) if roomy else (1, 3)
        self.columns(times[0] * everyone + FEW, times[1] * everyone + 8 * FEW)
        self.point("lists", np.full(int(horizon_days * PARTS) + 2, NONE, np.int32))
        self.point("pools", np.zeros(pools, POOL))
        self.g["pools_count"] = pools
        weeks = ceil(horizon_days / 7.0) + 2
        self.point("week_days", np.zeros(weeks))
        self.point("week_factors", np.zeros(weeks * pools))

    def grow(self) -> None:
        """Lengthen whatever is nearly full."""
        g = self.g
        few = FEW + 2 * int(g["asking_now"])
        if g["free_slot"] == NONE and g["slots_taken"] + FEW // 2 > g["spells_room"]:
            self.slots(int(GROWTH * g["spells_room"]) + FEW)
        for name in ("events", "tickets", "gatherings", "members"):
            if g[f"{name}_taken"] + few // 2 > g[f"{name}_room"]:
                self.store(name, int(GROWTH * g[f"{name}_room"]) + few)
        if g["leavers_count"] + FEW // 2 > g["leavers_room"]:
            self.store("leavers", int(GROWTH * g["leavers_room"]) + FEW)
        at_once = int(g["slots_taken"] + g["events_taken"]) + few
        for name, taken in (("listed", "listed_taken"), ("heap", "heaped")):
            if g[taken] + at_once > g[f"{name}_room"]:
                self.store(name, int(g[taken] + GROWTH * at_once))
        rows, meetings = int(g["rows_room"]), int(g["meetings_room"])
        self.columns(
            int(GROWTH * rows) + FEW if g["spell_rows"] + FEW > rows else rows,
            int(GROWTH * meetings) + 4 * FEW
            if g["meeting_rows"] + 8 * FEW > meetings
            else meetings,
        )
