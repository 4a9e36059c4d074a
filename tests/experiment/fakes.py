"""A made-up world for the tests of the experiment floor: rows as the model gives them, no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import yaml

from sim.model.journal import ArmRows
from sim.model.replication import Part
from sim.rules.meetings import CANCELLED, HELD, NO_SHOW, PENDING
from sim.rules.people import GROUPS, JOB, OPEN, OTHER

from .offices import COSTS

FACTORS = {"standard": 1.0, "more": 0.9, "fewer": 1.1, "=2+3": 0.95}
"""How much longer the spells of an arm are."""


@dataclass(frozen=True)
class FakeStudy:
    """A study as far as the experiment floor asks."""

    values: dict[str, Any]
    arms: tuple[str, ...]
    groups: tuple[str, ...]
    replications: int
    seed: int
    observation_days: float
    follow_up_days: float
    start_date: date = date(2020, 1, 1)
    people: int = 60
    engine: str = "simpy"
    engine_note: str = ""

    @property
    def kept_worlds(self) -> tuple[str, ...]:
        return self.arms

    @property
    def horizon_days(self) -> float:
        return self.observation_days + self.follow_up_days


def study(
    arms: Sequence[str] = ("standard", "more"),
    groups: Sequence[str] = ("ui", "sickness"),
    replications: int = 3,
    seed: int = 1,
    follow_up_days: float = 728.0,
    people: int = 60,
    **design: Any,
) -> FakeStudy:
    """A study of this many people a group; further names are keys of its design."""
    free = {"lump_dkk": 0.0, "dkk_per_job": 0.0}
    regime = {
        "quality_dkk_per_meeting": 0.0, "programme": free, "groups": ["all"], "windows": [],
    }  # fmt: skip
    values = {
        "title": "Made up",
        "question": "What if?",
        "engine": "simpy",
        "costs": COSTS,
        "population": {"groups": {group: {"refund_weeks_at_entry": 0.0} for group in GROUPS}},
        "office": {
            "pools": "shared", "calendar": "continuous", "minutes_per_caseworker_year": 49_000.0,
            "load_elasticity": 0.1, "hours": "as_configured",
        },
        "regimes": {"plain": regime, "standard": regime},
        "arms": {arm: {"regime": "plain", "title": arm, "levers": {}} for arm in arms},
        "design": {
            "kind": "worlds", "luck": "random", "keep_rows": "first", "seed": seed, "zero_load_twin": False,
            "replications": replications,
        } | design,
        "compute": {"backend": "serial", "workers": 1},
    }  # fmt: skip
    return FakeStudy(
        values, tuple(arms), tuple(groups), replications, seed, 182.0, follow_up_days, people=people
    )


def world(of: FakeStudy, replication: int) -> list[Part]:
    """The rows of every arm; people and luck are the same in all of them."""
    return [Part(name, 0, rows) for name, rows in worlds(of, replication).items()]


def worlds(of: FakeStudy, replication: int) -> dict[str, ArmRows]:
    """The same by name."""
    names = list(of.arms)
    if of.values["design"]["zero_load_twin"]:
        names += [f"{arm}|zero_load" for arm in of.arms]
    return {name: arm_rows(of, replication, name) for name in names}


def arm_rows(of: FakeStudy, replication: int, name: str) -> ArmRows:
    """One arm: exponential spells, a meeting every 30 days after a wait, some who come back."""
    arm, _, twin = name.partition("|")
    factor = 1 + (FACTORS[arm] - 1) * (0.5 if twin else 1.0)
    dice = np.random.default_rng([of.seed, replication])
    codes = np.array([GROUPS.index(group) for group in of.groups])
    group = np.repeat(codes, of.people).astype(np.int8)
    person = (
        (group + np.int64(1)) * 10_000_000 + np.tile(np.arange(of.people), len(codes))
    ).astype(np.int32)
    entry = dice.uniform(-100.0, of.horizon_days, len(group))
    duration = dice.exponential(200.0 + 20.0 * group) * factor
    way = np.where(dice.uniform(size=len(group)) < 0.7, JOB, OTHER)
    back = np.maximum(entry, 0.0) + duration + dice.exponential(60.0, len(group))
    again = (way == JOB) & (dice.uniform(size=len(group)) < 0.3) & (back < of.horizon_days)
    entry = np.where(entry < 0, np.minimum(np.maximum(entry, 1.0 - duration), -0.001), entry)
    first = _spells(person, 1, group, entry, duration, way, of)
    length = dice.exponential(100.0, len(group))
    start = first["exit_day"] + 30.0
    again &= (first["exit"] == JOB) & (start < of.horizon_days)
    second = _spells(person[again], 2, group[again], start[again], length[again], way[again], of)
    spells = {key: np.concatenate([first[key], second[key]]) for key in first}
    order = np.lexsort([spells["spell"], spells["person"]])
    spells = {key: column[order] for key, column in spells.items()}
    meetings = _meetings(spells, dice, of.horizon_days)
    return ArmRows(spells, meetings, _office(spells, meetings, of.horizon_days), {"told": 2}, {})


def _spells(
    person: np.ndarray,
    number: int,
    group: np.ndarray,
    entry: np.ndarray,
    duration: np.ndarray,
    way: np.ndarray,
    of: FakeStudy,
) -> dict[str, np.ndarray]:
    left = entry + duration
    is_open = left >= of.horizon_days
    left = np.where(is_open, of.horizon_days, left)
    length = len(person)
    return {
        "person": person,
        "spell": np.full(length, number, dtype=np.int16),
        "group": group,
        "area": np.zeros(length, dtype=np.int16),
        "entry_day": entry,
        "exit_day": left,
        "duration_days": left - entry,
        "exit": np.where(is_open, OPEN, way).astype(np.int8),
        "frailty": np.ones(length),
        "due": np.zeros(length, dtype=np.int16),
        "held": np.zeros(length, dtype=np.int16),
        "waiting_days": np.zeros(length),
        "counted": (number == 1) & (entry >= 0) & (entry < of.observation_days),
        "sanctions": np.zeros(length, dtype=np.int16),
        "minutes": np.zeros(length),
    }


def _meetings(
    spells: Mapping[str, np.ndarray], dice: np.random.Generator, horizon: float
) -> dict[str, np.ndarray]:
    number = np.minimum(spells["duration_days"] // 30, 20).astype(int)
    of = np.repeat(np.arange(len(number)), number)
    first = np.concatenate([[0], np.cumsum(number)[:-1]])
    counter = np.arange(len(of)) - first[of] + 1
    due = spells["entry_day"][of] + 30.0 * counter - 15.0
    kept = due >= 0
    of, counter, due = of[kept], counter[kept], due[kept]
    start = due + dice.exponential(3.0, len(of))
    never = start >= spells["exit_day"][of]
    absent = dice.uniform(size=len(of)) < 0.1
    outcome = np.where(absent, NO_SHOW, HELD)
    outcome = np.where(never, np.where(spells["exit"][of] == OPEN, PENDING, CANCELLED), outcome)
    start = np.where(never, np.nan, start)
    minutes = np.where(never, 0.0, np.where(absent, 15.0, 70.0))
    return {
        "person": spells["person"][of],
        "spell": spells["spell"][of],
        "number": counter.astype(np.int16),
        "planned": counter.astype(np.int16),
        "due_day": due,
        "start_day": start,
        "end_day": start + minutes / 1440.0,
        "form": (counter % 2).astype(np.int8),
        "duty": np.zeros(len(of), dtype=np.int8),
        "outcome": outcome.astype(np.int8),
        "minutes": minutes,
    }


def _office(
    spells: Mapping[str, np.ndarray], meetings: Mapping[str, np.ndarray], horizon: float
) -> dict[str, np.ndarray]:
    days = int(horizon)
    day = np.arange(days)
    begun = ~np.isnan(meetings["start_day"])
    used = np.bincount(
        meetings["start_day"][begun].astype(int),
        weights=meetings["minutes"][begun],
        minlength=days,
    )[:days]
    is_open = day % 7 < 5
    return {
        "day": day.astype(np.int32),
        "caseload": np.full(days, len(spells["person"]), dtype=np.int32),
        "waiting": (day % 7).astype(np.int32),
        "busy": np.ones(days),
        "caseworkers": np.full(days, 4.0),
        "minutes_used": used,
        "minutes_open": np.where(is_open, 4 * 194.0, 0.0),
    }


@dataclass(frozen=True)
class FakeConfiguration:
    """What a configuration tells of itself."""

    scenario: str = "made_up"
    table: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"name": "effect.alpha", "value": 0.3, "unit": "", "source": "=cmd()"},
            {"name": "effect.kind", "value": "concave", "unit": "", "source": "assumption"},
        ]
    )
    differences: list[tuple[str, str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    values: dict[str, Any] | None = None

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.values or {"title": "Made up"})
