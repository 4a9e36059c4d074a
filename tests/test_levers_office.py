"""The levers of the office: queue orders, own caseworkers, pools, numbers by date, hours."""

from __future__ import annotations

from datetime import date, timedelta
from math import inf
from typing import Any

import holidays
import numpy as np
import pytest

from sim.model.journal import ArmRows
from sim.rules.errors import InputError
from sim.rules.meetings import HELD

from .test_levers_meetings import STAYS, stays
from .worlds import PLAIN_PEOPLE, merged, plain, run, run_one

ORDERS = ("fifo", "longest_unemployed", "newest", "highest_risk", "deadline")
QUEUE: dict[str, Any] = merged(STAYS, {
    "population": {
        "inflow": {"kind": "even", "people": 120, "days": 60},
        "groups": {"ui": {"share": 0.5}, "cash_job_ready": {**PLAIN_PEOPLE, "share": 0.5}},
    },
    "hazard": {"cash_job_ready": STAYS["hazard"]["ui"]},
    "office": {"risk_score_noise": 0, "deadline_days": {"ui": 40, "cash_job_ready": 1}},
    "design": {"observation_days": 60, "follow_up_days": 300},
})  # fmt: skip


def queue(order: str) -> ArmRows:
    """A lasting queue: due on spell days 30 and 60, one caseworker, a day a meeting."""
    changes = merged(QUEUE, {"office": {"queue_order": order}})
    days = [{"days": [30, 60]}]
    levers = {
        "schedule": {"ui": days, "cash_job_ready": days},
        "minutes": {"kind": "fixed", "physical": 1440},
    }
    return run_one(changes, **levers, caseworkers=1)


def key_of(order: str, rows: ArmRows) -> np.ndarray:
    """What each meeting is served by: lower is earlier."""
    row = np.searchsorted(rows.spells["person"], rows.meetings["person"])
    due, entry = rows.meetings["due_day"], rows.spells["entry_day"][row]
    group = rows.spells["group"][row]
    return {
        "fifo": due,
        "longest_unemployed": entry,
        "newest": -entry,
        "highest_risk": rows.spells["frailty"][row],
        "deadline": due + np.array([40.0, 1.0])[group],
    }[order]


@pytest.mark.parametrize("order", ORDERS)
def test_who_is_served_is_first_in_the_order_of_the_queue(order: str) -> None:
    """Whenever a caseworker becomes free, nobody who waits comes before the one served."""
    rows = queue(order)
    start, due = rows.meetings["start_day"], rows.meetings["due_day"]
    key, waits = key_of(order, rows), 0
    for i in np.flatnonzero(start > due):
        waiting = (due < start[i]) & ~(start < start[i])
        if order == "highest_risk":  # two groups of different rates: compare within a group
            group = rows.meetings["person"] // 10_000_000
            waiting &= group == group[i]
        assert key[i] <= key[waiting].min() + 1e-12
        waits += int(waiting.sum() > 2)
    assert waits > 30


def test_every_order_serves_somebody_else_first_and_all_the_same_minutes() -> None:
    rows = {order: queue(order) for order in ORDERS}
    for order, other in rows.items():
        used = [rows[o].meetings["minutes"].sum() for o in (order, "fifo")]
        assert used[0] == pytest.approx(used[1], rel=0.01)
        if order != "fifo":
            assert (other.spells["waiting_days"] != rows["fifo"].spells["waiting_days"]).any()


def test_risk_is_a_score_with_noise_and_not_the_frailty_itself() -> None:
    """At the same due day those served first are weaker, but not always."""
    changes = merged(STAYS, {
        "population": {"inflow": {"people": 300}},
        "office": {"queue_order": "highest_risk", "risk_score_noise": 0.5},
    })  # fmt: skip
    levers = {
        "schedule": {"ui": [{"days": [5]}]}, "minutes": {"kind": "fixed", "physical": 1440},
    }  # fmt: skip
    rows = run_one(changes, **levers, caseworkers=1)
    row = np.searchsorted(rows.spells["person"], rows.meetings["person"])
    frailty = np.log(rows.spells["frailty"][row])
    rank = np.corrcoef(rows.meetings["start_day"], np.argsort(np.argsort(frailty)))[0, 1]
    assert 0.5 < rank < 0.95


