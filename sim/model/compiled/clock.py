"""The clock of a compiled world: a list for each day, and a heap of what is still to happen today.

An event is an alarm of a person (numbered as the person's place, from 0 upwards) or of the world
(from -1 downwards). Each has one setting at a time; ties of one instant are settled by the order
of ``sim.model.clock`` and then by the number of the event, on which nothing depends.
"""

from __future__ import annotations

from sim.model.compiled.layout import EVENT, HEAPED, ONE_PLACE
from sim.model.compiled.pointers import record_at

NONE = -(2**31)
NOWHERE, LISTED, IN_HEAP = range(3)

# what rings
(
    NOTHING, ARRIVAL, WEEK, HOURS, WINDOW, NUMBERS, SETTLE, ASSIGN, GROUP_WAITED, GROUP_OVER,
    COME_BACK,
) = range(11)  # fmt: skip

FIXED = 6
"""The first events of the world, one of each of the first kinds; two for each pool follow."""


def event_at(g, e):
    """An event by its number."""
    if e >= 0:
        return record_at(g.alarms, e, EVENT)
    return record_at(g.events, -1 - e, EVENT)


def settle_event(pool):
    """The event in which a pool serves its queue."""
    return -1 - (FIXED + 2 * pool)


def assign_event(pool):
    """The event in which those who ask for a group meeting are put into groups."""
    return -2 - (FIXED + 2 * pool)


def new_event(g, kind, about):
    """A further event of the world."""
    place = g.free_event
    if place != NONE:
        g.free_event = record_at(g.events, place, EVENT).after
    else:
        place = g.events_taken
        g.events_taken += 1
    q = record_at(g.events, place, EVENT)
    q.kind = kind
    q.about = about
    q.where = NOWHERE
    return -1 - place


def end_event(g, e):
    """Let an event go that has been made by ``new_event``."""
    forget(g, e)
    place = -1 - e
    record_at(g.events, place, EVENT).after = g.free_event
    g.free_event = place


def forget(g, e):
    """Let an event not ring."""
    q = event_at(g, e)
    if q.where == IN_HEAP:
        _take_out(g, q.at)
    elif q.where == LISTED:
        if q.before == NONE:
            record_at(g.days, int(q.day), ONE_PLACE).v = q.after
        else:
            event_at(g, q.before).after = q.after
        if q.after != NONE:
            event_at(g, q.after).before = q.before
    q.where = NOWHERE


def ring(g, e, day, order):
    """Let an event ring on a day (an earlier setting is void)."""
    forget(g, e)
    q = event_at(g, e)
    q.day = day
    q.order = order
    if day < g.horizon_days:
        whole = int(day)
        if whole > g.today:
            head = record_at(g.days, whole, ONE_PLACE)
            q.before = NONE
            q.after = head.v
            if head.v != NONE:
                event_at(g, head.v).before = e
            head.v = e
            q.where = LISTED
        else:
            _put_in(g, e, q)


def alone(g):
    """Whether nothing else happens at this instant."""
    return g.heaped == 0 or record_at(g.heap, 0, HEAPED).day > g.now


def next_event(g):
    """The next event, with the clock set to its time; NONE at the end."""
    while g.heaped == 0:
        g.today += 1
        if g.today > g.horizon_days:
            g.now = g.horizon_days
            return NONE
        head = record_at(g.days, g.today, ONE_PLACE)
        e = head.v
        head.v = NONE
        while e != NONE:
            q = event_at(g, e)
            after = q.after
            _put_in(g, e, q)
            e = after
    top = record_at(g.heap, 0, HEAPED)
    e = top.event
    g.now = top.day
    event_at(g, e).where = NOWHERE
    _take_out(g, 0)
    return e


def _put_in(g, e, q):
    place = g.heaped
    g.heaped += 1
    q.where = IN_HEAP
    _rise(g, place, q.day, q.order, e)


def _take_out(g, place):
    """Fill a place in the heap with its last entry."""
    g.heaped -= 1
    last = record_at(g.heap, g.heaped, HEAPED)
    if place == g.heaped:
        return
    day, order, e = last.day, last.order, last.event
    if place > 0 and _earlier(day, order, e, record_at(g.heap, (place - 1) // 2, HEAPED)):
        _rise(g, place, day, order, e)
    else:
        _sink(g, place, day, order, e)


def _earlier(day, order, e, other):
    if day != other.day:
        return day < other.day
    if order != other.order:
        return order < other.order
    return e < other.event


def _lay(g, place, day, order, e):
    entry = record_at(g.heap, place, HEAPED)
    entry.day = day
    entry.order = order
    entry.event = e
    event_at(g, e).at = place


def _rise(g, place, day, order, e):
    while place > 0:
        above = (place - 1) // 2
        other = record_at(g.heap, above, HEAPED)
        if not _earlier(day, order, e, other):
            break
        _lay(g, place, other.day, other.order, other.event)
        place = above
    _lay(g, place, day, order, e)


def _sink(g, place, day, order, e):
    while True:
        below = 2 * place + 1
        if below >= g.heaped:
            break
        other = record_at(g.heap, below, HEAPED)
        if below + 1 < g.heaped:
            right = record_at(g.heap, below + 1, HEAPED)
            if _earlier(right.day, right.order, right.event, other):
                below += 1
                other = right
        if _earlier(day, order, e, other):
            break
        _lay(g, place, other.day, other.order, other.event)
        place = below
    _lay(g, place, day, order, e)
