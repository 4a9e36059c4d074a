"""The jobcentre: pools of caseworkers on SimPy events, and their queues.

A pool is a shared resource: who asks is served at once when a caseworker is free and nobody else
could have a claim at this instant, or waits in an ordered queue. Ties are settled once everything
else of the instant has happened, by the order of the queue and then by person number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from math import inf

from sim.model.clock import COMPLETE, GATHERED, LAST, Alarm, Clock
from sim.model.gathering import Gathering
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.errors import CheckError
from sim.rules.meetings import WAITS
from sim.rules.people import Spell

ORDERS = ("fifo", "longest_unemployed", "newest", "highest_risk", "deadline")


class Pool:
    """Caseworkers who serve one queue."""

    def __init__(self, clock: Clock, order: str, deadline_days: tuple[float, ...]) -> None:
        self._clock = clock
        self._order = order
        self._deadline_days = deadline_days
        self._queue: list[tuple[float, int, int, Spell | Gathering]] = []
        self._asked = 0
        self.size: float = 0
        self.free: float = 0
        self.is_open = True
        self.open_spells = 0
        self.waiting = 0
        self.waited_days = 0.0
        self._counted_to = 0.0
        self._settle = Alarm()
        self._settle_day = -inf
        self.leaving = 0
        self.late = 0
        self.group_meetings = 0
        self._idle_since = 0.0
        self.held_checks = 0
        self.idle_checks = 0
        self._gathered: list[Spell] = []
        self.meet: Callable[[Spell], None]
        """Begins the meeting of someone who has waited; set by the world."""

    def resize(self, number: float) -> None:
        """Change the number of caseworkers; those in a meeting finish it first."""
        change = number - self.size
        self.size = number
        if change < 0:
            idle = min(self.free, -change)
            self.leaving += int(-change - idle)
            change = -idle
        elif self.leaving > 0:
            stay = min(self.leaving, int(change))
            self.leaving -= stay
            change -= stay
        if self.free == 0:
            self._idle_since = self._clock._now
        self.free += change
        if self._queue and self.free > 0 and self.is_open:
            self.settle()

    def _key(self, p: Spell | Gathering) -> float:
        """Place in the queue: lower is earlier."""
        if self._order == "fifo":
            return p.due_day
        if self._order == "longest_unemployed":
            return p.entry_day
        if self._order == "newest":
            return -p.entry_day
        if self._order == "highest_risk":
            return -p.score
        return p.due_day + self._deadline_days[p.group]

    def count_waits(self, change: int) -> None:
        """Change the number waiting, and keep the integral of the queue over time.

        Raises:
            CheckError: a caseworker was idle while someone waited whom they may serve.
        """
        now = self._clock._now
        if now > self._counted_to:
            if self._queue and self.free > 0 and self.is_open and now > self._idle_since:
                _, person, _, _ = self._queue[0]
                raise CheckError(
                    f"person {person} waited until day {now} while {self.free} of {self.size} "
                    "caseworkers were idle"
                )
            self.idle_checks += 1
            self.waited_days += self.waiting * (now - self._counted_to)
            self._counted_to = now
        self.waiting += change

    def ask(self, p: Spell) -> bool:
        """Ask for a caseworker: True when served at once; else ``p`` waits for its alarm."""
        if self.free > 0 and self.is_open and self.waiting == 0 and self._clock.alone():
            self.free -= 1
            return True
        self.join(p, 1)
        return False

    def join(self, p: Spell | Gathering, people: int) -> None:
        """Take a place in the queue."""
        self._asked += 1
        if people:
            p.state = WAITS  # type: ignore[union-attr]
            p.ticket = self._asked  # type: ignore[union-attr]
        self.count_waits(people)
        heappush(self._queue, (self._key(p), p.person, self._asked, p))
        if self.free > 0 and self.is_open:
            self.settle()

    def withdraw(self, p: Spell) -> None:
        """Leave the queue without having been served."""
        p.ticket = 0
        self.count_waits(-1)

    def release(self, day: float, asks_again: bool = False) -> None:
        """A caseworker is free again (or goes, where the number has been cut).

        Args:
            asks_again: the person who has been served has the next meeting due at once, and
                competes for the caseworker with those who wait.
        """
        if self.leaving > 0:
            self.leaving -= 1
            return
        if self.free == 0:
            self._idle_since = self._clock._now
        self.free += 1
        if self.free > self.size:
            raise CheckError(f"{self.free} of {self.size} caseworkers are free on day {day}")
        if self._queue and self.is_open:
            if self._clock.alone() and not asks_again:
                self.serve(day)
            else:
                self.settle()

    def settle(self) -> None:
        """Serve once everything else of this instant has happened."""
        now = self._clock._now
        if self._settle_day == now and self._settle.wakes is not None:
            return
        self._settle_day = now
        self._settle.wakes = lambda: self.serve(self._clock._now)
        self._clock.set(self._settle, now, LAST)

    def serve(self, day: float) -> None:
        """Give free caseworkers to those first in the queue."""
        queue = self._queue
        while queue and self.free > 0 and self.is_open:
            _, _, ticket, p = heappop(queue)
            if isinstance(p, Gathering):
                self._serve_group(p, day)
                continue
            if p.ticket != ticket or p.state != WAITS or p.exit_day <= day:
                continue
            self.free -= 1
            self.count_waits(-1)
            self.meet(p)
        if not 0 <= self.free <= self.size:
            raise CheckError(f"{self.size - self.free} of {self.size} caseworkers busy on {day}")
        self.held_checks += 1

    # group meetings -----------------------------------------------------------------------

    def gather(self, p: Spell, wanted: int, most_days: float, open_group: list[Gathering]) -> None:
        """Wait for a group; it asks for its caseworker when full, or after ``most_days``."""
        self._asked += 1
        p.state = WAITS
        p.ticket = self._asked
        self.count_waits(1)
        self._gathered.append(p)
        if len(self._gathered) == 1:
            then = Alarm(lambda: self._assign(wanted, most_days, open_group))
            self._clock.set(then, self._clock._now, GATHERED)

    def _assign(self, wanted: int, most_days: float, open_group: list[Gathering]) -> None:
        """Put those who have asked at this instant into groups, lower person numbers first."""
        asked = sorted((p.person, p) for p in self._gathered)
        self._gathered = []
        for _, p in asked:
            group = open_group[0] if open_group and open_group[0].open else None
            if group is None:
                group = Gathering(p)
                open_group[:] = [group]
                timer = Alarm(partial(self._close, group))
                self._clock.set(timer, self._clock._now + most_days, COMPLETE)
            else:
                group.members.append((p, p.ticket))
            if len(group.present()) >= wanted:
                self._close(group)

    def _close(self, group: Gathering) -> None:
        if group.open:
            group.open = False
            self.join(group, 0)

    def _serve_group(self, group: Gathering, day: float) -> None:
        present = [m for m in group.present() if m.exit_day > day]
        if not present:
            return
        self.free -= 1
        for m in present:
            m.ticket = -len(present)
            self.count_waits(-1)
            self.meet(m)
        self.group_meetings += 1
        end = day + group.minutes / MINUTES_PER_DAY
        over = Alarm(lambda: self._end_group(end))
        self._clock.set(over, end)

    def _end_group(self, day: float) -> None:
        self.group_meetings -= 1
        self.end_meeting(day)

    def check_busy(self, meeting: int) -> None:
        """Busy caseworkers must be those in a meeting now, or late for the next window.

        Args:
            meeting: people in a meeting of their own with a caseworker of this pool.
        """
        busy = self.size - self.free + self.leaving
        known = meeting + self.group_meetings + self.late
        if self.size != inf and busy != known:
            raise CheckError(f"{busy} caseworkers are busy at the end, in {known} meetings")

    def end_meeting(self, day: float, asks_again: bool = False) -> None:
        """A caseworker ends a meeting; on a working calendar replaced by one with windows."""
        self.release(day, asks_again)