def test_an_own_caseworker_serves_only_their_own_people() -> None:
    changes = merged(STAYS, {"office": {"own_caseworker": True}, "population": {
        "inflow": {"people": 90}}})  # fmt: skip
    levers = {
        "schedule": {"ui": [{"days": [5]}]}, "minutes": {"kind": "fixed", "physical": 1440},
    }  # fmt: skip
    own = run_one(changes, **levers, caseworkers=6)
    changes["office"]["own_caseworker"] = False
    shared = run_one(changes, **levers, caseworkers=6)
    for rows in (own, shared):
        assert (rows.meetings["outcome"] == HELD).all()
    ends = np.unique(own.meetings["start_day"], return_counts=True)[1]
    assert ends[0] == 6 and ends[-1] < 6  # caseworkers with few people are done before the others
    assert np.unique(shared.meetings["start_day"], return_counts=True)[1].tolist() == [6] * 15
    assert own.spells["waiting_days"].sum() > shared.spells["waiting_days"].sum()


def test_a_group_with_caseworkers_of_its_own_does_not_wait_for_another() -> None:
    quick = {"schedule": {"ui": [{"days": [20]}], "cash_job_ready": [{"every_days": 1}]}}
    changes = merged(QUEUE, {"office": {"pools": "group"}, "population": {
        "inflow": {"kind": "cohort"}}})  # fmt: skip
    apart = run_one(changes, **quick, caseworkers=2)
    together = run_one(merged(changes, {"office": {"pools": "shared"}}), **quick, caseworkers=2)
    ui = apart.spells["group"] == 0
    waits = [rows.spells["waiting_days"][ui].mean() for rows in (apart, together)]
    assert waits[0] + 0.2 < waits[1]
    assert apart.spells["waiting_days"][~ui].mean() > together.spells["waiting_days"][~ui].mean()


def most_busy(rows: ArmRows, first: float, last: float) -> int:
    """The most caseworkers in a meeting at one time between two days."""
    m = rows.meetings
    begun = ~np.isnan(m["start_day"])
    changes = [(t, -1) for t in m["end_day"][begun]] + [(t, 1) for t in m["start_day"][begun]]
    changes.sort()
    level = np.cumsum([c for _, c in changes])
    days = np.array([t for t, _ in changes])
    return int(level[(days >= first) & (days < last)].max())


def test_the_number_of_caseworkers_changes_on_its_dates() -> None:
    """Meetings of 2.5 days run on when caseworkers go, and those who were to go can stay."""
    numbers = [("2020-01-01", 3), ("2020-02-10", 1), ("2020-02-11", 5), ("2020-04-10", 0)]
    steps = [{"from": day, "number": n} for day, n in numbers]
    changes = merged(STAYS, {"population": {"inflow": {"people": 400}}})
    levers = {
        "schedule": {"ui": [{"days": [2]}]}, "minutes": {"kind": "fixed", "physical": 3600},
    }  # fmt: skip
    rows = run_one(changes, **levers, caseworkers=steps)
    assert most_busy(rows, 0, 40) == 3
    assert most_busy(rows, 41.01, 100) == 5
    assert np.nanmax(rows.meetings["start_day"]) < 100.0
    day = rows.office["day"]
    for first, last, number in ((0, 40, 3), (40, 41, 1), (41, 100, 5), (100, 365, 0)):
        assert (rows.office["caseworkers"][(day >= first) & (day < last)] == number).all()


def test_own_caseworkers_cannot_change_by_date() -> None:
    steps = [{"from": "2020-01-01", "number": 3}, {"from": "2020-02-10", "number": 1}]
    with pytest.raises(InputError, match="own_caseworker"):
        plain({"office": {"own_caseworker": True}}, arm={"caseworkers": steps})


@pytest.mark.parametrize("caseworkers", [1, "unlimited"])
def test_no_meeting_begins_on_weekends_public_holidays_or_outside_the_window(
    caseworkers: Any,
) -> None:
    changes = {
        "population": {"inflow": {"kind": "even", "people": 600, "days": 364}},
        "design": {"observation_days": 364, "follow_up_days": 364},
    }
    levers = {"schedule": {"ui": [{"agreed_days": [0, 12]}]}, "caseworkers": caseworkers}
    rows = run_one(changes, **levers)
    start = rows.meetings["start_day"]
    start = start[~np.isnan(start)]
    assert len(start) > 1000
    closed = holidays.country_holidays("DK", years=(2020, 2021))
    days = [date(2020, 1, 1) + timedelta(int(d)) for d in np.unique(np.floor(start))]
    assert not [d for d in days if d.weekday() >= 5 or d in closed]
    window = 49_000 / 252
    minutes = (start % 1.0) * 1440.0 - 540.0
    assert minutes.min() > -1e-6 and minutes.max() < window + 3.0
    lasts = rows.meetings["end_day"] - np.floor(rows.meetings["start_day"])
    assert np.nanmax(lasts) < 1.0


