"""The clock of a world: a SimPy environment with alarms at absolute days that are used again."""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any

import simpy

FIRST, NORMAL, GATHERED, COMPLETE, LAST = range(5)
"""Order within an instant: the world's own changes, people, their groups, then who is served."""


class Alarm:
    """What one process waits for, set again and again; only its latest setting rings.

    Not one of SimPy's events: those carry a dictionary and a list each, and half a million
    people wait.
    """

    __slots__ = ("day", "wakes")

    def __init__(self, wakes: Callable[[], None] | None = None) -> None:
        """An alarm that is not set; ``wakes`` is called when it rings."""
        self.day = inf
        self.wakes = wakes


class Life(simpy.Process):
    """The process of a job seeker: starts at once, waits for alarms only, and is not interrupted.

    What SimPy's own process does beyond that (an event to start, one to end, the search for an
    event that has been triggered already) would be a third of the cost of a spell.
    """

    __slots__ = ("_generator", "_ok", "_value", "callbacks", "env")

    def __init__(self, clock: Clock, story: Generator[Alarm, None, None]) -> None:
        self.env = clock
        self.callbacks: Any = []
        self._generator: Any = story
        self()

    def __call__(self) -> None:
        """Go on with the story until it waits for the next alarm."""
        try:
            alarm = self._generator.send(None)
        except StopIteration:
            self._ok, self._value, self.callbacks = True, None, None
            return
        alarm.wakes = self


class Clock(simpy.Environment):
    """SimPy's environment, with absolute times, a bucket for each day, and a plain loop.

    SimPy's timeouts are relative, and ``now + (day - now)`` is not always ``day``; an exit that
    was solved for must happen on its day to the last bit. Only the events of the present day are
    kept in order; those of a later day wait unordered until it comes.
    """

    def __init__(self, end: float) -> None:
        """A clock that starts on day 0; alarms from ``end`` on are never rung."""
        super().__init__()
        self.end = end
        self._today = 0
        self._later: list[list[Any]] = [[] for _ in range(int(end) + 2)]

    def set(self, alarm: Alarm, day: float, order: int = NORMAL) -> None:
        """Let the alarm ring on a day (an earlier setting is void)."""
        alarm.day = day
        if day < self.end:
            whole = int(day)
            if whole > self._today:
                self._later[whole].append((day, order, next(self._eid), alarm))
            else:
                heappush(self._queue, (day, order, next(self._eid), alarm))  # type: ignore[misc]

    def schedule(self, event: simpy.Event, priority: Any = NORMAL, delay: float = 0) -> None:
        """SimPy's own events take their place in the same order."""
        day = self._now + delay
        if day >= self.end:
            return
        entry: Any = (day, int(priority), next(self._eid), event)
        if int(day) > self._today:
            self._later[int(day)].append(entry)
        else:
            heappush(self._queue, entry)

    def alone(self) -> bool:
        """Whether nothing else happens at this instant."""
        queue = self._queue
        return not queue or queue[0][0] > self._now

    def run_to_end(self) -> None:
        """Let everything happen that is due before the end."""
        queue = self._queue
        while self._today <= self.end:
            while queue:
                day, _, _, event = heappop(queue)
                if event.__class__ is Alarm:
                    wakes = event.wakes
                    if wakes is None or event.day != day:
                        continue
                    self._now = day
                    event.wakes = None
                    wakes()
                    continue
                self._now = day
                callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
            self._today += 1
            if self._today < len(self._later):
                queue = self._queue = self._later[self._today]
                self._later[self._today] = []
                heapify(queue)
        self._now = self.end
