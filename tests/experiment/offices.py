"""Small offices by hand, for the tests of the ledger: a study, and rows as the model gives them."""

from __future__ import annotations

from datetime import date
from math import inf, nan
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from sim.experiment.ledger import Accounts, account
from sim.rules.meetings import HELD
from sim.rules.people import EDUCATION, GROUPS, JOB, OPEN, OTHER, RECALL

COSTS = {
    "price_year": 2018,
    "benefit_dkk_per_day": dict.fromkeys(GROUPS, 600.0),
    "refund": {"until_weeks": [4, 26, 52, inf], "state_share": [0.8, 0.4, 0.3, 0.2]},
    "caseworker_dkk_per_year": 365_250.0,
    "overhead_dkk_per_meeting": 0.0,
    "after_exit_dkk_per_day": {g: {"education": 200.0, "other": 500.0} for g in GROUPS},
    "benefit_tax_share": 0.3,
    "wage_dkk_per_month": 30_437.5,
    "wage_tax_share": 0.4,
    "output_per_wage": 1.25,
    "sanction_days_without_benefit": dict.fromkeys(GROUPS, 14.0),
    "discount_rate_per_year": 0.0,
}
"""A caseworker costs 1,000 DKK a day, and a day's wage is 1,000 DKK."""


class Talk(NamedTuple):
    """A meeting: when it ended, how many minutes it used, and its outcome."""

    day: float
    minutes: float = 60.0
    outcome: int = HELD


class Life(NamedTuple):
    """One spell of one person."""

    entry: float
    exit: float
    way: int = JOB
    person: int = 10_000_000
    spell: int = 1
    group: int = 0
    counted: bool = True
    sanctions: int = 0
    talks: tuple[Talk, ...] = ()


def study(
    costs: dict[str, Any] | None = None,
    levers: dict[str, Any] | None = None,
    weeks_at_entry: float = 0.0,
    observation_days: float = 364.0,
    follow_up_days: float = 728.0,
) -> SimpleNamespace:
    """A study of one arm with toy prices, from 1 January 2019."""
    free = {"lump_dkk": 0.0, "dkk_per_job": 0.0}
    regime = {"quality_dkk_per_meeting": 0.0, "programme": free, "groups": ["all"]}
    group = {"refund_weeks_at_entry": weeks_at_entry}
    return SimpleNamespace(
        values={
            "costs": COSTS | (costs or {}),
            "population": {"groups": dict.fromkeys(GROUPS, group)},
            "office": {"minutes_per_caseworker_year": 36_525.0},
            "regimes": {"plain": regime, "standard": regime},
            "arms": {"arm": {"regime": "plain", "title": "Arm", "levers": levers or {}}},
        },
        start_date=date(2019, 1, 1),
        observation_days=observation_days,
        follow_up_days=follow_up_days,
        horizon_days=observation_days + follow_up_days,
    )


def rows(
    lives: list[Life], caseworkers: float = 0.0, days: int = 1092, **extras: float
) -> SimpleNamespace:
    """The rows of an office in which these lives are lived, for so many days."""
    lives = sorted(lives, key=lambda life: (life.person, life.spell))
    talks = [
        (life.person, life.spell, number, talk)
        for life in lives
        for number, talk in enumerate(life.talks, 1)
    ]
    used = np.zeros(days)
    for *_, talk in talks:
        used[min(int(talk.day), days - 1)] += talk.minutes
    ended = np.array([talk.day if talk.outcome == HELD else nan for *_, talk in talks])
    return SimpleNamespace(
        spells={
            "person": np.array([life.person for life in lives], dtype=np.int32),
            "spell": np.array([life.spell for life in lives], dtype=np.int16),
            "group": np.array([life.group for life in lives], dtype=np.int8),
            "entry_day": np.array([life.entry for life in lives]),
            "exit_day": np.array([life.exit for life in lives]),
            "exit": np.array([life.way for life in lives], dtype=np.int8),
            "counted": np.array([life.counted for life in lives], dtype=bool),
            "sanctions": np.array([life.sanctions for life in lives], dtype=np.int16),
        },
        meetings={
            "person": np.array([talk[0] for talk in talks], dtype=np.int32),
            "spell": np.array([talk[1] for talk in talks], dtype=np.int16),
            "number": np.array([talk[2] for talk in talks], dtype=np.int16),
            "due_day": np.array([talk[3].day for talk in talks]),
            "start_day": ended.copy(),
            "end_day": ended,
            "outcome": np.array([talk[3].outcome for talk in talks], dtype=np.int8),
            "minutes": np.array([talk[3].minutes for talk in talks]),
        },
        office={
            "day": np.arange(days, dtype=np.int32),
            "caseworkers": np.full(days, caseworkers),
            "minutes_used": used,
        },
        extras=extras,
    )


def ledger(
    *lives: Life, caseworkers: float = 0.0, share: float | None = None, **how: Any
) -> Accounts:
    """The ledger of these lives, which adds up; other names go to ``study`` and to the rows."""
    extras = {key: how.pop(key) for key in list(how) if key.startswith("displaced")}
    made = account(study(**how), "arm", rows(list(lives), caseworkers, **extras), share)
    assert made.breaches() == ()
    return made


def item(made: Accounts, where: str, name: str) -> float:
    """Kroner of one item over all counted spells."""
    return float(made.lines[where][name].sum())


def yearly(made: Accounts, where: str, name: str) -> dict[int, float]:
    """Kroner of one item of the whole office, by calendar year."""
    return {
        year: dkk for account, item, year, dkk in made.yearly if (account, item) == (where, name)
    }


def random_office(seed: int, people: int, horizon_days: float = 1092.0) -> list[Life]:
    """A busy office: stock and inflow, every exit and group, re-entries, sanctions, meetings."""
    dice = np.random.default_rng(seed)
    lives = []
    for index in range(people):
        group = int(dice.integers(len(GROUPS)))
        person = (group + 1) * 10_000_000 + index
        entry = float(dice.uniform(-300.0, horizon_days))
        for spell in (1, 2, 3):
            length = max(float(dice.exponential(200.0)), -entry + 1.0)
            left, way = entry + length, int(dice.choice([JOB, EDUCATION, RECALL, OTHER]))
            if left >= horizon_days:
                left, way = horizon_days, OPEN
            days = np.sort(dice.uniform(max(entry, 0.0), left, dice.integers(0, 6)))
            talks = tuple(Talk(float(day), 60.0, int(dice.choice([0, 1]))) for day in days)
            counted = spell == 1 and 0.0 <= entry < 364.0
            sanctions = int(dice.integers(0, 2))
            lives.append(Life(entry, left, way, person, spell, group, counted, sanctions, talks))
            entry = left + float(dice.exponential(100.0))
            if way != JOB or entry >= horizon_days:
                break
    return lives
