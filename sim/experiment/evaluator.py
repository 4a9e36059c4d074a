"""What an evaluator of a running trial computes on a look date, from spells as known by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, inf, nan, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtri

from sim.experiment.validity import CONFIDENCE
from sim.rules.people import JOB, OPEN

LONGEST = "longest"
"""In names of metrics: the longest horizon that every arm can be followed to."""

COX = ("cox_hazard_ratio", "cox_job_hazard_ratio")
"""Hazard ratios of leaving unemployment, whatever for, and of leaving to a job."""


@dataclass(frozen=True)
class Figure:
    """What an evaluator reports: a value and its own standard error.

    ``se`` is in the unit of the value; with ``is_ratio`` it is that of the value's logarithm.
    """

    value: float
    se: float
    is_ratio: bool = False

    def interval(self) -> tuple[float, float]:
        """The 95 % interval that is reported, by the normal law (of the log for a ratio)."""
        half = float(ndtri((1.0 + CONFIDENCE) / 2.0)) * self.se
        if self.is_ratio:
            return self.value * exp(-half), self.value * exp(half)
        return self.value - half, self.value + half


NOTHING = Figure(nan, nan)


@dataclass(frozen=True)
class Look:
    """Figures of a look date, by name; NaN where the spells give none.

    ``arms`` has one table for each arm, control first:

    - ``enrolled``: people who entered before the look date (se 0);
    - ``completed_share``, ``censored_share``: of them, who had left and who had not (se by the
      binomial law);
    - ``completed_mean_days``: the mean T of those who had left. It forgets the long spells that
      go on: not a duration, but what is often published as one;
    - ``so_far_mean_days``: the mean of min(T, look date - entry) over all enrolled;
    - ``km_rmst_<tau>_days``: the area under the Kaplan-Meier curve to tau days, and
      ``km_rmst_longest_days`` that to ``longest_days``. NaN where tau is longer than that.

    ``contrasts`` has one table for each arm but the control: ``difference_completed_days``,
    ``difference_so_far_days`` and ``difference_km_<tau>_days``, treated minus control, and the two
    ratios of ``COX``, treated over control.
    """

    look_day: float
    longest_days: float
    arms: tuple[dict[str, Figure], ...]
    contrasts: tuple[dict[str, Figure], ...]


@dataclass(frozen=True)
class Spells:
    """Spells of one arm as known on the look date; arrays of one value a person.

    ``days`` is min(T, look date - entry), ``left`` whether the spell has ended, ``to_job`` whether
    it has ended in a job.
    """

    days: np.ndarray
    left: np.ndarray
    to_job: np.ndarray


def look(
    arm: np.ndarray, entry_day: np.ndarray, exit_day: np.ndarray, exit_code: np.ndarray,
    look_day: float, arms: int, horizons: Sequence[float] = (),
) -> Look:  # fmt: skip
    """The figures of a look date, from what has happened before it.

    Args:
        arm: arm of each person's first spell, 0 is the control; shape (people,).
        entry_day: calendar day of entry; shape (people,).
        exit_day: calendar day of exit, anything for a spell without one; shape (people,).
        exit_code: place in ``sim.rules.people.EXITS``; ``OPEN`` is censored; shape (people,).
        look_day: calendar day of the look. Who enters later is not known yet, who leaves later
            is censored.
        arms: number of arms.
        horizons: spell days tau of restricted means.
    Returns:
        Tables of figures. The longest horizon is the least, over arms that somebody has
        entered, of look date - first entry.
    """
    known = entry_day < look_day
    arm, entry_day, exit_day, exit_code = (
        np.asarray(x)[known] for x in (arm, entry_day, exit_day, exit_code)
    )
    left = (exit_code != OPEN) & (exit_day <= look_day)
    days = np.where(left, exit_day, look_day) - entry_day
    longest = min(
        (look_day - float(entry_day[arm == k].min()) for k in np.unique(arm)), default=nan
    )
    wanted = {f"{tau:g}": tau if tau <= longest else nan for tau in horizons}
    wanted[LONGEST] = longest
    spells = [
        Spells(days[own], left[own], left[own] & (exit_code[own] == JOB))
        for own in (arm == k for k in range(arms))
    ]
    tables = tuple(_of_arm(one, wanted) for one in spells)
    return Look(
        look_day,
        longest,
        tables,
        tuple(
            _contrast(tables[k], tables[0], wanted)
            | dict(zip(COX, _hazard_ratios(spells[k], spells[0]), strict=True))
            for k in range(1, arms)
        ),
    )


def _of_arm(s: Spells, wanted: dict[str, float]) -> dict[str, Figure]:
    share = _mean(s.left)
    share = Figure(share.value, sqrt(share.value * (1.0 - share.value) / max(len(s.days), 1)))
    found = {
        "enrolled": Figure(float(len(s.days)), 0.0),
        "completed_share": share,
        "censored_share": Figure(1.0 - share.value, share.se),
        "completed_mean_days": _mean(s.days[s.left]),
        "so_far_mean_days": _mean(s.days),
    }
    areas = restricted_means(s.days, s.left, tuple(wanted.values()))
    return found | {f"km_rmst_{name}_days": area for name, area in zip(wanted, areas, strict=True)}


def _mean(x: np.ndarray) -> Figure:
    if len(x) == 0:
        return NOTHING
    return Figure(float(x.mean()), float(x.std(ddof=1)) / sqrt(len(x)) if len(x) > 1 else nan)


def restricted_means(days: np.ndarray, left: np.ndarray, horizons: Sequence[float]) -> list[Figure]:
    """Areas under the Kaplan-Meier curve to some horizons.

    The variance is Greenwood's for an area: the sum over days of exit t of A(t)**2 d / (n (n - d))
    with A(t) the area from t to tau, d who leave and n who are at risk (Klein and Moeschberger
    2003, Survival Analysis, 2nd ed., section 4.5).

    Args:
        days: observed spell days; shape (people,).
        left: whether the spell ended then; shape (people,).
        horizons: spell days tau; NaN gives NaN.
    """
    if not left.any():
        return [NOTHING] * len(horizons)
    from statsmodels.duration.survfunc import SurvfuncRight

    curve = SurvfuncRight(days, left.astype(float))
    return [_area(curve, tau) for tau in horizons]


def _area(curve: Any, tau: float) -> Figure:
    if not tau > 0.0:
        return NOTHING
    at = int(np.searchsorted(curve.surv_times, tau))
    steps = np.diff(np.concatenate([[0.0], curve.surv_times[:at], [tau]]))
    pieces = steps * np.concatenate([[1.0], curve.surv_prob[:at]])
    later = np.cumsum(pieces[:0:-1])[::-1]
    stay = curve.n_risk[:at] - curve.n_events[:at]
    spread = curve.n_events[:at] / (curve.n_risk[:at] * np.where(stay > 0.0, stay, inf))
    return Figure(float(pieces.sum()), sqrt(float((later**2 * spread).sum())))


def _contrast(
    treated: dict[str, Figure], control: dict[str, Figure], wanted: dict[str, float]
) -> dict[str, Figure]:
    """Differences of means of independent people: variances add up (Welch 1938)."""
    pairs = {
        "difference_completed_days": "completed_mean_days",
        "difference_so_far_days": "so_far_mean_days",
    } | {f"difference_km_{name}_days": f"km_rmst_{name}_days" for name in wanted}
    return {
        name: Figure(treated[of].value - control[of].value, hypot(treated[of].se, control[of].se))
        for name, of in pairs.items()
    }


def _hazard_ratios(treated: Spells, control: Spells) -> tuple[Figure, Figure]:
    days = np.concatenate([treated.days, control.days])
    is_treated = np.repeat([True, False], [len(treated.days), len(control.days)])
    return (
        hazard_ratio(days, np.concatenate([treated.left, control.left]), is_treated),
        hazard_ratio(days, np.concatenate([treated.to_job, control.to_job]), is_treated),
    )


def hazard_ratio(days: np.ndarray, left: np.ndarray, is_treated: np.ndarray) -> Figure:
    """Cox's proportional hazard ratio, treated over control.

    With one covariate that is 0 or 1, the partial likelihood is that of a logistic regression: of
    n1 treated and n0 controls at risk, the one who leaves is treated with odds exp(b) n1 / n0
    (Cox 1972, J. R. Stat. Soc. B 34). So it is fitted as one, with a constant and the offset
    log(n1 / n0): the same estimate and standard error as a Cox regression with Breslow's ties, a
    hundred times faster. Days on which only one arm is at risk say nothing, as there.

    Args:
        days: observed spell days; shape (people,).
        left: whether the spell ended so then; shape (people,).
        is_treated: whether the person is in the treated arm; shape (people,).
    Returns:
        The ratio, and the standard error of its logarithm; NaN if nobody left in one of the arms
        while people of both were at risk.
    """
    at_risk = [
        own.sum() - np.searchsorted(np.sort(days[own]), days[left], side="left")
        for own in (is_treated, ~is_treated)
    ]
    both = (at_risk[0] > 0) & (at_risk[1] > 0)
    treated = is_treated[left][both].astype(float)
    if len(treated) == 0 or treated.min() == treated.max():
        return Figure(nan, nan, is_ratio=True)
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    offset = np.log(at_risk[0][both] / at_risk[1][both])
    fit = GLM(treated, np.ones(len(treated)), family=Binomial(), offset=offset).fit(tol=1e-12)
    return Figure(exp(float(fit.params[0])), float(fit.bse[0]), is_ratio=True)
