"""A life without a queue: the same rules where every meeting starts when it is due.

Serves what must be known before a world is run: who is in the office on day 0, how many minutes
a regime asks for, and how much its people search. With unlimited caseworkers and no load or
market effect a world gives the same life to the last bit (a test insists).
"""

from __future__ import annotations

from collections.abc import MutableSequence
from math import inf

from sim.model.luck import Luck, meeting_luck, plan_luck, threshold_luck, work_luck
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.entering import again, days_in_work
from sim.rules.leaving import advance, find_exit, start_line
from sim.rules.meetings import (
    GATHERS,
    IS_DECLINED,
    IS_SUSPENDED,
    after_contact,
    begin,
    fall_due,
    finish,
)
from sim.rules.people import Spell
from sim.rules.rulebook import Rulebook


def live_spell(
    p: Spell, w: Rulebook, luck: Luck, until: float, groups: MutableSequence[float]
) -> bool:
    """Live one spell from its entry to its exit (True) or to the day ``until`` (False).

    Args:
        groups: (number, minutes) of group meetings are added to it, as they are shared.
    """
    start_line(p, w, p.entry_day)
    begin(p, w, p.entry_day, plan_luck(luck, p, w), p.spread)
    now = p.entry_day
    while True:
        stop = min(until, p.due_day)
        find_exit(p, w, stop)
        if p.exit_day <= stop:
            return p.exit_day < until
        if p.due_day >= until:
            return False
        now = p.due_day
        what = fall_due(p, w, meeting_luck(luck, p, w))
        if what == IS_DECLINED or what == IS_SUSPENDED:
            after_contact(p, w, now, plan_luck(luck, p, w))
            continue
        end = now + p.minutes / MINUTES_PER_DAY
        find_exit(p, w, min(until, end))
        if p.exit_day <= end:
            if p.exit_day >= until:
                return False
            p.minutes_used += 0.0 if p.partner else (p.exit_day - now) * MINUTES_PER_DAY
            return True
        if end >= until:
            return False
        if what == GATHERS:
            groups[0] += 1.0
            groups[1] += p.minutes
        elif not p.partner:
            p.minutes_used += p.minutes
        finish(p, w, end, plan_luck(luck, p, w))


LIVED = 6
"""How many figures ``live_through`` adds up."""


def live_through(
    p: Spell, w: Rulebook, luck: Luck, until: float, totals: MutableSequence[float]
) -> None:
    """Add up what becomes of a person's spells up to the day ``until``.

    Args:
        totals: group meetings, their minutes, days unemployed, minutes of a caseworker alone,
            effort and planned meetings that fell due are added to it.
    """
    while True:
        over = live_spell(p, w, luck, until, totals)
        end = p.exit_day if over else until
        advance(p, w, end)
        totals[2] += end - p.entry_day
        totals[3] += p.minutes_used
        totals[4] += p.summed
        totals[5] += p.asked_planned
        gap = days_in_work(w, p.exit, work_luck(luck, p)) if over else inf
        if end + gap >= until:
            return
        again(p, w, end + gap, threshold_luck(luck, p))
