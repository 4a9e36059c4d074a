"""What the meetings of a regime did to those in the table, divided out of the fitted job rates.

Indirect inference (Gouriéroux, Monfort and Renault 1993) with common luck: one world has the
fitted rates and no effect of meetings, so it shows what the table shows; another has the same
people under the regime. Piece by piece the job rates are changed until the cumulative rates of
those still there agree in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from statsmodels.duration.survfunc import SurvfuncRight

from sim.experiment import study as studies
from sim.experiment.fit.fitting import Baseline, Fit
from sim.experiment.fit.tables import WEEK_DAYS
from sim.model.engines import compile_for
from sim.model.replication import run_replication
from sim.rules.errors import InputError
from sim.rules.people import EXITS, GROUPS, JOB

REPLICATIONS = 4
MOST_ROUNDS = 12
NEAR = 0.005
"""The largest relative distance between the cumulative rates of a piece that is near enough."""

FEWEST_EXITS = 30
"""Simulated exits without which a piece takes the factor of all pieces of its group together."""

ARM = "observed"

Increments = dict[str, np.ndarray]
"""By group: cumulative rates and exits, (replications, pieces, 2)."""


@dataclass(frozen=True)
class Under:
    """Fitted rates without the regime's meetings; by group the mean factor of the regime on the
    job rate in each piece, and the standard error of it that luck leaves."""

    fit: Fit
    factors: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    distance: float
    spells: int


def without(
    fit: Fit, plain: Mapping[str, Any], regime: Mapping[str, Any], tell: Callable[[int, int], None]
) -> Under:
    """The fit with the regime divided out of its job rates.

    Args:
        plain: the values of a study with the one arm `ARM` and nothing that moves the job rate.
        regime: the same study as the people lived in it.
        tell: told after each round, how many there were and how many there may be.

    Raises:
        InputError: a fitted group has nobody in the study.
    """
    jobs = {
        one.group: baseline
        for one in fit.groups
        for baseline in one.baselines
        if baseline.exit == EXITS[JOB]
    }
    ends = {one.group: one.longest_day for one in fit.groups}
    wanted = _lived(plain, fit, jobs, ends)
    if missing := [group for group, found in wanted.items() if not found[..., 1].sum()]:
        raise InputError(
            f"--under: nobody of {', '.join(missing)} left for a job in the simulated study, so that "
            "nothing can be divided out; give the group an inflow (population.groups."
            f"{missing[0]}.inflow_per_week) or leave --under out."
        )
    scaled, factors = fit, {group: np.ones(len(one.starts)) for group, one in jobs.items()}
    distance, found = np.inf, wanted
    for number in range(MOST_ROUNDS):
        found = _lived(regime, scaled, jobs, ends)
        ratios = {group: _ratio(found[group], wanted[group]) for group in jobs}
        distance = max(float(np.max(np.abs(ratio - 1.0))) for ratio in ratios.values())
        tell(number + 1, MOST_ROUNDS)
        if distance < NEAR:
            break
        factors = {group: factors[group] * ratios[group] for group in jobs}
        scaled = _scaled(fit, factors)
    errors = {group: _error(found[group], wanted[group]) for group in jobs}
    spells = int(sum(one[..., 2].sum() for one in wanted.values()))
    return Under(scaled, factors, errors, distance, spells)


def _scaled(fit: Fit, factors: Mapping[str, np.ndarray]) -> Fit:
    """The fit with its job rates divided."""

    def divided(group: str, one: Baseline) -> Baseline:
        if one.exit != EXITS[JOB]:
            return one
        by = factors[group]
        rates = replace(
            one.rates, rate=one.rates.rate / by, low=one.rates.low / by, high=one.rates.high / by
        )
        return replace(one, rates=rates)

    return replace(
        fit,
        groups=tuple(
            replace(one, baselines=tuple(divided(one.group, b) for b in one.baselines))
            for one in fit.groups
        ),
    )


def _lived(
    values: Mapping[str, Any], fit: Fit, jobs: Mapping[str, Baseline], ends: Mapping[str, float]
) -> Increments:
    """Simulate, and count by group, replication and piece: cumulative rate, exits, spells."""
    own = deepcopy(dict(values))
    for one in fit.groups:
        for name in own["hazard"][one.group]:
            own["hazard"][one.group][name] = {"kind": "none"}
        for baseline in one.baselines:
            own["hazard"][one.group][baseline.exit] = {
                "kind": "piecewise",
                "from_days": baseline.starts.tolist(),
                "rate_per_week": (baseline.rates.rate * WEEK_DAYS).tolist(),
            }
    study = studies.build(own)
    compile_for(study)
    found: dict[str, list[np.ndarray]] = {group: [] for group in jobs}
    for replication in range(REPLICATIONS):
        spells = run_replication(study, replication)[ARM].spells
        for group, job in jobs.items():
            chosen = spells["counted"] & (spells["group"] == GROUPS.index(group))
            days, exits = spells["duration_days"][chosen], spells["exit"][chosen]
            found[group].append(_increments(days, exits, job.starts, ends[group]))
    return {group: np.array(of) for group, of in found.items()}


def _increments(days: np.ndarray, exits: np.ndarray, starts: np.ndarray, end: float) -> np.ndarray:
    """Nelson and Aalen's cumulative rate of jobs within each piece, exits in it, spells."""
    if not len(days):
        return np.zeros((len(starts), 3))
    seen = SurvfuncRight(days, ((exits == JOB) & (days <= end)).astype(int))
    total = np.append(0.0, np.cumsum(seen.n_events / seen.n_risk))
    count = np.append(0, np.cumsum(seen.n_events))
    place = np.searchsorted(seen.surv_times, np.append(starts, end), side="right")
    found = np.column_stack([np.diff(total[place]), np.diff(count[place]), np.zeros(len(starts))])
    found[0, 2] = len(days)
    return found


def _ratio(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How much larger the cumulative rate of each piece is than the wanted one."""
    exits = np.minimum(found[..., 1].sum(0), wanted[..., 1].sum(0))
    sums, aims = found[..., 0].sum(0), wanted[..., 0].sum(0)
    whole = sums.sum() / aims.sum() if sums.sum() > 0.0 else 1.0
    few = exits < FEWEST_EXITS
    return np.where(few, whole, sums / np.where(few, 1.0, aims))


def _error(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The relative standard error of a piece's factor, over the replications."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = found[..., 0] / wanted[..., 0]
    return np.std(ratios, axis=0, ddof=1) / np.sqrt(len(ratios))
