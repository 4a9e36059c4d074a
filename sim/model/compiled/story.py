"""A job seeker's search in a compiled world: the same story as ``sim.model.search``.

Due, ask for a caseworker (at most until the exit), meet, the rules say what has changed, next.
Told from alarm to alarm: ``wake`` goes on from where the person last stopped.
"""

from __future__ import annotations

from sim.model.compiled.clock import NONE, NORMAL, forget, ring
from sim.model.compiled.groups import gather
from sim.model.compiled.layout import WHOLE
from sim.model.compiled.luck import meeting_luck, plan_luck, threshold_luck, work_luck
from sim.model.compiled.people import WRONG_SUM, fail, look, meet, place, spell_at
from sim.model.compiled.pools import ask, end_meeting, pool_at, withdraw
from sim.model.compiled.rows import keep_leaver, met, no_meeting, spell_row
from sim.model.search import LOOK_DAYS
from sim.model.world import SMALL_THRESHOLD, SUM_ERROR
from sim.rules.entering import again, days_in_work
from sim.rules.leaving import advance, set_piece, start_line
from sim.rules.meetings import (
    BROKEN_OFF,
    CANCELLED,
    DECLINED,
    GATHERS,
    HELD,
    IS_DECLINED,
    IS_SUSPENDED,
    MEETS,
    SEARCHES,
    SUSPENDED,
    WAITS,
    WITHDRAWN,
    after_contact,
    begin,
    fall_due,
    finish,
)
from sim.rules.people import GROUPS, JOB

MANY = len(GROUPS)


def take_slot(g):
    """A place for a person."""
    i = g.free_slot
    if i != NONE:
        g.free_slot = spell_at(g, i).serial
    else:
        i = g.slots_taken
        g.slots_taken += 1
    p = spell_at(g, i)
    p.slot = i
    p.is_open = False
    return i


def free_slot(g, p):
    """Give the place of a person away."""
    forget(g, WHOLE(p.slot))
    p.is_open = False
    p.serial = g.free_slot
    g.free_slot = p.slot


def wake(g, w, i):
    """A person's alarm has rung: go on with the story until it waits for the next one."""
    p = spell_at(g, i)
    if not p.is_open:
        _enter(g, w, p)
    elif p.state == MEETS:
        if g.now < p.end_day and not (p.exit_day <= g.now and g.breaks):
            sooner = p.exit_day < p.end_day and g.breaks
            ring(g, i, p.exit_day if sooner else p.end_day, NORMAL)
            return
        p.state = SEARCHES
        left = p.exit_day <= g.now
        if left:
            met(g, p, BROKEN_OFF if g.breaks else HELD, g.now)
        else:
            met(g, p, finish(p, w, g.now, plan_luck(g, p, w)), g.now)
        if not p.partner and p.ticket >= 0:
            end_meeting(g, w, WHOLE(p.pool), p.due_day <= g.now)
        if left:
            if not _leave(g, w, p):
                return
            _enter(g, w, p)
        else:
            look(g, w, p, p.due_day)
    elif p.state == WAITS:
        if p.limit_day <= g.now < p.exit_day:
            look(g, w, p, g.now + LOOK_DAYS)
        if p.exit_day > g.now:
            ring(g, i, min(p.limit_day, p.exit_day), NORMAL)
            return
        if not _give_up(g, w, p):
            return
        _enter(g, w, p)
    elif p.state == WITHDRAWN:
        p.state = SEARCHES
        no_meeting(g, p, WHOLE(SUSPENDED), g.now)
        look(g, w, p, p.due_day)
    _search(g, w, i, p)


def _search(g, w, i, p):
    """Between meetings, until the next one begins or is waited for, or the person is in work."""
    while True:
        if p.due_day > g.now and g.now < p.exit_day:
            ring(g, i, min(p.exit_day, p.due_day), NORMAL)
            return
        if p.exit_day <= g.now:
            if not _leave(g, w, p):
                return
            _enter(g, w, p)
            continue
        p.asked_day = g.now
        what = fall_due(p, w, meeting_luck(g, p, w))
        if what == IS_DECLINED or what == IS_SUSPENDED:
            no_meeting(g, p, SUSPENDED if what == IS_SUSPENDED else DECLINED, g.now)
            after_contact(p, w, g.now, plan_luck(g, p, w))
            look(g, w, p, p.due_day)
            continue
        if what != GATHERS and (p.partner or ask(g, p)):
            meet(g, w, p)
            return
        if what == GATHERS:
            gather(g, p)
        if not g.coupled:
            look(g, w, p, g.now + LOOK_DAYS)
        if p.exit_day > g.now:
            ring(g, i, min(p.limit_day, p.exit_day), NORMAL)
            return
        if not _give_up(g, w, p):
            return
        _enter(g, w, p)


def _give_up(g, w, p):
    """The person leaves the queue and unemployment; True if the next spell begins at once."""
    withdraw(g, p)
    no_meeting(g, p, WHOLE(CANCELLED), g.now)
    return _leave(g, w, p)


def _enter(g, w, p):
    """A spell begins; its first meeting is planned (the stock's was planned before day 0)."""
    p.serial = g.entered
    g.entered += 1
    p.is_open = True
    k = place(g, p)
    p.pool = k
    pool_at(g, k).open_spells += 1
    p.common = 1 + k
    if p.entry_day >= 0.0:
        p.row = g.lever_set[p.arm] * MANY + p.group
        start_line(p, w, p.entry_day)
        begin(p, w, p.entry_day, plan_luck(g, p, w), p.spread)
        p.counted = p.spell == 1 and p.entry_day < g.observation_days
    else:
        set_piece(p, w)
    look(g, w, p, p.due_day)


def _leave(g, w, p):
    """The spell ends; True if the person's next spell begins at once."""
    g.left += 1
    p.is_open = False
    pool_at(g, WHOLE(p.pool)).open_spells -= 1
    if p.exit == JOB:
        g.jobs += 1
        advance(p, w, p.exit_day)
        if abs(p.summed - p.threshold) > SUM_ERROR * (p.threshold + SMALL_THRESHOLD):
            fail(g, WRONG_SUM, WHOLE(p.person), WHOLE(p.spell), p.exit_day, p.summed, p.threshold)
        g.sums_checked += 1
        if p.person % g.audit_every == 0:
            keep_leaver(g, p)
    spell_row(g, p)
    if p.exit == JOB and w.reentry_per_day > 0.0:
        day = p.exit_day + days_in_work(w, p.exit, work_luck(g, p))
        if day < g.horizon_days:
            again(p, w, day, threshold_luck(g, p))
            if p.entry_day <= g.now:
                return True
            ring(g, WHOLE(p.slot), p.entry_day, NORMAL)
            return False
    free_slot(g, p)
    return False
