"""Stationary flows of people whose meetings luck decides: means over even luck, by market factor.

They live as if nobody waited, outside all windows and cycles. The same people with the same luck
serve every regime and factor, so that differences between these have little noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from sim.experiment.metrics import FULL_DAYS
from sim.model.demand import LONG_RUN_DAYS, evenly_spread, lives
from sim.model.engines import COMPILED
from sim.model.population import People
from sim.model.settings import Study, registry_of, rulebook_of, settings_of
from sim.rules.errors import InputError
from sim.rules.people import GROUPS
from sim.rules.rulebook import Rulebook

SAMPLE_PEOPLE = {COMPILED: 4000}
FEW_PEOPLE = 200
"""People a group, by engine: so many that days are right to about a tenth of one (SimPy: half)."""

DAYS, EFFORT = 2, 4
"""Places of days unemployed and of the summed job rate in what ``live_through`` adds up."""

BINS = 100
LONG_AGO_DAY = -1e9


@dataclass(frozen=True)
class LivedFlow:
    """People of one group under two regimes, the usual one and a new one."""

    engine: str
    group: int
    spells_per_day: float
    people: People
    regimes: tuple[Rulebook, Rulebook]

    def effort(self, searching: int, leaving: int, factor: float = 1.0) -> float:
        """The effort per day of a stationary stock; see ``flows.Flow``.

        A stock that came about under another regime than people search by now is weighed by first
        spells: over a spell of T days under the one, people search as much as they would have by
        day T under the other if they never left.
        """
        w = at_factor(self.regimes[leaving], factor)
        effort = self._mean(lives(self.engine, w, self.people, LONG_RUN_DAYS)[:, EFFORT]) / factor
        if searching == leaving:
            return effort
        first = lives(self.engine, once(w), self.people, LONG_RUN_DAYS)
        other = self._sums_on(at_factor(self.regimes[searching], 1.0), first[:, DAYS])
        return effort * self._mean(other) / (self._mean(first[:, EFFORT]) / factor)

    def days_in(self, regime: int, factor: float) -> float:
        """Days within 104 weeks of the first spells that begin on a day."""
        w = once(at_factor(self.regimes[regime], factor))
        return self._mean(lives(self.engine, w, self.people, FULL_DAYS)[:, DAYS])

    def _mean(self, figures: np.ndarray) -> float:
        return self.spells_per_day * float(figures.mean())

    def _sums_on(self, w: Rulebook, days: np.ndarray) -> np.ndarray:
        """Job rates summed to a day of each person's spell, if nobody leaves for a job before.

        Between days that are close to each other the sum is taken as linear.
        """
        stay = replace(self.people, thresholds=np.full_like(self.people.thresholds, inf))
        sums = np.empty(len(days))
        for some in np.array_split(np.argsort(days), min(BINS, len(days))):
            low, high = float(days[some].min()), float(days[some].max())
            of = stay.some(some)
            at_low, at_high = (lives(self.engine, once(w), of, to)[:, EFFORT] for to in (low, high))
            part = (days[some] - low) / max(high - low, 1e-12)
            sums[some] = at_low + part * (at_high - at_low)
        return sums


def lived_flows(usual: tuple[Study, str], new: tuple[Study, str]) -> tuple[LivedFlow, ...]:
    """The people of two regimes by group, each regime that of an arm of a study.

    Raises:
        InputError: an arm without caseworkers, in which nobody ever meets.
    """
    for study, arm in (usual, new):
        if {number for _, number in study.caseworkers[arm]} == {0.0}:
            raise InputError([
                f"arms.{arm}.levers.caseworkers is 0, so that nobody in arm {arm} ever meets; a "
                "roll-out is worked out as if nobody waited. Give a number or `unlimited`, or take "
                "the meetings out of its schedule."
            ])  # fmt: skip
    study = new[0]
    settings = settings_of(study)
    per_day = settings.inflow_per_day if settings.inflow_kind == "poisson" else settings.shares
    people = evenly_spread(settings, per_day, SAMPLE_PEOPLE.get(study.engine, FEW_PEOPLE))
    before, after = (rulebook_of(of, arm, registry_of(of)) for of, arm in (usual, new))
    return tuple(
        LivedFlow(study.engine, g, per_day[g], people.some(people.group == g), (before, after))
        for g in range(len(GROUPS))
        if per_day[g] > 0.0
    )


def at_factor(w: Rulebook, factor: float) -> Rulebook:
    """The rulebook with one market factor for good in place of its cycle."""
    return replace(
        w, cycle_count=1, cycle_day=(LONG_AGO_DAY,), cycle_factor=(1.0, factor), cycle_peak=factor
    )


def once(w: Rulebook) -> Rulebook:
    """The rulebook without returns: only first spells."""
    return replace(w, reentry_per_day=0.0)
