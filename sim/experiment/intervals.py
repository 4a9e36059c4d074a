"""Intervals at 95 %: Student's t for means, Fieller's for ratios, and how many replications."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.experiment.validity import FIXED, Way, t_quantile

MOST_REPLICATIONS = 10**12


@dataclass(frozen=True)
class Estimate:
    """Mean over the last axis, its standard error and interval; NaN where not defined."""

    mean: np.ndarray
    se: np.ndarray
    low: np.ndarray
    high: np.ndarray
    number: np.ndarray

    @property
    def is_noise(self) -> np.ndarray:
        """1 where the interval covers 0, 0 where it does not, NaN where there is none."""
        return np.where(np.isnan(self.low), np.nan, (self.low <= 0) & (self.high >= 0))


def estimate(values: np.ndarray, has_luck: bool = True, way: Way = FIXED) -> Estimate:
    """Mean, standard error and interval over the last axis, of the values that are not NaN.

    One value alone has a mean and no interval; so has anything without luck.

    Args:
        way: how it was decided how many values there are.
    """
    number, mean, _ = _apart(values)
    known, _, used = _apart(way.of_spread(values))
    spread = np.sum(used**2, axis=-1)
    defined = (known >= 2) & has_luck
    variance = spread / np.maximum(known - 1, 1) / np.maximum(number, 1)
    se = np.where(defined, np.sqrt(variance), np.nan)
    half = way.multiplier(number, known) * se
    return Estimate(mean, se, mean - half, mean + half, number)


def _apart(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number and mean over the last axis, and each value's distance from the mean (0 for NaN)."""
    number = np.sum(~np.isnan(values), axis=-1)
    some = np.maximum(number, 1)
    # Equal values must give exactly themselves and a standard error of exactly 0.
    first = np.nan_to_num(np.max(np.nan_to_num(values, nan=-np.inf), axis=-1, initial=-np.inf))
    moved = np.nan_to_num(values - first[..., None])
    shift = moved.sum(axis=-1) / some
    mean = np.where(number > 0, first + shift, np.nan)
    return number, mean, np.where(np.isnan(values), 0.0, moved - shift[..., None])


def replications_needed(found: Estimate) -> np.ndarray:
    """Replications at which the half-width would equal the difference, where it is noise.

    The smallest n with t(n - 1) sd / sqrt(n) <= |difference|; NaN where the difference is no
    noise, is 0, or has no interval.
    """
    deviation = found.se * np.sqrt(found.number)
    wanted = (found.is_noise == 1) & (np.abs(found.mean) > 0)
    target = np.where(wanted, np.abs(found.mean), np.nan)
    low = np.ones(np.shape(target))
    high = np.full(np.shape(target), float(MOST_REPLICATIONS))
    for _ in range(41):  # 2**40 exceeds the widest bracket
        middle = np.maximum(np.floor((low + high) / 2), 2.0)
        enough = t_quantile(middle) * deviation / np.sqrt(middle) <= target
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return np.where(wanted & (high < MOST_REPLICATIONS), high, np.nan)


def fieller(above: np.ndarray, below: np.ndarray, way: Way = FIXED) -> Estimate:
    """Ratio of two means over the last axis with Fieller's 95 % interval.

    The interval is all r at which mean(above - r * below) is no further from 0 than its own
    interval reaches; where the denominator is noise it has no ends, and all is NaN.
    """
    both = np.isnan(above) | np.isnan(below)
    above, below = np.where(both, np.nan, above), np.where(both, np.nan, below)
    top, bottom = estimate(above, way=way), estimate(below, way=way)
    covariance = _covariance_of_means(above, below, way)
    known = np.sum(~np.isnan(way.of_spread(below)), axis=-1)
    t2 = way.multiplier(bottom.number, known) ** 2
    a = bottom.mean**2 - t2 * bottom.se**2
    b = top.mean * bottom.mean - t2 * covariance
    c = top.mean**2 - t2 * top.se**2
    fit = a > 0
    a = np.where(fit, a, np.nan)
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    nothing = np.full(np.shape(a), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(fit, top.mean / bottom.mean, np.nan)
        return Estimate(mean, nothing, (b - root) / a, (b + root) / a, bottom.number)


def _covariance_of_means(one: np.ndarray, other: np.ndarray, way: Way) -> np.ndarray:
    number = np.maximum(np.sum(~np.isnan(one), axis=-1), 1)
    one, other = way.of_spread(one), way.of_spread(other)
    known = np.sum(~np.isnan(one), axis=-1)
    some = np.maximum(known, 1)
    apart = [
        np.nan_to_num(x - (np.nan_to_num(x).sum(axis=-1) / some)[..., None]) for x in (one, other)
    ]
    products = np.sum(apart[0] * apart[1], axis=-1)
    return np.where(known >= 2, products / np.maximum(known - 1, 1) / number, np.nan)
