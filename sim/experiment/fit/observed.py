"""What a table of spells shows without a model: Kaplan-Meier, Nelson-Aalen, Aalen-Johansen.

statsmodels counts who is at risk and gives survival with Greenwood's error; a spell is at risk
after its entry (left truncation) until its exit or censoring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from statsmodels.duration.survfunc import SurvfuncRight

from sim.experiment.fit.judging import Spells
from sim.experiment.fit.rates import LEVEL
from sim.rules.people import OPEN

Z = float(norm.ppf(0.5 + LEVEL / 2))


@dataclass(frozen=True)
class Curve:
    """A step function by spell day with pointwise 95 % intervals: values from each day on."""

    day: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray

    def at(self, days: np.ndarray, before: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value and interval on some days; ``before`` the first step."""
        place = np.searchsorted(self.day, days, side="right")
        value, low, high = (
            np.append(before, column)[place] for column in (self.value, self.low, self.high)
        )
        return value, low, high


def _counted(spells: Spells, ended: np.ndarray) -> SurvfuncRight:
    entry = spells.entry if np.any(spells.entry > 0.0) else None
    return SurvfuncRight(spells.duration, ended.astype(int), entry=entry)


def survival(spells: Spells) -> Curve:
    """Kaplan and Meier's share still unemployed, by whatever way they leave (log-log interval)."""
    found = _counted(spells, spells.exit != OPEN)
    share = found.surv_prob
    low, high = _log_log(share, found.surv_prob_se)
    return Curve(found.surv_times, share, low, high, found.n_risk)


def cumulative_rate(spells: Spells, exit_code: int) -> Curve:
    """Nelson and Aalen's cumulative rate of an exit (log interval, Aalen's variance sum d/n^2)."""
    found = _counted(spells, spells.exit == exit_code)
    total = np.cumsum(found.n_events / found.n_risk)
    error = np.sqrt(np.cumsum(found.n_events / found.n_risk.astype(float) ** 2))
    width = np.exp(Z * error / total)
    return Curve(found.surv_times, total, total / width, total * width, found.n_risk)


def incidence(spells: Spells, exit_code: int) -> Curve:
    """Aalen and Johansen's share who have left by an exit (log-log interval, delta method).

    With S before a step, n at risk, d exits of all kinds and c of this one, the variance at t is
    sum (F(t) - F)^2 d / (n (n - d)) + sum S^2 c (n - c) / n^3 - 2 sum (F(t) - F) S c / n^2
    over the steps up to t (Marubini and Valsecchi 1995, section 10.2).
    """
    every = _counted(spells, spells.exit != OPEN)
    own = _counted(spells, spells.exit == exit_code)
    day, n, d = every.surv_times, every.n_risk.astype(float), every.n_events.astype(float)
    c = np.zeros_like(n)
    c[np.searchsorted(day, own.surv_times)] = own.n_events
    before = np.append(1.0, every.surv_prob[:-1])
    share = np.cumsum(before * c / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(n > d, d / (n * (n - d)), 0.0)
    b = before * c / n**2
    variance = (
        share**2 * np.cumsum(a)
        - 2 * share * np.cumsum(share * a)
        + np.cumsum(share**2 * a)
        + np.cumsum(before**2 * c * (n - c) / n**3)
        - 2 * (share * np.cumsum(b) - np.cumsum(share * b))
    )
    high, low = (1 - end for end in _log_log(1 - share, np.sqrt(np.maximum(variance, 0.0))))
    return Curve(day, share, low, high, n)


def _log_log(share: np.ndarray, error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Interval of a share on the scale log(-log), which stays between 0 and 1."""
    inside = (share > 0.0) & (share < 1.0) & (error > 0.0)
    safe = np.where(inside, share, 0.5)
    width = np.exp(Z * np.where(inside, error, 0.0) / (safe * np.abs(np.log(safe))))
    low = np.where(inside, safe**width, share)
    high = np.where(inside, safe ** (1 / width), share)
    return low, high
