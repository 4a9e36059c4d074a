"""Who takes part in a trial: which groups, how many in each arm, and when the arms fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.streams import key_of, uniforms
from sim.rules.people import GROUPS, person_number

IN_TRIAL = 2_000_000
"""Added to the index of people who come because a trial is to have exactly so many."""

MOST_IN_ARM = 150_000
"""Enrolled people of an arm at most: each arm has numbers of its own for them."""

NOT_ENROLLED = -1


@dataclass(frozen=True)
class Enrolment:
    """How people come into the arms of a trial.

    By arm, in the order of the study: ``people`` (exactly so many; empty where arms are given by
    share), ``shares`` (of those who enter while the arm is open), and the days from and before
    which it is open. ``weights`` parts exact numbers among ``groups``.
    """

    groups: tuple[int, ...]
    weights: tuple[float, ...]
    people: tuple[int, ...]
    shares: tuple[float, ...]
    from_day: tuple[float, ...]
    to_day: tuple[float, ...]


@dataclass(frozen=True)
class Enrolled:
    """Enrolled people of one group and arm: numbers from ``first`` on, and days of entry."""

    group: int
    arm: int
    first: int
    entry_day: np.ndarray


def enrolment_of(values: dict[str, Any], dates: Callable[[str], float]) -> Enrolment | None:
    """The enrolment that a configuration describes; None where it is no trial."""
    if values["design"]["kind"] != "trial":
        return None
    groups = tuple(GROUPS.index(g) for g in GROUPS if g in values["trial"]["groups"])
    arms = [arm["enrolment"] for arm in values["arms"].values()]
    by_people = "people" in arms[0]
    inflow = [values["population"]["groups"][GROUPS[g]]["inflow_per_week"] for g in groups]
    total = sum(inflow)
    return Enrolment(
        groups=groups,
        weights=tuple(w / total if total else 1.0 / len(inflow) for w in inflow),
        people=tuple(int(arm["people"]) for arm in arms) if by_people else (),
        shares=() if by_people else tuple(float(arm["share"]) for arm in arms),
        from_day=tuple(dates(arm["from"]) for arm in arms),
        to_day=tuple(dates(arm["to"]) for arm in arms),
    )


def takes_the_place_of(plan: Enrolment, group: int, entry_day: np.ndarray) -> np.ndarray:
    """Which of the ordinary inflow stay away, since the trial's exact numbers come instead."""
    if not plan.people or group not in plan.groups:
        return np.zeros(len(entry_day), dtype=bool)
    return (entry_day >= min(plan.from_day)) & (entry_day < max(plan.to_day))


def exact_numbers(plan: Enrolment, seed: int, replication: int) -> list[Enrolled]:
    """The people of arms that are to have exactly so many, entering uniformly while it is open.

    Every person has luck of their own, so that who is in which arm is as good as drawn; and one
    more person in an arm is no other person's luck.
    """
    key = key_of(seed, replication, "enrolment")
    edges = np.cumsum(plan.weights)
    found = []
    for arm, people in enumerate(plan.people):
        draws = uniforms(key, IN_TRIAL + arm * MOST_IN_ARM, people)
        span = plan.to_day[arm] - plan.from_day[arm]
        entry = plan.from_day[arm] + draws[:, 0] * span
        of = np.minimum(np.searchsorted(edges, draws[:, 1], side="right"), len(edges) - 1)
        for place, group in enumerate(plan.groups):
            first = person_number(group, IN_TRIAL + arm * MOST_IN_ARM)
            found.append(Enrolled(group, arm, first, entry[of == place]))
    return found


def arms_by_share(
    plan: Enrolment, seed: int, replication: int, group: int, first: int, entry_day: np.ndarray
) -> np.ndarray:
    """The arm of neighbouring people of the ordinary inflow, by a draw each.

    NOT_ENROLLED where the draw falls outside all shares, or on an arm that is not open.
    """
    arm = np.full(len(entry_day), NOT_ENROLLED, dtype=np.int8)
    if not plan.shares or group not in plan.groups:
        return arm
    draws = uniforms(key_of(seed, replication, "enrolment"), first, len(entry_day))[:, 0]
    chosen = np.searchsorted(np.cumsum(plan.shares), draws, side="right")
    for a in range(len(plan.shares)):
        is_open = (entry_day >= plan.from_day[a]) & (entry_day < plan.to_day[a])
        arm[(chosen == a) & is_open] = a
    return arm
