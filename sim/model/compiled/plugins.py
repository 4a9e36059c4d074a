"""A researcher's own functions, compiled: one address for all hazards, one for each other kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from math import nan
from typing import Any

from numba import cfunc, njit, types
from numba.core.errors import NumbaError

from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.plugged import OwnEffect, OwnHazard, OwnRule, OwnSchedule
from sim.rules.rulebook import Rulebook

SIGNATURE = "float64(int64, float64, float64)"
ARGUMENTS = (types.int64, types.float64, types.float64)


class NotCompilable(Exception):
    """A plug-in that Numba cannot compile; the message says why."""


def rule_functions(w: Rulebook) -> dict[str, Any]:
    """The compiled functions of a rulebook's plug-ins by the field that holds their address.

    Raises:
        NotCompilable: Numba cannot compile one of them.
    """
    found = {}
    for name, rules, call in (
        ("hazard_rule", w.line_rule, _of_hazard),
        ("effect_rule", (w.effect_rule,), _of_effect),
        ("schedule_rule", w.phase_rule, _of_schedule),
    ):
        if any(rule is not None for rule in rules):
            found[name] = _all_of(rules, call)
    return found


def _all_of(rules: Sequence[Any], call: Callable[[Any], Any]) -> Any:
    """One function for all rules of a kind, which chooses by number."""
    chosen = njit(lambda which, x, y: 0.0)
    name = ""
    try:
        for number, rule in enumerate(rules):
            if rule is not None:
                name = getattr(rule.function, "__name__", "a plug-in")
                chosen = _or(number, call(rule), chosen)
                chosen.compile(ARGUMENTS)
        return cfunc(SIGNATURE)(_guarded(chosen))
    except NumbaError as error:
        raise NotCompilable(f"{name} ({_first_words(error)})") from error
    except Exception as error:
        raise NotCompilable(f"{name} ({type(error).__name__}: {error})") from error


def _guarded(chosen: Any) -> Callable[[int, float, float], float]:
    def call(which: int, x: float, y: float) -> float:
        try:
            return chosen(which, x, y)
        except Exception:  # noqa: BLE001 - said by asking the function again, in Python
            return nan

    return call


def _or(number: int, rule: Any, others: Any) -> Any:
    def choose(which: int, x: float, y: float) -> float:
        if which == number:
            return rule(x, y)
        return others(which, x, y)

    return njit(choose)


def _of_hazard(rule: OwnHazard) -> Any:
    function, own = njit(rule.function), _in_order(rule, 1)
    return njit(lambda x, y: function(x, *own) / DAYS_PER_WEEK)


def _of_effect(rule: OwnEffect) -> Any:
    function, own = njit(rule.function), _in_order(rule, 2)
    return njit(lambda chi, stock: function(stock, chi, *own))


def _of_schedule(rule: OwnSchedule) -> Any:
    function, own = njit(rule.function), _in_order(rule, 2)
    return njit(lambda number, day: function(int(number), day, *own))


def _in_order(rule: OwnRule, given: int) -> tuple[Any, ...]:
    """The parameters of a rule in the order in which its function takes them."""
    taken = list(inspect.signature(rule.function).parameters)[given:]
    return tuple(rule.own[name] for name in taken)


def _first_words(error: NumbaError) -> str:
    """What Numba says first; the rest speaks of its insides."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    wanted = [line for line in lines if not line.startswith(("Failed in", "During", "Overload"))]
    return (wanted or lines or [type(error).__name__])[0][:200]
