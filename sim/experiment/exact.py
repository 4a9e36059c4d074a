"""Expected outcomes without luck: the model's own cumulative rate, integrated over time and people.

It serves people who wait for nobody (unlimited caseworkers, or none at all), on a continuous
calendar, under a plan that no draw decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

from sim.experiment.course import Course
from sim.model.settings import Settings, Study, registry_of, rulebook_of, settings_of
from sim.rules.errors import InputError
from sim.rules.people import GROUPS
from sim.rules.rulebook import Rulebook

FRAILTY_ERROR = 1e-11
MOST_NODES = 512


@dataclass(frozen=True)
class Expected:
    """Expected outcomes of an arm's entrants; ``weights`` of the courses add up to 1."""

    weights: tuple[float, ...]
    frailties: tuple[float, ...]
    courses: tuple[Course, ...]

    def mean(self, of: Callable[[Course], float]) -> float:
        """The mean over people of something that a course gives."""
        return sum(w * of(c) for w, c in zip(self.weights, self.courses, strict=True))

    def survival(self, day: float) -> float:
        """The share who are still unemployed on a spell day."""
        return self.mean(lambda course: course.survival(day))

    def restricted_mean(self, to_day: float) -> float:
        """The restricted mean duration, in days."""
        return self.mean(lambda course: course.integral(lambda day: 1.0, to_day))

    def survival_moment(self, to_day: float) -> float:
        """The integral of day * survival(day) from entry to a day."""
        return self.mean(lambda course: course.integral(lambda day: day, to_day))

    def restricted_sd(self, to_day: float) -> float:
        """The standard deviation of the duration cut off at a day."""
        return sqrt(2.0 * self.survival_moment(to_day) - self.restricted_mean(to_day) ** 2)

    def median(self) -> float:
        """The spell day on which half have left; inf if that is beyond the horizon."""
        end = self.courses[0].until
        if self.survival(end) > 0.5:
            return inf
        return float(brentq(lambda day: self.survival(day) - 0.5, 0.0, end, xtol=1e-12))

    def meetings(self, to_day: float, planned: int | None = None) -> float:
        """Held meetings per person before a spell day, only the first ``planned`` if given."""
        most = inf if planned is None else planned
        return self.mean(
            lambda c: sum(c.survival(day) for n, day in c.meetings if day < to_day and n <= most)
        )

    def frailty_of_survivors(self, day: float) -> float:
        """The mean frailty of those who are still unemployed on a spell day."""
        rest = zip(self.weights, self.frailties, self.courses, strict=True)
        return sum(w * z * c.survival(day) for w, z, c in rest) / self.survival(day)


def gamma_nodes(variance: float, most_sum: float) -> tuple[np.ndarray, np.ndarray]:
    """Frailties and weights of generalised Gauss-Laguerre quadrature over gamma frailty, mean 1.

    As many as it takes for the Laplace transform (1 + variance * H)**(-1 / variance) to come out
    at the largest cumulative rate (Golub and Welsch 1969: eigenvalues of a Jacobi matrix).
    """
    if variance <= 0.0:
        return np.ones(1), np.ones(1)
    shape, count = 1.0 / variance, 16
    truth = (1.0 + variance * most_sum) ** -shape
    while True:
        i = np.arange(count)
        off = np.sqrt(i[1:] * (i[1:] + shape - 1.0))
        nodes, vectors = eigh_tridiagonal(2.0 * i + shape, off)
        weights = vectors[0] ** 2
        found = float(weights @ np.exp(-variance * nodes * most_sum))
        if abs(found - truth) <= FRAILTY_ERROR or count >= MOST_NODES:
            return variance * nodes, weights
        count *= 2


@dataclass(frozen=True)
class Regime:
    """The regime of an arm as it serves people who wait for nobody, to ``until`` days of a spell."""

    settings: Settings
    w: Rulebook
    served: bool
    until: float

    def course(self, group: int, frailty: float = 1.0) -> Course:
        """What lies before a person of a group with a frailty."""
        if self.w.frailty_power:
            return Course(self.w, group, frailty, self.until, self.served)
        return Course(self.w, group, 1.0, self.until, self.served).scaled(frailty)

    def inflow(self) -> Sequence[float]:
        """First spells a day by group; shares of the inflow where it is a number of people."""
        s = self.settings
        return s.inflow_per_day if s.inflow_kind == "poisson" else s.shares


def obstacles(study: Study, arm: str) -> list[str]:
    """Why an arm has no exact answer: a queue, opening hours, or a plan that draws decide."""
    settings, w = settings_of(study), rulebook_of(study, arm, registry_of(study))
    numbers = {number for _, number in study.caseworkers[arm]}
    found = {
        "it has a number of caseworkers": not (numbers == {0.0} or numbers == {inf}),
        "its office has opening hours": w.working,
        "draws decide on its meetings": w.plan_luck or w.meeting_luck,
        "its levers change by date": w.lever_sets > 1,
        "its rates change by date": w.cycle_count > 0,
        "the load or the market moves its rates": settings.displacement > 0.0,
        "its meeting clock has a pace": any(p != 1.0 for p in (*w.pace_high, *w.pace_low)),
        "its people have episodes": any(s > 0.0 for s, _, _ in settings.episode)
        and any(pace != 1.0 for pace in w.episode_pace),
    }
    return [text for text, is_so in found.items() if is_so]


def regime(study: Study, arm: str, until: float | None = None) -> Regime:
    """The regime of an arm, followed for so many days of a spell.

    Raises:
        InputError: the arm has a queue, opening hours, or a plan that draws decide.
    """
    why = obstacles(study, arm)
    if why:
        raise InputError([f"arm {arm} has no exact answer: {'; '.join(why)}"])
    settings, w = settings_of(study), rulebook_of(study, arm, registry_of(study))
    until = study.follow_up_days + study.observation_days if until is None else until
    served = {number for _, number in study.caseworkers[arm]} == {inf}
    return Regime(settings, w, served, until)


def expect(
    study: Study, arm: str, until: float | None = None, groups: Sequence[str] = GROUPS
) -> Expected:
    """The expected outcomes of the people of some groups who enter in an arm.

    Args:
        until: how many days of a spell they are followed; to the end of the study by default.
        groups: target groups, mixed by their inflow.

    Raises:
        InputError: the arm has a queue, opening hours, or a plan that draws decide.
    """
    own = regime(study, arm, until)
    inflow = {g: own.inflow()[g] for g in map(GROUPS.index, groups) if own.inflow()[g] > 0.0}
    weights, frailties, courses = [], [], []
    for g, per_day in inflow.items():
        usual = own.course(g)
        nodes = gamma_nodes(own.settings.frailty_variance, usual.job.sum_to(own.until))
        for z, weight in zip(*nodes, strict=True):
            weights.append(float(weight) * per_day / sum(inflow.values()))
            frailties.append(float(z))
            courses.append(own.course(g, float(z)) if own.w.frailty_power else usual.scaled(z))
    return Expected(tuple(weights), tuple(frailties), tuple(courses))
