"""Stationary flows of people who wait for nobody: search effort and days, by market factor.

Rates do not depend on the factor, only how long people live under them does. So they are tabled
once, on nodes of Gauss and Legendre between all kinks, and any factor is a sum over the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf
from typing import Protocol

import numpy as np

from sim.experiment.course import Course
from sim.experiment.exact import Regime, gamma_nodes
from sim.experiment.metrics import FULL_DAYS

NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)
LONGEST_PIECE_DAYS = 56.0
NEAR_ENTRY = 2.0 ** np.arange(-30, 4)
"""Days at which pieces begin, ever closer to entry: a Weibull rate may be infinite there."""


@dataclass(frozen=True)
class Rates:
    """Rates of one regime on nodes: arrays of (frailty, day), one row where all have the same.

    ``job`` is the job rate at factor 1, ``job_sum`` its sum from entry, ``others_sum`` that of
    all other exits.
    """

    job: np.ndarray
    job_sum: np.ndarray
    others_sum: np.ndarray


USUAL, NEW = range(2)
"""Places of the two regimes of a flow: the standard one, and that of an arm."""


class Flow(Protocol):
    """People of one group under two regimes, each with a stationary stock by market factor."""

    @property
    def group(self) -> int:
        """The place of the group in ``GROUPS``."""

    @property
    def spells_per_day(self) -> float:
        """First spells a day."""

    def effort(self, searching: int, leaving: int, factor: float = 1.0) -> float:
        """The search effort per day of a stationary stock.

        Args:
            searching: the regime by which people search now.
            leaving: the regime by which the stock came about.
            factor: the market factor under which it did.
        """

    def days_in(self, regime: int, factor: float) -> float:
        """Days within 104 weeks of the first spells that begin on a day."""


@dataclass(frozen=True)
class TabledFlow:
    """The people of one group under two regimes, on nodes of frailty and spell day.

    ``per_day`` are first spells a day by frailty, ``width`` the weights of the nodes of ``days``,
    and ``again`` the share of those who found a job that returns.
    """

    group: int
    per_day: np.ndarray
    days: np.ndarray
    width: np.ndarray
    again: float
    regimes: tuple[Rates, Rates]

    @property
    def spells_per_day(self) -> float:
        """First spells a day."""
        return float(self.per_day.sum())

    def effort(self, searching: int, leaving: int, factor: float = 1.0) -> float:
        """The effort per day of a stationary stock; see ``Flow``."""
        now, before = self.regimes[searching], self.regimes[leaving]
        stay = np.exp(-factor * before.job_sum - before.others_sum)
        spells = self.per_day
        if self.again > 0.0:
            to_job = factor * ((before.job * stay) @ self.width)
            spells = spells / (1.0 - self.again * to_job)
        return float(spells @ ((now.job * stay) @ self.width))

    def days_in(self, regime: int, factor: float) -> float:
        """Days within 104 weeks of the first spells that begin on a day."""
        rates = self.regimes[regime]
        here = self.days < FULL_DAYS
        stay = np.exp(-factor * rates.job_sum[:, here] - rates.others_sum[:, here])
        return float(self.per_day @ (stay @ self.width[here]))


def uses_up_rights(one: Regime) -> bool:
    """Whether people return after a job to a right to the benefit that is used up in part."""
    limits = zip(one.w.benefit_limit_days, one.inflow(), strict=True)
    return one.w.reentry_per_day > 0.0 and any(days < inf for days, of in limits if of > 0.0)


def tabled_flow(standard: Regime, treated: Regime, group: int) -> TabledFlow:
    """The people of a group under two regimes that have exact answers."""
    w = standard.w
    again = 1.0 - exp(-w.reentry_per_day * w.reentry_days)
    both = [one.course(group) for one in (standard, treated)]
    edges = set(NEAR_ENTRY).union(*(_edges(course) for course in both)) | {FULL_DAYS}
    days, width = _nodes(sorted(edges))
    most = max(course.job.sum_to(standard.until) for course in both)
    frailties, shares = gamma_nodes(standard.settings.frailty_variance, most)
    rates = [_rates(one, group, frailties, days) for one in (standard, treated)]
    per_day = standard.inflow()[group] * shares
    return TabledFlow(group, per_day, days, width, again, (rates[0], rates[1]))


def _edges(course: Course) -> set[float]:
    """Ends of pieces on which the rate and its slope are smooth."""
    bends = {day for day in course.job.bends() if day < course.until}
    return course.edges(course.until) | bends


def _nodes(edges: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Days and weights of Gauss and Legendre on every piece, long ones cut into equal parts."""
    cut = [
        np.linspace(a, b, int(np.ceil((b - a) / LONGEST_PIECE_DAYS)) + 1)[:-1]
        for a, b in pairwise(edges)
    ]
    ends = np.append(np.concatenate(cut), edges[-1])
    half = 0.5 * np.diff(ends)[:, None]
    return (ends[:-1, None] + half * (1.0 + NODES)).ravel(), (half * WEIGHTS).ravel()


def _rates(own: Regime, group: int, frailties: np.ndarray, days: np.ndarray) -> Rates:
    """Rates of a regime by frailty and day; one course serves all where frailty only scales it."""
    by_person = own.w.frailty_power != 0.0
    courses = [own.course(group, float(z)) for z in (frailties if by_person else (1.0,))]
    times = np.ones((1, 1)) if by_person else frailties[:, None]
    return Rates(
        job=times * np.array([[one.job.rate_on(day) for day in days] for one in courses]),
        job_sum=times * np.array([[one.job.sum_to(day) for day in days] for one in courses]),
        others_sum=np.array([[one.sum_of_others_to(day) for day in days] for one in courses]),
    )
