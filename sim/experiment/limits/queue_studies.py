"""Queues as studies: arrivals, meetings of random length, patience, and how long to watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from sim.experiment.limits.cases import NotExpressible
from sim.experiment.limits.studies import ARM, job_rates, number, schedule
from sim.rules.calendar import DAYS_PER_WEEK, MINUTES_PER_DAY
from sim.rules.people import GROUPS

CLASSES = ("lam1", "lam2")
LATE_DAYS = 50.0
"""Deadline of the second class of a priority queue: so late that the first always goes before."""

FEWEST_BATCHES, MOST_BATCHES = 10, 40
BATCH_MEMORIES, WARM_MEMORIES = 5.0, 6.0
"""Least lengths of a batch and of the start, in terms of how long a queue remembers.

From batches of 5 errors come out 10 % too small, from batches of 10 it is 5 %.
"""


def minutes_of(params: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
    """How long a meeting takes: the lever, and the mean in days."""
    if "D" in params:
        raise NotExpressible("people never arrive on appointed days")
    kind, days = "exponential", 0.0
    service = str(params.get("service", ""))
    if service.startswith("uniform"):
        low, high = (float(x) for x in service[len("uniform(") : -1].split(","))
        kind, days = "uniform", 0.5 * (low + high)
        if abs(high - 3.0 * low) > 1e-12:
            raise NotExpressible("uniform meetings take from half to one and a half of their mean")
    elif service.startswith("deterministic"):
        kind, days = "fixed", float(service.split()[-1])
    elif service.startswith("exponential"):
        days = float(service.split()[-1])
    elif "mu" in params:
        days = 1.0 / number(params["mu"])
    else:
        raise NotExpressible(f"meetings of the kind {service!r}")
    return {f"arms.{ARM}.levers.minutes": {"kind": kind, "physical": days * MINUTES_PER_DAY}}, days


def queue(params: Mapping[str, Any], days: float, separate: int = 1) -> dict[str, Any]:
    """Changes for a case with a queue (family C): a world of so many days.

    Arrivals are people who are due at once and then never again (or, with ``due_rate``, again
    and again); those who leave while they wait are people who find a job.

    Args:
        separate: number of caseworkers who each have a queue of their own.
    """
    minutes, _ = minutes_of(params)
    leaving = number(params.get("theta", params.get("h0", 0.0)))
    classes = [number(params[k]) for k in CLASSES if k in params] or [
        separate * number(params["lam"])
    ]
    changes = job_rates(leaving, (1.0,) * len(classes)) | minutes
    plan: list[dict[str, Any]] = [{"days": [0.0]}, {"none": True}]
    if "due_rate" in params:
        plan = [{"random_every_days": 1.0 / number(params["due_rate"])}]
    changes |= schedule(plan)
    for group, rate in zip(GROUPS, classes, strict=False):
        changes[f"population.groups.{group}.inflow_per_week"] = DAYS_PER_WEEK * rate
    if len(classes) > 1:
        changes["office.queue_order"] = "deadline"
        changes["office.deadline_days"] = {g: 0.0 if g == GROUPS[0] else LATE_DAYS for g in GROUPS}
    return changes | {
        "population.inflow.kind": "poisson",
        "office.own_caseworker": separate > 1,
        "office.exit_breaks_meeting": breaks_meetings(params),
        f"arms.{ARM}.levers.caseworkers": int(params.get("c", 1)) * separate,
        "design.observation_days": days,
        "design.follow_up_days": 0.0,
    }


def breaks_meetings(params: Mapping[str, Any]) -> bool:
    """Whether those who leave during a meeting break it off."""
    return bool(params.get("exit_in_service", "due_rate" in params))


def whole_meeting_days(params: Mapping[str, Any]) -> float | None:
    """How long meetings take in the mean; None where some are broken off."""
    return None if breaks_meetings(params) else minutes_of(params)[1]


def arrivals_per_day(params: Mapping[str, Any], separate: int = 1) -> float:
    """All arrivals, in all queues of a case."""
    return sum(number(params[k]) for k in ("lam", *CLASSES) if k in params) * separate


@dataclass(frozen=True)
class Days:
    """The days of a run of a queue: what is measured, in how many batches, and the end."""

    start: float
    stop: float
    batches: int
    end: float


def queue_days(params: Mapping[str, Any], people: int, separate: int = 1) -> Days:
    """How long to run a queue for about so many arrivals, with the start left out.

    All lengths are in terms of how long a queue remembers: at most the mean patience (or spell),
    and where it would be stable without impatience 1 / (c * mu * (1 - sqrt(load))**2).
    """
    _, meeting_days = minutes_of(params)
    arrivals = arrivals_per_day(params, separate)
    servers = int(params.get("c", 1))
    leaving = number(params.get("theta", params.get("h0", 0.0)))
    memory = 1.0 / leaving if leaving > 0.0 else inf
    load = arrivals / separate * meeting_days / servers
    if load < 1.0 and "due_rate" not in params:
        memory = min(memory, meeting_days / (servers * (1.0 - load**0.5) ** 2))
    measured = max(FEWEST_BATCHES * BATCH_MEMORIES * memory, people / arrivals)
    start = WARM_MEMORIES * memory
    batches = int(min(MOST_BATCHES, measured / (BATCH_MEMORIES * memory) + 1e-9))
    return Days(start, start + measured, batches, start + measured + memory + 10.0)


def separate_queues(title: str) -> int:
    """How many queues a case is one of, by its title."""
    return 6 if "one of six separate queues" in title else 1
