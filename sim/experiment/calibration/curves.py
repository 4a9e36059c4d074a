"""What is expected of one group's entrants under an arm: survival and job finding over the spell.

All arms of a figure are known on the same nodes of a Gauss-Legendre quadrature, whose pieces end
wherever a rate of any arm jumps. Frailty is integrated out: by its Laplace transform where it only
multiplies the job rate, by quadrature where meetings work differently on the frail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from sim.experiment.course import Course, Line
from sim.experiment.exact import gamma_nodes, regime
from sim.model.settings import Study, settings_of
from sim.rules.errors import InputError
from sim.rules.people import GROUPS

Array = np.ndarray
MOST_DAYS = 14.0
"""No piece is longer, so that eight nodes integrate it to a relative 1e-10."""

KINKS_DAYS = tuple(2.0**-k for k in range(12))
"""A Weibull rate is not smooth at entry: pieces are finer towards it."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)


def _others(course: Course) -> list[Line]:
    """The ways out other than to a job that anybody takes."""
    return [line for line in course.others if line.sum_to(course.until) > 0.0]


@dataclass(frozen=True)
class Weighted:
    """A course with the weight of the people whom it stands for, and whether frailty is in it."""

    course: Course
    weight: float
    variance: float

    def at(self, days: Array) -> tuple[Array, Array]:
        """Share still unemployed, and exits to a job per day and entrant, on some spell days."""
        job, others = self.course.job, _others(self.course)
        gone = days >= self.course.ends_day
        here = np.where(gone, 0.0, days)
        own = np.array([job.sum_to(day) for day in here])
        rate = np.array([job.rate_on(day) for day in here])
        rest = sum((np.array([line.sum_to(day) for day in here]) for line in others), 0.0 * own)
        if self.variance > 0.0:
            staying = (1.0 + self.variance * own) ** (-1.0 / self.variance)
            leaving = staying / (1.0 + self.variance * own)
        else:
            staying = leaving = np.exp(-own)
        left = np.where(gone, 0.0, np.exp(-rest))
        return staying * left, leaving * left * rate


@dataclass(frozen=True)
class Curve:
    """One arm, or several with equal weight: what is expected of those who enter.

    ``survival`` and ``job_rate`` (exits to a job per day and entrant) are on ``day``, whose
    quadrature weights are ``width``; ``edge`` are the ends of the pieces.
    """

    edge: Array
    day: Array
    width: Array
    survival: Array
    job_rate: Array
    courses: tuple[Weighted, ...]

    def survival_at(self, days: Array) -> Array:
        """The share still unemployed on any spell days."""
        return sum((c.weight * c.at(days)[0] for c in self.courses), 0.0 * days)

    def over(self, values: Array, to_day: float) -> float:
        """The integral from entry to a day, which must be an edge, of values on the nodes."""
        return float(np.sum((self.width * values)[self.day < to_day]))

    def restricted_mean(self, to_day: float) -> float:
        """The restricted mean duration, in days."""
        return self.over(self.survival, to_day)

    def jobs(self, to_day: float) -> float:
        """The share who have left for a job before a spell day."""
        return self.over(self.job_rate, to_day)

    def meetings(self, to_day: float) -> float:
        """Held meetings per person before a spell day."""
        return sum(
            c.weight * float(np.sum(c.at(np.array(days))[0]))
            for c in self.courses
            if (days := [day for _, day in c.course.meetings if day < to_day])
        )


def curves(
    study: Study, arms: Sequence[Sequence[str]], group: str, days: Sequence[float]
) -> list[Curve]:
    """The curves of some arms, each alone or several as one, on common nodes.

    Args:
        days: spell days to which something will be integrated; the last ends the curves.
    Raises:
        InputError: an arm has no exact answer (see ``exact.expect``).
    """
    until = max(days)
    found = [[c for arm in mixed for c in _courses(study, arm, group, until)] for mixed in arms]
    edges = {0.0, until, *days, *np.arange(MOST_DAYS, until, MOST_DAYS).tolist(), *KINKS_DAYS}
    for one in (c.course for mixed in found for c in mixed):
        edges |= one.edges(until)
        edges.update(day for line in (one.job, *one.others) for day in line.bends() if day < until)
    edge = np.array(sorted(day for day in edges if day <= until))
    half = 0.5 * np.diff(edge)
    day = (edge[:-1, None] + half[:, None] * (1.0 + NODES)).ravel()
    width = (half[:, None] * WEIGHTS).ravel()
    return [_curve(edge, day, width, mixed, len(of)) for mixed, of in zip(found, arms, strict=True)]


