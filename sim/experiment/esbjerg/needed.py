"""What 19 days need: the effect of a meeting, and the rise of the job rate, for each speed of fading."""

from __future__ import annotations

from math import expm1, inf

import pandas as pd
from scipy.optimize import brentq

from sim.experiment.esbjerg.curves import FIRST_HALF_YEAR_DAYS, Insured, Pair, log_linear
from sim.rules.published import Published

TAU_WEEKS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 13.0, inf)
"""In how many weeks the effect of a meeting falls to 1/e; inf: it stays."""
ALPHA_ERROR = 1e-9


def pair_that_saves(insured: Insured, days: float, tau_days: float) -> tuple[float, Pair]:
    """The log effect of a meeting that saves so many days, and the two arms under it.

    Every meeting adds as much to the log of the job rate (rho 1, no cap); the baseline rate keeps
    the control's share still unemployed after 13 weeks.
    """

    def short(alpha: float) -> float:
        return insured.pair(log_linear(alpha, tau_days)).days_saved - days

    high = 0.05
    while short(high) < 0.0:
        high *= 2.0
    alpha = float(brentq(short, high / 2.0 if high > 0.05 else 0.0, high, xtol=ALPHA_ERROR))
    return alpha, insured.pair(log_linear(alpha, tau_days))


def needed(insured: Insured, published: Published) -> pd.DataFrame:
    """A row a decay time: the rise of the job rate in the week of a meeting, and on average.

    Columns: ``tau_weeks``; ``rise_a_meeting`` (share, at once); ``multiplier_control`` and
    ``multiplier_treated`` (of one person's job rate, mean of the first 26 weeks), their ratio
    ``hazard_ratio``; ``mean_weeks_control`` and ``mean_weeks_treated`` (of 104); ``days_saved``;
    ``package_low`` and ``package_high`` (hazard ratios of Hurtigt i gang 1).
    """
    days = published["esbjerg_days_saved"].number
    package = published["e2_hazard_rise_half_year"]
    rows = []
    for tau in TAU_WEEKS:
        alpha, pair = pair_that_saves(insured, days, 7.0 * tau)
        control, treated = (
            curve.mean_multiplier(FIRST_HALF_YEAR_DAYS, insured.rate_per_day)
            for curve in (pair.control, pair.treated)
        )
        rows.append({
            "tau_weeks": tau,
            "rise_a_meeting": expm1(alpha),
            "multiplier_control": control,
            "multiplier_treated": treated,
            "hazard_ratio": pair.hazard_ratio,
            "mean_weeks_control": pair.control.restricted_mean() / 7.0,
            "mean_weeks_treated": pair.treated.restricted_mean() / 7.0,
            "days_saved": pair.days_saved,
            "package_low": 1.0 + (package.low if package.low is not None else package.number),
            "package_high": 1.0 + (package.high if package.high is not None else package.number),
        })  # fmt: skip
    return pd.DataFrame(rows)
