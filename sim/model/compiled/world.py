"""One compiled world: the counterpart of ``sim.model.world`` and of the stock on day 0.

A world can stop between two events and go on: it does when an array is too short, which the
caller lengthens, and now and then, so that it can be interrupted.
"""

from __future__ import annotations

from math import inf

from sim.model.alone import live_spell, live_through
from sim.model.clock import FIRST, LAST, NORMAL
from sim.model.compiled.clock import (
    ARRIVAL,
    ASSIGN,
    COME_BACK,
    FIXED,
    GROUP_OVER,
    GROUP_WAITED,
    HOURS,
    NONE,
    NOTHING,
    NUMBERS,
    SETTLE,
    WEEK,
    WINDOW,
    assign_event,
    end_event,
    event_at,
    forget,
    next_event,
    ring,
    settle_event,
)
from sim.model.compiled.layout import (
    CHANGE,
    ENTRANT,
    ONE_BYTE,
    ONE_PLACE,
    ONE_REAL,
)
from sim.model.compiled.luck import plan_luck, threshold_luck, work_luck
from sim.model.compiled.office import (
    assign,
    close_gathering,
    close_pools,
    come_back,
    end_group,
    look,
    open_pools,
    pool_at,
    resize,
    serve,
    spell_at,
    withdraw,
)
from sim.model.compiled.pointers import record_at
from sim.model.compiled.rows import met, no_meeting, spell_row
from sim.model.compiled.story import MANY, take_slot, wake
from sim.model.stock import take_over
from sim.model.world import RISE
from sim.rules.entering import again, days_in_work, first_spell, set_pace
from sim.rules.leaving import advance
from sim.rules.market import EFFORT_UNIT, WEEK_DAYS, load_factor, market_factor
from sim.rules.meetings import MEETS, PENDING, SEARCHES, WAITS, WITHDRAWN, change_window
from sim.rules.people import JOB, OPEN
from sim.rules.renewal import sum_up_week

DONE, SHORT_OF_ROOM, PAUSED, WRONG = range(4)
EVENTS_AT_A_TIME = 2_000_000

MARGIN = 64
ROWS_MARGIN = 1024
"""Room that one event may take at most (meetings declined at the same instant, for example)."""


def short_of_room(g):
    """Whether an array might be too short for the next event."""
    few = MARGIN + g.asking_now
    return (
        (g.free_slot == NONE and g.slots_taken + 2 > g.spells_room)
        or g.spell_rows + 4 > g.rows_room
        or g.meeting_rows + ROWS_MARGIN > g.meetings_room
        or g.leavers_count + 4 > g.leavers_room
        or g.events_taken + few > g.events_room
        or g.tickets_taken + few > g.tickets_room
        or g.gatherings_taken + few > g.gatherings_room
        or g.members_taken + few > g.members_room
    )


# people before day 0, and people alone ----------------------------------------------------------


def entrant_at(g, i):
    """One of the people; a column that nothing asks for is not there."""
    q = record_at(g.spare_entrant, 0, ENTRANT)
    q.person = record_at(g.entrant_person, i, ONE_PLACE).v
    q.group = record_at(g.entrant_group, i, ONE_BYTE).v
    q.entry_day = record_at(g.entrant_entry_day, i, ONE_REAL).v
    q.frailty = record_at(g.entrant_frailty, i, ONE_REAL).v
    for k in range(4):
        q.thresholds[k] = record_at(g.entrant_thresholds, 4 * i + k, ONE_REAL).v
    if g.entrant_day_time:
        q.day_time = record_at(g.entrant_day_time, i, ONE_REAL).v
    if g.entrant_score:
        q.score = record_at(g.entrant_score, i, ONE_REAL).v
    if g.entrant_caseworker:
        q.caseworker = record_at(g.entrant_caseworker, i, ONE_REAL).v
    if g.entrant_spread:
        q.spread = record_at(g.entrant_spread, i, ONE_REAL).v
    if g.entrant_episode_from:
        q.episode_from = record_at(g.entrant_episode_from, i, ONE_REAL).v
        q.episode_to = record_at(g.entrant_episode_to, i, ONE_REAL).v
    return q


