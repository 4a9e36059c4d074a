"""Answers by simulation: people in streams, stocks and pairs, and queues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

import numpy as np

from sim.experiment.limits import queue_studies, studies
from sim.experiment.limits.cases import Answer, Case, Estimate, Estimates, NotExpressible
from sim.experiment.limits.queues import PERCENTILE, Batches
from sim.experiment.limits.studies import ARM, FAR_DAYS, case_study, number
from sim.model.replication import run_replication
from sim.model.settings import Study
from sim.rules.people import OPEN

Values = Mapping[str, Any]


class People(Answer):
    """Durations (cut off) and held meetings of people, replication by replication."""

    def __init__(self, study: Study, wanted: Iterable[str]) -> None:
        self._study, self._wanted = study, tuple(wanted)
        self._days: list[np.ndarray] = []
        self._held: list[np.ndarray] = []

    def more(self) -> None:
        rows = run_replication(self._study, len(self._days))[ARM]
        self._days.append(rows.spells["duration_days"])
        self._held.append(rows.spells["held"])

    def estimates(self) -> Estimates:
        days, held = np.concatenate(self._days), np.concatenate(self._held)
        return {q: people_figure(days, held, q) for q in self._wanted}


def people_figure(days: np.ndarray, held: np.ndarray, quantity: str) -> Estimate:
    """A figure of durations that were cut off at the horizon, and of held meetings."""
    name, _, factor = quantity.partition("*")
    times = float(factor or 1.0)
    if name in ("RMST", "RMST(closed)"):
        return _mean(times * days)
    if name == "E[meetings]":
        return _mean(held)
    if name.startswith("S("):
        day = float(name[2:-1])
        return _mean(days > day if day < days.max() else days >= day)
    if name == "SD[min(T,L)]":
        return Estimate(float(days.std()))
    if name == "median":
        return Estimate(float(np.median(days)))
    raise NotExpressible(f"a quantity named {quantity}")


def _mean(x: np.ndarray) -> Estimate:
    """A mean over independent people."""
    return Estimate(float(x.mean()), float(x.std(ddof=1)) / sqrt(len(x)), len(x) - 1)


class Stream(People):
    """A14: meetings as a Poisson stream."""

    def __init__(self, values: Values, case: Case, people: int, seed: int) -> None:
        changes = studies.alone(case.params) | {
            "population.inflow.people": people, "design.seed": seed,
        }  # fmt: skip
        super().__init__(case_study(values, changes), case.exact)


class Stock(Answer):
    """C19: how many are unemployed on some days, where people enter from day 0 on and nobody waits.

    ``stocks`` has, by quantity, the stocks found, one a replication.
    """

    def __init__(self, values: Values, case: Case, seed: int) -> None:
        self._days = {q: float(q.split("(")[1].split(")")[0]) for q in case.exact}
        inflow = studies.poisson(number(case.params["lam"]), max(self._days.values()))
        changes = studies.alone(case.params) | inflow | {"design.seed": seed}
        self._study = case_study(values, changes)
        self.stocks: dict[str, list[float]] = {q: [] for q in case.exact}
        self._replication = 0

    def more(self) -> None:
        s = run_replication(self._study, self._replication)[ARM].spells
        self._replication += 1
        for quantity, day in self._days.items():
            here = (s["exit"] == OPEN) | (s["exit_day"] > day)
            self.stocks[quantity].append(float(np.sum(here & (s["entry_day"] < day))))

    def estimates(self) -> Estimates:
        return {q: _mean(np.array(found)) for q, found in self.stocks.items()}


class Elapsed(Answer):
    """C20: durations of those who enter, and elapsed durations of those who are in the stock."""

    def __init__(self, values: Values, case: Case, people: int, seed: int) -> None:
        self._wanted = tuple(case.exact)
        common = studies.alone({**case.params, "L": FAR_DAYS}) | {"design.seed": seed}
        office = studies.poisson(people * number(case.params["h0"]), 1.0)
        cohort = {"population.inflow.people": people}
        self._inflow = case_study(values, common | cohort)
        stock = common | office | {"population.warm_start": True}
        self._stock = case_study(values, studies.as_the_law(values, stock))
        self._durations: list[np.ndarray] = []
        self._elapsed: list[np.ndarray] = []

    def more(self) -> None:
        replication = len(self._durations)
        entered = run_replication(self._inflow, replication)[ARM].spells
        found = run_replication(self._stock, replication)[ARM].spells
        self._durations.append(entered["duration_days"])
        self._elapsed.append(-found["entry_day"][found["entry_day"] < 0.0])

    def estimates(self) -> Estimates:
        figures = (np.concatenate(self._durations), np.concatenate(self._elapsed))
        return {q: _mean(x) for q, x in zip(self._wanted, figures, strict=True)}


class Pairs(Answer):
    """D01: the same people under two regimes, with evenly spread luck."""

    by_luck = False
    tolerance = 0.01

    def __init__(self, values: Values, case: Case, people: int) -> None:
        self._case = case
        self._study = case_study(values, studies.two_regimes(values, case.params, people))

    def estimates(self) -> Estimates:
        rows = run_replication(self._study, 0)
        first, second = (rows[arm].spells["duration_days"] for arm in self._study.arms)
        return {q: Estimate(x) for q, x in paired_figures(first, second).items()}


def paired_figures(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    """What common luck does for the comparison of two regimes, from the same people in both."""
    paired = float((first - second).std())
    apart = sqrt(float(first.var() + second.var()))
    people = (1.959963984540054 / 0.5) ** 2
    return {
        "RMST regime 1": float(first.mean()),
        "RMST regime 2": float(second.mean()),
        "difference 1-2": float((first - second).mean()),
        "SD paired difference (CRN)": paired,
        "SD independent difference": apart,
        "correlation under CRN": float(np.corrcoef(first, second)[0, 1]),
        "variance reduction factor": (apart / paired) ** 2,
        "persons per arm for 95% CI +-0.5 day, CRN": people * paired**2,
        "persons per arm for 95% CI +-0.5 day, independent": people * apart**2,
    }


class Exposure(People):
    """D05: exits over time at risk, where the end of the run cuts spells off."""

    def __init__(self, values: Values, case: Case, people: int, seed: int) -> None:
        changes = studies.even_entry(case.params, people) | {"design.seed": seed}
        super().__init__(case_study(values, changes), case.exact)
        self._exits: list[np.ndarray] = []

    def more(self) -> None:
        spells = run_replication(self._study, len(self._days))[ARM].spells
        self._days.append(spells["duration_days"])
        self._exits.append(spells["exit"] != OPEN)

    def estimates(self) -> Estimates:
        days, left = np.concatenate(self._days), np.concatenate(self._exits)
        value = float(left.sum() / days.sum())
        noise = (left - value * days) / days.mean()
        (wanted,) = self._wanted
        return {wanted: Estimate(value, float(noise.std()) / sqrt(len(noise)))}


class Queue(Answer):
    """Family C: a queue, with errors from batches of time."""

    def __init__(self, values: Values, case: Case, people: int, seed: int) -> None:
        self._wanted = tuple(case.exact)
        separate = queue_studies.separate_queues(case.title)
        self._plan = queue_studies.queue_days(case.params, people, separate)
        changes = queue_studies.queue(case.params, self._plan.end, separate) | {"design.seed": seed}
        self._study = case_study(values, changes)
        self._batches = Batches(
            servers=int(case.params.get("c", 1)) * separate,
            arrivals_per_day=queue_studies.arrivals_per_day(case.params, separate),
            meeting_days=queue_studies.whole_meeting_days(case.params),
            separate=separate,
            keep_waits=PERCENTILE in case.exact,
        )
        loads = [
            number(case.params.get(k, 0)) / number(case.params.get("mu", 1))
            for k in queue_studies.CLASSES
        ]
        self._loads = (loads[0], loads[1])
        self._replication = 0

    def more(self) -> None:
        rows = run_replication(self._study, self._replication)[ARM]
        self._batches.add(rows, self._plan.start, self._plan.stop, self._plan.batches)
        self._replication += 1

    def estimates(self) -> Estimates:
        return {q: self._batches.estimate(q, self._loads) for q in self._wanted}
