"""Opening hours: a pool whose meetings start in a window of open days."""

from __future__ import annotations

from math import inf

from sim.model.clock import Alarm
from sim.model.jobcentre import Pool


class WindowPool(Pool):
    """A pool whose meetings start in the window of open days only.

    A meeting that runs past the end of the window makes its caseworker start later in the next.
    """

    closes_day = -inf
    next_opening_day = inf

    def open(self, closes_day: float, next_opening_day: float) -> None:
        """The window opens."""
        self.count_waits(0)
        self.is_open = True
        self._idle_since = self._clock._now
        self.closes_day = closes_day
        self.next_opening_day = next_opening_day
        if self._queue and self.free > 0:
            self.settle()

    def close(self) -> None:
        """The window closes; who waits goes on waiting."""
        self.count_waits(0)
        self.is_open = False

    def end_meeting(self, day: float, asks_again: bool = False) -> None:
        """A caseworker ends a meeting: free at once, or late for the next window."""
        late = day - self.closes_day
        if late <= 0.0 or self.next_opening_day == inf:
            self.release(day, asks_again)
            return
        at = self.next_opening_day + late
        back = Alarm(lambda: self._come_back(at))
        self._clock.set(back, at)
        self.late += 1

    def _come_back(self, day: float) -> None:
        self.late -= 1
        self.end_meeting(day)