def live_before(worlds, rulebooks, groups):
    """Live everybody alone to day 0; who is in the office, or will come back, keeps a place.

    ``is_open`` tells the two apart; ``due_day`` of who comes back is not used, ``entry_day`` is
    the day on which they do.
    """
    g, w = worlds[0], rulebooks[0]
    while g.next_entrant < g.entrants:
        if g.slots_taken + 2 > g.spells_room:
            return SHORT_OF_ROOM
        i = g.next_entrant
        g.next_entrant += 1
        p = spell_at(g, g.slots_taken)
        p.slot = g.slots_taken
        first_spell(p, entrant_at(g, i), w)
        p.row = p.group
        while True:
            if not live_spell(p, w, g, 0.0, groups):
                advance(p, w, 0.0)
                p.is_open = True
                g.slots_taken += 1
                break
            gap = days_in_work(w, p.exit, work_luck(g, p)) if p.exit == JOB else inf
            if gap == inf:
                break
            back = p.exit_day + gap
            again(p, w, back, threshold_luck(g, p))
            if back >= 0.0:
                p.is_open = False
                g.slots_taken += 1
                break
    return DONE


def live_alone(worlds, rulebooks, until, lived):
    """What becomes of every entrant to the day ``until`` without a queue; see ``live_through``."""
    g, w = worlds[0], rulebooks[0]
    p = spell_at(g, 0)
    p.slot = 0
    for i in range(g.entrants):
        first_spell(p, entrant_at(g, i), w)
        p.row = p.group
        live_through(p, w, g, until, lived[i])


# the run ----------------------------------------------------------------------------------------


def live(worlds, rulebooks):
    """Live on until the end, or until the caller is needed."""
    g, w = worlds[0], rulebooks[0]
    if g.stage == 0:
        code = _begin(g, w)
        if code != DONE:
            return code
        g.stage = 1
    for _ in range(EVENTS_AT_A_TIME):
        if g.wrong:
            return WRONG
        if short_of_room(g):
            return SHORT_OF_ROOM
        e = next_event(g)
        if e == NONE:
            return DONE
        if e >= 0:
            wake(g, w, e)
        else:
            _happen(g, w, e)
    return PAUSED


def _happen(g, w, e):
    """An event of the world."""
    q = event_at(g, e)
    kind, about = q.kind, q.about
    if kind == ARRIVAL:
        _arrive(g, w)
    elif kind == SETTLE:
        serve(g, w, about)
    elif kind == ASSIGN:
        assign(g, w, about)
    elif kind == GROUP_WAITED:
        close_gathering(g, about)
    elif kind == GROUP_OVER:
        end_event(g, e)
        end_group(g, w, about)
    elif kind == COME_BACK:
        end_event(g, e)
        come_back(g, w, about)
    elif kind == WEEK:
        _renew(g, w)
    elif kind == HOURS:
        _hours(g, w)
    elif kind == WINDOW:
        _windows(g, w)
    elif kind == NUMBERS:
        _numbers(g)


def _begin(g, w):
    """Everything of day 0: the stock goes on, windows hold, first entrants, week, hours."""
    if g.next_stock == 0 and g.stock_count:
        ring(g, -1 - NOTHING, 0.0, LAST)  # nobody of the stock is alone on day 0
    while g.next_stock < g.stock_count:
        if short_of_room(g):
            return SHORT_OF_ROOM
        i = g.next_stock
        g.next_stock += 1
        p = spell_at(g, i)
        if p.is_open:
            p.is_open = False
            take_over(p, w, g, g.keeps_plan[p.group] != 0)
            wake(g, w, i)
        else:
            set_pace(p, w)
            ring(g, i, p.entry_day, NORMAL)
    if g.next_entrant == 0:
        _windows(g, w)
    while g.next_entrant < g.entrants and _entry_day(g) <= 0.0:
        if short_of_room(g):
            return SHORT_OF_ROOM
        _arrive(g, w)
    if g.next_entrant == 0 and g.entrants:
        ring(g, -1 - ARRIVAL, _entry_day(g), NORMAL)
    if g.coupled:
        _renew(g, w)
    if g.windowed:
        g.open_day = _next_open(w, 0)
        g.is_opening = True
        if g.open_day < g.horizon_days:
            ring(g, -1 - HOURS, g.open_day + w.opens_at, FIRST)
    if g.numbers_count:
        ring(g, -1 - NUMBERS, record_at(g.number_days, 0, ONE_REAL).v, FIRST)
    return DONE


def _entry_day(g):
    return record_at(g.entrant_entry_day, g.next_entrant, ONE_REAL).v


def _arrive(g, w):
    """The next of the people enters; before anything else, the one after is announced."""
    i = g.next_entrant
    g.next_entrant += 1
    if g.next_entrant < g.entrants:
        ring(g, -1 - ARRIVAL, _entry_day(g), NORMAL)
    else:
        forget(g, -1 - ARRIVAL)  # those of day 0 were not called by it
    slot = take_slot(g)
    first_spell(spell_at(g, slot), entrant_at(g, i), w)
    wake(g, w, slot)


def _searches(g, w, p):
    """Whether a person has not left; a meeting may be seen through after an exit."""
    if not p.is_open:
        return False
    if g.breaks or p.exit_day > g.now:
        return True
    if p.exit == JOB:
        advance(p, w, p.exit_day)
    return False


