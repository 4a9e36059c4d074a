"""Caseworkers of a compiled world; the counterpart of ``sim.model.jobcentre``."""

from __future__ import annotations

from math import inf

from sim.model.compiled.clock import (
    COME_BACK,
    GROUP_OVER,
    LAST,
    NONE,
    NORMAL,
    alone,
    event_at,
    new_event,
    ring,
    settle_event,
)
from sim.model.compiled.layout import GATHERING, MEMBER, POOL, WHOLE, YES
from sim.model.compiled.people import (
    WRONG_BUSY,
    WRONG_FREE,
    WRONG_IDLE,
    fail,
    meet,
    spell_at,
)
from sim.model.compiled.pointers import record_at
from sim.model.compiled.queue import (
    joined,
    new_ticket,
    place_in_queue,
    ticket_at,
    without_first,
)
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.meetings import WAITS

ONE_MORE, AS_MANY, ONE_LESS = WHOLE(1), WHOLE(0), WHOLE(-1)
NOT_AGAIN = YES(False)


def pool_at(g, k):
    """A pool of caseworkers."""
    return record_at(g.pools, k, POOL)


def resize(g, k, number):
    """Change the number of caseworkers; those in a meeting finish it first."""
    q = pool_at(g, k)
    change = number - q.size
    q.size = number
    if change < 0.0:
        idle = min(q.free, -change)
        q.leaving += int(-change - idle)
        change = -idle
    elif q.leaving > 0:
        stay = min(q.leaving, int(change))
        q.leaving -= stay
        change -= stay
    if q.free == 0.0:
        q.idle_since = g.now
    q.free += change
    if q.queue != NONE and q.free > 0.0 and q.is_open:
        settle(g, k)


def count_waits(g, q, change):
    """Change the number waiting, and keep the integral of the queue over time."""
    if g.now > q.counted_to:
        if q.queue != NONE and q.free > 0.0 and q.is_open and g.now > q.idle_since:
            fail(g, WRONG_IDLE, WHOLE(ticket_at(g, q.queue).person), AS_MANY, g.now, q.free, q.size)
        q.idle_checks += 1
        q.waited_days += q.waiting * (g.now - q.counted_to)
        q.counted_to = g.now
    q.waiting += change


def ask(g, p):
    """Ask for a caseworker: True when served at once; else ``p`` waits for its alarm."""
    q = pool_at(g, WHOLE(p.pool))
    if q.free > 0.0 and q.is_open and q.waiting == 0 and alone(g):
        q.free -= 1.0
        return True
    g.asked += 1
    p.state = WAITS
    p.ticket = g.asked
    count_waits(g, q, ONE_MORE)
    q.queue = joined(
        g, q.queue, new_ticket(g, place_in_queue(g, p), p.person, g.asked, WHOLE(p.slot))
    )
    if q.free > 0.0 and q.is_open:
        settle(g, WHOLE(p.pool))
    return False


def withdraw(g, p):
    """Leave the queue without having been served."""
    p.ticket = 0
    count_waits(g, pool_at(g, WHOLE(p.pool)), ONE_LESS)


def settle(g, k):
    """Serve once everything else of this instant has happened."""
    e = settle_event(k)
    q = event_at(g, e)
    if not q.is_set or q.day != g.now:
        ring(g, e, g.now, LAST)


def serve(g, w, k):
    """Give free caseworkers to those first in the queue."""
    q = pool_at(g, k)
    while q.queue != NONE and q.free > 0.0 and q.is_open:
        first = ticket_at(g, q.queue)
        who, number = WHOLE(first.who), first.ticket
        q.queue = without_first(g, q.queue)
        if who < 0:
            _serve_group(g, w, k, q, -1 - who)
            continue
        p = spell_at(g, who)
        if p.ticket != number or p.state != WAITS or p.exit_day <= g.now:
            continue
        q.free -= 1.0
        count_waits(g, q, ONE_LESS)
        meet(g, w, p)
    if q.free < 0.0 or q.free > q.size:
        fail(g, WRONG_BUSY, AS_MANY, AS_MANY, q.size - q.free, q.size, g.now)
    q.held_checks += 1


def _serve_group(g, w, k, q, n):
    m = gathering_at(g, n)
    size = 0
    at = m.first
    while at != NONE:
        member = record_at(g.members, at, MEMBER)
        if still_waits(g, member) and spell_at(g, WHOLE(member.who)).exit_day > g.now:
            size += 1
        at = member.after
    if size:
        q.free -= 1.0
        q.group_meetings += 1
        minutes = m.minutes
        at = m.first
        while at != NONE:
            member = record_at(g.members, at, MEMBER)
            p = spell_at(g, WHOLE(member.who))
            if still_waits(g, member) and p.exit_day > g.now:
                p.ticket = -size
                count_waits(g, q, ONE_LESS)
                meet(g, w, p)
            at = member.after
        ring(g, new_event(g, GROUP_OVER, k), g.now + minutes / MINUTES_PER_DAY, NORMAL)
    while m.first != NONE:
        member = record_at(g.members, m.first, MEMBER)
        after = member.after
        member.after = g.free_member
        g.free_member = m.first
        m.first = after
    m.after = g.free_gathering
    g.free_gathering = n


def release(g, w, k, asks_again):
    """A caseworker is free again (or goes, where the number has been cut)."""
    q = pool_at(g, k)
    if q.leaving > 0:
        q.leaving -= 1
        return
    if q.free == 0.0:
        q.idle_since = g.now
    q.free += 1.0
    if q.free > q.size:
        fail(g, WRONG_FREE, AS_MANY, AS_MANY, q.free, q.size, g.now)
    if q.queue != NONE and q.is_open:
        if alone(g) and not asks_again:
            serve(g, w, k)
        else:
            settle(g, k)


def end_meeting(g, w, k, asks_again):
    """A caseworker ends a meeting: free at once, or late for the next window."""
    q = pool_at(g, k)
    if g.windowed:
        late = g.now - q.closes_day
        if late > 0.0 and q.next_opening_day < inf:
            q.late += 1
            ring(g, new_event(g, COME_BACK, k), q.next_opening_day + late, NORMAL)
            return
    release(g, w, k, asks_again)


def come_back(g, w, k):
    """A caseworker who was late begins."""
    pool_at(g, k).late -= 1
    end_meeting(g, w, k, NOT_AGAIN)


def end_group(g, w, k):
    """A group meeting is over."""
    pool_at(g, k).group_meetings -= 1
    end_meeting(g, w, k, NOT_AGAIN)


def open_pools(g, closes_day, next_opening_day):
    """The window of a day opens."""
    for k in range(g.pools_count):
        q = pool_at(g, k)
        count_waits(g, q, AS_MANY)
        q.is_open = True
        q.idle_since = g.now
        q.closes_day = closes_day
        q.next_opening_day = next_opening_day
        if q.queue != NONE and q.free > 0.0:
            settle(g, k)


def close_pools(g):
    """The window of a day closes; who waits goes on waiting."""
    for k in range(g.pools_count):
        q = pool_at(g, k)
        count_waits(g, q, AS_MANY)
        q.is_open = False


def gathering_at(g, n):
    """A group meeting in the making."""
    return record_at(g.gatherings, n, GATHERING)


def still_waits(g, member):
    """Whether a member still waits for this meeting (and not for another one by now)."""
    p = spell_at(g, WHOLE(member.who))
    return p.state == WAITS and p.ticket == member.ticket