def _curve(edge: Array, day: Array, width: Array, mixed: list[Weighted], arms: int) -> Curve:
    shared = tuple(Weighted(c.course, c.weight / arms, c.variance) for c in mixed)
    known = [(c.weight, *c.at(day)) for c in shared]
    survival = sum((w * s for w, s, _ in known), 0.0 * day)
    return Curve(edge, day, width, survival, sum((w * f for w, _, f in known), 0.0 * day), shared)


def _courses(study: Study, arm: str, group: str, until: float) -> list[Weighted]:
    own = regime(study, arm, until)
    number = GROUPS.index(group)
    if not own.settings.line_on[4 * number]:
        raise InputError(f"nobody in the group {group} finds a job: hazard.{group}.job is none.")
    usual, variance = own.course(number), own.settings.frailty_variance
    if not own.w.frailty_power or variance <= 0.0:
        return [Weighted(usual, 1.0, variance)]
    nodes = zip(*gamma_nodes(variance, usual.job.sum_to(until)), strict=True)
    return [Weighted(own.course(number, float(z)), float(weight), 0.0) for z, weight in nodes]


def employed_days(study: Study, curve: Curve, to_day: float, rate_per_day: float) -> float:
    """Days in work from the first entry to a day, later spells like the first.

    People leave work again at a constant rate and keep their frailty; the renewal is summed in
    steps of a day, each person's frailty apart.
    """
    variance = settings_of(study).frailty_variance
    grid = np.arange(0.0, to_day + 1.0)
    total = 0.0
    for c in curve.courses:
        here = np.minimum(grid, np.nextafter(c.course.ends_day, 0.0))
        job, others = c.course.job, _others(c.course)
        own = np.array([job.sum_to(day) for day in here])
        rest = sum((np.array([line.sum_to(day) for day in here]) for line in others), 0.0 * own)
        nodes, weights = gamma_nodes(variance if c.variance else 0.0, float(own[-1]))
        total += c.weight * float(weights @ _in_work(nodes[:, None] * own, rest, rate_per_day))
    return total


def _in_work(job: Array, other: Array, rate_per_day: float) -> Array:
    """Days in work by frailty: cumulative rates (to a job by frailty) on whole days from entry."""
    survival = np.exp(-job - other)
    left, steps = -np.diff(survival), np.diff(job) + np.diff(other)
    share = np.divide(np.diff(job), steps, out=np.zeros_like(steps), where=steps > 0.0)
    to_job = left * share
    people, days = to_job.shape
    backwards = to_job[:, ::-1]
    working, entries = np.zeros((people, days + 1)), np.zeros((people, days + 1))
    entries[:, 0] = 1.0
    lost, late = 1.0 - np.exp(-rate_per_day), np.zeros(people)
    for day in range(days):
        found = (entries[:, : day + 1] * backwards[:, days - 1 - day :]).sum(axis=1) + late
        again = lost * working[:, day] + 0.5 * lost * found
        # on average in the middle of the day: half at its start (whose exits of today come
        # tomorrow), half at its end
        entries[:, day] += 0.5 * again
        entries[:, day + 1] = 0.5 * again
        late = 0.5 * again * to_job[:, 0]
        working[:, day + 1] = working[:, day] + found - again
    in_work: Array = np.sum(0.5 * (working[:, 1:] + working[:, :-1]), axis=1)
    return in_work


def root_day(curve: Curve, share: float) -> float:
    """The spell day on which so many are still unemployed; inf if that is after the last."""
    from scipy.optimize import brentq

    at: Callable[[float], float] = lambda day: float(  # noqa: E731
        curve.survival_at(np.array([day]))[0] - share
    )
    end = float(curve.edge[-1])
    return inf if at(end) > 0.0 else float(brentq(at, 0.0, end, xtol=1e-11))
