"""A researcher's own functions: with their parameters, and where the rules call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.people import Table


@dataclass(frozen=True)
class OwnRule:
    """A function of a researcher with the parameters that a configuration gives it."""

    function: Callable[..., float]
    own: Mapping[str, Any]


class OwnHazard(OwnRule):
    """A rate per week of a spell day."""

    def __call__(self, spell_day: float) -> float:
        """The rate per day."""
        return self.function(spell_day, **self.own) / DAYS_PER_WEEK


class OwnEffect(OwnRule):
    """What multiplies the job rate, of a stock of meetings and of the responsiveness."""

    def __call__(self, chi: float, stock: float) -> float:
        """The multiplier."""
        return self.function(stock, chi, **self.own)


class OwnSchedule(OwnRule):
    """The clock day of a meeting, of its number in a phase and of the clock."""

    def __call__(self, number: int, clock_day: float) -> float:
        """The clock day."""
        return self.function(number, clock_day, **self.own)


# The compiled engine calls compiled functions: it replaces the three functions below by its own.


def plugged_hazard(w: Table, line: int, spell_day: float) -> float:
    """The rate per day of a line on a spell day."""
    return w.line_rule[line](spell_day)


def plugged_effect(w: Table, chi: float, stock: float) -> float:
    """What multiplies the rate at a stock of meetings."""
    return w.effect_rule(chi, stock)


def plugged_schedule(w: Table, phase: int, number: int, clock_day: float) -> float:
    """The clock day of the meeting of this number in a phase."""
    return w.phase_rule[phase](number, clock_day)
