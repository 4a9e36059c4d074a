"""Where a researcher's own functions are called.

The compiled engine calls compiled ones: it replaces these functions by its own.
"""

from __future__ import annotations


def plugged_hazard(w, line: int, spell_day: float) -> float:
    """The rate per day of a line on a spell day."""
    return w.line_rule[line](spell_day)


def plugged_effect(w, chi: float, stock: float) -> float:
    """What multiplies the rate at a stock of meetings."""
    return w.effect_rule(chi, stock)


def plugged_schedule(w, phase: int, number: int, clock_day: float) -> float:
    """The clock day of the meeting of this number in a phase."""
    return w.phase_rule[phase](number, clock_day)
