"""The levers that say when meetings are due: each does what its line in the table says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.journal import ArmRows
from sim.rules.meetings import HELD, NO_SHOW, OUTCOMES

from .worlds import PLAIN_PEOPLE, meetings_of, merged, plain, run, run_one

STAYS: dict[str, Any] = {
    "hazard": {"ui": {"job": {"kind": "none"}, "other": {"kind": "none"}}},
    "population": {"inflow": {"people": 200}},
    "office": {"calendar": "continuous"},
}
"""Nobody leaves, and every hour is open: what is due is what was planned."""


def stays(changes: dict[str, Any] | None = None, **levers: Any) -> ArmRows:
    """The rows of an office that nobody leaves."""
    return run_one(merged(STAYS, changes or {}), **levers)


def due_days(rows: ArmRows, person: int = 10_000_000) -> list[float]:
    """On which days a person's meetings fell due."""
    return [round(day, 6) for day in meetings_of(rows, person)["due_day"].tolist()]


SCHEDULES: dict[str, tuple[list[dict[str, Any]], list[float]]] = {
    "n meetings in a span, then every n days": (
        [{"meetings": 4, "span_days": 100}, {"every_days": 80}], [25, 50, 75, 100, 180, 260, 340],
    ),
    "every n days until a day, then another": (
        [{"every_days": 30, "until_day": 90}, {"every_days": 100}], [30, 60, 90, 190, 290],
    ),
    "a list of days, and then none": ([{"days": [7, 49, 91]}], [7, 49, 91]),
    "a list of days, then every n days from the last": (
        [{"days": [10, 20]}, {"every_days": 150}], [10, 20, 170, 320],
    ),
    "none": ([{"none": True}], []),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_due_on_its_days(name: str) -> None:
    schedule, expected = SCHEDULES[name]
    rows = stays(schedule={"ui": schedule})
    assert due_days(rows) == expected
    assert (rows.spells["due"] == len(expected)).all()
    assert meetings_of(rows, 10_000_000)["planned"].tolist() == list(range(1, len(expected) + 1))


def test_an_agreed_date_lies_between_the_shortest_and_the_longest_gap() -> None:
    rows = stays(schedule={"ui": [{"agreed_days": [10, 30], "until_day": 200}]})
    gaps = gaps_after_meetings(rows)
    assert gaps.min() >= 10.0 and gaps.max() <= 30.0
    assert abs(gaps.mean() - 20.0) < 0.5 and abs(gaps.std() - 20.0 / 12**0.5) < 0.3
    assert rows.meetings["due_day"].max() <= 200.0


def test_a_random_gap_is_exponential_with_its_mean() -> None:
    """Power: about 3,400 gaps, a standard error of 1.7 %."""
    rows = stays(schedule={"ui": [{"random_every_days": 20}]})
    gaps = gaps_after_meetings(rows)
    assert abs(gaps.mean() / 20.0 - 1.0) < 0.08
    assert abs((gaps > 20.0).mean() - np.exp(-1.0)) < 0.04


def gaps_after_meetings(rows: ArmRows) -> np.ndarray:
    """Days from the end of each meeting, or the entry, until the next is due."""
    m = rows.meetings
    first = m["number"] == 1
    before = np.where(first, 0.0, np.append(0.0, m["end_day"][:-1]))
    return m["due_day"] - before


def test_the_first_meeting_is_due_on_its_latest_day_at_the_latest() -> None:
    early = {"latest_day": 14, "fund_meeting": 0, "fund_wait_days": 0}
    rows = stays(schedule={"ui": [{"days": [40, 60]}]}, first_meeting=early)
    assert due_days(rows) == [14, 60]
    rows = stays(schedule={"ui": [{"days": [10, 60]}]}, first_meeting=early)
    assert due_days(rows) == [10, 60]


def test_the_meeting_with_the_unemployment_fund_waits_for_it_in_insured_groups_only() -> None:
    groups = {"ui": {"share": 0.5}, "cash_job_ready": {**PLAIN_PEOPLE, "share": 0.5}}
    rows = stays(
        {"population": {"groups": groups}, "hazard": {"cash_job_ready": STAYS["hazard"]["ui"]}},
        schedule={"default": [{"days": [10, 50]}], "ui": [{"days": [10, 50]}],
                  "cash_job_ready": [{"days": [10, 50]}]},
        first_meeting={"fund_meeting": 2, "fund_wait_days": 7},
    )  # fmt: skip
    assert due_days(rows) == [10, 57]
    cash = rows.spells["person"][rows.spells["group"] == 1][0]
    assert due_days(rows, int(cash)) == [10, 50]


def test_a_missed_meeting_is_due_again_and_keeps_its_place_in_the_plan() -> None:
    changes = {
        "population": {"groups": {"ui": {"no_show": {"physical": 0.5}}}},
        "office": {"no_show_minutes": 15, "rebook_days": 9},
    }
    rows = stays(changes, schedule={"ui": [{"days": [10, 100, 200]}]})
    m = rows.meetings
    missed = m["outcome"] == NO_SHOW
    assert abs(missed.mean() - 0.5) < 0.06
    assert (m["minutes"][missed] == 15.0).all() and (m["minutes"][~missed] == 70.0).all()
    again = np.flatnonzero(missed[:-1] & (m["person"][1:] == m["person"][:-1]))
    assert np.allclose(m["due_day"][again + 1] - m["end_day"][again], 9.0)
    assert (m["planned"][again + 1] == m["planned"][again]).all()
    assert (rows.spells["held"] == 3).mean() > 0.95
    assert (rows.spells["due"] >= rows.spells["held"]).all()


def test_due_is_held_and_missed_by_kind() -> None:
    changes = {"population": {"groups": {"ui": {"no_show": {"physical": 0.3}}}}}
    study = plain(changes, arm={"caseworkers": 1})
    rows = run(study)["arm"]
    kinds = np.bincount(rows.meetings["outcome"], minlength=len(OUTCOMES))
    assert kinds.sum() == rows.spells["due"].sum() == len(rows.meetings["person"])
    assert kinds[HELD] == rows.spells["held"].sum()
    assert kinds[NO_SHOW] > 50


EPISODE = {"share": 1, "start_days": 0, "length_days": 50}


@pytest.mark.parametrize(
    ("pace", "expected"),
    [(1.0, [30, 60, 90, 120]), (0.5, [55, 85, 115, 145]), (0.0, [80, 110, 140, 170])],
)
def test_the_meeting_clock_goes_slower_in_an_episode(pace: float, expected: list[float]) -> None:
    """The episode is from spell day 0 to 50."""
    changes = {"population": {"groups": {"ui": {"episode": EPISODE}}}}
    rows = stays(changes, schedule={"ui": [{"days": [30, 60, 90, 120]}]}, episode_pace=pace)
    assert due_days(rows) == expected


def test_seasonal_workers_are_not_called_before_their_usual_recall() -> None:
    groups = {"ui": {"share": 0}, "seasonal": {**PLAIN_PEOPLE, "share": 1}}
    none = {exit_: {"kind": "none"} for exit_ in ("job", "recall", "other", "education")}
    changes = {"population": {"groups": groups}, "hazard": {"seasonal": none}}
    schedule = {"seasonal": [{"days": [30, 60, 90, 120]}], "ui": [{"days": [30, 60, 90, 120]}]}
    rows = stays(changes, schedule=schedule, recall_pause_days=84)
    assert due_days(rows, 70_000_000) == [90, 120]
    agreed = stays(
        changes, schedule={"seasonal": [{"agreed_days": [10, 30]}]}, recall_pause_days=84
    )
    first = agreed.meetings["due_day"][agreed.meetings["number"] == 1]
    assert (first == 84.0).all() and agreed.meetings["due_day"].max() > 300.0
    rows = stays({}, schedule=schedule, recall_pause_days=84)
    assert due_days(rows) == [30, 60, 90, 120]


def test_who_books_comes_earlier_within_the_window_and_misses_less() -> None:
    changes = {"population": {"groups": {"ui": {"no_show": {"physical": 0.4}}}}}
    booking = {"share": 1, "window_days": 10, "no_show_factor": 0.5}
    rows = stays(changes, schedule={"ui": [{"days": [100]}]}, self_booking=booking)
    first = rows.meetings["number"] == 1
    due = rows.meetings["due_day"][first]
    assert due.min() > 90.0 and due.max() < 100.0 and abs(due.mean() - 95.0) < 1.0
    missed = (rows.meetings["outcome"][first] == NO_SHOW).mean()
    assert abs(missed - 0.2) < 0.09
    half = stays(
        changes, schedule={"ui": [{"days": [100]}]}, self_booking={**booking, "share": 0.5}
    )
    due = half.meetings["due_day"][half.meetings["number"] == 1]
    assert abs((due == 100.0).mean() - 0.5) < 0.11


def test_on_a_working_calendar_a_meeting_is_due_at_ones_own_time_of_the_next_open_day() -> None:
    changes = {"office": {"calendar": "working"}, "population": {"inflow": {"people": 500}}}
    rows = stays(changes, schedule={"ui": [{"every_days": 10}]})
    due = rows.meetings["due_day"]
    times = (due % 1.0 - 9.0 / 24.0) * 1440.0
    assert times.min() >= 0.0 and 185.0 < times.max() < 200.0
    for person in rows.spells["person"][:5]:
        own = meetings_of(rows, int(person))["due_day"] % 1.0
        assert np.allclose(own, own[0])
    # 2020-01-01 is day 0: day 10 is a Saturday and day 100, 10 April, Good Friday
    whole = set(np.floor(due).astype(int).tolist())
    assert {12, 20, 104} <= whole and not {10, 11, 100, 101, 102, 103} & whole
