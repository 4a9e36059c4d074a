"""The levers that say what a meeting is: form, minutes, duty, partner, quality, for whom."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

from sim.model.journal import ArmRows
from sim.rules.meetings import DECLINED, HELD

from .test_levers_meetings import STAYS, stays
from .worlds import merged, plain, run, run_one

ALPHA, RATE = 0.5, 0.03
ONE_MEETING: dict[str, Any] = {
    "population": {"inflow": {"people": 400}, "frailty_variance": 0},
    "hazard": {
        "ui": {
            "job": {"kind": "constant", "rate_per_week": RATE}, "other": {"kind": "none"},
        }
    },
    "effect": {"kind": "concave", "alpha": ALPHA, "rho": 1, "tau_days": inf, "cap": inf},
    "office": {"calendar": "continuous"},
    "design": {"follow_up_days": 3000},
}  # fmt: skip
"""One meeting on day 20 that lasts in its effect: its weight can be read off every spell."""


def weights_of(changes: dict[str, Any] | None = None, **levers: Any) -> np.ndarray:
    """The weight of each person's one meeting, from how much faster they left after it."""
    made = plain(merged(ONE_MEETING, changes or {}),
                 none={"schedule": {"ui": [{"none": True}]}},
                 arm={"schedule": {"ui": [{"days": [20]}]}, **levers})  # fmt: skip
    rows = run(made)
    end = {int(p): e for p, e in zip(rows["arm"].meetings["person"],
                                     rows["arm"].meetings["end_day"], strict=True)}  # fmt: skip
    alone, met = rows["none"].spells, rows["arm"].spells
    both = (met["held"] == 1) & (alone["exit"] == 0) & (met["exit"] == 0)
    assert both.sum() > 150
    ended = np.array([end[int(p)] for p in met["person"][both]])
    ratio = (alone["duration_days"][both] - ended) / (met["duration_days"][both] - ended)
    return np.log(ratio) / ALPHA


def test_an_ordinary_meeting_has_weight_one() -> None:
    assert np.allclose(weights_of(), 1.0, atol=1e-8)


def test_quality_and_form_multiply_the_weight() -> None:
    found = weights_of(
        quality=1.25, form={"default": {"physical": 0, "distance": 1, "group": 0}},
        weight={"physical": 1, "distance": 0.8, "group": 0.5},
    )  # fmt: skip
    assert np.allclose(found, 1.25 * 0.8, atol=1e-8)


def test_a_group_meeting_has_the_weight_of_its_form() -> None:
    changes = {"office": {"group_size": 5, "gather_days": 3}}
    group = {"default": {"physical": 0, "distance": 0, "group": 1}}
    assert np.allclose(weights_of(changes, form=group), 0.5, atol=1e-8)


def test_a_voluntary_meeting_weighs_less_and_is_declined_by_those_not_reached() -> None:
    changes = {"population": {"groups": {"ui": {"reach": 0.8, "acceptance": 0.75}}}}
    found = weights_of(changes, duty={"default": "voluntary"}, voluntary_weight=0.8)
    assert np.allclose(found, 0.8, atol=1e-8)
    rows = stays(
        merged(changes, {"population": {"inflow": {"people": 2000}}}),
        duty={"default": "voluntary"}, schedule={"ui": [{"days": [20]}]},
    )  # fmt: skip
    declined = rows.meetings["outcome"] == DECLINED
    assert abs(declined.mean() - 0.4) < 0.045
    assert (rows.meetings["duty"] == 1).all()
    assert (rows.meetings["minutes"][declined] == 0.0).all()


def test_duty_can_differ_by_group_and_nobody_is_absent_from_what_is_voluntary() -> None:
    changes = {"population": {"groups": {"ui": {"no_show": {"physical": 0.5}}}}}
    rows = stays(changes, duty={"default": "mandatory", "ui": "voluntary"})
    assert set(rows.meetings["outcome"].tolist()) == {HELD, DECLINED}


def test_half_of_the_caseworkers_can_have_no_effect_and_half_twice() -> None:
    changes = {"office": {"own_caseworker": True, "caseworker_quality": "halves"}}
    found = np.round(weights_of(changes, caseworkers=60), 6)
    assert set(found.tolist()) == {0.0, 2.0}
    assert 0.25 < (found == 2.0).mean() < 0.75


@pytest.mark.parametrize("caseworkers", [150, "unlimited"])
def test_caseworkers_qualities_can_be_lognormal_with_mean_one(caseworkers: Any) -> None:
    """Power: the mean of about 150 qualities of standard deviation .5 is within .2 (5 errors)."""
    changes = {
        "office": {
            "own_caseworker": True, "caseworker_quality": "lognormal", "caseworker_quality_sd": 0.5,
        }
    }  # fmt: skip
    found = weights_of(changes, caseworkers=caseworkers)
    assert len(np.unique(np.round(found, 6))) > 50
    assert abs(found.mean() - 1.0) < 0.2
    assert 0.3 < found.std() < 0.8


