"""Where the time of a run goes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.model.journal import ArmRows

SPENT = ("compiling", "simulating", "checking", "reducing")
"""What the processor time of a replication goes to."""


class Spent:
    """Processor seconds of a replication by what they went to, added up world by world."""

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()
        self.reducing = 0.0
        """What was done with the rows."""

    def add_world(self, rows: ArmRows) -> None:
        """Take what a world says went to compiling it and to checking it."""
        self._told.update(rows.seconds)

    def by_what(self, all_seconds: float) -> dict[str, float]:
        """Seconds in the order of ``SPENT``, of all that the replication took."""
        compiling, checking = self._told["compiling"], self._told["checking"]
        return {
            "compiling": compiling,
            "simulating": all_seconds - self.reducing - compiling - checking,
            "checking": checking,
            "reducing": self.reducing,
        }


class Clock:
    """Seconds that this process spent on one thing after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._now: tuple[str, float] | None = None

    def start(self, what: str) -> None:
        """Stop what is being timed, and time something else."""
        self.stop()
        self._now = what, time.perf_counter()

    def stop(self) -> None:
        """Add up what is being timed."""
        if self._now is not None:
            what, began = self._now
            self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - began
        self._now = None

    def with_spent(self, replications: Iterable[Mapping[str, float]]) -> dict[str, float]:
        """Processor seconds of all replications by ``SPENT``, then those on this clock."""
        total = dict.fromkeys(SPENT, 0.0)
        for of_one in replications:
            for what in SPENT:
                total[what] += of_one[what]
        return {what: round(seconds, 3) for what, seconds in (total | self.seconds).items()}
