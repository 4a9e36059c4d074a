"""The backlog of a suspension: counted by hand where nobody leaves and nobody waits."""

from __future__ import annotations

from math import inf, isnan
from typing import Any

import pytest

from sim.experiment import backlog

from ..test_levers_meetings import STAYS
from ..worlds import merged, plain, run

WINDOW: dict[str, Any] = {
    "from": "2020-02-05", "to": "2020-03-16", "mandatory": "suspended", "meeting_clock": "runs",
    "benefit_clock": "runs", "availability": False, "voluntary_every_days": inf,
    "missed": "catch_up", "catch_up_days": 14,
}  # fmt: skip
"""From day 35 to day 75."""
PEOPLE = 200


def measured(number: int | str = "unlimited", **window: Any) -> dict[str, float]:
    """Meetings every 10 days, of 60 minutes, with and without the window."""
    levers = {
        "schedule": {"ui": [{"every_days": 10}]}, "caseworkers": number,
        "minutes": {"kind": "fixed", "physical": 60},
    }  # fmt: skip
    study = plain(
        merged(STAYS, {"population": {"inflow": {"people": PEOPLE}}}),
        usual=levers, shut={**levers, "windows": [WINDOW | window]},
    )  # fmt: skip
    rows = run(study)
    return backlog.measure(study, "shut", rows["shut"], rows["usual"])


def test_what_is_not_held_is_owed_and_caught_up_on() -> None:
    """Due on days 40, 50, 60 and 70 of the window; one each is caught up on within 14 days."""
    found = measured()
    assert found["not_held_meetings"] == 4 * PEOPLE
    assert found["spared_hours"] == pytest.approx(4 * PEOPLE)
    assert found["owed_people"] == PEOPLE and found["met_share"] == 1.0
    assert 0.0 < found["drained_days"] <= 5.1  # day 80 is due to everybody anyway
    assert isnan(found["queue_longer_days"])


def test_catching_up_costs_the_hours_of_the_meetings_that_are_not_in_the_plan() -> None:
    """Day 80 is in the plan of everybody: of 14 days to catch up in, 5 come before it."""
    found = measured()
    assert found["catch_up_hours"] == pytest.approx(found["more_hours"] + 4 * PEOPLE)
    assert 0.2 * PEOPLE < found["catch_up_hours"] < 0.5 * PEOPLE  # 5 of 14 days, a sd of .034


def test_whoever_is_called_before_the_next_meeting_costs_an_hour() -> None:
    found = measured(catch_up_days=4)
    assert found["catch_up_hours"] == pytest.approx(PEOPLE)
    assert found["more_hours"] == pytest.approx(PEOPLE - 4 * PEOPLE)


def test_what_is_dropped_is_owed_to_nobody_and_costs_nothing() -> None:
    found = measured(missed="drop")
    assert found["not_held_meetings"] == 4 * PEOPLE
    assert found["owed_people"] == found["catch_up_hours"] == 0.0
    assert isnan(found["drained_days"]) and isnan(found["met_share"])
    assert found["more_hours"] == pytest.approx(-found["spared_hours"])


def test_a_year_is_told_from_the_days_before_the_suspension() -> None:
    """At 10 days apart: from a year here, since the suspension begins in the first eight weeks."""
    assert measured()["first_arm_meetings_per_year"] == pytest.approx(36.4 * PEOPLE, rel=0.03)
    later = measured(**{"from": "2020-03-05", "to": "2020-04-14"})
    assert later["first_arm_meetings_per_year"] == pytest.approx(36.5 * PEOPLE, rel=0.1)


def test_a_clock_that_stops_owes_nothing() -> None:
    found = measured(meeting_clock="stops")
    assert found["not_held_meetings"] == 4 * PEOPLE
    assert found["owed_people"] == 0 and isnan(found["drained_days"])


def test_a_busy_office_takes_longer() -> None:
    """One caseworker meets 24 people a day: 200 people need more than 8 days."""
    found = measured(number=1)
    assert found["drained_days"] > 7.0


def test_the_table_scales_counts_to_a_country() -> None:
    levers = {"schedule": {"ui": [{"every_days": 10}]}}
    study = plain(STAYS, usual=levers, shut={**levers, "windows": [WINDOW]})
    study.values["checks"] = {"backlog": {"country_meetings_per_year": 1_000_000}}
    each = {"shut": dict.fromkeys(backlog.UNITS, 10.0) | {"first_arm_meetings_per_year": 1000.0}}
    table = backlog.table(study, [each, each]).set_index("metric")
    assert table.loc["not_held_meetings", "in_country"] == 10_000
    assert isnan(table.loc["met_share", "in_country"])
    assert (table["se"] == 0.0).all() and (table["mean"] == 10.0).all()
