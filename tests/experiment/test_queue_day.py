"""A day in the queue: its numbers are those of the rows, and no caseworker is in two places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from sim.experiment.queue_day import OVERRUN, left_out, queue_day
from sim.experiment.study import build
from sim.model.journal import ArmRows
from sim.model.replication import run_replication
from sim.model.settings import Study
from sim.rules.meetings import DECLINED, SUSPENDED
from tests.worlds import merged, shipped

SMALL = {
    "population": {"scale": 0.1},
    "design": {"observation_days": 91, "follow_up_days": 182},
    "arms": {arm: {"levers": {"caseworkers": 4}} for arm in ("standard", "intensified")},
}
Lived = tuple[Study, Mapping[str, ArmRows]]


@pytest.fixture(scope="module")
def lived() -> Lived:
    values = merged(shipped(), SMALL)
    values["arms"] = {arm: values["arms"][arm] for arm in ("standard", "intensified")}
    study = build(values)
    return study, run_replication(study, 0)


def test_a_caseworker_is_in_one_meeting_at_a_time_and_there_are_no_more_than_there_are(
    lived: Lived,
) -> None:
    for tables in queue_day(*lived).values():
        bars = tables["queue_day"]
        caseworkers = tables["queue_day_waiting"]["caseworkers"][0]
        assert 0 < bars["slot"].max() <= caseworkers
        for slot in np.unique(bars["slot"]):
            own = bars["slot"] == slot
            order = np.argsort(bars["start_minute"][own])
            start, end = (bars[name][own][order] for name in ("start_minute", "end_minute"))
            assert (start[1:] >= end[:-1] - 1e-4).all()


def test_the_day_has_the_meetings_and_the_queue_of_the_rows(lived: Lived) -> None:
    study, simulated = lived
    found = queue_day(study, simulated)
    assert list(found) == ["standard", "intensified"]
    for arm, tables in found.items():
        bars, minutes = tables["queue_day"], tables["queue_day_waiting"]
        day, meetings = int(bars["day"][0]), simulated[arm].meetings
        began = (meetings["start_day"] >= day) & (meetings["start_day"] < day + 1)
        assert bars["people"].sum() == (began & (meetings["minutes"] > 0)).sum() > 0
        met = bars["kind"] != OVERRUN
        used = (bars["end_minute"] - bars["start_minute"])[met].sum()
        assert used == pytest.approx(simulated[arm].office["minutes_used"][day], rel=1e-6)
        at = day + minutes["minute"][-1] / 1440.0
        waits = (meetings["due_day"] <= at) & ~np.isin(meetings["outcome"], (2, 5))
        served = np.where(
            np.isnan(meetings["start_day"]), meetings["end_day"], meetings["start_day"]
        )
        assert minutes["waiting"][-1] == (waits & (served > at)).sum()


def test_the_day_is_the_one_of_the_whole_run_with_the_longest_queue_at_opening(
    lived: Lived,
) -> None:
    study, simulated = lived
    rows = simulated["standard"]
    minutes = queue_day(study, simulated)["standard"]["queue_day_waiting"]
    meetings = rows.meetings
    asks = ~np.isin(meetings["outcome"], (DECLINED, SUSPENDED))
    began = ~np.isnan(meetings["start_day"])
    over = np.where(began, meetings["start_day"], meetings["end_day"])
    days = np.flatnonzero(rows.office["minutes_open"] > 0)
    assert days[-1] > study.observation_days
    opening = days + minutes["minute"][0] / 1440.0
    waiting = [(asks & (meetings["due_day"] <= at) & (over >= at)).sum() for at in opening]
    assert minutes["waiting_at_opening"][0] == max(waiting)


def test_while_people_wait_and_the_office_is_open_every_caseworker_is_busy(lived: Lived) -> None:
    for tables in queue_day(*lived).values():
        minutes = tables["queue_day_waiting"]
        inside = minutes["minute"] < minutes["closes_minute"] - 1
        assert (minutes["in_meeting"] <= minutes["caseworkers"]).all()
        waits = inside & (minutes["waiting"] > 0)
        assert waits.any()
        assert (minutes["in_meeting"][waits] == minutes["caseworkers"][waits]).all()


@pytest.mark.parametrize("number", ["unlimited", 0])
def test_without_a_limited_number_of_caseworkers_there_is_no_such_day(number: object) -> None:
    values = merged(shipped(), SMALL)
    values["arms"] = {"standard": merged(values["arms"]["standard"], {"levers": {}})}
    values["arms"]["standard"]["levers"] = {"caseworkers": number}
    assert "caseworkers" in left_out(build(values))["queue_day"]


def test_without_opening_hours_there_is_no_such_day() -> None:
    values = merged(shipped(), merged(SMALL, {"office": {"calendar": "continuous"}}))
    assert "opening hours" in left_out(build(values))["queue_day"]
