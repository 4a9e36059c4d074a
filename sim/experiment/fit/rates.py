"""Piecewise-constant rates by maximum likelihood, for people of frailty 1, with their intervals.

A spell seen from day v to day t counts with the days e that it spent in each piece up to t and
g up to v (left truncation). With rates h, cumulative rates H = e h and G = g h, d = 1 where the
spell ended this way, and frailty Z of mean 1 and variance theta (gamma), its log-likelihood is

    d log h(t) - (1/theta + d) log(1 + theta H) + (1/theta) log(1 + theta G)

(Klein and Moeschberger 2003, section 13.2 and 4.6), and d log h(t) - H + G without frailty,
where the solution is exits / days at risk. Leading axes are tables, all solved at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

LEVEL = 0.95
MOST_STEPS = 60
MOST_HALVINGS = 30
LONGEST_STEP = 1.0
NEAR = 1e-9
"""The slope, in parts of the exits, at which the likelihood is at its largest."""

HIGHEST = 50.0
"""A rate a day above which a solution is none: the likelihood grows without end."""


@dataclass(frozen=True)
class Rates:
    """Rates a day by piece, with ends of the interval, exits, and days at risk.

    ``settled`` is false where no finite rates have the largest likelihood: people of frailty 1
    cannot leave fast enough for those still there to leave as fast as they were seen to.
    """

    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    exits: np.ndarray
    days: np.ndarray
    log_likelihood: np.ndarray
    settled: np.ndarray


def days_in_pieces(day: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Days spent in each piece by a day; the last piece has no end."""
    ends = np.append(starts[1:], np.inf)
    return np.clip(day[..., None], starts, ends) - starts


