"""Levers that hold for some: offered meetings, groups of a regime, episodes at a distance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.config import load
from sim.experiment.ledger import account
from sim.model.journal import ArmRows
from sim.rules.errors import InputError
from sim.rules.meetings import DECLINED, DISTANCE, HELD, MANDATORY, NO_SHOW, VOLUNTARY
from sim.rules.people import GROUPS

from .test_levers_meetings import EPISODE, STAYS, stays
from .worlds import PLAIN_PEOPLE, merged, plain, run, same

TWO_GROUPS: dict[str, Any] = merged(STAYS, {
    "population": {"groups": {
        "ui": {"share": 0.5}, "cash_job_ready": {**PLAIN_PEOPLE, "share": 0.5},
    }},
    "hazard": {"cash_job_ready": STAYS["hazard"]["ui"]},
})  # fmt: skip
ELEVEN = {"meetings": 11, "span_days": 182}
SOME = [1, 3, 5, 8, 10]


def willing(acceptance: float, no_show: float = 0.0) -> dict[str, Any]:
    """Who reaches for an offer, and who misses a meeting that must be."""
    ui = {"reach": 1, "acceptance": acceptance, "no_show": {"physical": no_show}}
    return {"population": {"groups": {"ui": ui}}}


def test_an_offered_meeting_is_voluntary_and_the_others_of_its_phase_are_not() -> None:
    rows = stays(willing(0.7), schedule={"ui": [{**ELEVEN, "offered": SOME}, {"every_days": 60}]})
    m = rows.meetings
    offered = np.isin(m["planned"], SOME)
    assert (m["duty"] == np.where(offered, VOLUNTARY, MANDATORY)).all()
    assert (m["outcome"][~offered] == HELD).all()
    declined = m["outcome"][offered] == DECLINED
    assert abs(declined.mean() - 0.3) < 4 * (0.3 * 0.7 / declined.size) ** 0.5
    assert (m["planned"].max() == 14) and (rows.spells["due"] == 14).all()


def test_offers_that_all_accept_at_full_weight_are_as_good_as_a_duty() -> None:
    """Without no-shows, threat and sanctions the two differ by their name only."""
    change = merged(willing(1.0), {"design": {"follow_up_days": 364}})
    plan: list[dict[str, Any]] = [dict(ELEVEN)]
    must = run(plain(change, arm={"schedule": {"ui": plan}}))["arm"]
    may = {"schedule": {"ui": [{**ELEVEN, "offered": SOME}]}, "voluntary_weight": 1}
    free = run(plain(change, arm=may))["arm"]
    assert same(must.spells, free.spells)
    light = run(plain(change, arm={**may, "voluntary_weight": 0.5}))["arm"]
    later = light.spells["exit_day"] - free.spells["exit_day"]
    assert (later >= 0.0).all() and later.sum() > 0.0


def test_a_regimes_own_acceptance_stands_in_the_place_of_the_populations() -> None:
    plan = {"schedule": {"ui": [{**ELEVEN, "offered": SOME}]}}
    usual = stays(willing(0.3), **plan)
    own = stays(willing(0.9), **plan, acceptance={"default": 0.9, "ui": 0.3})
    assert same(usual.meetings, own.meetings)
    assert (own.meetings["outcome"] == DECLINED).any()


def test_nobody_misses_or_is_sanctioned_for_an_offered_meeting() -> None:
    change = merged(willing(0.5, 0.4), {
        "population": {"groups": {"ui": {"sanction_risk_per_no_show": 1}}}})  # fmt: skip
    rows = stays(change, schedule={"ui": [{"days": [20, 40, 300], "offered": [1, 2]}]})
    m = rows.meetings
    missed = m["outcome"] == NO_SHOW
    assert (m["duty"][missed] == MANDATORY).all() and (m["planned"][missed] == 3).all()
    assert rows.spells["sanctions"].sum() == missed.sum() > 0
    never = stays(willing(0.0), schedule={"ui": [{"days": [20, 40], "offered": [1, 2]}]})
    assert (never.meetings["outcome"] == DECLINED).all() and not never.spells["held"].any()


def lever_refused(text: str) -> str:
    """The message with which a study is refused whose first arm has some levers."""
    with pytest.raises(InputError) as refused:
        load(["design=quick", f"arms.intensified.levers={text}"])
    return str(refused.value)


@pytest.mark.parametrize(
    ("levers", "says"),
    [
        ("{schedule: {ui: [{meetings: 4, span_days: 90, offered: [5]}]}}", "has 4 meetings"),
        ("{schedule: {ui: [{every_days: 30, offered: [2, 2]}]}}", "none may come twice"),
        ("{schedule: {ui: [{none: true, offered: [1]}]}}", "none"),
        ("{schedule: {ui: [{every_days: 30, offered: [0]}]}}", "whole number"),
        ("{groups: [all, ui]}", "write [all], or each group once"),
        ("{groups: [insured]}", "one of all, ui"),
        ("{groups: [ui], allocation: {kind: by_risk, contrast: 0.2}}", "by_risk"),
    ],
)
def test_what_cannot_be_offered_or_grouped_is_refused(levers: str, says: str) -> None:
    assert says in lever_refused(levers)


def by_group(rows: ArmRows, group: str) -> np.ndarray:
    """Due days of the meetings of a group."""
    found = rows.meetings["person"] // 10_000_000 - 1 == GROUPS.index(group)
    return rows.meetings["due_day"][found]


WINDOW = {
    "from": "2020-03-01", "to": "2020-05-01", "mandatory": "suspended", "meeting_clock": "stops",
    "benefit_clock": "runs", "availability": False, "voluntary_every_days": 10, "missed": "drop",
    "catch_up_days": 0,
}  # fmt: skip
DENSE = {"schedule": {"default": [{"every_days": 20}], "ui": [{"every_days": 20}],
                      "cash_job_ready": [{"every_days": 20}]}}  # fmt: skip


def test_who_a_regime_is_not_for_stays_under_standard() -> None:
    """Of schedule, form, quality and window alike: rows as in an arm that changes nothing."""
    changes = merged(TWO_GROUPS, {"office": {"rebook_days": 7}})
    levers = {**DENSE, "windows": [WINDOW], "form": {"default": {"physical": 0, "distance": 1,
              "group": 0}}, "quality": 2}  # fmt: skip
    form = {"form": {"default": {"physical": 0.78, "distance": 0.22, "group": 0}},
            "first_meeting": {"fund_meeting": 1, "fund_wait_days": 7}}  # fmt: skip
    study = plain(changes, standard=form, some={**levers, "groups": ["ui"]}, all=levers)
    rows = run(study)
    assert np.array_equal(by_group(rows["some"], "ui"), by_group(rows["all"], "ui"))
    cash = [by_group(rows[arm], "cash_job_ready") for arm in ("standard", "some", "all")]
    assert np.array_equal(cash[0], cash[1]) and len(cash[0]) < len(cash[2])
    outcomes = rows["some"].meetings
    mine = outcomes["person"] < 20_000_000
    assert (outcomes["form"][mine] == DISTANCE).all()
    assert abs((outcomes["form"][~mine] == DISTANCE).mean() - 0.22) < 0.06


def test_the_price_of_quality_is_paid_for_the_groups_that_have_it() -> None:
    price = {"quality_dkk_per_meeting": 100.0}
    both = {"groups": ["all"], **price}
    study = plain(TWO_GROUPS, none={}, some={**price, "groups": ["ui"]}, both=both)
    rows = run(study)
    paid = {
        arm: float(np.sum(account(study, arm, rows[arm]).whole["municipality"]["quality"]))
        for arm in study.arms
    }
    held = rows["none"].meetings["outcome"] == HELD
    ui = held & (rows["none"].meetings["person"] < 20_000_000)
    assert paid["some"] - paid["none"] == pytest.approx(100.0 * ui.sum())
    assert paid["both"] - paid["none"] == pytest.approx(100.0 * held.sum())


@pytest.mark.parametrize(("share", "factor"), [(0.0, 1.0), (0.6, 1.0), (0.6, 2.0), (1.0, 2.0)])
def test_who_finds_it_hard_to_turn_up_in_an_episode_meets_at_a_distance(
    share: float, factor: float
) -> None:
    """The episode is from spell day 0 to 50; power: 4,000 meetings in it."""
    ui = {
        "episode": {**EPISODE, "no_show_factor": factor},
        "no_show": {"physical": 0.2, "distance": 0.1},
    }
    changes = {"population": {"groups": {"ui": ui}, "inflow": {"people": 4000}}}
    rows = stays(
        changes, schedule={"ui": [{"days": [30, 100]}]}, episode_distance_share=share,
        form={"default": {"physical": 0.8, "distance": 0.2, "group": 0}},
    )  # fmt: skip
    m = rows.meetings
    first = m["number"] == 1
    away = m["form"] == DISTANCE
    assert abs(away[first].mean() - (0.2 + 0.8 * share)) < 0.03
    outside = (m["planned"] == 2) & (m["due_day"] > 50.0)
    assert abs(away[outside].mean() - 0.2) < 0.03
    missed = m["outcome"] == NO_SHOW
    if share < 1.0:
        assert abs(missed[first & ~away].mean() - 0.2 * factor) < 0.05
        assert abs(missed[outside & ~away].mean() - 0.2) < 0.04
    if share > 0.0:
        assert abs(missed[first & away].mean() - 0.1) < 0.03
