"""Caseworkers and queues of a compiled world; the counterpart of ``sim.model.jobcentre``.

A queue is a pairing heap; who has left it stays in until their turn comes and is passed over.
"""

from __future__ import annotations

from math import inf

from sim.model.clock import COMPLETE, GATHERED, LAST, NORMAL
from sim.model.compiled.clock import (
    COME_BACK,
    GROUP_OVER,
    GROUP_WAITED,
    NONE,
    NOWHERE,
    alone,
    assign_event,
    end_event,
    event_at,
    new_event,
    ring,
    settle_event,
)
from sim.model.compiled.layout import GATHERING, MEMBER, ONE_REAL, POOL, SPELL, TICKET
from sim.model.compiled.pointers import record_at
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.leaving import find_exit
from sim.rules.meetings import MEETS, WAITS

FIFO, LONGEST, NEWEST, HIGHEST_RISK, DEADLINE = range(5)

# what may be wrong
WRONG_IDLE, WRONG_FREE, WRONG_BUSY, WRONG_SUM = range(1, 5)


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


def pool_at(g, k):
    """A pool of caseworkers."""
    return record_at(g.pools, k, POOL)


# people -----------------------------------------------------------------------------------------


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
    ring(g, p.slot, p.exit_day if p.exit_day < end and g.breaks else end, NORMAL)


def place(g, p):
    """The pool that serves a person."""
    if g.own_caseworker:
        own = int(p.caseworker_draw * g.qualities_count)
        p.quality = record_at(g.qualities, own, ONE_REAL).v
        return own if g.pools_count > 1 else 0
    if g.pool_by_group and g.pools_count == len(g.deadline_days):
        return int(p.group)
    return 0


# queues -----------------------------------------------------------------------------------------


def ticket_at(g, n):
    """A place in a queue."""
    return record_at(g.tickets, n, TICKET)


def _new_ticket(g, key, person, number, who):
    n = g.free_ticket
    if n != NONE:
        g.free_ticket = ticket_at(g, n).next
    else:
        n = g.tickets_taken
        g.tickets_taken += 1
    t = ticket_at(g, n)
    t.key = key
    t.person = person
    t.ticket = number
    t.who = who
    t.child = NONE
    t.next = NONE
    return n


def _joined(g, a, b):
    """Two heaps in one."""
    if a == NONE:
        return b
    if b == NONE:
        return a
    x, y = ticket_at(g, a), ticket_at(g, b)
    if y.key != x.key:
        swap = y.key < x.key
    elif y.person != x.person:
        swap = y.person < x.person
    else:
        swap = y.ticket < x.ticket
    if swap:
        x.next = y.child
        y.child = a
        return b
    y.next = x.child
    x.child = b
    return a


def _without_root(g, root):
    """The heap that is left when its first has been served."""
    t = ticket_at(g, root)
    rest = t.child
    t.next = g.free_ticket
    g.free_ticket = root
    pairs = NONE
    while rest != NONE:
        a = rest
        x = ticket_at(g, a)
        b = x.next
        x.next = NONE
        rest = NONE
        if b != NONE:
            y = ticket_at(g, b)
            rest = y.next
            y.next = NONE
            a = _joined(g, a, b)
        ticket_at(g, a).next = pairs
        pairs = a
    found = NONE
    while pairs != NONE:
        x = ticket_at(g, pairs)
        after = x.next
        x.next = NONE
        found = _joined(g, found, pairs)
        pairs = after
    return found


def _key(g, p):
    """Place in the queue: lower is earlier."""
    if g.order == FIFO:
        return p.due_day
    if g.order == LONGEST:
        return p.entry_day
    if g.order == NEWEST:
        return -p.entry_day
    if g.order == HIGHEST_RISK:
        return -p.score
    return p.due_day + g.deadline_days[p.group]


# pools ------------------------------------------------------------------------------------------


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
            fail(g, WRONG_IDLE, ticket_at(g, q.queue).person, 0, g.now, q.free, q.size)
        q.idle_checks += 1
        q.waited_days += q.waiting * (g.now - q.counted_to)
        q.counted_to = g.now
    q.waiting += change


def ask(g, p):
    """Ask for a caseworker: True when served at once; else ``p`` waits for its alarm."""
    q = pool_at(g, p.pool)
    if q.free > 0.0 and q.is_open and q.waiting == 0 and alone(g):
        q.free -= 1.0
        return True
    g.asked += 1
    p.state = WAITS
    p.ticket = g.asked
    count_waits(g, q, 1)
    q.queue = _joined(g, q.queue, _new_ticket(g, _key(g, p), p.person, g.asked, p.slot))
    if q.free > 0.0 and q.is_open:
        settle(g, p.pool)
    return False


