"""The clock of a world: a SimPy environment with alarms at absolute days that are used again."""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import Any

import simpy

FIRST, NORMAL, LAST = 0, 1, 2
"""Order within an instant: the world's own changes, people, then who is served."""


class Alarm:
    """What one person waits for, set again and again; only its latest setting rings.

    An event by SimPy's protocol (a process may yield it), but not a subclass: SimPy's events carry
    a dictionary each, and half a million people wait.
    """

    __slots__ = ("callbacks", "day")

    _ok = True
    _value = None

    def __init__(self) -> None:
        self.callbacks: Any = []
        self.day = inf


class Clock(simpy.Environment):
    """SimPy's environment, with absolute times and a plain loop.

    SimPy's timeouts are relative, and ``now + (day - now)`` is not always ``day``; an exit that
    was solved for must happen on its day to the last bit.
    """

    def __init__(self, end: float) -> None:
        """A clock that starts on day 0; alarms from ``end`` on are never rung."""
        super().__init__()
        self.end = end

    def set(self, alarm: Alarm, day: float, order: int = NORMAL) -> None:
        """Let the alarm ring on a day (an earlier setting is void)."""
        alarm.day = day
        if alarm.callbacks is None:
            alarm.callbacks = []
        if day < self.end:
            heappush(self._queue, (day, order, next(self._eid), alarm))  # type: ignore[misc]

    def alone(self) -> bool:
        """Whether nothing else happens at this instant."""
        queue = self._queue
        return not queue or queue[0][0] > self._now

    def run_to(self, end: float) -> None:
        """Let everything happen that is due before ``end``."""
        queue = self._queue
        while queue:
            day, _, _, event = heappop(queue)
            if day >= end:
                break
            callbacks = event.callbacks
            if callbacks is None:
                continue
            if event.__class__ is Alarm and event.day != day:  # type: ignore[attr-defined, comparison-overlap]
                continue
            self._now = day
            event.callbacks = None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):
                raise event._value  # type: ignore[misc]
        self._now = end
