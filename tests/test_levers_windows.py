"""Windows: dates in which other levers hold, and what becomes of what was missed."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

from sim.model.journal import ArmRows
from sim.rules.meetings import DECLINED, HELD, NO_SHOW, SUSPENDED

from .test_levers_meetings import STAYS, due_days, stays
from .worlds import merged, run, run_one, same, shipped, study_of

FIRST, LAST = 40.0, 80.0
"""10 February to 21 March 2020, as days of the run."""

WINDOW: dict[str, Any] = {
    "from": "2020-02-10", "to": "2020-03-21", "mandatory": "suspended", "meeting_clock": "runs",
    "benefit_clock": "runs", "availability": True, "voluntary_every_days": inf,
    "form": {"physical": 1, "distance": 0, "group": 0}, "missed": "drop", "catch_up_days": 28,
}  # fmt: skip
MONTHLY = {"schedule": {"ui": [{"every_days": 30}]}}


def window(changes: dict[str, Any] | None = None, **what: Any) -> ArmRows:
    """People who are due every 30 days, and one window."""
    return stays(changes, **MONTHLY, windows=[{**WINDOW, **what}])


def outcomes(rows: ArmRows, person: int = 10_000_000) -> list[int]:
    """The outcomes of a person's meetings, in order."""
    return rows.meetings["outcome"][rows.meetings["person"] == person].tolist()


def test_what_is_mandatory_and_falls_due_in_the_window_is_suspended() -> None:
    rows = window()
    assert due_days(rows)[:4] == [30, 60, 90, 120]
    assert outcomes(rows)[:4] == [HELD, SUSPENDED, HELD, HELD]
    suspended = rows.meetings["outcome"] == SUSPENDED
    assert np.isnan(rows.meetings["start_day"][suspended]).all()
    assert (rows.meetings["minutes"][suspended] == 0.0).all()
    assert (rows.spells["held"] == rows.spells["due"] - 1).all()


def test_a_stopped_meeting_clock_puts_everything_off_by_the_window() -> None:
    rows = window(meeting_clock="stops")
    assert due_days(rows)[:4] == [30, 100, 130, 160]
    assert set(outcomes(rows)) == {HELD}


def test_what_was_missed_is_caught_up_on_within_its_days_or_dropped() -> None:
    caught, dropped = window(missed="catch_up"), window()
    extra = [d for d in due_days(caught)[:4] if d not in due_days(dropped)]
    assert len(extra) == 1 and LAST <= extra[0] <= LAST + 10.0
    due = caught.meetings["due_day"]
    after = due[(due >= LAST) & (due < 90.0)]
    assert abs(len(after) / 200 - 10 / 28) < 0.11  # spread over 28 days; from day 90 it is dropped
    assert (caught.spells["due"] >= dropped.spells["due"]).all()


def test_in_the_window_voluntary_talks_are_offered_at_their_interval_and_form() -> None:
    changes = {"population": {"groups": {"ui": {"reach": 0.5, "acceptance": 1}}}}
    rows = window(
        changes, meeting_clock="stops", voluntary_every_days=10,
        form={"physical": 0, "distance": 1, "group": 0},
    )  # fmt: skip
    m = rows.meetings
    inside = (m["due_day"] >= FIRST) & (m["due_day"] < LAST)
    assert (m["duty"] == inside).all() and (m["form"] == inside).all()
    assert set(m["outcome"][inside].tolist()) == {HELD, DECLINED}
    assert abs((m["outcome"][inside] == DECLINED).mean() - 0.5) < 0.08
    counts = np.bincount(m["person"][inside] - 10_000_000, minlength=200)
    assert counts.min() >= 3 and counts.max() <= 5 and abs(counts.mean() - 4.0) < 0.15
    first = np.array([m["due_day"][inside & (m["person"] == p)].min() for p in
                      rows.spells["person"]])  # fmt: skip
    assert abs(first.mean() - FIRST - 5.0) < 0.8  # spread over the interval


def test_an_offer_is_made_once_also_to_those_whose_own_time_of_the_day_has_passed() -> None:
    changes = {
        "population": {"groups": {"ui": {"reach": 0.3, "acceptance": 1}}},
        "office": {"calendar": "working"},
    }
    rows = window(changes, meeting_clock="stops", voluntary_every_days=LAST - FIRST)
    inside = (rows.meetings["due_day"] >= FIRST) & (rows.meetings["due_day"] < LAST)
    offers = np.bincount(rows.meetings["person"][inside] - 10_000_000, minlength=200)
    assert offers.max() == 1 and offers.mean() > 0.9
    assert abs((rows.meetings["outcome"][inside] == HELD).mean() - 0.3) < 0.1


def test_a_window_can_change_the_form_and_leave_the_duty_as_usual() -> None:
    rows = window(mandatory="as_usual", form={"physical": 0, "distance": 1, "group": 0})
    inside = (rows.meetings["due_day"] >= FIRST) & (rows.meetings["due_day"] < LAST)
    assert (rows.meetings["form"] == inside).all()
    assert (rows.meetings["outcome"] == HELD).all()
    assert due_days(rows)[:4] == [30, 60, 90, 120]


