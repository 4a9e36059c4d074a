"""The check that arms plan as many meetings a person-year as the first arm."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from sim.config import load
from sim.experiment import same_meetings
from sim.model.settings import Study
from sim.rules.errors import InputError

from .worlds import plain

POISSON: dict[str, Any] = {
    "population": {"inflow": {"kind": "poisson"}, "frailty_variance": 0},
    "hazard": {
        "ui": {"job": {"kind": "constant", "rate_per_week": 0.07}, "other": {"kind": "none"}}
    },
    "effect": {"kind": "none"},
    "office": {"calendar": "continuous"},
}


def every(days: float, **levers: Any) -> dict[str, Any]:
    """Levers of meetings every so many days."""
    return {"schedule": {"ui": [{"every_days": days}]}, **levers}


def asks(tolerance: float, **more: Any) -> dict[str, Any]:
    """A study that asks for as many meetings."""
    return {**POISSON, "checks": {"same_meetings": {"tolerance": tolerance, **more}}}


def per_year(days: float, rate_per_day: float = 0.01) -> float:
    """Meetings every d days of a spell that ends at rate r: r / (exp(r d) - 1) a day."""
    return 365.25 * rate_per_day / (exp(rate_per_day * days) - 1.0)


@pytest.mark.parametrize("days", [14.0, 30.0, 91.0])
def test_planned_meetings_a_person_year_are_those_of_the_closed_form(days: float) -> None:
    study = plain(POISSON, arm=every(days))
    assert study.planned_per_year["arm"]["ui"] == pytest.approx(per_year(days), rel=0.01)
    assert study.planned_per_year["arm"]["all"] == study.planned_per_year["arm"]["ui"]


def test_a_missed_meeting_that_is_due_again_is_the_same_planned_meeting() -> None:
    no_show = {"population": {"groups": {"ui": {"no_show": {"physical": 0.5}}}}}
    study = plain({**POISSON, "population": POISSON["population"] | no_show["population"]},
                  arm={"schedule": {"ui": [{"days": [1]}]}})  # fmt: skip
    assert study.planned_per_year["arm"]["ui"] == pytest.approx(
        365.25 * 0.01 * exp(-0.01), rel=0.01
    )


def test_an_arm_outside_the_tolerance_is_refused_with_both_numbers() -> None:
    arms = {"usual": every(30), "same": every(30.2), "more": every(28)}
    with pytest.raises(InputError) as refused:
        plain(asks(0.02), **arms)
    said = str(refused.value)
    assert "arms.more" in said and "arms.same" not in said
    assert f"{per_year(28):.1f}" in said and "tolerance allows 2.0%" in said
    study = plain(asks(0.1), **arms)
    ratios = {line.arm: line.ratio for line in same_meetings.lines(study) if line.group == "all"}
    assert ratios["more"] == pytest.approx(per_year(28) / per_year(30), rel=0.01)
    assert all(line.is_kept for line in same_meetings.lines(study))


def test_a_study_that_does_not_ask_has_no_lines() -> None:
    study: Study = plain(POISSON, usual=every(30), more=every(10))
    assert same_meetings.lines(study) == []


def test_an_unknown_group_among_the_exceptions_is_refused() -> None:
    with pytest.raises(InputError, match="one of ui"):
        load(["checks.same_meetings={tolerance: 0.02, exceptions: [sick]}"])
