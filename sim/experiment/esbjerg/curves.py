"""How long the insured stay unemployed under 6 and under 11 meetings, by exact integration.

The frailty is integrated in closed form: with the cumulative job rate H of a person of frailty 1,
other exits O and a gamma frailty of variance v, S = (1 + v H)**(-1 / v) * exp(-O).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import exp, inf, log, nan, sqrt
from pathlib import Path
from typing import Any

from scipy.integrate import quad

from sim.experiment.course import Course
from sim.experiment.limits.studies import changed
from sim.model.settings import STANDARD, Study, registry_of, rulebook_of
from sim.rules.lever_rows import levers_of
from sim.rules.people import GROUPS
from sim.rules.registry import Registry

SCENARIO = Path(__file__).with_name("data") / "insured.yaml"
"""The insured, as exact integration can follow them; ``sim.config.load`` reads it."""

CONTROL, TREATED = "control", "treated"
HORIZON_DAYS = 728.0
"""Durations are cut off here, as in the two-year trials of meetings."""
FIRST_HALF_YEAR_DAYS = 182.0
ANCHOR_DAYS = 91.0
"""Where the share still unemployed is known best: other assumptions keep it as it is shipped."""


@dataclass(frozen=True)
class Curve:
    """Survival of one arm; the job rate is ``factor`` times that of the course."""

    course: Course
    frailty_variance: float
    factor: float = 1.0

    def survival(self, day: float) -> float:
        """The share who are still unemployed on a spell day."""
        job = self.factor * self.course.job.sum_to(day)
        variance = self.frailty_variance
        mixed = exp(-job) if variance == 0.0 else (1.0 + variance * job) ** (-1.0 / variance)
        return mixed * exp(-self.course.sum_of_others_to(day))

    def restricted_mean(self, to_day: float = HORIZON_DAYS, from_day: float = 0.0) -> float:
        """Days unemployed from one spell day to another, per person who entered."""
        return self._integral(self.survival, from_day, to_day)

    def survival_moment(self, to_day: float) -> float:
        """The integral of day * survival(day) from entry to a day."""
        return self._integral(lambda day: day * self.survival(day), 0.0, to_day)

    def sd_days(self, to_day: float = HORIZON_DAYS) -> float:
        """The standard deviation between people of the duration cut off at a day."""
        return sqrt(2.0 * self.survival_moment(to_day) - self.restricted_mean(to_day) ** 2)

    def mean_multiplier(self, to_day: float, rate_per_day: float) -> float:
        """What meetings multiply the rate of one person by, on average from entry to a day."""
        return self.course.job.sum_to(to_day) / (rate_per_day * to_day)

    def _integral(self, f: Callable[[float], float], from_day: float, to_day: float) -> float:
        inner = (day for day in self.course.edges(to_day) if from_day < day < to_day)
        edges = sorted({from_day, to_day, *inner})
        return sum(quad(f, a, b, epsabs=1e-9, epsrel=1e-10)[0] for a, b in pairwise(edges))


@dataclass(frozen=True)
class Pair:
    """The same people under the plan of the law and under the plan of the trial."""

    control: Curve
    treated: Curve

    @property
    def days_saved(self) -> float:
        """Mean days in 104 weeks under six meetings less those under eleven."""
        return self.control.restricted_mean() - self.treated.restricted_mean()

    @property
    def hazard_ratio(self) -> float:
        """Of one person's job rate, treated over control, on average over the first 26 weeks."""
        end = FIRST_HALF_YEAR_DAYS
        return self.treated.course.job.sum_to(end) / self.control.course.job.sum_to(end)

    def standard_error(self, control_people: float, treated_people: float) -> float:
        """Of the difference in mean days between two groups drawn at random, in days."""
        return sqrt(
            self.control.sd_days() ** 2 / control_people
            + self.treated.sd_days() ** 2 / treated_people
        )


@dataclass(frozen=True)
class Insured:
    """The insured of the trial under shipped values, and under others.

    ``values`` is the configuration of the scenario ``SCENARIO``.
    """

    values: dict[str, Any]
    registry: Registry
    anchor: float = nan
    """The control's share still unemployed after 13 weeks under the shipped values."""

    @classmethod
    def of(cls, values: dict[str, Any]) -> Insured:
        """The insured of a configuration."""
        insured = cls(values, registry_of(_study(values)))
        return replace(insured, anchor=insured.pair().control.survival(ANCHOR_DAYS))

    def pair(self, changes: Mapping[str, Any] | None = None, anchored: bool = True) -> Pair:
        """Both arms with other values at some dotted paths.

        ``anchored``: the baseline rate moves so that the control's share still unemployed after 13
        weeks stays what it is under the shipped values.
        """
        values = changed(self.values, changes or {})
        variance = float(values["population"]["frailty_variance"])
        until = HORIZON_DAYS + 1.0
        curves = []
        for arm in (CONTROL, TREATED):
            w = rulebook_of(_study(values), arm, self.registry)
            curves.append(Curve(Course(w, GROUPS.index("ui"), 1.0, until), variance))
        if anchored and changes:
            factor = self._factor(curves[0])
            curves = [replace(curve, factor=factor) for curve in curves]
        return Pair(*curves)

    def study_in(self, changes: Mapping[str, Any]) -> Study:
        """The study with other values at some dotted paths, its control as the rule of the law."""
        values = changed(self.values, changes)
        law = {f"regimes.{STANDARD}": levers_of(values, CONTROL)}
        return _study(changed(values, law))

    def _factor(self, control: Curve) -> float:
        """What the job rate is multiplied by so that the control passes through the anchor."""
        course, variance = control.course, control.frailty_variance
        mixed = self.anchor * exp(course.sum_of_others_to(ANCHOR_DAYS))
        job = -log(mixed) if variance == 0.0 else (mixed**-variance - 1.0) / variance
        return job / course.job.sum_to(ANCHOR_DAYS)

    @property
    def rate_per_day(self) -> float:
        """The shipped job rate of a person of frailty 1 without meetings."""
        return float(self.values["hazard"]["ui"]["job"]["rate_per_week"]) / 7.0


def log_linear(alpha: float, tau_days: float) -> dict[str, float]:
    """Changes for an effect in which every meeting adds as much to the log of the rate."""
    return {
        "effect.alpha": alpha,
        "effect.tau_days": tau_days,
        "effect.rho": 1.0,
        "effect.cap": inf,
    }


def _study(values: dict[str, Any]) -> Study:
    """What the rulebook needs to know of a study; nobody waits, so no staffing is worked out."""
    return Study(
        values=values,
        arms=(CONTROL, TREATED),
        groups=("ui",),
        replications=1,
        seed=0,
        start_date=date.fromisoformat(str(values["start_date"])),
        observation_days=1.0,
        follow_up_days=HORIZON_DAYS,
        caseworkers={arm: ((0.0, inf),) for arm in (CONTROL, TREATED)},
    )
