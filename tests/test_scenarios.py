"""The scenarios of the published texts: short, complete, and what they claim holds in small."""

from __future__ import annotations

from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.config import Configuration, load
from sim.config.catalogue import published_figures
from sim.experiment import backlog, same_meetings
from sim.experiment.study import build
from sim.model.journal import ArmRows
from sim.model.replication import run_replication
from sim.model.settings import Study
from sim.rules.meetings import DECLINED, HELD, VOLUNTARY
from sim.rules.people import GROUPS, JOB

FOLDER = Path(sim.__file__).resolve().parents[1] / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
OF_TEXTS = (
    "esbjerg_2017", "esbjerg_2017_offered", "esbjerg_2018_cash", "job_focused_2016",
    "lockdown_2020", "north_jutland_2017",
)  # fmt: skip
MOST_LINES = 80


@cache
def composed(name: str, *overrides: str) -> Configuration:
    """A scenario at design=quick, one replication, with some changes."""
    quick = ["design=quick", "design.replications=1"]
    return load([f"scenarios={name}", *quick, *overrides])


@cache
def lived(name: str, *overrides: str) -> tuple[Study, dict[str, ArmRows]]:
    """One replication of a scenario."""
    study = build(composed(name, *overrides).values)
    return study, run_replication(study, 0)


def held(rows: ArmRows) -> int:
    """Meetings held."""
    return int((rows.meetings["outcome"] == HELD).sum())


def test_there_is_a_scenario_for_each_text() -> None:
    assert set(OF_TEXTS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_short_and_composes_without_a_warning(name: str) -> None:
    assert len((FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()) < MOST_LINES
    found = composed(name)
    assert not found.warnings
    assert found.values["question"] and found.values["note"]


@pytest.mark.parametrize("name", ["esbjerg_2017", "esbjerg_2017_offered"])
def test_esbjergs_trial_has_the_people_and_dates_that_were_published(name: str) -> None:
    values, figures = composed(name).values, published_figures()
    enrolled = [arm["enrolment"]["people"] for arm in values["arms"].values()]
    assert enrolled == [figures[f"esbjerg_{who}_people"].number for who in ("control", "treated")]
    assert values["start_date"] == figures["esbjerg_trial_start"].value
    assert values["trial"]["look_dates"][-1] == figures["esbjerg_trial_end"].value
    assert values["trial"]["extra_caseworkers"] == figures["esbjerg_extra_caseworkers"].number


def test_offers_are_fewer_meetings_than_a_duty() -> None:
    small = ("design.kind=worlds", "population.scale=0.2")
    _, must = lived("esbjerg_2017", *small)
    _, may = lived("esbjerg_2017_offered", *small)
    assert held(must["control"]) == held(may["control"])
    assert held(may["control"]) < held(may["treated"]) < held(must["treated"])
    m = may["treated"].meetings
    offered = m["duty"] == VOLUNTARY
    assert set(np.unique(m["planned"][offered]).tolist()) == {1, 3, 5, 8, 10}
    assert (m["outcome"][offered] == DECLINED).any()


def test_more_meetings_and_smaller_caseloads_make_more_jobs_a_month_on_cash_benefit() -> None:
    _, rows = lived("esbjerg_2018_cash")
    jobs = {arm: int((of.spells["exit"] == JOB).sum()) for arm, of in rows.items()}
    assert jobs["law"] < jobs["fewer_cases"] < jobs["staffed"] < jobs["everything"]
    assert jobs["law"] < jobs["budget"] < jobs["staffed"]


def test_a_better_conversation_makes_more_jobs_and_has_the_same_staff() -> None:
    study, rows = lived("job_focused_2016", "population.scale=3")
    assert {steps[0][1] for steps in study.caseworkers.values()} == {25.0}
    quality = {arm: of["levers"].get("quality", 1.0) for arm, of in study.values["arms"].items()}
    order = sorted(quality, key=lambda arm: quality[arm])
    days = [float(rows[arm].spells["duration_days"].sum()) for arm in order[2:]]
    assert days == sorted(days, reverse=True)


def test_north_jutland_keeps_the_total_of_today_in_every_arm() -> None:
    study = build(composed("north_jutland_2017").values)
    table = same_meetings.table(study)
    total = table[table["group"] == "all"]
    assert len(total) == len(study.arms) - 1
    assert (total["role"] == "binding").all() and total["is_kept"].all()
    sick = table[table["group"] == "sickness"].set_index("arm")
    assert (sick["role"] == "exception").all()
    assert sick.loc["all", "ratio"] < 0.9 and sick.loc["sickness_fewer", "ratio"] < 0.9
    assert len(study.values["office"]["areas"]) == 9


def test_north_jutlands_switch_leaves_the_other_groups_as_they_are() -> None:
    study, rows = lived("north_jutland_2017", "population.scale=0.5", "office.pools=shared")
    assert list(rows) == list(study.arms)
    ratio = study.planned_per_year
    for group in ("cash_job_ready", "education_help", "resource"):
        assert ratio["some_groups"][group] == pytest.approx(ratio["standard"][group], rel=0.01)
        assert ratio["all"][group] != pytest.approx(ratio["standard"][group], rel=0.001)


def measured() -> dict[str, dict[str, float]]:
    """The backlog of each arm of the lockdown."""
    study, rows = lived("lockdown_2020", "population.scale=0.5")
    return {arm: backlog.measure(study, arm, rows[arm], rows["open"]) for arm in study.arms[1:]}


def test_the_lockdown_leaves_a_backlog_where_the_clock_runs() -> None:
    found = measured()
    for arm in ("clock_stops", "text_reading"):
        assert found[arm]["owed_people"] == 0 and isnan(found[arm]["drained_days"])
    assert found["catch_up"]["owed_people"] > 1000
    assert found["drop"]["owed_people"] == found["drop"]["catch_up_hours"] == 0
    assert found["drop"]["more_hours"] < found["catch_up"]["more_hours"]
    assert (
        found["text_reading"]["offers_held_meetings"]
        < (found["clock_stops"]["offers_held_meetings"])
    )
    hours = {arm: of["catch_up_hours"] for arm, of in found.items()}
    assert hours["catch_up"] > 1000 and hours["clock_stops"] == 0
    assert all(of["not_held_meetings"] > 2000 and of["spared_hours"] > 0 for of in found.values())


def test_the_lockdown_sends_the_insured_only_and_no_one_is_sanctioned_in_it() -> None:
    _, rows = lived("lockdown_2020", "population.scale=0.5")
    spells: dict[str, Any] = rows["open"].spells
    entry, group = spells["entry_day"], spells["group"]
    spring = (entry >= 71) & (entry < 85)
    before = (entry >= 0) & (entry < 70)
    insured = group == GROUPS.index("ui")
    assert (spring & insured).sum() / 2 > 4 * (before & insured).sum() / 10
    others = ~insured
    assert (spring & others).sum() / 2 < 1.5 * (before & others).sum() / 10
