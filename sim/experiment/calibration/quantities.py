"""The ways in which figures were measured: what each makes of the curves of the arms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp

import numpy as np
from scipy.optimize import brentq

from sim.experiment.calibration.curves import Curve, employed_days, root_day
from sim.model.settings import Study
from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.costs import Tariff
from sim.rules.lever_rows import levers_of
from sim.rules.people import GROUPS


@dataclass(frozen=True)
class Setting:
    """What a figure is measured on: the study, who, for how long, and when it was looked at.

    ``entry_days`` is the span over which people entered evenly, ``look_day`` the day (from the
    first entry) on which they were looked at.
    """

    study: Study
    group: str
    arm: str
    against: str
    days: float
    entry_days: float
    look_day: float


Measure = Callable[[Setting, Curve, Curve], float]
"""From the curve of the arm and that of the arm that it is set against."""


@dataclass(frozen=True)
class Quantity:
    """One way of measuring: in words, its unit, whether it compares two arms, what it needs."""

    about: str
    unit: str
    measure: Measure
    pair: bool = True
    interim: bool = False


def days_saved(s: Setting, of: Curve, against: Curve) -> float:
    """RMST(days) of the other arm minus that of the arm; positive where the arm is shorter."""
    return against.restricted_mean(s.days) - of.restricted_mean(s.days)


def median_weeks(s: Setting, of: Curve, against: Curve) -> float:
    return root_day(of, 0.5) / DAYS_PER_WEEK


def hazard_ratio(s: Setting, of: Curve, against: Curve) -> float:
    """The limit of Cox's partial likelihood for jobs, arms of equal size, followed for ``days``.

    b solves: integral of f1 - (f1 + f0) e^b S1 / (e^b S1 + S0) over the days = 0 (Struthers and
    Kalbfleisch 1986), f the exits to a job and S those still there.
    """
    inside = of.day < s.days
    here = (of.survival + against.survival)[inside] > 0.0
    f1, f0, s1, s0 = (
        x[inside][here] for x in (of.job_rate, against.job_rate, of.survival, against.survival)
    )
    width = of.width[inside][here]

    def score(b: float) -> float:
        at_risk = exp(b) * s1
        return float(np.sum(width * (f1 - (f1 + f0) * at_risk / (at_risk + s0))))

    return exp(float(brentq(score, -30.0, 30.0, xtol=1e-13)))


def job_rate_ratio(s: Setting, of: Curve, against: Curve) -> float:
    """Exits to a job per day of unemployment, over the same in the other arm."""
    one, other = (c.jobs(s.days) / c.restricted_mean(s.days) for c in (of, against))
    return one / other


def settled_rate_ratio(s: Setting, of: Curve, against: Curve) -> float:
    """A person's mean job rate once the arm's meetings have settled, over that of the other arm.

    The arm's mean is over the ``entry_days`` that end on ``look_day``, the other arm's over the
    first ``days``; frailty is 1 in both, so nothing is said of who is left.
    """
    settled = _mean_rate(of, s.look_day - s.entry_days, s.look_day)
    return settled / _mean_rate(against, 0.0, s.days)


def _mean_rate(curve: Curve, from_day: float, to_day: float) -> float:
    jobs = [(c.weight, c.course.job) for c in curve.courses]
    return sum(w * (j.sum_to(to_day) - j.sum_to(from_day)) for w, j in jobs) / (to_day - from_day)


def jobs_ratio(s: Setting, of: Curve, against: Curve) -> float:
    return of.jobs(s.days) / against.jobs(s.days)


def employed_weeks(s: Setting, curve: Curve) -> float:
    rate = float(s.study.values["population"]["reentry_rate_per_week"]) / DAYS_PER_WEEK
    return employed_days(s.study, curve, s.days, rate) / DAYS_PER_WEEK


def rise_per_lost_meeting(s: Setting, of: Curve, against: Curve) -> float:
    """(RMST - RMST0) / RMST0 by held meetings fewer than in the other arm: the arm lost some."""
    lost = against.meetings(s.days) - of.meetings(s.days)
    return -days_saved(s, of, against) / against.restricted_mean(s.days) / lost


def completed_mean(s: Setting, curve: Curve) -> float:
    """Mean duration of the spells that are over on the look day: biased, as evaluators report it.

    Entry is even over ``entry_days``, so time under observation is even from ``look_day -
    entry_days`` to ``look_day``.
    """
    first = s.look_day - s.entry_days
    reach = np.clip((s.look_day - curve.day) / s.entry_days, 0.0, 1.0)
    reach = np.where(curve.day < first, 1.0, reach)
    over = 1.0 - curve.over(curve.survival * _density(curve, s), s.look_day)
    observed = curve.over(curve.survival * reach, s.look_day)
    censored = curve.over(curve.survival * _density(curve, s) * curve.day, s.look_day)
    return (observed - censored) / over


def so_far_mean(s: Setting, curve: Curve) -> float:
    """Mean time so far on the look day, over all who have entered."""
    reach = np.clip((s.look_day - curve.day) / s.entry_days, 0.0, 1.0)
    return curve.over(curve.survival * reach, s.look_day)


def _density(curve: Curve, s: Setting) -> np.ndarray:
    """How time under observation is spread over the nodes, per day."""
    inside = (curve.day > s.look_day - s.entry_days) & (curve.day < s.look_day)
    return np.where(inside, 1.0 / s.entry_days, 0.0)


def municipal_cost(s: Setting, arm: str, curve: Curve) -> float:
    """Expected kroner of the municipality per spell: its share of benefit, meetings, their content.

    Benefit by the refund ladder from the clock at entry; a meeting costs its minutes at the price
    of a caseworker who is busy for ``office.target_load`` of the year, overhead and quality.
    """
    values = s.study.values
    tariff, people = Tariff.of(values["costs"]), values["population"]["groups"][s.group]
    clock = DAYS_PER_WEEK * float(people["refund_weeks_at_entry"])
    place = np.searchsorted(tariff.refund_until_days, curve.day + clock, side="right")
    share = 1.0 - np.array(tariff.state_share)[place]
    benefit = tariff.benefit_dkk_per_day[GROUPS.index(s.group)]
    levers, office = levers_of(values, arm), values["office"]
    minutes = float(office["minutes_per_caseworker_year"]) * float(office["target_load"])
    meeting = (
        float(levers["minutes"]["physical"]) * tariff.caseworker_dkk_per_year / minutes
        + tariff.overhead_dkk_per_meeting
        + float(levers["quality_dkk_per_meeting"])
    )
    return curve.over(benefit * share * curve.survival, s.days) + meeting * curve.meetings(s.days)


def _paired(one: Callable[[Setting, Curve], float], sign: float = 1.0) -> Measure:
    return lambda s, of, against: sign * (one(s, of) - one(s, against))


QUANTITIES: Mapping[str, Quantity] = {
    "days_saved": Quantity("restricted mean duration saved", "days", days_saved),
    "weeks_saved": Quantity(
        "restricted mean duration saved", "weeks",
        lambda s, of, a: days_saved(s, of, a) / DAYS_PER_WEEK,
    ),
    "restricted_mean_days": Quantity(
        "restricted mean duration", "days", lambda s, of, _: of.restricted_mean(s.days), False
    ),
    "median_weeks": Quantity("median duration", "weeks", median_weeks, False),
    "median_weeks_saved": Quantity(
        "median duration saved", "weeks", lambda s, of, a: median_weeks(s, a, a) - median_weeks(s, of, of)
    ),
    "hazard_ratio": Quantity("hazard ratio of job finding (Cox)", "ratio", hazard_ratio),
    "hazard_rise": Quantity(
        "rise of the job-finding rate (Cox)", "share", lambda s, of, a: hazard_ratio(s, of, a) - 1.0
    ),
    "job_rate_ratio": Quantity("ratio of jobs per month of unemployment", "ratio", job_rate_ratio),
    "settled_rate_ratio": Quantity(
        "ratio of job rates once meetings have settled", "ratio", settled_rate_ratio, interim=True
    ),
    "jobs_ratio": Quantity("ratio of jobs found", "ratio", jobs_ratio),
    "employed_weeks": Quantity(
        "weeks in work", "weeks", lambda s, of, _: employed_weeks(s, of), False
    ),
    "employed_weeks_gained": Quantity("more weeks in work", "weeks", _paired(employed_weeks)),
    "rise_per_lost_meeting": Quantity(
        "longer unemployment by one meeting lost", "share", rise_per_lost_meeting
    ),
    "completed_days_saved": Quantity(
        "completed spells shorter at a look", "days", _paired(completed_mean, -1.0), interim=True
    ),
    "so_far_days_saved": Quantity(
        "time so far shorter at a look", "days", _paired(so_far_mean, -1.0), interim=True
    ),
    "meetings_held": Quantity(
        "meetings held", "meetings", lambda s, of, _: of.meetings(s.days), False
    ),
    "municipality_dkk": Quantity(
        "cost of the municipality a spell", "DKK per spell",
        lambda s, of, _: municipal_cost(s, s.arm, of), False,
    ),
    "net_saving_municipality_dkk": Quantity(
        "net saving of the municipality a spell", "DKK per spell",
        lambda s, of, a: municipal_cost(s, s.against, a) - municipal_cost(s, s.arm, of),
    ),
}  # fmt: skip
"""By name; ``pair`` says that an arm is set against another."""