def test_who_waits_when_the_window_begins_is_suspended_and_a_meeting_under_way_goes_on() -> None:
    changes = merged(STAYS, {"population": {"inflow": {"people": 10}}})
    levers = {
        "schedule": {"ui": [{"days": [39.5]}]}, "minutes": {"kind": "fixed", "physical": 1440},
        "windows": [{**WINDOW, "missed": "catch_up"}],
    }  # fmt: skip
    rows = run_one(changes, **levers, caseworkers=3)
    m = rows.meetings
    first = m["number"] == 1
    assert np.bincount(m["outcome"][first], minlength=7)[[HELD, SUSPENDED]].tolist() == [3, 7]
    assert (m["end_day"][first & (m["outcome"] == SUSPENDED)] == FIRST).all()
    assert (m["end_day"][first & (m["outcome"] == HELD)] == FIRST + 0.5).all()
    later = m["due_day"][~first]
    assert len(later) == 7 and (later >= LAST).all() and (later <= LAST + 28.0).all()
    assert rows.checks["busy_equals_meetings"] == 1


RIGHT: dict[str, Any] = {"population": {"groups": {"ui": {"benefit_limit_days": 100}}}}


def test_a_stopped_benefit_clock_moves_the_end_of_the_right_by_the_window() -> None:
    runs, stops = window(RIGHT), window(RIGHT, benefit_clock="stops")
    assert (runs.spells["exit_day"] == 100.0).all() and (runs.spells["exit"] == 3).all()
    assert np.allclose(stops.spells["exit_day"], 140.0)


def test_who_enters_in_the_window_begins_with_clocks_that_stand_still() -> None:
    changes = merged(RIGHT, {"population": {"inflow": {"kind": "even", "people": 1, "days": 120}},
                             "design": {"observation_days": 120}})  # fmt: skip
    rows = window(changes, meeting_clock="stops", benefit_clock="stops")
    assert rows.spells["entry_day"].tolist() == [60.0]
    assert due_days(rows)[:2] == [110, 140]
    assert rows.spells["exit_day"].tolist() == [180.0]


def test_who_leaves_while_the_benefit_clock_stands_still_returns_with_what_was_left() -> None:
    """The right is 85 days over all spells; the first ends soon after its day 50, in the window."""
    changes = merged(RIGHT, {
        "hazard": {"ui": {"job": {"kind": "piecewise", "from_days": [0, 50, 60],
                                  "rate_per_week": [0, 20, 0]}}},
        "population": {"reentry_rate_per_week": 2.0, "reentry_days": 364,
                       "groups": {"ui": {"benefit_limit_days": 85}}},
        "design": {"follow_up_days": 700},
    })  # fmt: skip
    s = window(changes, benefit_clock="stops").spells
    first = (s["spell"] == 1) & (s["exit"] == 0)
    assert ((s["exit_day"][first] > 50.0) & (s["exit_day"][first] < LAST)).mean() > 0.9
    days = s["duration_days"] - np.maximum(
        0.0, np.minimum(s["exit_day"], LAST) - np.maximum(s["entry_day"], FIRST)
    )
    ended = s["person"][s["exit"] == 3]
    assert len(ended) > 180 and (s["spell"][s["exit"] == 3] >= 2).sum() > 180
    for person in ended:
        assert days[s["person"] == person].sum() == pytest.approx(85.0)


def test_without_the_duty_to_be_available_nobody_is_sanctioned_or_threatened() -> None:
    changes = {
        "population": {
            "inflow": {"people": 400},
            "groups": {
                "ui": {"no_show": {"physical": 0.9}, "sanction_risk_per_no_show": 0.9},
            },
        },
        "office": {"calendar": "continuous"},
        "effect": {"kind": "none", "threat": 0.5, "sanction_factor": 2},
        "design": {"follow_up_days": 100},
    }  # fmt: skip
    whole = {**WINDOW, "from": "2019-12-01", "to": "2021-06-01", "mandatory": "as_usual"}
    never = {"schedule": {"ui": [{"none": True}]}}
    free = run_one(changes, **MONTHLY, windows=[{**whole, "availability": False}])
    bound = run_one(changes, **MONTHLY, windows=[whole])
    none = run_one(changes, **never)
    assert free.spells["sanctions"].sum() == 0
    assert same(free.spells, none.spells, "exit_day", "exit")
    assert bound.spells["sanctions"].sum() > 100
    assert bound.spells["duration_days"].mean() < free.spells["duration_days"].mean()


def test_a_window_that_holds_on_day_0_holds_for_those_in_the_office_too() -> None:
    whole = {**WINDOW, "from": "2019-12-01", "to": "2020-03-01"}
    changes = {
        "population": {"scale": 0.1},
        "design": {"observation_days": 14, "follow_up_days": 60},
    }
    rows = run(study_of(changes, {"arm": {"windows": [whole]}}, shipped()))["arm"]
    stock = rows.spells["entry_day"] < 0.0
    assert stock.sum() > 300
    m = rows.meetings
    inside = m["due_day"] < 60.0
    assert inside.sum() > 200
    assert (m["outcome"][inside] == SUSPENDED).all()
    assert (m["outcome"][~inside] == HELD).any()


def test_two_windows_may_follow_one_another() -> None:
    second = {**WINDOW, "from": "2020-03-21", "to": "2020-04-30", "meeting_clock": "stops"}
    rows = stays(**MONTHLY, windows=[WINDOW, second])
    assert due_days(rows)[:4] == [30, 60, 130, 160]
    assert outcomes(rows)[:4] == [HELD, SUSPENDED, HELD, HELD]


def test_a_missed_meeting_of_the_last_day_before_the_window_is_kept_for_after_it() -> None:
    changes = {"population": {"groups": {"ui": {"no_show": {"physical": 0.999}}}}}
    rows = stays(changes, schedule={"ui": [{"days": [39]}]}, windows=[WINDOW])
    m = rows.meetings
    assert m["outcome"][m["due_day"] < 40].tolist().count(NO_SHOW) > 190
    again = m["due_day"][m["number"] == 2]
    assert np.allclose(again[again < 50], 46.0, atol=0.1)  # the clock runs: suspended there
