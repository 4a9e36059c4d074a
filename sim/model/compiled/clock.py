"""The clock of a compiled world: a list for each part of a day, and a heap of the present part.

An event is an alarm of a person (numbered as the person's place, from 0 upwards) or of the world
(from -1 downwards). Each has one setting at a time; ties of one instant are settled by the order
of ``sim.model.clock`` and then by the number of the event, on which nothing depends.
"""

from __future__ import annotations

from sim.model import clock as simpy_clock
from sim.model.compiled.layout import EVENT, HEAPED, LISTED, ONE_PLACE, SPELL, WHOLE
from sim.model.compiled.pointers import fetch, part_at, record_at

# Numba compiles a function anew for every whole number that it is given as it stands here, and for
# every size of whole number: so constants, and what is read of records, are numbers of 64 bits.
NONE = WHOLE(-(2**31))
FIRST, NORMAL, GATHERED, COMPLETE, LAST = (
    WHOLE(getattr(simpy_clock, name))
    for name in ("FIRST", "NORMAL", "GATHERED", "COMPLETE", "LAST")
)
SPELL_BYTES = SPELL.itemsize
CACHE_LINE = 64

PARTS = 32
"""Parts of a day, each with its list (a power of two: a time is in exactly one)."""

# what rings
(
    NOTHING, ARRIVAL, WEEK, HOURS, WINDOW, NUMBERS, SETTLE, ASSIGN, GROUP_WAITED, GROUP_OVER,
    COME_BACK,
) = (WHOLE(kind) for kind in range(11))  # fmt: skip

FIXED = 6
"""The first events of the world, one of each of the first kinds; two for each pool follow."""


def event_at(g, e):
    """An event by its number; a person's is the first part of the record of the spell."""
    if e >= 0:
        return part_at(g.spells, e, SPELL_BYTES, EVENT)
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
        g.free_event = record_at(g.events, place, EVENT).about
    else:
        place = g.events_taken
        g.events_taken += 1
    q = record_at(g.events, place, EVENT)
    q.kind = kind
    q.about = about
    q.is_set = False
    return -1 - place


def end_event(g, e):
    """Let an event go that has been made by ``new_event``."""
    forget(g, e)
    event_at(g, e).about = g.free_event
    g.free_event = -1 - e


def forget(g, e):
    """Let an event not ring: what is listed of it carries an old stamp and is passed over."""
    q = event_at(g, e)
    q.is_set = False
    q.stamp += 1


def ring(g, e, day, order):
    """Let an event ring on a day (an earlier setting is void)."""
    q = event_at(g, e)
    q.day = day
    q.stamp += 1
    q.is_set = day < g.horizon_days
    if not q.is_set:
        return
    part = int(day * PARTS)
    if part <= g.part:
        _put_in(g, day, order, e, q.stamp)
        return
    n = g.free_listed
    if n != NONE:
        g.free_listed = record_at(g.listed, n, LISTED).next
    else:
        n = g.listed_taken
        g.listed_taken += 1
    entry = record_at(g.listed, n, LISTED)
    entry.day = day
    entry.order = order
    entry.event = e
    entry.stamp = q.stamp
    head = record_at(g.lists, part, ONE_PLACE)
    entry.next = head.v
    head.v = n


def alone(g):
    """Whether nothing else happens at this instant."""
    _drop_old(g)
    return g.heaped == 0 or record_at(g.heap, 0, HEAPED).day > g.now


def next_event(g):
    """The next event, with the clock set to its time; NONE at the end."""
    _drop_old(g)
    while g.heaped == 0:
        g.part += 1
        if g.part > g.horizon_days * PARTS:
            g.now = g.horizon_days
            return NONE
        head = record_at(g.lists, g.part, ONE_PLACE)
        n = head.v
        head.v = NONE
        while n != NONE:
            entry = record_at(g.listed, n, LISTED)
            e = WHOLE(entry.event)
            if e >= 0:
                _fetch_record(g, e)
            _put_in(g, entry.day, WHOLE(entry.order), e, entry.stamp)
            after = entry.next
            entry.next = g.free_listed
            g.free_listed = n
            n = after
        _drop_old(g)
    top = record_at(g.heap, 0, HEAPED)
    e = WHOLE(top.event)
    g.now = top.day
    event_at(g, e).is_set = False
    _take_first(g)
    return e


def _fetch_record(g, who):
    """Ask for the record of a person whose turn will come soon."""
    start = g.spells + who * SPELL_BYTES
    for line in range(0, SPELL_BYTES, CACHE_LINE):
        fetch(start + line)


def _drop_old(g):
    """Take entries off the top that have been set anew or forgotten."""
    while g.heaped > 0:
        top = record_at(g.heap, 0, HEAPED)
        q = event_at(g, WHOLE(top.event))
        if q.stamp == top.stamp and q.is_set:
            return
        _take_first(g)


def _take_first(g):
    g.heaped -= 1
    if g.heaped > 0:
        last = record_at(g.heap, g.heaped, HEAPED)
        _sink(g, last.day, WHOLE(last.order), WHOLE(last.event), last.stamp)


def _put_in(g, day, order, e, stamp):
    place = g.heaped
    g.heaped += 1
    while place > 0:
        above = (place - 1) // 2
        other = record_at(g.heap, above, HEAPED)
        if not _earlier(day, order, e, other):
            break
        _lay(g, place, other.day, WHOLE(other.order), WHOLE(other.event), other.stamp)
        place = above
    _lay(g, place, day, order, e, stamp)


def _earlier(day, order, e, other):
    if day != other.day:
        return day < other.day
    if order != other.order:
        return order < other.order
    return e < other.event


def _lay(g, place, day, order, e, stamp):
    entry = record_at(g.heap, place, HEAPED)
    entry.day = day
    entry.order = order
    entry.event = e
    entry.stamp = stamp


def _sink(g, day, order, e, stamp):
    """Put an entry in at the top."""
    place = WHOLE(0)
    while True:
        below = 2 * place + 1
        if below >= g.heaped:
            break
        other = record_at(g.heap, below, HEAPED)
        if below + 1 < g.heaped:
            right = record_at(g.heap, below + 1, HEAPED)
            if _earlier(right.day, WHOLE(right.order), WHOLE(right.event), other):
                below += 1
                other = right
        if _earlier(day, order, e, other):
            break
        _lay(g, place, other.day, WHOLE(other.order), WHOLE(other.event), other.stamp)
        place = below
    _lay(g, place, day, order, e, stamp)
