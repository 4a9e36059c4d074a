"""What the rules ask of where they run, answered for records in arrays and functions at addresses.

The counterparts of functions of ``sim.rules.plugged`` and ``people``.
"""

from __future__ import annotations

from numba import carray

from sim.model.compiled.layout import LINES, SPELL
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


def plugged_hazard(w, line, spell_day):
    """The rate per day of a line on a spell day."""
    return call_at(w.hazard_rule, line, spell_day, 0.0)


def plugged_effect(w, chi, stock):
    """What multiplies the rate at a stock of meetings."""
    return call_at(w.effect_rule, 0, chi, stock)


def plugged_schedule(w, phase, number, clock_day):
    """The clock day of the meeting of this number in a phase."""
    return call_at(w.schedule_rule, phase, float(number), clock_day)
