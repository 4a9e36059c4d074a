"""What an evaluator of a running trial finds in the limit of many people, without luck.

Entries are uniform over a window, and the trial is looked at on a day: everybody is followed for
look day - entry, which is uniform too. The figures are those of ``evaluator``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Protocol

from sim.experiment.exact import expect
from sim.model.settings import Study, settings_of
from sim.rules.errors import InputError
from sim.rules.people import GROUPS


class Lives(Protocol):
    """How long people stay: an ``Expected``, or a curve in closed form."""

    def survival(self, day: float) -> float:
        """The share who are still unemployed on a spell day."""

    def restricted_mean(self, to_day: float) -> float:
        """The restricted mean duration, in days."""

    def survival_moment(self, to_day: float) -> float:
        """The integral of day * survival(day) from entry to a day."""


@dataclass(frozen=True)
class Interim:
    """Figures of an arm on a look date, in the limit of many people.

    Shares are of those enrolled; days are spell days. ``km_rmst_days`` holds the restricted mean
    of each horizon, which Kaplan and Meier's curve finds without bias; NaN where nobody can have
    been followed for so long.
    """

    censored_share: float
    completed_mean_days: float
    so_far_mean_days: float
    km_rmst_days: dict[float, float]

    @property
    def completed_share(self) -> float:
        """The share of those enrolled who have left."""
        return 1.0 - self.censored_share


def interim(
    people: Lives,
    from_day: float,
    to_day: float,
    look_day: float,
    horizons: Sequence[float] = (),
) -> Interim:
    """The figures of people who enter uniformly in a window.

    With S the survival, R(c) the restricted mean to c and C the time a person is followed,
    uniform on [c0, c1] = [look - to, look - from]: censored are E S(C), the mean time so far is
    E R(C), and the mean of completed spells is (E R(C) - E C S(C)) / (1 - E S(C)), since
    E[T; T <= c] = R(c) - c S(c). E C S(C) follows from M(c), the integral of c S(c); partial
    integration gives that of R(c) as c R(c) - M(c).

    Args:
        people: expected outcomes, followed for at least look - from days.
        from_day: first calendar day of entry.
        to_day: last calendar day of entry; who enters after the look is not enrolled yet.
        look_day: calendar day of the look.
        horizons: spell days tau of restricted means.
    """
    low, high = look_day - min(to_day, look_day), look_day - from_day
    if high <= 0.0:
        return Interim(nan, nan, nan, dict.fromkeys(horizons, nan))
    if low == high:
        stay, so_far = people.survival(high), people.restricted_mean(high)
        weighted = high * stay
    else:
        area = [people.restricted_mean(c) if c > 0.0 else 0.0 for c in (low, high)]
        moment = [people.survival_moment(c) if c > 0.0 else 0.0 for c in (low, high)]
        stay = (area[1] - area[0]) / (high - low)
        weighted = (moment[1] - moment[0]) / (high - low)
        so_far = (high * area[1] - low * area[0]) / (high - low) - weighted
    return Interim(
        censored_share=stay,
        completed_mean_days=(so_far - weighted) / (1.0 - stay) if stay < 1.0 else nan,
        so_far_mean_days=so_far,
        km_rmst_days={tau: people.restricted_mean(tau) if tau <= high else nan for tau in horizons},
    )


def interim_of(
    study: Study,
    arm: str,
    entry_days: tuple[float, float],
    look_day: float,
    horizons: Sequence[float] = (),
    groups: Sequence[str] = GROUPS,
) -> Interim:
    """The figures of an arm of a study in which nobody waits and nobody displaces anybody.

    Args:
        entry_days: first and last calendar day of entry.
        look_day: calendar day of the look.
        horizons: spell days tau of restricted means.
        groups: target groups from which people are enrolled, mixed by their inflow.

    Raises:
        InputError: the arm has a queue, opening hours, a plan that draws decide, or a coupling
            of people by load or market.
    """
    people = expect(study, arm, max(look_day - entry_days[0], 0.0), groups)
    return interim(people, *entry_days, look_day, horizons)


def interim_of_trial(
    study: Study, look_day: float, horizons: Sequence[float] = ()
) -> tuple[Interim, ...]:
    """The figures of every arm of a trial, in the order of the arms, each with its own window.

    Args:
        look_day: calendar day of the look.
        horizons: spell days tau of restricted means.

    Raises:
        InputError: the study is no trial, or as ``interim_of``.
    """
    plan = settings_of(study).enrolment
    if plan is None:
        raise InputError([
            f"design.kind is {study.values['design']['kind']}: nobody is enrolled in an arm. "
            "Set design.kind=trial."
        ])  # fmt: skip
    windows = zip(study.arms, plan.from_day, plan.to_day, strict=True)
    groups = [GROUPS[g] for g in plan.groups]
    return tuple(
        interim_of(study, arm, (first, last), look_day, horizons, groups)
        for arm, first, last in windows
    )
