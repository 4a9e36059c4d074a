"""Measures that are worked out: from other published figures, or from means of several replications.

What is worked out from published numbers alone is one number, without an interval. Where a range or
a chance enters (what staff costs, a coin), the prediction has theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

import numpy as np

from sim.experiment.validation.experiments import Experiment
from sim.experiment.validation.measures import DAYS_PER_YEAR
from sim.experiment.validation.verdict import (
    Prediction,
    of_constant,
    of_range,
    of_replications,
)
from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.published import Published

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Known:
    """What there is to work with: figures, the study, ranges of its values, what was simulated."""

    published: Published
    values: Mapping[str, Any]
    ranges: Mapping[str, tuple[float, float]]
    experiments: Mapping[str, Experiment]
    measured: Mapping[tuple[str, str], np.ndarray]
    dkk_per_eur: float

    def number(self, key: str) -> float:
        """A published number."""
        return self.published[key].number

    def cost_of_staff(self, dkk_per_year: float) -> float:
        """What the trial's extra caseworkers cost until the look day."""
        years = self.experiments["esbjerg"].look_day / DAYS_PER_YEAR
        return self.number("esbjerg_extra_caseworkers") * dkk_per_year * years


Worked = Callable[[Known], Prediction]


def _net_saving(known: Known, gross: str) -> Prediction:
    staff = known.cost_of_staff(float(known.values["costs"]["caseworker_dkk_per_year"]))
    return of_replications(known.measured["esbjerg", gross] - staff)


def days_that_the_money_implies(known: Known) -> Prediction:
    """The reported net saving and the staff's cost, over what a day saved is worth."""
    measured = known.measured
    days = float(measured["esbjerg", "days_saved"].mean())
    gross = float(measured["esbjerg", "benefit_saved_dkk"].mean())
    people = known.number("esbjerg_treated_people")
    a_day = gross / days / people
    low, high = known.ranges["costs.caseworker_dkk_per_year"]
    net = known.number("esbjerg_net_saving_dkk")
    implied = [(net + known.cost_of_staff(cost)) / people / a_day for cost in (low, high)]
    return of_range(*implied)


def not_treated_by_a_fair_coin(known: Known) -> Prediction:
    """How many of all enrolled are not treated if a fair coin tells: binomial."""
    people = known.number("esbjerg_treated_people") + known.number("esbjerg_control_people")
    return Prediction(people / 2.0, sqrt(people) / 2.0)


def _a_year(known: Known, by_month: str) -> Prediction:
    return of_constant(MONTHS_PER_YEAR * known.number(by_month))


def jobs_per_month_by_ratio(known: Known) -> Prediction:
    """What was hoped for, times the simulated ratio of fortnightly to quarterly meetings."""
    treated = known.measured["cash", "jobs_per_month_treated"]
    control = known.measured["cash", "jobs_per_month_control"]
    hoped = known.number("esbjerg_cash_jobs_hoped_per_month")
    return of_replications(hoped * treated / control.mean())


def net_saving_in_year_dkk(known: Known) -> Prediction:
    budget = known.number("esbjerg_cash_budget_2018_dkk")
    return of_replications(known.measured["cash", "benefit_saved_in_year_dkk"] - budget)


def weeks_of_the_window(known: Known) -> Prediction:
    (window,) = known.values["regimes"]["lockdown_voluntary"]["windows"]
    first, last = (date.fromisoformat(str(window[key])) for key in ("from", "to"))
    return of_constant((last - first).days / DAYS_PER_WEEK)


def mean_of_the_bands(known: Known) -> Prediction:
    """The mean over groups of the share of municipalities in the top band of contact."""
    shares = [
        figure.number
        for key, figure in known.published.items()
        if key.startswith("lockdown_reach_share_")
    ]
    return of_constant(float(np.mean(shares)))


def _as_read(known: Known, key: str) -> Prediction:
    return of_constant(known.number(key))


def the_other_managers(known: Known) -> Prediction:
    return of_constant(1.0 - known.number("lockdown_very_positive_share"))


def backlog_by_weeks(known: Known) -> Prediction:
    """Meetings of a year, times the weeks of the lockdown (a week less to the full number)."""
    weeks, a_year = known.number("lockdown_weeks"), known.number("denmark_meetings_per_year")
    in_year = DAYS_PER_YEAR / DAYS_PER_WEEK
    return of_range(a_year * (weeks - 1.0) / in_year, a_year * weeks / in_year)


def backlog_meetings(known: Known) -> Prediction:
    a_year = known.number("denmark_meetings_per_year")
    return of_replications(a_year * known.measured["office", "suspended_share_of_year"])


def areas_as_named(known: Known) -> Prediction:
    """The names, with the two that a slash joins as one."""
    return of_constant(known.number("north_jutland_municipalities_named") - 1.0)


def one_of_the_meetings(known: Known) -> Prediction:
    """One over the meetings in half a year."""
    return of_constant(1.0 / known.number("e5_meetings_half_year"))


def public_saving_eur(known: Known) -> Prediction:
    return of_replications(known.measured["hurtigt_2", "public_saving_dkk"] / known.dkk_per_eur)


WORKED: Mapping[str, Worked] = {
    "net_saving_dkk": lambda known: _net_saving(known, "benefit_saved_dkk"),
    "net_saving_at_look_dkk": lambda known: _net_saving(known, "benefit_saved_at_look_dkk"),
    "days_that_the_money_implies": days_that_the_money_implies,
    "not_treated_by_a_fair_coin": not_treated_by_a_fair_coin,
    "jobs_hoped_in_a_year": lambda known: _a_year(known, "esbjerg_cash_jobs_hoped_per_month"),
    "jobs_had_in_a_year": lambda known: _a_year(known, "esbjerg_cash_jobs_per_month"),
    "jobs_per_month_by_ratio": jobs_per_month_by_ratio,
    "net_saving_in_year_dkk": net_saving_in_year_dkk,
    "weeks_of_the_window": weeks_of_the_window,
    "mean_of_the_bands": mean_of_the_bands,
    "top_band_by_the_chart": lambda known: _as_read(known, "lockdown_top_band_chart"),
    "acceptance_by_the_chart": lambda known: _as_read(known, "lockdown_acceptance_share_resource"),
    "the_other_managers": the_other_managers,
    "backlog_by_weeks": backlog_by_weeks,
    "backlog_meetings": backlog_meetings,
    "areas_as_named": areas_as_named,
    "one_of_the_meetings": one_of_the_meetings,
    "public_saving_eur": public_saving_eur,
}
"""By the name of rules.yaml."""
