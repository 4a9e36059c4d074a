"""The spells of one arm of an emulated study, as its evaluator would have them on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.cashflows import flows
from sim.experiment.rows import spell_rows
from sim.experiment.tally import employed_days
from sim.experiment.validation.experiments import Experiment
from sim.model.settings import Study
from sim.rules.costs import Tariff
from sim.rules.meetings import HELD
from sim.rules.people import JOB, OPEN

if TYPE_CHECKING:
    from sim.model.journal import ArmRows

FULL_DAYS = 728.0
FAR_DAYS = 1e9


@dataclass(frozen=True)
class Arm:
    """First spells of the people of an arm, and the rows of the world they come from.

    `entry`, `exit` (a day far away where it is open), `code` and `duration` have an element a
    first spell.
    """

    study: Study
    rows: ArmRows

    @property
    def first(self) -> np.ndarray:
        """Which spells are first ones of people who entered during the observation."""
        return np.asarray(self.rows.spells["counted"])

    @property
    def entry(self) -> np.ndarray:
        return np.asarray(self.rows.spells["entry_day"])[self.first]

    @property
    def code(self) -> np.ndarray:
        return np.asarray(self.rows.spells["exit"])[self.first]

    @property
    def group(self) -> np.ndarray:
        return np.asarray(self.rows.spells["group"])[self.first]

    @property
    def duration(self) -> np.ndarray:
        return np.asarray(self.rows.spells["duration_days"])[self.first]

    @property
    def exit(self) -> np.ndarray:
        return np.where(self.code == OPEN, FAR_DAYS, self.entry + self.duration)

    def held(self, spell_days: float, until: float = FAR_DAYS) -> float:
        """Meetings held a person before a spell day and a calendar day."""
        meetings, place = self.rows.meetings, spell_rows(self.rows)
        entry = self.rows.spells["entry_day"][place]
        held = (meetings["outcome"] == HELD) & self.first[place]
        held &= (meetings["start_day"] - entry < spell_days) & (meetings["start_day"] < until)
        return float(held.sum()) / float(self.first.sum())

    def employed_days(self) -> np.ndarray:
        """Days in work within two years of entry, a person."""
        return employed_days(self.rows.spells, np.flatnonzero(self.first))

    def unemployed_days(self) -> np.ndarray:
        """Days in unemployment within two years of entry, later spells included, a person."""
        spells = self.rows.spells
        own = np.cumsum(self.first) - 1
        start = spells["entry_day"][self.first][own]
        end = start + FULL_DAYS
        left = np.where(spells["exit"] == OPEN, FAR_DAYS, spells["exit_day"])
        days = np.clip(np.minimum(left, end) - spells["entry_day"], 0.0, None)
        same = spells["person"] == spells["person"][self.first][own]
        return np.bincount(own[same & (own >= 0)], days[same & (own >= 0)], len(self.entry))

    def municipal_benefit_dkk(self, until: float) -> float:
        """The municipality's share of benefit from day 0 to a day, all spells of all people."""
        tariff = Tariff.of(self.study.values["costs"])
        return flows(self.study, tariff, self.rows).municipal_benefit_dkk(tariff, until)

    def spell_days(self, group: int | None, until: float) -> float:
        """Days of unemployment from day 0 to a day."""
        spells = self.rows.spells
        left = np.where(spells["exit"] == OPEN, until, spells["exit_day"])
        days = np.clip(left, 0.0, until) - np.clip(spells["entry_day"], 0.0, until)
        return float(days[slice(None) if group is None else spells["group"] == group].sum())

    def meetings_due(self, group: int | None, until: float) -> float:
        """Meetings that fell due from day 0 to a day."""
        due = self.rows.meetings["due_day"]
        inside = (due >= 0.0) & (due < until)
        if group is not None:
            inside &= self.rows.spells["group"][spell_rows(self.rows)] == group
        return float(inside.sum())

    def jobs(self, until: float) -> float:
        """Exits to a job from day 0 to a day, whoever had been there before included."""
        spells = self.rows.spells
        inside = (spells["exit_day"] >= 0.0) & (spells["exit_day"] < until)
        return float((inside & (spells["exit"] == JOB)).sum())


@dataclass(frozen=True)
class Outcome:
    """One replication of an experiment: its arms by name, the control (if there is one) first."""

    experiment: Experiment
    arms: Mapping[str, Arm]

    @property
    def control(self) -> Arm:
        return next(iter(self.arms.values()))

    @property
    def treated(self) -> Sequence[Arm]:
        """All arms but the first, or the only one."""
        return list(self.arms.values())[1 if len(self.arms) > 1 else 0 :]

    def pooled(self, of: str) -> np.ndarray:
        """A property of the first spells of all the treated."""
        return np.concatenate([getattr(arm, of) for arm in self.treated])


def simulated(experiment: Experiment, replication: int) -> Outcome:
    """One replication of every arm."""
    from sim.model.replication import run_replication

    arms = {}
    for name, study in experiment.arms.items():
        arms[name] = Arm(study, run_replication(study, replication)[name])
    return Outcome(experiment, arms)
