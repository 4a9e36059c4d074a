"""A researcher's own functions: with their parameters, and where the rules call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.errors import InputError
from sim.rules.people import Table


@dataclass(frozen=True)
class OwnRule:
    """A function of a researcher with the parameters that a configuration gives it."""

    function: Callable[..., float]
    own: Mapping[str, Any]

    def ask(self, *where: float) -> float:
        """What the function says of a place.

        Raises:
            InputError: it raises something itself, or says nothing that is a number.
        """
        try:
            return float(self.function(*where, **self.own))
        except Exception as error:  # noqa: BLE001 - a researcher's code may raise anything
            raise self.fault(f"raises {type(error).__name__}: {error}", *where) from error

    def fault(self, what: str, *where: float) -> InputError:
        """What is said of a function that fails in the middle of a run."""
        name = getattr(self.function, "__name__", "a plug-in's function")
        file = getattr(getattr(self.function, "__code__", None), "co_filename", "")
        at = ", ".join(f"{x:.10g}" for x in where)
        return InputError(
            f"{name} ({file}) {what} at ({at}) with {dict(self.own)}; it must give {self.wanted}. "
            "Mend it, or choose another kind."
        )

    @property
    def wanted(self) -> str:
        """What it must give."""
        return "a finite number of 0 or more"


class OwnHazard(OwnRule):
    """A rate per week of a spell day."""

    def __call__(self, spell_day: float) -> float:
        """The rate per day."""
        rate = self.ask(spell_day)
        if not 0.0 <= rate < inf:
            raise self.fault(f"gives {rate}", spell_day)
        return rate / DAYS_PER_WEEK


class OwnEffect(OwnRule):
    """What multiplies the job rate, of a stock of meetings and of the responsiveness."""

    def __call__(self, chi: float, stock: float) -> float:
        """The multiplier."""
        factor = self.ask(stock, chi)
        if not 0.0 <= factor < inf:
            raise self.fault(f"gives {factor}", stock, chi)
        return factor


class OwnSchedule(OwnRule):
    """The clock day of a meeting, of its number in a phase and of the clock."""

    def __call__(self, number: int, clock_day: float) -> float:
        """The clock day."""
        day = self.ask(number, clock_day)
        if day != day:
            raise self.fault(f"gives {day}", number, clock_day)
        return day

    @property
    def wanted(self) -> str:
        """What it must give."""
        return "a number, .inf for no further meeting"


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
