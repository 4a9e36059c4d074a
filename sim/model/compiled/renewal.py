"""What a compiled world does to everybody at once: new weeks, and windows of other levers."""

from __future__ import annotations

from math import inf

from sim.model.compiled.clock import (
    CACHE_LINE,
    FIRST,
    NORMAL,
    SPELL_BYTES,
    WEEK,
    WINDOW,
    event_at,
    ring,
)
from sim.model.compiled.layout import CHANGE, ONE_PLACE, ONE_REAL, WHOLE
from sim.model.compiled.luck import plan_luck
from sim.model.compiled.people import look, spell_at
from sim.model.compiled.pointers import fetch, record_at
from sim.model.compiled.pools import pool_at, withdraw
from sim.model.compiled.story import MANY
from sim.model.world import RISE
from sim.rules.leaving import advance
from sim.rules.market import EFFORT_UNIT, WEEK_DAYS, load_factor, lost_in_a_week, market_factor
from sim.rules.meetings import MEETS, SEARCHES, WAITS, WITHDRAWN, change_window
from sim.rules.people import JOB
from sim.rules.renewal import sum_up_week

AHEAD = 6
"""How many people ahead memory is asked for while everybody is summed up."""

WEEKLY_LINES = 3
LAST_LINE = SPELL_BYTES - 64
"""What is read of everybody every week: the first lines of a record, and its last, short fields."""


def _searches(g, w, p):
    """Whether a person has not left; a meeting may be seen through after an exit."""
    if not p.is_open:
        return False
    if g.breaks or p.exit_day > g.now:
        return True
    if p.exit == JOB:
        advance(p, w, p.exit_day)
    return False


def renew(g, w):
    """Renew the load and market factors (model sections 3 and 7).

    Where offices go in step, their common market factor is asked for and the week begins later.
    """
    _sum_up(g, w)
    if g.in_step:
        g.asks_market = True
        return
    effort_before = g.reference_effort_per_day
    market = market_factor(g.units * EFFORT_UNIT, effort_before, g.pool_share, g.displacement)
    if g.displacement > 0.0:
        g.displaced_jobs += lost_in_a_week(market, effort_before, g.pool_share)
    _begin_week(g, w, market)


def begin_week(worlds, rulebooks, market):
    """Begin the week for which a market factor was asked."""
    g = worlds[0]
    g.asks_market = False
    _begin_week(g, rulebooks[0], market)


def _sum_up(g, w):
    """The effort of all, and who may leave before the next week."""
    g.known_until_day = min((g.week + 1) * WEEK_DAYS, g.horizon_days)
    units = near = 0
    for i in range(g.slots_taken):
        ahead = g.spells + (i + AHEAD) * SPELL_BYTES
        for line in range(WEEKLY_LINES):
            fetch(ahead + line * CACHE_LINE)
        fetch(ahead + LAST_LINE)
        p = spell_at(g, i)
        if _searches(g, w, p):
            effort, may_leave = sum_up_week(p, w, g.now, g.known_until_day, RISE)
            units += effort
            if may_leave:
                record_at(g.near, near, ONE_PLACE).v = i
                near += 1
    g.units = units
    g.near_count = near


def _begin_week(g, w, market):
    """The new factors of every pool, and a new look at those who may leave under them."""
    near = g.near_count
    everybody = False
    record_at(g.week_days, g.weeks_kept, ONE_REAL).v = g.now
    for k in range(g.pools_count):
        q = pool_at(g, k)
        reference = g.reference_spells_per_caseworker
        new = load_factor(q.open_spells, q.size, reference, g.load_elasticity) * market
        if new > RISE * w.common_factor[1 + k]:
            everybody = True
        w.common_factor[1 + k] = new
        record_at(g.week_factors, g.weeks_kept * g.pools_count + k, ONE_REAL).v = new
    g.weeks_kept += 1
    if everybody:
        near = 0
        for i in range(g.slots_taken):
            p = spell_at(g, i)
            if p.is_open and (g.breaks or p.exit_day > g.now):
                record_at(g.near, near, ONE_PLACE).v = i
                near += 1
    for k in range(near):
        p = spell_at(g, WHOLE(record_at(g.near, k, ONE_PLACE).v))
        look(g, w, p, p.limit_day)
        if p.exit_day < g.known_until_day:
            _ring_earlier(g, p)
    g.week += 1
    ring(g, -1 - WEEK, g.week * WEEK_DAYS, FIRST)


def _ring_earlier(g, p):
    """After a change from outside: an alarm that would ring too late is brought forward."""
    if p.state == SEARCHES:
        day = min(p.exit_day, p.due_day)
    else:
        day = p.exit_day if p.state == WAITS or g.breaks else inf
    alarm = event_at(g, WHOLE(p.slot)).day
    if day < alarm and alarm > g.now:
        ring(g, WHOLE(p.slot), day, NORMAL)


def change_windows(g, w):
    """Change everybody's levers where windows of the regime begin and end today."""
    while g.next_change < g.changes_count:
        change = record_at(g.changes, g.next_change, CHANGE)
        if change.day > g.now:
            ring(g, -1 - WINDOW, change.day, FIRST)
            return
        g.next_change += 1
        arm = WHOLE(change.arm)
        g.lever_set[arm] = change.number if change.starts else w.arm_set[arm]
        for i in range(g.slots_taken):
            p = spell_at(g, i)
            if p.arm == arm and _searches(g, w, p):
                _change(g, w, p, change.starts != 0)


def _change(g, w, p, starts):
    busy = p.state == WAITS or p.state == MEETS
    row = g.lever_set[p.arm] * MANY + p.group
    if change_window(p, w, g.now, row, starts, busy, plan_luck(g, p, w), p.spread):
        withdraw(g, p)
        p.state = WITHDRAWN
        ring(g, WHOLE(p.slot), g.now, NORMAL)
    elif p.state == WITHDRAWN:
        return  # by another window of this instant; the alarm is about to ring
    elif not busy:
        look(g, w, p, p.due_day)
        ring(g, WHOLE(p.slot), min(p.due_day, p.exit_day), NORMAL)
    else:
        look(g, w, p, p.limit_day)
        _ring_earlier(g, p)
