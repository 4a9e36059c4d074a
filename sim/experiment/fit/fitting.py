"""Baselines by group and exit, fitted to spells, and set beside what the spells show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.experiment.fit import observed, pieces
from sim.experiment.fit.frailty import Frailty, profile
from sim.experiment.fit.judging import WAYS, Spells
from sim.experiment.fit.rates import Rates, cumulative, estimate, of_survivors
from sim.rules.errors import InputError
from sim.rules.people import GROUPS, JOB, OPEN

SAMPLE_FOR_FRAILTY = 40_000
"""Spells from which the profile likelihood of the variance is worked out, evenly over the table."""

STEP_DAYS = 1.0
LARGEST_STEPS = 1e9


@dataclass(frozen=True)
class Baseline:
    """The fitted baseline of an exit in a group: ``starts`` in spell days, rates a day."""

    group: str
    exit: str
    starts: np.ndarray
    rates: Rates
    variance: float
    """Of the frailty that multiplies it: the model's for jobs, 0 for other exits."""

    def total(self, day: np.ndarray) -> np.ndarray:
        """The cumulative rate of those still there by a day."""
        return of_survivors(cumulative(self.rates.rate, self.starts, day), self.variance)


class Nearness(NamedTuple):
    """Largest distance of fitted from observed survival, its day, the share of exit days on which
    it lies inside the observed one's interval, and how far beyond that it goes at most."""

    gap: float
    day: float
    inside: float
    beyond: float


@dataclass(frozen=True)
class GroupFit:
    """What was fitted to a group, and its spells; ``first_day`` is the first anyone was seen on."""

    group: str
    spells: Spells
    baselines: tuple[Baseline, ...]
    first_day: float
    longest_day: float
    step_days: float
    """Exits lie on multiples of so many days; 0 where they lie anywhere."""

    def survival(self, day: np.ndarray) -> np.ndarray:
        """The fitted share still unemployed among those who were on the first day seen."""
        first = np.array([self.first_day])
        total = sum(one.total(day) - one.total(first) for one in self.baselines)
        return np.asarray(np.exp(-np.maximum(total, 0.0)))

    def nearness(self) -> Nearness:
        """How near the fitted survival comes to the observed one on exit days."""
        seen = observed.survival(self.spells)
        fitted = self.survival(seen.day)
        gap = np.abs(fitted - seen.value)
        inside = (seen.low <= fitted) & (fitted <= seen.high)
        beyond = np.maximum(seen.low - fitted, fitted - seen.high)
        beyond[seen.low == seen.high] = 0.0  # when the last one leaves, there is no interval
        return Nearness(
            float(gap.max()),
            float(seen.day[gap.argmax()]),
            float(inside.mean()),
            float(np.maximum(beyond, 0.0).max()),
        )

    def incidence(self, exit_name: str, day: np.ndarray) -> np.ndarray:
        """The fitted share who have left by an exit, by steps of a day."""
        (own,) = [one for one in self.baselines if one.exit == exit_name]
        ends = np.arange(self.first_day, float(np.max(day)) + 2 * STEP_DAYS, STEP_DAYS)
        middle = self.survival(ends[:-1] + STEP_DAYS / 2)
        share = np.append(0.0, np.cumsum(middle * np.diff(own.total(ends))))
        return np.interp(day, ends, share)


@dataclass(frozen=True)
class Fit:
    """The whole fit; ``variance`` is the frailty variance that the model is set to."""

    groups: tuple[GroupFit, ...]
    variance: float
    frailty: Frailty | None
    """None where no group has an exit to a job."""


def fit(
    spells: Spells, variance: float, unit_days: float, cuts: Sequence[float] | None = None
) -> Fit:
    """Fit the baselines of every group and exit in the table.

    Args:
        variance: of the gamma frailty (mean 1) that multiplies the job rate in the model.
        unit_days: days of the table's unit; cuts by quantiles are multiples of it.
        cuts: spell days at which all rates may jump.
    Raises:
        InputError: no finite rates give those still there the rates that were observed.
    """
    found = []
    for code in np.unique(spells.group):
        own = spells.of(spells.group == code)
        found.append(_group(GROUPS[code], own, variance, unit_days, cuts))
    impossible = [
        f"{one.group}: the jobs of those long unemployed come faster than any rates of these pieces "
        f"allow with population.frailty_variance={variance:g}; set a smaller one, or choose --cuts."
        for one in found
        for baseline in one.baselines
        if not baseline.rates.settled
    ]
    if impossible:
        raise InputError(impossible)
    return Fit(tuple(found), variance, _frailty(found))


def _group(
    group: str, own: Spells, variance: float, unit_days: float, cuts: Sequence[float] | None
) -> GroupFit:
    longest = float(own.duration.max())
    baselines = []
    for code, name in enumerate(WAYS):
        ended = own.exit == code
        if not ended.any():
            continue
        frailty = variance if code == JOB else 0.0
        starts = pieces.starts(own.duration[ended], unit_days, cuts, longest)
        rates = estimate(own.entry, own.duration, ended, starts, frailty)
        baselines.append(Baseline(group, name, starts, rates, frailty))
    step = _step(own.duration[own.exit != OPEN] / unit_days) * unit_days
    return GroupFit(group, own, tuple(baselines), float(own.entry.min()), longest, step)


def _step(times: np.ndarray) -> float:
    """The largest whole number of which all times are multiples; 0 if there is none."""
    whole = np.round(times)
    if np.any(whole != times) or times.max() > LARGEST_STEPS:
        return 0.0
    return float(np.gcd.reduce(whole.astype(int)))


def _frailty(groups: Sequence[GroupFit]) -> Frailty | None:
    """The profile likelihood of a variance that all groups share, as in the model."""
    jobs = [
        (one.spells, baseline.starts)
        for one in groups
        for baseline in one.baselines
        if baseline.exit == WAYS[JOB]
    ]
    if not jobs:
        return None
    every = -(-sum(len(spells) for spells, _ in jobs) // SAMPLE_FOR_FRAILTY)
    sample = [(spells.of(np.arange(0, len(spells), every)), starts) for spells, starts in jobs]

    def log_likelihood(variance: float) -> float:
        return sum(
            float(estimate(s.entry, s.duration, s.exit == JOB, starts, variance).log_likelihood)
            for s, starts in sample
        )

    return profile(log_likelihood)


def observed_survival(group: GroupFit) -> observed.Curve:
    """What the spells of a group show of survival."""
    return observed.survival(group.spells)


def observed_incidence(group: GroupFit, exit_name: str) -> observed.Curve:
    """What the spells of a group show of an exit."""
    return observed.incidence(group.spells, WAYS.index(exit_name))


def observed_rate(group: GroupFit, exit_name: str) -> observed.Curve:
    """The cumulative rate that the spells of a group show for an exit."""
    return observed.cumulative_rate(group.spells, WAYS.index(exit_name))
