"""When people come: Poisson with a factor by date, evenly, or all on day 0."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from sim.model.settings import Settings
from sim.model.streams import (
    exponentials,
    key_of,
    uniforms,
)
from sim.rules.people import (
    GROUPS,
    person_number,
)


def operational_time(
    settings: Settings, group: int
) -> tuple[list[float], list[float], list[float]]:
    """A group's inflow factor by date as a clock: days, and the clock and its speed from each."""
    days, speeds = [0.0], [1.0]
    steps, factors = settings.inflow_factors[group]
    for day, factor in zip(steps, factors[1:], strict=True):
        if day <= 0.0:
            speeds[0] = factor
        else:
            days.append(day)
            speeds.append(factor)
    clock = [0.0]
    for i in range(1, len(days)):
        clock.append(clock[-1] + speeds[i - 1] * (days[i] - days[i - 1]))
    return days, clock, speeds


def _clock_at(settings: Settings, group: int, day: float) -> float:
    """What the clock of the inflow factor shows on a day."""
    days, clock, speeds = operational_time(settings, group)
    last = bisect_right(days, day) - 1
    return clock[last] + (day - days[last]) * speeds[last]


def expected_entrants(settings: Settings, until: float) -> float:
    """First spells of a Poisson inflow to a day, as expected, over all groups.

    With a trial's exact numbers in the place of the ordinary inflow.
    """
    plan = settings.enrolment
    total = 0.0
    for group, rate in enumerate(settings.inflow_per_day):
        total += rate * _clock_at(settings, group, until)
        if plan is not None and plan.people and group in plan.groups:
            away = (min(day, until) for day in (max(plan.to_day), min(plan.from_day)))
            last, first = (_clock_at(settings, group, day) for day in away)
            total -= rate * (last - first)
    if plan is not None:
        spans = zip(plan.people, plan.from_day, plan.to_day, strict=False)
        total += sum(n * max(0.0, min(to, until) - day) / (to - day) for n, day, to in spans)
    return total


def _poisson_entries(
    settings: Settings, luck_key: np.ndarray, group: int, until: float
) -> np.ndarray:
    """Entry days of a Poisson inflow: unit-rate arrivals on the clock of the inflow factor."""
    rate = settings.inflow_per_day[group]
    if rate <= 0.0:
        return np.empty(0)
    days, clock, speeds = operational_time(settings, group)
    most = _clock_at(settings, group, until)
    wanted = int(rate * most + 8.0 * (rate * most) ** 0.5 + 50)
    first = person_number(group, 0)
    gaps = exponentials(uniforms(luck_key, first, wanted)[:, 0])
    arrivals = np.cumsum(gaps) / rate
    arrivals = arrivals[arrivals < most]
    place = np.searchsorted(clock, arrivals, side="right") - 1
    speed = np.array(speeds)[place]
    return np.array(days)[place] + (arrivals - np.array(clock)[place]) / np.where(
        speed > 0.0, speed, 1.0
    )


def entries_of(settings: Settings, seed: int, replication: int) -> list[np.ndarray]:
    """Entry days by group, each in order of the index within the group."""
    if settings.inflow_kind == "poisson":
        key = key_of(seed, replication, "inflow")
        return [
            _poisson_entries(settings, key, g, settings.horizon_days) for g in range(len(GROUPS))
        ]
    n = settings.inflow_people
    if settings.inflow_kind == "even":
        when = (np.arange(n) + 0.5) * (settings.inflow_days / n)
    else:
        when = np.zeros(n)
    edges = np.cumsum(settings.shares)
    if settings.grid:
        # exact shares: neighbouring people take the groups in turn, as evenly as can be
        position = (np.arange(n) * 0.6180339887498949 + 0.5) % 1.0
        rank = np.empty(n)
        rank[np.argsort(position, kind="stable")] = np.arange(n)
        draw = (rank + 0.5) / n
    else:
        draw = uniforms(key_of(seed, replication, "group"), 0, n)[:, 0]
    member = np.minimum(np.searchsorted(edges, draw, side="right"), len(GROUPS) - 1)
    return [when[member == g] for g in range(len(GROUPS))]
