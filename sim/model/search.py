"""A job seeker's search, as a SimPy process.

Due, ask for a caseworker (at most until the exit), meet, the rules say what has changed, next.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

from sim.model.clock import Alarm, Clock
from sim.model.journal import Journal
from sim.model.luck import Luck
from sim.rules.meetings import (
    BROKEN_OFF,
    CANCELLED,
    DECLINED,
    GATHERS,
    HELD,
    IS_DECLINED,
    IS_SUSPENDED,
    SEARCHES,
    SUSPENDED,
    WAITS,
    WITHDRAWN,
    after_contact,
    fall_due,
    finish,
)
from sim.rules.people import Spell
from sim.rules.rulebook import Rulebook


class Surroundings(Protocol):
    """What a job seeker's story asks of its world."""

    clock: Clock
    rulebook: Rulebook
    luck: Luck
    office: Any
    journal: Journal
    coupled: bool

    def enter(self, p: Spell) -> None:
        """A spell begins."""

    def look(self, p: Spell, limit: float) -> None:
        """When the person leaves, as far as it is known today and before ``limit``."""

    def meet(self, p: Spell) -> None:
        """A meeting begins."""

    def leave(self, p: Spell) -> bool:
        """The spell ends; True if the person will be back."""


LOOK_DAYS = 3.0
"""How far a waiting person's exit is looked for at a time; nothing depends on it but speed."""

Process = Generator[Alarm, None, None]


def search(world: Surroundings, p: Spell) -> Process:
    """The life of one job seeker: spell after spell, meeting after meeting."""
    clock, w, office, luck = world.clock, world.rulebook, world.office, world.luck
    journal, alarm, breaks = world.journal, Alarm(), w.exit_breaks_meeting
    p.alarm = alarm
    while True:
        world.enter(p)
        while True:
            # between meetings, until the next falls due or the person leaves
            world.look(p, p.due_day)
            while p.due_day > clock._now < p.exit_day:
                clock.set(alarm, min(p.exit_day, p.due_day))
                yield alarm
            if p.exit_day <= clock._now:
                break
            p.asked_day = clock._now
            what = fall_due(p, w, luck.meeting(p, w))
            if what == IS_DECLINED or what == IS_SUSPENDED:
                journal.no_meeting(p, SUSPENDED if what == IS_SUSPENDED else DECLINED, clock._now)
                after_contact(p, w, clock._now, luck.plan(p, w))
                continue
            # waiting for a caseworker, at most until the exit
            if what == GATHERS or not (p.partner or office.pools[p.pool].ask(p)):
                if what == GATHERS:
                    office.gather(p)
                if not world.coupled:
                    world.look(p, clock._now + LOOK_DAYS)
                while p.state == WAITS and p.exit_day > clock._now:
                    clock.set(alarm, min(p.limit_day, p.exit_day))
                    yield alarm
                    if p.state == WAITS and p.limit_day <= clock._now < p.exit_day:
                        world.look(p, clock._now + LOOK_DAYS)
                if p.state == WAITS:
                    office.pools[p.pool].withdraw(p)
                    journal.no_meeting(p, CANCELLED, clock._now)
                    break
                if p.state == WITHDRAWN:
                    p.state = SEARCHES
                    journal.no_meeting(p, SUSPENDED, clock._now)
                    continue
            # in the meeting, to its end or the exit (a pool has begun it for who had to wait)
            if p.state == SEARCHES:
                world.meet(p)
                yield alarm
            while clock._now < p.end_day and not (p.exit_day <= clock._now and breaks):
                clock.set(alarm, p.exit_day if p.exit_day < p.end_day and breaks else p.end_day)
                yield alarm
            p.state = SEARCHES
            if p.exit_day <= clock._now:
                journal.met(p, BROKEN_OFF if breaks else HELD, clock._now)
                office.meeting_over(p, clock._now)
                break
            journal.met(p, finish(p, w, clock._now, luck.plan(p, w)), clock._now)
            office.meeting_over(p, clock._now)
        if not world.leave(p):
            return
        while p.entry_day > clock._now:
            clock.set(alarm, p.entry_day)
            yield alarm
