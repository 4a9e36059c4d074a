"""Group meetings of a compiled world in the making; the counterpart of ``sim.model.gathering``."""

from __future__ import annotations

from sim.model.compiled.clock import (
    COMPLETE,
    GATHERED,
    GROUP_WAITED,
    NONE,
    assign_event,
    end_event,
    new_event,
    ring,
)
from sim.model.compiled.layout import MEMBER, WHOLE
from sim.model.compiled.people import spell_at
from sim.model.compiled.pointers import record_at
from sim.model.compiled.pools import (
    AS_MANY,
    ONE_MORE,
    count_waits,
    gathering_at,
    pool_at,
    settle,
    still_waits,
)
from sim.model.compiled.queue import (
    joined,
    new_ticket,
    place_in_queue,
    ticket_at,
    without_first,
)
from sim.rules.meetings import WAITS


def gather(g, p):
    """Wait for a group; it asks for its caseworker when full, or after some days."""
    k = WHOLE(p.pool)
    q = pool_at(g, k)
    g.asked += 1
    p.state = WAITS
    p.ticket = g.asked
    count_waits(g, q, ONE_MORE)
    if q.asking == NONE:
        ring(g, assign_event(k), g.now, GATHERED)
    q.asking = joined(g, q.asking, new_ticket(g, 0.0, p.person, g.asked, WHOLE(p.slot)))
    g.asking_now += 1


def assign(g, w, k):
    """Put those who have asked at this instant into groups, lower person numbers first."""
    q = pool_at(g, k)
    while q.asking != NONE:
        first = ticket_at(g, q.asking)
        who, number = WHOLE(first.who), first.ticket
        q.asking = without_first(g, q.asking)
        g.asking_now -= 1
        p = spell_at(g, who)
        n = q.gathering
        if n == NONE:
            n = _new_gathering(g, p)
            q.gathering = n
            ring(g, gathering_at(g, n).event, g.now + g.gather_days, COMPLETE)
        _add_member(g, gathering_at(g, n), who, number)
        if _present(g, gathering_at(g, n)) >= g.group_size:
            close_gathering(g, n)


def _new_gathering(g, p):
    n = g.free_gathering
    if n != NONE:
        g.free_gathering = gathering_at(g, n).after
    else:
        n = g.gatherings_taken
        g.gatherings_taken += 1
    m = gathering_at(g, n)
    m.person = p.person
    m.minutes = p.minutes
    m.due_day = p.due_day
    m.entry_day = p.entry_day
    m.score = p.score
    m.group = p.group
    m.pool = p.pool
    m.first = NONE
    m.last = NONE
    m.is_open = 1
    m.event = new_event(g, GROUP_WAITED, n)
    return n


def _add_member(g, m, who, number):
    n = g.free_member
    if n != NONE:
        g.free_member = record_at(g.members, n, MEMBER).after
    else:
        n = g.members_taken
        g.members_taken += 1
    member = record_at(g.members, n, MEMBER)
    member.who = who
    member.ticket = number
    member.after = NONE
    if m.first == NONE:
        m.first = n
    else:
        record_at(g.members, m.last, MEMBER).after = n
    m.last = n


def _present(g, m):
    """How many still wait for this meeting (and not for another one by now)."""
    number = 0
    n = m.first
    while n != NONE:
        member = record_at(g.members, n, MEMBER)
        if still_waits(g, member):
            number += 1
        n = member.after
    return number


def close_gathering(g, n):
    """The group is full, or has waited long enough: it takes its place in the queue."""
    m = gathering_at(g, n)
    k = WHOLE(m.pool)
    q = pool_at(g, k)
    m.is_open = 0
    q.gathering = NONE
    end_event(g, m.event)
    g.asked += 1
    count_waits(g, q, AS_MANY)
    q.queue = joined(g, q.queue, new_ticket(g, place_in_queue(g, m), m.person, g.asked, -1 - n))
    if q.free > 0.0 and q.is_open:
        settle(g, k)
