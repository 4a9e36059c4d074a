"""Answers without any luck: by exact integration (families A, B and G), and exit times (U)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.experiment.exact import Expected, expect
from sim.experiment.limits import studies
from sim.experiment.limits.cases import Answer, Case, Estimate, Estimates, NotExpressible
from sim.experiment.limits.studies import ARM, FAR_DAYS, case_study, number
from sim.model.settings import registry_of, rulebook_of
from sim.rules.leaving import change_stock, find_exit, start_line
from sim.rules.people import blank_spell

Values = Mapping[str, Any]


class Integrated(Answer):
    """Families A, B and G by exact integration."""

    by_luck = False

    def __init__(self, values: Values, case: Case) -> None:
        self._horizon = number(case.params.get("L", 730.0))
        self._wanted = tuple(case.exact)
        self._study = case_study(values, studies.alone(case.params))

    def estimates(self) -> Estimates:
        people = expect(self._study, ARM, self._horizon)
        return {q: Estimate(expected(people, q, self._horizon)) for q in self._wanted}


def expected(people: Expected, quantity: str, horizon: float) -> float:
    """A figure of expected outcomes by its name, like ``S(91)`` or ``RMST*7``."""
    name, _, factor = quantity.partition("*")
    times = float(factor or 1.0)
    if name in ("RMST", "RMST(closed)"):
        return times * people.restricted_mean(horizon)
    if name == "E[meetings]":
        return people.meetings(horizon)
    if name == "SD[min(T,L)]":
        return people.restricted_sd(horizon)
    if name == "median":
        return people.median()
    if name.startswith("S("):
        return people.survival(float(name[2:-1]))
    if name.startswith("mean frailty of survivors at "):
        return people.frailty_of_survivors(float(name.rsplit(" ", 1)[1]))
    raise NotExpressible(f"a quantity named {quantity}")


class ExitDays(Answer):
    """Family U: the exit of one person with a given threshold and stock of meetings."""

    by_luck = False

    def __init__(self, values: Values, case: Case) -> None:
        self._study = case_study(values, studies.alone(case.params))
        self._stock, self._threshold = (float(case.params[k]) for k in ("M", "r"))
        (self._wanted,) = case.exact

    def estimates(self) -> Estimates:
        w = rulebook_of(self._study, ARM, registry_of(self._study))
        p = blank_spell()
        p.threshold = self._threshold
        start_line(p, w, 0.0)
        change_stock(p, w, 0.0, self._stock)
        find_exit(p, w, FAR_DAYS)
        return {self._wanted: Estimate(p.exit_day)}
