"""Expected outcomes without luck: the model's own cumulative rate, integrated over time and people.

It serves people who wait for nobody (unlimited caseworkers, or none at all), on a continuous
calendar, under a plan that no draw decides. Each is a record that the rulebook leads through its
meetings with a threshold that is never reached; the rate summed so far is read off on the way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, sqrt

import numpy as np
from scipy.integrate import quad
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

from sim.model.settings import Settings, Study, registry_of, rulebook_of, settings_of
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.errors import InputError
from sim.rules.hazards import line_number
from sim.rules.leaving import advance, gain, rate, start_line
from sim.rules.meetings import ASKS, begin, fall_due, finish
from sim.rules.people import EXITS, GROUPS, JOB, Spell, blank_spell, person_number
from sim.rules.regimes import NO_LUCK
from sim.rules.rulebook import Rulebook

FRAILTY_ERROR = 1e-11
MOST_NODES = 512


class Line:
    """The cumulative rate of one way out, by spell day: records kept at the start of each piece."""

    def __init__(self, p: Spell, w: Rulebook) -> None:
        self._live, self._w = p, w
        self.starts: list[float] = []
        self._kept: list[Spell] = []

    def keep(self) -> None:
        """Remember the record as it is now."""
        p = self._live
        if self.starts and self.starts[-1] == p.at_day:
            self._kept[-1] = copy(p)
        else:
            self.starts.append(p.at_day)
            self._kept.append(copy(p))

    def advance(self, day: float) -> None:
        """Sum up to a day, and remember every piece that begins on the way."""
        p = self._live
        while p.piece_day <= day:
            advance(p, self._w, p.piece_day)
            self.keep()
        advance(p, self._w, day)
        self.keep()

    def sum_to(self, day: float) -> float:
        """The cumulative rate from entry to a day."""
        p = self._kept[bisect_right(self.starts, day) - 1]
        return p.summed + gain(p, self._w, day) if day > p.at_day else p.summed

    def rate_at(self, day: float) -> float:
        """The rate per day on a day."""
        return rate(self._kept[bisect_right(self.starts, day) - 1], self._w, day)


class Course:
    """What lies before one person who never leaves: cumulative rates and meetings to a horizon.

    ``lines`` are the ways out, that to a job first. ``meetings`` holds (number planned, day) of each meeting that is held if the person is still
    there on that day: its end, or its start where an exit does not break a meeting off.
    """

    def __init__(
        self, w: Rulebook, group: int, frailty: float, until: float, served: bool = True
    ) -> None:
        p = blank_spell()
        p.person, p.group, p.row, p.spell = person_number(group, 0), group, group, 1
        p.line, p.frailty = line_number(group, JOB), frailty
        p.chi = w.responsiveness[group] * (frailty**w.frailty_power if w.frailty_power else 1.0)
        p.others = tuple(self._other(w, p, e) for e in range(1, len(EXITS) - 1))
        self.ends_day = w.benefit_limit_days[group]
        self.until = until
        self.meetings: list[tuple[int, float]] = []
        start_line(p, w, 0.0)
        self.lines = [Line(one, w) for one in (p, *p.others)]
        begin(p, w, 0.0, NO_LUCK, 0.5)
        self._keep()
        while served and p.due_day < until:
            now = p.due_day
            self._advance(now)
            if fall_due(p, w, NO_LUCK) != ASKS:
                raise InputError([f"a meeting on day {now} is not simply held"])
            end = now + p.minutes / MINUTES_PER_DAY
            if end >= until:
                break
            self._advance(end)
            self.meetings.append((p.asked_planned, end if w.exit_breaks_meeting else now))
            finish(p, w, end, NO_LUCK)
            self._keep()
        self._advance(until)

    @staticmethod
    def _other(w: Rulebook, p: Spell, exit_code: int) -> Spell:
        q = blank_spell()
        q.group, q.line = p.group, line_number(p.group, exit_code)
        q.chi = p.chi * w.other_response
        start_line(q, w, 0.0)
        return q

    def _keep(self) -> None:
        for line in self.lines:
            line.keep()

    def _advance(self, day: float) -> None:
        for line in self.lines:
            line.advance(day)

    def sum_to(self, day: float) -> float:
        """The cumulative rate of all ways out; infinite once the right to the benefit has ended."""
        if day >= self.ends_day:
            return inf
        return sum(line.sum_to(day) for line in self.lines)

    def survival(self, day: float) -> float:
        """The share who are still unemployed on a spell day."""
        return exp(-self.sum_to(day))

    def integral(self, f: Callable[[float], float], to_day: float) -> float:
        """The integral of f(day) * survival(day), piece by piece of the rate."""
        edges = {0.0, to_day, min(self.ends_day, to_day)}
        edges.update(day for line in self.lines for day in line.starts if day < to_day)
        return sum(
            quad(lambda day: f(day) * self.survival(day), a, b, epsabs=1e-12, epsrel=1e-11)[0]
            for a, b in pairwise(sorted(edges))
            if a < self.ends_day
        )


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

    def restricted_sd(self, to_day: float) -> float:
        """The standard deviation of the duration cut off at a day."""
        squares = 2.0 * self.mean(lambda course: course.integral(lambda day: day, to_day))
        return sqrt(squares - self.restricted_mean(to_day) ** 2)

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


def expect(study: Study, arm: str, until: float | None = None) -> Expected:
    """The expected outcomes of the people who enter in an arm, followed for so many days.

    Raises:
        InputError: the arm has a queue, opening hours, or a plan that draws decide.
    """
    settings, w = settings_of(study), rulebook_of(study, arm, registry_of(study))
    until = study.follow_up_days + study.observation_days if until is None else until
    served = must_be_exact(study, settings, arm, w)
    inflow = settings.inflow_per_day if settings.inflow_kind == "poisson" else settings.shares
    weights, frailties, courses = [], [], []
    for g in range(len(GROUPS)):
        if inflow[g] <= 0.0:
            continue
        usual = Course(w, g, 1.0, until, served)
        job = usual.lines[0].sum_to(until)
        for z, weight in zip(*gamma_nodes(settings.frailty_variance, job), strict=True):
            weights.append(float(weight) * inflow[g] / sum(inflow))
            frailties.append(float(z))
            courses.append(usual if z == 1.0 else Course(w, g, float(z), until, served))
    return Expected(tuple(weights), tuple(frailties), tuple(courses))


def must_be_exact(study: Study, settings: Settings, arm: str, w: Rulebook) -> bool:
    """Whether people of an arm are served at all, if what is expected of them is known exactly.

    Raises:
        InputError: as ``expect``.
    """
    numbers = {number for _, number in study.caseworkers[arm]}
    problems = {
        "it has a number of caseworkers": not (numbers == {0.0} or numbers == {inf}),
        "its office has opening hours": w.working,
        "draws decide on its meetings": w.plan_luck or w.meeting_luck,
        "its levers change by date": w.lever_sets > 1,
        "its rates change by date": w.cycle_count > 0,
        "the load or the market moves its rates": settings.displacement > 0.0,
        "its meetings depend on risk": w.pace_high != w.pace_low,
        "its people have episodes": any(s > 0.0 for s, _, _ in settings.episode)
        and any(pace != 1.0 for pace in w.episode_pace),
    }
    if any(problems.values()):
        why = "; ".join(text for text, is_so in problems.items() if is_so)
        raise InputError([f"arm {arm} has no exact answer: {why}"])
    return numbers == {inf}
