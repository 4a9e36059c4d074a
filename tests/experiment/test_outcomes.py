"""Metrics of one arm in one replication: worked by hand, and from rows nobody sorted out before."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan
from types import SimpleNamespace

import numpy as np
import pytest

from sim.experiment import metrics
from sim.experiment.ledger import account
from sim.experiment.outcomes import Reduction, reduction, worse_off
from sim.experiment.tally import Ledger, tally
from sim.model.journal import ArmRows
from sim.rules.errors import CheckError
from sim.rules.meetings import BROKEN_OFF, CANCELLED, DECLINED, HELD, NO_SHOW, PENDING, SUSPENDED
from sim.rules.people import EDUCATION, GROUPS, JOB, OPEN, OTHER, RECALL

from .fakes import FakeStudy, arm_rows, study

UI, SICK = 10_000_001, 50_000_001
END = 182.0 + 728.0


def reduce(of: FakeStudy, arm: str, rows: ArmRows, ledger: Ledger) -> Reduction:
    """One office, summed and divided."""
    return reduction(of, tally(of, arm, rows, ledger))  # type: ignore[arg-type]


def nothing(of: FakeStudy, arm: str, rows: ArmRows) -> SimpleNamespace:
    """A ledger in which all costs 1 krone a spell."""
    ones = np.ones(int(rows.spells["counted"].sum()))
    return SimpleNamespace(
        benefit_dkk=ones, municipality_dkk=ones, public_dkk=ones, society_dkk=-ones,
        yearly=[("public", "benefit", 2020, 5.0)], lines={"public": {"benefit": ones}},
        flags=(), breaches=lambda: (),
    )  # fmt: skip


def made(
    spells: list[tuple[int, int, float, float, int]],
    meetings: list[tuple[int, float, float, int, float]] = (),  # type: ignore[assignment]
    follow_up_days: float = 728.0,
    opened: float = 1000.0,
) -> Reduction:
    """Reduce spells (person, spell, entry, exit, way) and meetings of first spells (person, due,
    start, outcome, minutes)."""
    person, number, entry, left, way = (np.array(column) for column in zip(*spells, strict=True))
    group = (person // 10_000_000 - 1).astype(np.int8)
    talks = np.array(meetings, dtype=float).reshape(-1, 5)
    counter = [sum(t[0] == m[0] for t in meetings[: i + 1]) for i, m in enumerate(meetings)]
    days = int(182 + follow_up_days)
    rows = ArmRows(
        spells={
            "person": person.astype(np.int32), "spell": number.astype(np.int16), "group": group,
            "entry_day": entry.astype(float), "exit_day": left.astype(float),
            "duration_days": (left - entry).astype(float), "exit": way.astype(np.int8),
            "counted": (number == 1) & (entry >= 0) & (entry < 182),
        },
        meetings={
            "person": talks[:, 0].astype(np.int32), "spell": np.ones(len(talks), dtype=np.int16),
            "number": np.array(counter, dtype=np.int16), "due_day": talks[:, 1],
            "start_day": talks[:, 2], "outcome": talks[:, 3].astype(np.int8),
            "minutes": talks[:, 4], "form": np.zeros(len(talks), dtype=np.int8),
        },
        office={
            "day": np.arange(days), "caseload": np.arange(days), "waiting": np.zeros(days),
            "minutes_used": np.full(days, talks[:, 4].sum() / days),
            "minutes_open": np.full(days, opened / days), "caseworkers": np.full(days, 2.0),
        },
    )  # fmt: skip
    return reduce(study(follow_up_days=follow_up_days), "standard", rows, nothing)  # type: ignore[arg-type]


def of_all(found: Reduction) -> dict[str, float]:
    return {name: value for (label, name), value in found.values.items() if label == "all"}


def test_metrics_of_four_spells_worked_by_hand() -> None:
    found = made(
        [
            (UI, 1, 10.0, 110.0, JOB),
            (UI + 1, 1, 0.0, 300.0, EDUCATION),
            (UI + 2, 1, 20.0, 20.0 + 728.0, OTHER),
            (SICK, 1, 100.0, END, OPEN),
            (SICK + 1, 1, 200.0, 210.0, JOB),  # enters after the window: not counted
            (SICK + 2, 1, -50.0, 3.0, JOB),  # was there before: not counted
        ]
    )
    every = of_all(found)
    assert every["rmst_182_days"] == pytest.approx((100 + 182 * 3) / 4)
    assert every["rmst_728_days"] == pytest.approx((100 + 300 + 728 + 728) / 4)
    assert every["median_days"] == 300.0
    assert every["survival_91"] == 1.0
    assert every["survival_182"] == 0.75
    assert every["survival_728"] == 0.25
    shares = {name: every[f"exit_{name}_share"] for name in metrics.EXIT_SHARES}
    assert shares == {"job": 0.25, "education": 0.25, "recall": 0, "other": 0.25, "open": 0.25}
    assert found.values["ui", "rmst_728_days"] == pytest.approx((100 + 300 + 728) / 3)
    assert found.values["sickness", "rmst_728_days"] == 728.0
    assert ("sickness", "median_days") not in found.values
    assert found.survival[0, [0, 14, 15, 42, 43, 103, 104]].tolist() == [
        1, 1, 0.75, 0.75, 0.5, 0.5, 0.25,
    ]  # fmt: skip
    assert found.at_risk[1, [0, 104]].tolist() == [3, 0]


def test_weeks_in_work_end_with_the_next_spell_and_after_104_weeks() -> None:
    found = made(
        [
            (UI, 1, 0.0, 100.0, JOB),
            (UI, 2, 170.0, 240.0, RECALL),
            (UI, 3, 275.0, 300.0, OTHER),
            (UI + 1, 1, 28.0, 728.0, JOB),
            (UI + 2, 1, 5.0, 50.0, OTHER),
            (UI + 3, 1, -5.0, 50.0, JOB),
        ]
    )
    weeks = (70 / 7 + 35 / 7) + 28 / 7 + 0
    assert of_all(found)["employed_weeks_104"] == pytest.approx(weeks / 3)


def test_waits_count_those_who_left_and_late_only_those_who_could_still_be_served() -> None:
    found = made(
        [(UI, 1, 0.0, 200.0, JOB), (UI + 1, 1, 0.0, 105.0, JOB), (SICK, 1, 50.0, END, OPEN)],
        [
            (UI, 10.0, 12.0, HELD, 60.0),
            (UI, 30.0, 40.0, NO_SHOW, 20.0),
            (UI, 50.0, nan, DECLINED, 0.0),
            (UI, 150.0, nan, CANCELLED, 0.0),
            (UI + 1, 100.0, nan, CANCELLED, 0.0),
            (UI + 1, 90.0, 97.0, BROKEN_OFF, 10.0),
            (SICK, 60.0, nan, SUSPENDED, 0.0),
            (SICK, 900.0, nan, PENDING, 0.0),  # after the 728 days
            (SICK, 700.0, nan, PENDING, 0.0),
        ],
    )
    every = of_all(found)
    assert every["waiting_days_mean"] == pytest.approx((2 + 10 + 50 + 5 + 7 + 210) / 6)
    assert every["late_share"] == pytest.approx(3 / 5)
    assert found.values["ui", "late_share"] == pytest.approx(2 / 4)
    assert every["due_per_person"] == pytest.approx(8 / 3)
    assert every["held_per_person"] == pytest.approx(1 / 3)
    assert found.months[0, :, 0].sum() == pytest.approx(every["due_per_person"])
    assert found.months[0, :2].tolist() == [
        pytest.approx([3 / 3, 1 / 3]),
        pytest.approx([1 / 3, 0]),
    ]
    assert every["utilisation"] == pytest.approx(90 / 1000)
    # Four never started though they were queued; one that did used 30 minutes.
    assert every["offered_load"] == pytest.approx((90 + 4 * 30) / 1000)


def test_an_office_without_caseworkers_has_no_load() -> None:
    found = made([(UI, 1, 0.0, 200.0, JOB)], [(UI, 10.0, nan, CANCELLED, 0.0)], opened=0.0)
    assert {"offered_load", "utilisation"}.isdisjoint(of_all(found))
    unlimited = made([(UI, 1, 0.0, 200.0, JOB)], [(UI, 10.0, 10.0, HELD, 60.0)], opened=np.inf)
    assert {"offered_load", "utilisation"}.isdisjoint(of_all(unlimited))


def test_a_metric_that_the_follow_up_is_too_short_for_is_left_out() -> None:
    found = made([(UI, 1, 0.0, 200.0, JOB), (UI + 1, 1, 0.0, 546.0, OPEN)], follow_up_days=364.0)
    every = of_all(found)
    assert every["rmst_364_days"] == pytest.approx((200 + 364) / 2)
    assert every["median_days"] == 200.0
    for name in ("rmst_728_days", "survival_728", "exit_job_share", "public_dkk"):
        assert name not in every
        assert metrics.left_out(364.0)[name].startswith("needs 728 days")
    assert metrics.left_out(728.0) == {}
    assert not np.isnan(found.survival[0, :53]).any() and np.isnan(found.survival[0, 53:]).all()
    assert not np.isnan(found.months[0, :12]).any() and np.isnan(found.months[0, 12:]).all()


def test_a_counted_spell_that_was_followed_too_briefly_is_a_breach() -> None:
    with pytest.raises(CheckError, match=f"person {UI} was followed for 300 days only"):
        made([(UI, 1, 0.0, 300.0, OPEN)])


def test_without_anybody_counted_nothing_has_a_value_but_what_is_of_the_whole_office() -> None:
    found = made([(UI, 1, -10.0, 50.0, JOB)], [(UI, 10.0, 12.0, HELD, 60.0)])
    jobs = {(label, "jobs_per_month") for label in found.labels}
    assert set(found.values) == {("all", "offered_load"), ("all", "utilisation")} | jobs
    assert found.values["ui", "jobs_per_month"] == pytest.approx(1 / 12)


def test_the_metrics_are_those_that_a_loop_over_the_people_finds() -> None:
    of = study(people=200)
    rows = arm_rows(of, 0, "standard")
    found = reduce(of, "standard", rows, account)
    spells, meetings = rows.spells, rows.meetings
    days, employed, due, held, waits = [], [], 0, 0, []
    for place in np.flatnonzero(spells["counted"]):
        who, entry = spells["person"][place], spells["entry_day"][place]
        days.append(min(spells["duration_days"][place], 728.0))
        mine = np.flatnonzero(spells["person"] == who)
        for this in mine:
            if spells["exit"][this] in (JOB, RECALL):
                later = spells["entry_day"][this + 1] if this + 1 in mine else np.inf
                end = min(later, entry + 728)
                employed.append(max(end - spells["exit_day"][this], 0))
        for talk in np.flatnonzero((meetings["person"] == who) & (meetings["spell"] == 1)):
            if meetings["due_day"][talk] - entry < 728:
                due += 1
                held += meetings["outcome"][talk] == HELD
                start = meetings["start_day"][talk]
                start = spells["exit_day"][place] if isnan(start) else start
                waits.append(start - meetings["due_day"][talk])
    every = of_all(found)
    assert every["rmst_728_days"] == pytest.approx(np.mean(days))
    assert every["employed_weeks_104"] == pytest.approx(sum(employed) / 7 / len(days))
    jobs = (spells["exit"] == JOB) & (spells["exit_day"] >= 0) & (spells["exit_day"] < 364)
    assert every["jobs_per_month"] == pytest.approx(jobs.sum() / 12)
    assert every["due_per_person"] == pytest.approx(due / len(days))
    assert every["held_per_person"] == pytest.approx(held / len(days))
    assert every["waiting_days_mean"] == pytest.approx(np.mean(waits))
    assert set(metrics.UNITS) == set(every)


def test_groups_weighted_by_their_people_give_everybody() -> None:
    of = study(people=300, groups=GROUPS)
    found = reduce(of, "standard", arm_rows(of, 0, "standard"), account)
    weights = found.at_risk[1:, 0]
    for name in set(metrics.UNITS) - {
        "median_days", "waiting_days_mean", "late_share", "offered_load", "utilisation",
        "jobs_per_month",
    }:  # fmt: skip
        by_group = [found.values[group, name] for group in of.groups]
        total = found.values["all", name]
        assert np.average(by_group, weights=weights) == pytest.approx(total, rel=1e-9)
    by_group = [found.values[group, "jobs_per_month"] for group in of.groups]
    assert sum(by_group) == pytest.approx(found.values["all", "jobs_per_month"])


def test_worse_off_is_who_stays_longer_by_more_than_a_millionth_of_a_day() -> None:
    base = made([(UI + i, 1, 0.0, 100.0, JOB) for i in range(4)])
    longer = np.array([0.0, 5e-7, 2e-6, -3.0])
    arm = replace(base, limited_days=base.limited_days + longer)
    assert worse_off(arm, base) == {
        "all": 0.25,
        "ui": 0.25,
        "sickness": pytest.approx(nan, nan_ok=True),
    }
    with pytest.raises(CheckError, match="same counted people"):
        worse_off(arm, replace(base, person=base.person + 1))
