"""What the two calibrations of the effect must give for 11 against 6 meetings in half a year."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from sim.model.journal import ArmRows
from sim.rules.meetings import HELD

from .worlds import NO_LEVERS, PLAIN, merged, run, shipped, study_of

PEOPLE = 12_000
"""On a lattice: within .05 day of 100,000 people (see the slow test)."""

BASELINE = merged(PLAIN, {"design": {"luck": "grid", "follow_up_days": 728}})
"""Insured: job rate .0374 a week without meetings, other exits .010, frailty variance .4."""


@lru_cache
def arms(effect: str, calendar: str, people: int) -> dict[str, ArmRows]:
    """The rows of 6 and of 11 meetings in the first half-year, and 6 a year after."""
    base = shipped(f"effect={effect}", "effect.threat=0", "effect.sanction_factor=1")
    schedules = {
        n: base["regimes"][regime]["schedule"]["ui"]
        for n, regime in (("6", "standard"), ("11", "intensified"))
    }
    changes = merged(BASELINE, {
        "population": {"inflow": {"people": people}}, "office": {"calendar": calendar},
    })  # fmt: skip
    levers = {n: merged(NO_LEVERS, {"schedule": {"ui": s}}) for n, s in schedules.items()}
    return run(study_of(changes, levers, base))


def restricted_mean_days(rows: ArmRows) -> float:
    """Mean days unemployed in the first 104 weeks."""
    return float(np.minimum(rows.spells["duration_days"], 728.0).mean())


def days_saved(effect: str, calendar: str, people: int = PEOPLE) -> float:
    rows = arms(effect, calendar, people)
    return restricted_mean_days(rows["6"]) - restricted_mean_days(rows["11"])


CALENDARS = ["working", pytest.param("continuous", marks=pytest.mark.slow)]


@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_literature_saves_nine_days(calendar: str) -> None:
    assert 8.5 <= days_saved("literature", calendar) <= 9.2


@pytest.mark.parametrize("calendar", CALENDARS)
def test_esbjergs_own_claim_needs_the_linear_effect(calendar: str) -> None:
    assert 18.7 <= days_saved("esbjerg_linear", calendar) <= 19.6


@pytest.mark.parametrize(("meetings", "held"), [("6", 3.0), ("11", 5.5)])
def test_half_of_the_planned_meetings_are_held_since_the_others_have_left(
    meetings: str, held: float
) -> None:
    rows = arms("literature", "working", PEOPLE)[meetings]
    first = (rows.meetings["planned"] <= int(meetings)) & (rows.meetings["outcome"] == HELD)
    assert abs(first.sum() / PEOPLE - held) < 0.1


def test_half_of_the_insured_are_still_unemployed_after_13_weeks_under_six_meetings() -> None:
    rows = arms("literature", "working", PEOPLE)["6"]
    assert abs((rows.spells["duration_days"] > 91.0).mean() - 0.52) < 0.01


def test_nobody_waits_or_is_absent_or_sanctioned_in_this_comparison() -> None:
    for rows in arms("literature", "working", PEOPLE).values():
        assert rows.spells["waiting_days"].max() == 0.0
        assert rows.spells["sanctions"].max() == 0
        outcomes = set(rows.meetings["outcome"].tolist())
        assert outcomes <= {HELD, 4, 6}


@pytest.mark.slow
@pytest.mark.parametrize("effect", ["literature", "esbjerg_linear"])
def test_a_hundred_thousand_people_give_the_same_figure(effect: str) -> None:
    many = days_saved(effect, "working", 100_000)
    assert abs(many - days_saved(effect, "working")) < 0.05
