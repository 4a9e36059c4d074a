"""What the rules ask of where they run, answered for records in arrays and functions at addresses.

The counterparts of functions of ``sim.rules.plugged`` and ``people``.
"""

from __future__ import annotations

from math import inf

from numba import carray

from sim.model.compiled.layout import LINES, SPELL, WHOLE
from sim.model.compiled.pointers import call_at, pointer, record_at
from sim.rules.people import make_nobody, start_over


def other_lines(p, w):
    """The records of the other exits that meetings move."""
    first = p.slot * LINES
    return carray(pointer(w.lines), (first + p.others,), SPELL)[first:]


def clear_other_lines(p):
    """Leave no record of another exit."""
    p.others = 0


def add_other_line(p, w):
    """One more record of another exit, a blank one."""
    q = record_at(w.lines, p.slot * LINES + p.others, SPELL)
    p.others += 1
    make_nobody(q)
    start_over(q)
    return q


def spare_line(w):
    """A record for a moment."""
    q = record_at(w.spare, 0, SPELL)
    make_nobody(q)
    start_over(q)
    return q


HAZARD, EFFECT, SCHEDULE = WHOLE(1), WHOLE(2), WHOLE(3)
"""Which kind of plug-in was at fault."""


def plugged_hazard(w, line, spell_day):
    """The rate per day of a line on a spell day."""
    rate = call_at(w.hazard_rule, line, spell_day, 0.0)
    if not 0.0 <= rate < inf:
        _keep_fault(w, HAZARD, line, spell_day, 0.0)
        return 0.0
    return rate


def plugged_effect(w, chi, stock):
    """What multiplies the rate at a stock of meetings."""
    factor = call_at(w.effect_rule, 0, chi, stock)
    if not 0.0 <= factor < inf:
        _keep_fault(w, EFFECT, WHOLE(0), chi, stock)
        return 1.0
    return factor


def plugged_schedule(w, phase, number, clock_day):
    """The clock day of the meeting of this number in a phase."""
    day = call_at(w.schedule_rule, phase, float(number), clock_day)
    if day != day:
        _keep_fault(w, SCHEDULE, WHOLE(phase), float(number), clock_day)
        return inf
    return day


def _keep_fault(w, kind, which, x, y):
    """Remember the first plug-in that gave what it must not; the caller stops the world."""
    if w.fault == 0:
        w.fault = kind
        w.fault_of = which
        w.fault_x = x
        w.fault_y = y