def test_forms_have_their_shares_minutes_and_no_shows() -> None:
    """Power: 1,600 meetings, shares within .05 (4 standard errors)."""
    no_show = {"physical": 0, "distance": 0.5, "group": 0}
    rows = stays(
        {"population": {"groups": {"ui": {"no_show": no_show}}}},
        form={"default": {"physical": 0.5, "distance": 0.3, "group": 0.2}},
        schedule={"ui": [{"every_days": 40}]},
    )
    m = rows.meetings
    first = m["outcome"] == HELD
    shares = np.bincount(m["form"], minlength=3) / len(m["form"])
    assert np.allclose(shares, [0.5, 0.3, 0.2], atol=0.05)
    assert (m["minutes"][first & (m["form"] == 0)] == 70.0).all()
    assert (m["minutes"][first & (m["form"] == 1)] == 55.0).all()
    missed = (m["outcome"] == 1)[m["form"] == 1]
    assert abs(missed.mean() - 0.5) < 0.1 and (m["form"][m["outcome"] == 1] == 1).all()


@pytest.mark.parametrize(("kind", "deviation"), [("uniform", 70 / 12**0.5), ("exponential", 70.0)])
def test_minutes_can_spread_around_their_mean(kind: str, deviation: float) -> None:
    """Power: 1,800 meetings; mean and deviation within 8 %."""
    rows = stays(minutes={"kind": kind, "physical": 70}, schedule={"ui": [{"every_days": 40}]})
    minutes = rows.meetings["minutes"]
    assert abs(minutes.mean() / 70.0 - 1.0) < 0.08
    assert abs(minutes.std() / deviation - 1.0) < 0.12
    lasted = (rows.meetings["end_day"] - rows.meetings["start_day"]) * 1440.0
    assert np.allclose(lasted, minutes, atol=1e-6)
    if kind == "uniform":
        assert minutes.min() >= 35.0 and minutes.max() <= 105.0


def test_a_partner_holds_a_share_without_a_caseworker() -> None:
    share = stays(partner_share=0.25, schedule={"ui": [{"every_days": 30}]})
    alone = share.meetings["minutes"] == 0.0
    assert abs(alone.mean() - 0.25) < 0.05
    assert (share.meetings["outcome"] == HELD).all()
    everyone = stays(partner_share=1, caseworkers=0, schedule={"ui": [{"every_days": 30}]})
    assert (everyone.meetings["outcome"] == HELD).all()
    assert everyone.spells["waiting_days"].sum() == 0.0


def group_rows(**office: Any) -> ArmRows:
    """People who come one a day, all of whose meetings are group meetings."""
    changes = merged(STAYS, {
        "population": {"inflow": {"kind": "even", "people": 100, "days": 100}},
        "office": office, "design": {"observation_days": 100, "follow_up_days": 60},
    })  # fmt: skip
    levers = {
        "schedule": {"ui": [{"days": [10]}]},
        "form": {"default": {"physical": 0, "distance": 0, "group": 1}},
        "minutes": {"kind": "fixed", "group": 90},
    }
    return run_one(changes, **levers, caseworkers=3)


def test_a_full_group_meets_at_once_and_takes_one_caseworker_once() -> None:
    m = group_rows(group_size=4, gather_days=30).meetings
    starts, sizes = np.unique(m["start_day"], return_counts=True)
    assert (sizes == 4).all() and len(starts) == 25
    assert np.allclose(m["minutes"], 90.0 / 4)
    assert np.allclose((m["start_day"] - m["due_day"]).reshape(25, 4), [3, 2, 1, 0])


def test_a_group_that_does_not_fill_meets_after_the_days_it_may_gather() -> None:
    m = group_rows(group_size=20, gather_days=4.5).meetings
    starts, sizes = np.unique(m["start_day"], return_counts=True)
    assert (sizes == 5).all() and len(starts) == 20
    assert (m["start_day"] - m["due_day"]).max() == 4.5


def test_those_at_risk_meet_more_and_others_less_at_the_same_total_minutes() -> None:
    """Power: 3,000 people; the total may differ by 4 % (three standard errors of the pairs)."""
    changes = {
        "population": {"inflow": {"people": 3000}},
        "design": {"follow_up_days": 728},
        "office": {"risk_score_noise": 0.2},
    }
    by_risk = {"kind": "by_risk", "contrast": 0.5}
    rows = run(plain(changes, even={}, risk={"allocation": by_risk}))
    even, risk = rows["even"].spells, rows["risk"].spells
    assert abs(risk["minutes"].sum() / even["minutes"].sum() - 1.0) < 0.04
    weak = even["frailty"] < np.median(even["frailty"])
    assert risk["held"][weak].sum() > 1.15 * even["held"][weak].sum()
    assert risk["held"][~weak].sum() < 0.9 * even["held"][~weak].sum()
