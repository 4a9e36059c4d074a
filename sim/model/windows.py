"""Dates in which other levers hold: everybody's levers change where a window begins and ends."""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any, Protocol

from sim.model.clock import FIRST, NORMAL, Alarm, Clock
from sim.model.luck import Luck
from sim.rules.meetings import MEETS, WAITS, WITHDRAWN, change_window
from sim.rules.people import GROUPS, Spell
from sim.rules.rulebook import Rulebook


class Surroundings(Protocol):
    """What the windows ask of their world."""

    clock: Clock
    rulebook: Rulebook
    luck: Luck
    office: Any
    lever_set: list[int]

    def look(self, p: Spell, limit: float) -> None:
        """When the person leaves, as far as it is known today and before ``limit``."""

    def who_searches(self, now: float) -> Collection[Spell]:
        """The open spells, without those that are over but for a meeting."""

    def ring_earlier(self, p: Spell, now: float) -> None:
        """Bring an alarm forward that would ring too late."""


def windows(world: Surroundings) -> Generator[Alarm, None, None]:
    """The process that changes everybody's levers."""
    clock, alarm = world.clock, Alarm()
    outside = world.rulebook.arm_set
    for day, starts, number, arm in window_changes(world.rulebook):
        if day > clock._now:
            clock.set(alarm, day, FIRST)
            yield alarm
        world.lever_set[arm] = number if starts else outside[arm]
        for p in list(world.who_searches(day)):
            if p.arm == arm:
                _change(world, p, bool(starts), day)


def _change(world: Surroundings, p: Spell, starts: bool, day: float) -> None:
    w = world.rulebook
    busy = p.state in (WAITS, MEETS)
    row = world.lever_set[p.arm] * len(GROUPS) + p.group
    if change_window(p, w, day, row, starts, busy, world.luck.plan(p, w), p.spread):
        world.office.pools[p.pool].withdraw(p)
        p.state = WITHDRAWN
        world.clock.set(p.alarm, day, NORMAL)
    elif p.state == WITHDRAWN:
        return  # by another window of this instant; the alarm is about to ring
    elif not busy:
        world.look(p, p.due_day)
        world.clock.set(p.alarm, min(p.due_day, p.exit_day))
    else:
        world.look(p, p.limit_day)
        world.ring_earlier(p, day)


def window_changes(w: Rulebook) -> list[tuple[float, int, int, int]]:
    """(day, whether it starts, lever set, arm) of windows from day 0 on; one over by then is none."""
    changes = []
    windows = zip(w.window_from_day, w.window_to_day, w.window_set, w.window_arm, strict=True)
    for start, end, number, arm in windows:
        if end > 0.0:
            changes += [(max(start, 0.0), 1, number, arm), (end, 0, number, arm)]
    return sorted(changes)
