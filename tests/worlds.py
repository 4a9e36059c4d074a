"""Small worlds of real parts for the tests: values by merging, studies by the shipped builder."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np

from sim.config import load
from sim.experiment.study import build
from sim.model.journal import ArmRows
from sim.model.replication import run_replication
from sim.model.settings import Study
from sim.rules.people import GROUPS

Levers = Mapping[str, Any]

NO_LEVERS: dict[str, Any] = {
    "first_meeting": {"latest_day": inf, "fund_meeting": 0, "fund_wait_days": 0},
    "form": {"default": {"physical": 1, "distance": 0, "group": 0}},
    "caseworkers": "unlimited",
}
"""Beside the standard schedule nothing: everyone meets face to face, and nobody waits."""

NOBODY = {"inflow_per_week": 0, "share": 0}

PLAIN_PEOPLE = {
    "no_show": {"physical": 0, "distance": 0, "group": 0},
    "sanction_risk_per_no_show": 0,
    "benefit_limit_days": inf,
    "episode": {"share": 0, "start_days": 0, "length_days": 0, "no_show_factor": 1},
}

PLAIN: dict[str, Any] = {
    "population": {
        "inflow": {"kind": "cohort", "people": 400, "days": 1},
        "warm_start": False,
        "reentry_rate_per_week": 0,
        "groups": {g: {**PLAIN_PEOPLE, **NOBODY} for g in GROUPS}
        | {"ui": {**PLAIN_PEOPLE, "inflow_per_week": 10, "share": 1}},
    },
    "hazard": {
        "ui": {
            "job": {"kind": "constant", "rate_per_week": 0.0374},
            "other": {"kind": "constant", "rate_per_week": 0.010},
        }
    },
    "effect": {"threat": 0, "sanction_factor": 1},
    "office": {"load_elasticity": 0},
    "market": {"displacement": 0},
    "design": {"replications": 1, "observation_days": 1, "follow_up_days": 364},
}
"""One group of insured who all enter on day 0, moved by nothing but their meetings."""


def merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of nested values with changes; what has a ``kind`` of its own is replaced."""
    result = deepcopy(dict(values))
    for key, value in changes.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and "rate_per_week" not in value:
            result[key] = merged(old, value)
        else:
            result[key] = deepcopy(value)
    return result


@lru_cache(maxsize=8)
def shipped(*overrides: str) -> dict[str, Any]:
    """The values of a configuration on the engine of reference (never change them: merge)."""
    return load(["design=quick", "design.replications=1", "engine=simpy", *overrides]).values


def study_of(
    changes: Mapping[str, Any], arms: Mapping[str, Levers], base: Mapping[str, Any] | None = None
) -> Study:
    """A study of these arms, each the standard regime with some levers."""
    values = merged(shipped() if base is None else base, changes)
    values["arms"] = {
        name: {"regime": "standard", "title": name, "levers": dict(levers)}
        for name, levers in arms.items()
    }
    return build(values)


def plain(changes: Mapping[str, Any] | None = None, **arms: Levers) -> Study:
    """The plain world, with some changes; every arm begins with no levers."""
    return study_of(
        merged(PLAIN, changes or {}),
        {name: merged(NO_LEVERS, levers) for name, levers in (arms or {"standard": {}}).items()},
    )


def run(study: Study, replication: int = 0) -> dict[str, ArmRows]:
    """The rows of all arms."""
    return run_replication(study, replication)


def run_one(changes: Mapping[str, Any] | None = None, **levers: Any) -> ArmRows:
    """The rows of one arm of the plain world."""
    return run(plain(changes, arm=levers))["arm"]


def same(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], *names: str) -> bool:
    """Whether columns agree to the last bit (all of them where none is named)."""
    return all(
        one[name].tobytes() == other[name].tobytes() and one[name].dtype == other[name].dtype
        for name in names or one
    )


LIFE = ("person", "spell", "group", "entry_day", "exit_day", "duration_days", "exit", "frailty")
"""The columns of a spell that say nothing of its meetings."""


def chosen(columns: Mapping[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    """Some rows of a table."""
    return {name: column[rows] for name, column in columns.items()}


def meetings_of(rows: ArmRows, person: int, spell: int = 1) -> dict[str, np.ndarray]:
    """The meetings of one spell."""
    m = rows.meetings
    return chosen(m, (m["person"] == person) & (m["spell"] == spell))


def interval(values: Any, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a mean over many independent values."""
    values = np.asarray(values, dtype=float)
    half = z * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - half), float(values.mean() + half)