def withdraw(g, p):
    """Leave the queue without having been served."""
    p.ticket = 0
    count_waits(g, pool_at(g, p.pool), -1)


def settle(g, k):
    """Serve once everything else of this instant has happened."""
    e = settle_event(k)
    q = event_at(g, e)
    if q.where == NOWHERE or q.day != g.now:
        ring(g, e, g.now, LAST)


def serve(g, w, k):
    """Give free caseworkers to those first in the queue."""
    q = pool_at(g, k)
    while q.queue != NONE and q.free > 0.0 and q.is_open:
        first = ticket_at(g, q.queue)
        who, number = first.who, first.ticket
        q.queue = _without_root(g, q.queue)
        if who < 0:
            _serve_group(g, w, k, q, -1 - who)
            continue
        p = spell_at(g, who)
        if p.ticket != number or p.state != WAITS or p.exit_day <= g.now:
            continue
        q.free -= 1.0
        count_waits(g, q, -1)
        meet(g, w, p)
    if q.free < 0.0 or q.free > q.size:
        fail(g, WRONG_BUSY, 0, 0, q.size - q.free, q.size, g.now)
    q.held_checks += 1


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
        fail(g, WRONG_FREE, 0, 0, q.free, q.size, g.now)
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
    end_meeting(g, w, k, False)


def open_pools(g, closes_day, next_opening_day):
    """The window of a day opens."""
    for k in range(g.pools_count):
        q = pool_at(g, k)
        count_waits(g, q, 0)
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
        count_waits(g, q, 0)
        q.is_open = False


# group meetings ---------------------------------------------------------------------------------


def gathering_at(g, n):
    """A group meeting in the making."""
    return record_at(g.gatherings, n, GATHERING)


def gather(g, p):
    """Wait for a group; it asks for its caseworker when full, or after some days."""
    k = p.pool
    q = pool_at(g, k)
    g.asked += 1
    p.state = WAITS
    p.ticket = g.asked
    count_waits(g, q, 1)
    if q.asking == NONE:
        ring(g, assign_event(k), g.now, GATHERED)
    q.asking = _joined(g, q.asking, _new_ticket(g, 0.0, p.person, g.asked, p.slot))
    g.asking_now += 1


def assign(g, w, k):
    """Put those who have asked at this instant into groups, lower person numbers first."""
    q = pool_at(g, k)
    while q.asking != NONE:
        first = ticket_at(g, q.asking)
        who, number = first.who, first.ticket
        q.asking = _without_root(g, q.asking)
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


def _still_waits(g, member):
    p = spell_at(g, member.who)
    return p.state == WAITS and p.ticket == member.ticket


def _present(g, m):
    """How many still wait for this meeting (and not for another one by now)."""
    number = 0
    n = m.first
    while n != NONE:
        member = record_at(g.members, n, MEMBER)
        if _still_waits(g, member):
            number += 1
        n = member.after
    return number


def close_gathering(g, n):
    """The group is full, or has waited long enough: it takes its place in the queue."""
    m = gathering_at(g, n)
    k = m.pool
    q = pool_at(g, k)
    m.is_open = 0
    q.gathering = NONE
    end_event(g, m.event)
    g.asked += 1
    count_waits(g, q, 0)
    q.queue = _joined(g, q.queue, _new_ticket(g, _key(g, m), m.person, g.asked, -1 - n))
    if q.free > 0.0 and q.is_open:
        settle(g, k)


def _serve_group(g, w, k, q, n):
    m = gathering_at(g, n)
    size = 0
    at = m.first
    while at != NONE:
        member = record_at(g.members, at, MEMBER)
        if _still_waits(g, member) and spell_at(g, member.who).exit_day > g.now:
            size += 1
        at = member.after
    if size:
        q.free -= 1.0
        q.group_meetings += 1
        minutes = m.minutes
        at = m.first
        while at != NONE:
            member = record_at(g.members, at, MEMBER)
            p = spell_at(g, member.who)
            if _still_waits(g, member) and p.exit_day > g.now:
                p.ticket = -size
                count_waits(g, q, -1)
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


def end_group(g, w, k):
    """A group meeting is over."""
    pool_at(g, k).group_meetings -= 1
    end_meeting(g, w, k, False)
