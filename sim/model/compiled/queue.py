"""Queues of a compiled world: pairing heaps of tickets.

Who has left a queue stays in until their turn comes, and is passed over.
"""

from __future__ import annotations

from sim.model.compiled.clock import NONE
from sim.model.compiled.layout import TICKET, WHOLE
from sim.model.compiled.pointers import record_at

FIFO, LONGEST, NEWEST, HIGHEST_RISK, DEADLINE = range(5)
"""The orders of ``sim.model.jobcentre.ORDERS``."""


def ticket_at(g, n):
    """A place in a queue."""
    return record_at(g.tickets, n, TICKET)


def new_ticket(g, key, person, number, who):
    """A heap of one."""
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


def joined(g, a, b):
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


def without_first(g, root):
    """The heap that is left when its first has been served."""
    t = ticket_at(g, root)
    rest = WHOLE(t.child)
    t.next = g.free_ticket
    g.free_ticket = root
    pairs = NONE
    while rest != NONE:
        a = rest
        x = ticket_at(g, a)
        b = WHOLE(x.next)
        x.next = NONE
        rest = NONE
        if b != NONE:
            y = ticket_at(g, b)
            rest = WHOLE(y.next)
            y.next = NONE
            a = joined(g, a, b)
        ticket_at(g, a).next = pairs
        pairs = a
    found = NONE
    while pairs != NONE:
        x = ticket_at(g, pairs)
        after = WHOLE(x.next)
        x.next = NONE
        found = joined(g, found, pairs)
        pairs = after
    return found


def place_in_queue(g, p):
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
