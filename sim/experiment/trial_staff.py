"""Caseworkers of a trial: one team for all arms, or one for each; and their offered load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from sim.model.demand import Demand
from sim.model.enrolment import Enrolment
from sim.model.settings import Settings, Study, Teams
from sim.rules.people import GROUPS

Numbers = tuple[tuple[float, float], ...]

Asked = Callable[[Settings, str], Demand]
"""What people who come as the settings say ask for under an arm."""

Enough = Callable[[Settings, Demand], int]
"""How many caseworkers serve a demand."""


@dataclass(frozen=True)
class Staff:
    """Caseworkers of the trial by day, of each arm's own team, and the offered load."""

    numbers: Numbers
    teams: Teams
    offered_load: float


def staff_of(
    study: Study, settings: Settings, first: Numbers, asked: Asked, enough: Enough
) -> Staff:
    """The caseworkers of a trial.

    A shared team is that of the first arm's lever, with the extra ones. A team of its own serves
    the people of an arm, the first arm's also the stock and who is not enrolled; ``auto`` is
    enough for what they ask for in the long run.

    Args:
        first: caseworkers by day that the first arm has where everybody is in it.
    """
    plan = settings.enrolment
    assert plan is not None
    demands = [
        asked(replace(settings, inflow_per_day=rates), arm)
        for arm, rates in zip(study.arms, inflow_by_arm(settings, plan), strict=True)
    ]
    trial = study.values["trial"]
    if trial["caseworkers"] == "shared":
        extra = float(trial.get("extra_caseworkers", 0))
        numbers = tuple((day, number + extra) for day, number in first)
        minutes = sum(demand.minutes_per_day for demand in demands)
        return Staff(numbers, (), load(settings, minutes, mean(numbers, settings.horizon_days)))
    sizes = []
    for arm, demand in zip(study.arms, demands, strict=True):
        wanted = study.values["arms"][arm]["enrolment"].get("caseworkers", "auto")
        if wanted == "auto":
            wanted = enough(settings, demand)
        sizes.append(inf if wanted == "unlimited" else float(wanted))
    loads = [
        load(settings, demand.minutes_per_day, size)
        for demand, size in zip(demands, sizes, strict=True)
    ]
    return Staff(((0.0, sum(sizes)),), ((0.0, tuple(sizes)),), max(loads))


def with_trial(settings: Settings) -> Settings:
    """The settings with the trial's exact numbers as an inflow, while its arms are open.

    A world of one arm has to serve them all, so ``auto`` counts them.
    """
    plan = settings.enrolment
    if plan is None or not plan.people:
        return settings
    rates = list(settings.inflow_per_day)
    days = max(plan.to_day) - min(plan.from_day)
    for place, group in enumerate(plan.groups):
        rates[group] = sum(plan.people) * plan.weights[place] / days
    return replace(settings, inflow_per_day=tuple(rates))


def inflow_by_arm(settings: Settings, plan: Enrolment) -> list[tuple[float, ...]]:
    """People a day by group who live under each arm while it is open; the first has the rest."""
    per_day = list(settings.inflow_per_day)
    arms = range(len(plan.from_day))
    rates = [[0.0] * len(GROUPS) for _ in arms]
    for place, g in enumerate(plan.groups):
        for a in arms:
            if plan.people:
                span = plan.to_day[a] - plan.from_day[a]
                rates[a][g] = plan.people[a] * plan.weights[place] / span
            else:
                rates[a][g] = plan.shares[a] * per_day[g]
        others = 0.0 if plan.people else max(0.0, 1.0 - sum(plan.shares)) * per_day[g]
        rates[0][g] += others
    for g in range(len(GROUPS)):
        if g not in plan.groups:
            rates[0][g] = per_day[g]
    return [tuple(of_arm) for of_arm in rates]


def mean(numbers: Numbers, horizon_days: float) -> float:
    """The mean number of caseworkers over a run."""
    ends = [min(day, horizon_days) for day, _ in numbers[1:]] + [horizon_days]
    spans = [max(0.0, end - day) for (day, _), end in zip(numbers, ends, strict=True)]
    return sum(n * d for (_, n), d in zip(numbers, spans, strict=True) if d) / horizon_days


def load(settings: Settings, minutes_per_day: float, caseworkers: float) -> float:
    """Minutes asked for over minutes available; 0 for an unlimited office."""
    if caseworkers == inf:
        return 0.0
    available = caseworkers * settings.minutes_per_caseworker_day
    if available == 0.0:
        return inf if minutes_per_day > 0.0 else 0.0
    return minutes_per_day / available