def exits_in_pieces(day: np.ndarray, ended: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Exits by piece; a piece ends with its last day, so an exit at a cut is in the one before."""
    piece = np.searchsorted(starts, day, side="left") - 1
    return ((piece[..., None] == np.arange(len(starts))) & ended[..., None]).sum(-2).astype(float)


def estimate(
    entry: np.ndarray,
    duration: np.ndarray,
    ended: np.ndarray,
    starts: np.ndarray,
    variance: float = 0.0,
) -> Rates:
    """Rates and 95 % intervals: Wald on the log of a rate, from the observed information.

    A piece without an exit has rate 0, and as upper end the exact Poisson one.

    Args:
        entry, duration: spell days, (tables, spells) or (spells,).
        ended: whether the spell ended this way.
        starts: spell days from which the rates hold, the first 0.
        variance: of the frailty that multiplies the rate.
    """
    before = days_in_pieces(entry, starts) if np.any(entry > 0.0) else None
    until = days_in_pieces(duration, starts)
    exits = exits_in_pieces(duration, ended, starts)
    days = until.sum(-2) - (0.0 if before is None else before.sum(-2))
    known = exits > 0.0
    rate = np.where(known, exits / np.where(known, days, 1.0), 0.0)
    task = _Task(before, until, ended.astype(float), exits, known, variance)
    if variance > 0.0:
        longest = float(np.max(duration))
        rate = task.solve(_of_survivors(rate, starts, longest, variance))
    slope, information = task.derivatives(rate)
    definite = np.linalg.eigvalsh(information)[..., 0] > 0.0
    flat = np.all(np.abs(slope) <= 1e3 * NEAR * np.maximum(exits, 1.0), axis=-1)
    settled = definite & flat & (rate.max(-1) < HIGHEST)
    information = np.where(settled[..., None, None], information, np.eye(len(starts)))
    error = np.sqrt(np.diagonal(np.linalg.inv(information), axis1=-2, axis2=-1))
    width = np.exp(norm.ppf(0.5 + LEVEL / 2) * error)
    none_seen = chi2.ppf(0.5 + LEVEL / 2, 2) / 2
    most = np.divide(none_seen, days, out=np.full_like(days, np.inf), where=days > 0.0)
    return Rates(
        rate,
        np.where(known, rate / width, 0.0),
        np.where(known, rate * width, most),
        exits,
        days,
        task.log_likelihood(rate),
        settled,
    )


def _of_survivors(rate: np.ndarray, starts: np.ndarray, longest: float, variance: float) -> np.ndarray:  # fmt: skip
    """Rates of people of frailty 1 that give these rates to those who are still there, about.

    With the survivors' cumulative rate M the single person's is (exp(theta M) - 1) / theta.
    """
    width = np.diff(np.append(starts, max(longest, starts[-1] + 1.0)))
    most = HIGHEST / 10.0  # of theta M: a start, no more
    end = np.cumsum(variance * rate * width, axis=-1)
    rise = np.exp(np.minimum(end, most)) - np.exp(np.minimum(end - variance * rate * width, most))
    return np.where(rate > 0.0, np.maximum(rise / (variance * width), rate), 0.0)


@dataclass(frozen=True)
class _Task:
    """The likelihood of rates; ``known`` are the pieces with an exit, the only ones solved for."""

    before: np.ndarray | None
    until: np.ndarray
    ended: np.ndarray
    exits: np.ndarray
    known: np.ndarray
    variance: float

    def solve(self, rate: np.ndarray) -> np.ndarray:
        """Rates of the largest likelihood: Newton's method in their logs, never downhill."""
        value = self.log_likelihood(rate)
        scale = np.maximum(self.exits, 1.0)
        for _ in range(MOST_STEPS):
            slope, information = self.derivatives(rate)
            if np.all(np.abs(slope) <= NEAR * scale) or np.any(rate > 10.0 * HIGHEST):
                break
            bad = np.linalg.eigvalsh(information)[..., 0] <= 0.0
            plain = scale[..., None] * np.eye(scale.shape[-1])
            information = np.where(bad[..., None, None], plain, information)
            step = np.linalg.solve(information, slope[..., None])[..., 0]
            step = np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            for _ in range(MOST_HALVINGS):
                new = rate * np.exp(step)
                reached = self.log_likelihood(new)
                worse = reached < value - NEAR * np.abs(value)
                if not worse.any():
                    break
                step = np.where(worse[..., None], step / 2.0, step)
            rate, value = new, reached
        return rate

    def derivatives(self, rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Slope of the log-likelihood in the logs of the rates, and minus its second derivatives."""
        theta, e = self.variance, self.until
        share = 1.0 / (1.0 + theta * np.einsum("...ik,...k->...i", e, rate))
        weight = (1.0 + theta * self.ended) * share
        total = np.einsum("...i,...ik->...k", weight, e)
        if theta > 0.0:
            bend = theta * np.einsum("...i,...ik,...il->...kl", weight * share, e, e, optimize=True)
        else:
            bend = np.zeros((*total.shape, total.shape[-1]))
        if self.before is not None:
            g = self.before
            share = 1.0 / (1.0 + theta * np.einsum("...ik,...k->...i", g, rate))
            total = total - np.einsum("...i,...ik->...k", share, g)
            if theta > 0.0:
                bend = bend - theta * np.einsum(
                    "...i,...ik,...il->...kl", share**2, g, g, optimize=True
                )
        at = np.where(self.known, rate, 0.0)
        slope = np.where(self.known, self.exits - at * total, 0.0)
        diagonal = np.where(self.known, at * total, 1.0)
        information = -bend * at[..., :, None] * at[..., None, :]
        places = np.arange(diagonal.shape[-1])
        information[..., places, places] += diagonal
        return slope, information

    def log_likelihood(self, rate: np.ndarray) -> np.ndarray:
        """The log-likelihood of the spells."""
        theta = self.variance
        logs = np.log(np.where(self.known, rate, 1.0))
        found = (self.exits * logs).sum(-1)
        until = np.einsum("...ik,...k->...i", self.until, rate)
        before = 0.0 if self.before is None else (
            np.einsum("...ik,...k->...i", self.before, rate)
        )  # fmt: skip
        if theta == 0.0:
            return found - (until - before).sum(-1)
        found = found - ((1.0 / theta + self.ended) * np.log1p(theta * until)).sum(-1)
        return found + (np.log1p(theta * before) / theta).sum(-1) if self.before is not None else (
            found
        )  # fmt: skip


def cumulative(rate: np.ndarray, starts: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The cumulative rate of a person of frailty 1 by a day."""
    return days_in_pieces(day, starts) @ rate


def of_survivors(total: np.ndarray, variance: float) -> np.ndarray:
    """The cumulative rate of those still there, for one of a person of frailty 1."""
    return np.log1p(variance * total) / variance if variance > 0.0 else total