def _renew(g, w):
    """Renew the load and market factors (model sections 3 and 7)."""
    g.known_until_day = min((g.week + 1) * WEEK_DAYS, g.horizon_days)
    units = 0
    for i in range(g.slots_taken):
        p = spell_at(g, i)
        p.is_near = False
        if _searches(g, w, p):
            effort, near = sum_up_week(p, w, g.now, g.known_until_day, RISE)
            units += effort
            p.is_near = near
    effort_before = g.reference_effort_per_day
    market = market_factor(units * EFFORT_UNIT, effort_before, g.pool_share, g.displacement)
    if g.displacement > 0.0 and g.pool_share > 0.0:
        others = effort_before * (1.0 - g.pool_share) / g.pool_share
        g.displaced_jobs += WEEK_DAYS * others * (1.0 - market)
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
    for i in range(g.slots_taken):
        p = spell_at(g, i)
        if p.is_near or (everybody and p.is_open and (g.breaks or p.exit_day > g.now)):
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
    alarm = event_at(g, p.slot).day
    if day < alarm and alarm > g.now:
        ring(g, p.slot, day, NORMAL)


def _windows(g, w):
    """Change everybody's levers where windows of the regime begin and end today."""
    while g.next_change < g.changes_count:
        change = record_at(g.changes, g.next_change, CHANGE)
        if change.day > g.now:
            ring(g, -1 - WINDOW, change.day, FIRST)
            return
        g.next_change += 1
        g.lever_set = change.number if change.starts else 0
        for i in range(g.slots_taken):
            p = spell_at(g, i)
            if _searches(g, w, p):
                _change(g, w, p, change.starts != 0)


def _change(g, w, p, starts):
    busy = p.state == WAITS or p.state == MEETS
    row = g.lever_set * MANY + p.group
    if change_window(p, w, g.now, row, starts, busy, plan_luck(g, p, w), p.spread):
        withdraw(g, p)
        p.state = WITHDRAWN
        ring(g, p.slot, g.now, NORMAL)
    elif p.state == WITHDRAWN:
        return  # by another window of this instant; the alarm is about to ring
    elif not busy:
        look(g, w, p, p.due_day)
        ring(g, p.slot, min(p.due_day, p.exit_day), NORMAL)
    else:
        look(g, w, p, p.limit_day)
        _ring_earlier(g, p)


def _next_open(w, day):
    return w.next_open[day - w.calendar_from]


def _hours(g, w):
    """The window of an open day begins or ends."""
    day = int(g.open_day)
    after = _next_open(w, day + 1)
    if g.is_opening:
        closes = g.open_day + w.opens_at + w.window_days
        open_pools(g, closes, after + w.opens_at)
        g.is_opening = False
        ring(g, -1 - HOURS, closes, FIRST)
        return
    close_pools(g)
    g.is_opening = True
    g.open_day = after
    if after < g.horizon_days:
        ring(g, -1 - HOURS, after + w.opens_at, FIRST)


def _numbers(g):
    """The number of caseworkers changes."""
    i = g.next_numbers
    g.next_numbers += 1
    if g.next_numbers < g.numbers_count:
        ring(g, -1 - NUMBERS, record_at(g.number_days, i + 1, ONE_REAL).v, FIRST)
    for k in range(g.pools_count):
        resize(g, k, record_at(g.number_sizes, i * g.pools_count + k, ONE_REAL).v)


# the end ----------------------------------------------------------------------------------------


def finish_rows(worlds):
    """Rows of who is still there at the end, and how many caseworkers are in a meeting.

    There must be room for one row of each kind for every open spell.
    """
    g = worlds[0]
    end = g.horizon_days
    for i in range(g.slots_taken):
        p = spell_at(g, i)
        if not p.is_open:
            continue
        if p.state == WAITS:
            no_meeting(g, p, PENDING, end)
        elif p.state == MEETS:
            if not p.partner and p.ticket >= 0:
                pool_at(g, p.pool).meeting += 1
            met(g, p, PENDING, end)
        if p.exit_day >= end:
            p.exit_day = end
            p.exit = OPEN
        spell_row(g, p)


def set_up_events(worlds):
    """Number the events of the world; see ``sim.model.compiled.clock``."""
    g = worlds[0]
    for kind in range(FIXED):
        event_at(g, -1 - kind).kind = kind
    for k in range(g.pools_count):
        q = event_at(g, settle_event(k))
        q.kind = SETTLE
        q.about = k
        q = event_at(g, assign_event(k))
        q.kind = ASSIGN
        q.about = k
    g.events_taken = FIXED + 2 * g.pools_count
