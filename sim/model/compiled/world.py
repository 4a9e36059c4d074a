"""One compiled world from day 0 to its end; the counterpart of ``sim.model.world``.

A world can stop between two events and go on: it does when an array is too short, which the
caller lengthens, and now and then, so that it can be interrupted.
"""

from __future__ import annotations

from sim.model.compiled.before import DONE, PAUSED, SHORT_OF_ROOM, WEEK_ASKED, WRONG, entrant_at
from sim.model.compiled.clock import (
    ARRIVAL,
    ASSIGN,
    COME_BACK,
    FIRST,
    FIXED,
    GROUP_OVER,
    GROUP_WAITED,
    HOURS,
    LAST,
    NONE,
    NORMAL,
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
from sim.model.compiled.groups import assign, close_gathering
from sim.model.compiled.layout import ONE_REAL, WHOLE
from sim.model.compiled.people import spell_at
from sim.model.compiled.pointers import record_at
from sim.model.compiled.pools import (
    close_pools,
    come_back,
    end_group,
    open_pools,
    pool_at,
    resize,
    serve,
)
from sim.model.compiled.renewal import change_windows, renew
from sim.model.compiled.rows import met, no_meeting, spell_row
from sim.model.compiled.story import take_slot, wake
from sim.model.stock import take_over
from sim.rules.entering import first_spell, set_pace
from sim.rules.meetings import MEETS, PENDING, WAITS
from sim.rules.people import OPEN

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
        or g.listed_taken + g.slots_taken + g.events_taken + few > g.listed_room
        or g.heaped + g.slots_taken + g.events_taken + few > g.heap_room
        or g.events_taken + few > g.events_room
        or g.tickets_taken + few > g.tickets_room
        or g.gatherings_taken + few > g.gatherings_room
        or g.members_taken + few > g.members_room
    )


def live(worlds, rulebooks):
    """Live on until the end, or until the caller is needed."""
    g, w = worlds[0], rulebooks[0]
    if g.stage == 0:
        code = _begin(g, w)
        if code != DONE:
            return code
        g.stage = 1
    for _ in range(EVENTS_AT_A_TIME):
        if g.wrong or w.fault:
            return WRONG
        if short_of_room(g):
            return SHORT_OF_ROOM
        if g.asks_market:
            return WEEK_ASKED
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
    kind, about = q.kind, WHOLE(q.about)
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
        renew(g, w)
    elif kind == HOURS:
        _hours(g, w)
    elif kind == WINDOW:
        change_windows(g, w)
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
            take_over(p, w, g, g.keeps_plan[p.group])
            wake(g, w, i)
        else:
            set_pace(p, w)
            ring(g, i, p.entry_day, NORMAL)
    if g.next_entrant == 0:
        change_windows(g, w)
    while g.next_entrant < g.entrants and _entry_day(g) <= 0.0:
        if short_of_room(g):
            return SHORT_OF_ROOM
        _arrive(g, w)
    if g.next_entrant == 0 and g.entrants:
        ring(g, -1 - ARRIVAL, _entry_day(g), NORMAL)
    if g.coupled:
        renew(g, w)
    if g.windowed:
        g.open_day = _next_open(w, WHOLE(0))
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
            no_meeting(g, p, WHOLE(PENDING), end)
        elif p.state == MEETS:
            if not p.partner and p.ticket >= 0:
                pool_at(g, WHOLE(p.pool)).meeting += 1
            met(g, p, WHOLE(PENDING), end)
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
