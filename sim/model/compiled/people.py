"""A person in a compiled world: when they leave, where they are served, what is wrong with them."""

from __future__ import annotations

from math import inf

from sim.model.compiled.clock import NORMAL, ring
from sim.model.compiled.layout import ONE_REAL, SPELL, WHOLE
from sim.model.compiled.pointers import record_at
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.leaving import find_exit
from sim.rules.meetings import MEETS

# what may be wrong
WRONG_IDLE, WRONG_FREE, WRONG_BUSY, WRONG_SUM = (WHOLE(what) for what in range(1, 5))


def fail(g, what, person, spell, a, b, c):
    """Stop the world: a self-check does not hold."""
    if g.wrong == 0:
        g.wrong = what
        g.wrong_person = person
        g.wrong_spell = spell
        g.wrong_a = a
        g.wrong_b = b
        g.wrong_c = c


def spell_at(g, who):
    """The record of a person."""
    return record_at(g.spells, who, SPELL)


def look(g, w, p, limit):
    """When the person leaves, as far as it is known today and before ``limit``."""
    if g.coupled or limit > g.known_until_day:
        limit = g.known_until_day
    p.limit_day = inf if g.coupled else limit
    find_exit(p, w, limit)


def meet(g, w, p):
    """A meeting begins: the alarm is set to its end, or to the exit that breaks it off."""
    p.state = MEETS
    p.start_day = g.now
    end = g.now + p.minutes / MINUTES_PER_DAY
    p.end_day = end
    if not g.coupled:
        look(g, w, p, end)
    ring(g, WHOLE(p.slot), p.exit_day if p.exit_day < end and g.breaks else end, NORMAL)


def place(g, p):
    """The pool that serves a person."""
    if g.own_caseworker:
        own = int(p.caseworker_draw * g.qualities_count)
        p.quality = record_at(g.qualities, own, ONE_REAL).v
        return own if g.pools_count > 1 else 0
    if g.pool_by_arm:
        return int(p.arm)
    if g.pool_by_group and g.pools_count == len(g.deadline_days):
        return int(p.group)
    return 0