def test_a_meeting_that_overruns_shortens_the_next_window() -> None:
    """One caseworker, 150 minutes a meeting: in 194 minutes two begin, and 106 are overdrawn."""
    changes = {"population": {"inflow": {"people": 400}}, **_nobody_leaves()}
    levers = {
        "schedule": {"ui": [{"days": [5]}]}, "minutes": {"kind": "fixed", "physical": 150},
    }  # fmt: skip
    rows = run_one(changes, **levers, caseworkers=1)
    start = np.sort(rows.meetings["start_day"][~np.isnan(rows.meetings["start_day"])])
    full = rows.office["minutes_used"].sum() / rows.office["minutes_open"][5:].sum()
    assert 0.97 < full <= 1.001
    assert (np.diff(start) > 0.1).all()


def test_a_meeting_longer_than_two_windows_takes_both() -> None:
    changes = {"population": {"inflow": {"people": 100}}, **_nobody_leaves()}
    levers = {
        "schedule": {"ui": [{"days": [5]}]}, "minutes": {"kind": "fixed", "physical": 600},
    }  # fmt: skip
    rows = run_one(changes, **levers, caseworkers=1)
    used, given = rows.office["minutes_used"].sum(), rows.office["minutes_open"].sum()
    assert used <= given * 1.01


def _nobody_leaves() -> dict[str, Any]:
    return {"hazard": STAYS["hazard"]}


def test_who_leaves_ends_the_meeting_or_sees_it_through() -> None:
    changes = merged(STAYS, {"population": {"groups": {"ui": {"benefit_limit_days": 20.01}}}})
    schedule = {"schedule": {"ui": [{"days": [20]}]}}
    broken = run_one(changes, **schedule)
    changes["office"]["exit_breaks_meeting"] = False
    whole = run_one(changes, **schedule)
    assert set(broken.meetings["outcome"].tolist()) == {4}
    assert np.allclose(broken.meetings["minutes"], 0.01 * 1440.0)
    assert set(whole.meetings["outcome"].tolist()) == {HELD}
    assert (whole.meetings["minutes"] == 70.0).all()
    assert (whole.spells["exit_day"] == broken.spells["exit_day"]).all()
    assert (whole.spells["held"] == 1).all()


def test_a_meeting_seen_through_over_the_turn_of_a_week_leaves_the_exit_where_it_was() -> None:
    """With a market effect everybody's rate is renewed at midnight, in the middle of a meeting."""
    changes = merged(STAYS, {
        "hazard": {"ui": {"job": {"kind": "constant", "rate_per_week": 0.5}}},
        "office": {"exit_breaks_meeting": False},
        "market": {"displacement": 0.4},
        "population": {"inflow": {"people": 600}},
    })  # fmt: skip
    levers = {
        "schedule": {"ui": [{"days": [6.5]}, {"every_days": 7}]},
        "minutes": {"kind": "fixed", "physical": 1440},
    }  # fmt: skip
    rows = run_one(changes, **levers)
    assert rows.checks["sum_equals_threshold"] == (rows.spells["exit"] == 0).sum() > 590
    row = np.searchsorted(rows.spells["person"], rows.meetings["person"])
    over = rows.meetings["end_day"] > rows.spells["exit_day"][row]
    turn = np.floor(rows.meetings["start_day"] / 7) != np.floor(rows.meetings["end_day"] / 7)
    assert (over & turn).sum() > 10


def test_an_unlimited_office_has_no_queue_and_no_load() -> None:
    rows = stays(schedule={"ui": [{"every_days": 1}]})
    assert rows.spells["waiting_days"].max() == 0.0
    assert (rows.office["caseworkers"] == inf).all()
    study = plain(arm={})
    assert study.offered_load["arm"] == 0.0
    assert run(study)["arm"].office["waiting"].max() == 0
