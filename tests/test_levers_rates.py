"""What moves a job rate beside meetings: threat, sanction, cycle, market and load."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest

from sim.rules.people import JOB

from .worlds import PLAIN_PEOPLE, merged, plain, run, run_one, same

NONE: dict[str, Any] = {"kind": "none"}
STEADY: dict[str, Any] = {
    "population": {"inflow": {"people": 600}, "frailty_variance": 0},
    "hazard": {"ui": {"job": {"kind": "constant", "rate_per_week": 0.05}, "other": NONE}},
    "effect": {"kind": "none"},
    "office": {"calendar": "continuous"},
    "design": {"follow_up_days": 3000},
}
"""One steady job rate: whatever moves it can be read off the days at which people leave."""
NEVER = {"schedule": {"ui": [{"none": True}]}}


def leaving_days(changes: dict[str, Any], **levers: Any) -> tuple[np.ndarray, np.ndarray]:
    """When the same people leave without and with a change of the rate."""
    rows = run(plain(merged(STEADY, changes), without=NEVER, arm=levers))
    return rows["without"].spells["exit_day"], rows["arm"].spells["exit_day"]


def test_a_threat_raises_the_rate_in_the_week_before_a_mandatory_meeting() -> None:
    """A meeting on day 50: 40 % more in days 43 to 50 is 2.8 days gained."""
    before, after = leaving_days({"effect": {"threat": 0.4}}, schedule={"ui": [{"days": [50]}]})
    early, late = before < 43.0, before > 43.0 + 7 * 1.4
    assert (after[early] == before[early]).all()
    assert np.allclose(before[late] - after[late], 2.8)
    between = ~early & ~late
    assert between.sum() > 20
    assert np.allclose(after[between] - 43.0, (before[between] - 43.0) / 1.4)


def test_a_meeting_called_for_at_short_notice_threatens_only_from_the_call_on() -> None:
    """Due every three days: a threat all the time, from the entry to the meetings' end."""
    schedule = {"ui": [{"every_days": 3, "until_day": 30}]}
    before, after = leaving_days({"effect": {"threat": 0.4}}, schedule=schedule)
    late = before > 42.5
    lasted = 10 * 70 / 1440  # in a meeting nothing is ahead
    assert np.allclose(before[late] - after[late], 0.4 * (30.0 - 9 * lasted / 10), atol=1e-6)


def test_a_voluntary_meeting_threatens_nobody() -> None:
    before, after = leaving_days({"effect": {"threat": 0.4}}, duty={"default": "voluntary"})
    assert (before == after).all()


SANCTIONED: dict[str, Any] = {
    "population": {"groups": {"ui": {"no_show": {"physical": 1}, "sanction_risk_per_no_show": 1}}},
    "effect": {"sanction_factor": 2, "sanction_days": 84},
    "office": {"no_show_minutes": 1440, "rebook_days": 5000},
}


def test_a_sanction_doubles_the_rate_for_twelve_weeks() -> None:
    """A no-show on day 20 that takes a day: 84 days gained by day 105."""
    before, after = leaving_days(SANCTIONED, schedule={"ui": [{"days": [20]}]})
    early, late = before < 21.0, before > 21.0 + 168.0
    assert (after[early] == before[early]).all() and early.sum() > 20
    assert np.allclose(before[late] - after[late], 84.0)
    assert np.allclose((before - 21.0)[~early & ~late], 2.0 * (after - 21.0)[~early & ~late])


def test_the_risk_of_a_sanction_is_per_no_show() -> None:
    """Power: 600 no-shows, a standard error of .02."""
    changes = merged(STEADY, SANCTIONED)
    changes["population"]["groups"]["ui"]["sanction_risk_per_no_show"] = 0.3
    changes["hazard"]["ui"]["job"] = NONE
    rows = run_one(changes, schedule={"ui": [{"days": [20]}]})
    assert abs(rows.spells["sanctions"].mean() - 0.3) < 0.08
    assert rows.spells["sanctions"].max() == 1


def test_the_cycle_multiplies_every_job_rate_between_its_dates() -> None:
    """Half the rate from 1 February (day 31) to 2 March (day 61): 15 days lost."""
    cycle = [{"from": "2020-02-01", "to": "2020-03-02", "factor": 0.5}]
    changes = merged(STEADY, {"design": {"replications": 1}})
    level = run_one(changes).spells["exit_day"]
    fall = run_one(merged(changes, {"market": {"cycle": cycle}})).spells["exit_day"]
    early, late = level < 31.0, level > 46.0
    assert (fall[early] == level[early]).all()
    assert np.allclose(fall[late] - level[late], 15.0)


def test_other_exits_and_voluntary_recall_are_not_moved_by_the_cycle() -> None:
    cycle = [{"from": "2020-01-01", "to": "2022-03-02", "factor": 0.5}]
    changes = merged(STEADY, {"hazard": {"ui": {"job": NONE, "other": {
        "kind": "constant", "rate_per_week": 0.05}}}})  # fmt: skip
    level, fall = run_one(changes), run_one(merged(changes, {"market": {"cycle": cycle}}))
    assert same(level.spells, fall.spells)


def test_responsiveness_can_rise_with_frailty() -> None:
    """One meeting on day 20 that lasts: its log effect is alpha * frailty**power."""
    changes = {
        "population": {"frailty_variance": 0.4},
        "effect": {"kind": "concave", "alpha": 0.5, "rho": 1, "tau_days": inf, "cap": inf,
                   "frailty_power": 0.5},
    }  # fmt: skip
    rows = run(plain(merged(STEADY, changes), without=NEVER,
                     arm={"schedule": {"ui": [{"days": [20]}]}}))  # fmt: skip
    before, after = (rows[arm].spells for arm in ("without", "arm"))
    both = (after["held"] == 1) & (before["exit"] == JOB)
    end = 20.0 + 70 / 1440
    ratio = (before["exit_day"][both] - end) / (after["exit_day"][both] - end)
    assert np.allclose(np.log(ratio), 0.5 * before["frailty"][both] ** 0.5, atol=1e-7)


TWO_GROUPS: dict[str, Any] = {
    "population": {
        "inflow": {"kind": "even", "people": 1200, "days": 200},
        "groups": {
            "ui": {**PLAIN_PEOPLE, "share": 0.5},
            "resource": {**PLAIN_PEOPLE, "share": 0.5, "responsiveness": 0},
        },
    },
    "hazard": {"resource": {"job": {"kind": "constant", "rate_per_week": 0.03}, "other": NONE}},
    "effect": {"alpha": 0.5},
    "design": {"observation_days": 200, "follow_up_days": 364},
}
FEW_AND_MANY = {"few": {}, "many": {"schedule": {"ui": [{"every_days": 7}]}}}


def test_what_some_find_by_meetings_others_lose_where_jobs_are_fixed() -> None:
    """Meetings do nothing for the second group; their effect on the first reaches it."""
    for displacement in (0.0, 0.4):
        rows = run(plain(
            merged(TWO_GROUPS, {"market": {"displacement": displacement}}), **FEW_AND_MANY
        ))  # fmt: skip
        few, many = rows["few"].spells, rows["many"].spells
        deaf = few["group"] == 5
        longer = (many["duration_days"] - few["duration_days"])[deaf]
        if displacement == 0.0:
            assert (longer == 0.0).all() and not rows["many"].extras
        else:
            # the last to leave meet fewer rivals than they would have
            assert (longer > 0.0).mean() > 0.6 and longer.mean() > 0.5
            lost = [rows[arm].extras["displaced_jobs"] for arm in ("few", "many")]
            assert lost[1] > lost[0] + 1.0
        assert (many["duration_days"] - few["duration_days"])[~deaf].mean() < -5.0


def test_the_market_is_the_same_for_all_where_nobody_meets() -> None:
    """E/E_ref**-delta by hand in the first week of a cohort, and no difference between arms."""
    changes = merged(STEADY, {
        "market": {"displacement": 0.5, "pool_share": 0.5}, "effect": {"kind": "none"},
    })  # fmt: skip
    study = plain(changes, arm=NEVER)
    s = run(study)["arm"].spells
    alone = run(plain(STEADY, arm=NEVER))["arm"].spells
    effort = 600 * 0.05 / 7
    factor = (0.5 * effort / study.reference_effort_per_day + 0.5) ** -0.5
    first = s["exit_day"] < 7.0
    assert first.sum() > 10
    assert np.allclose(s["exit_day"][first] * factor, alone["exit_day"][first])


@pytest.mark.parametrize("caseworkers", [0, "unlimited"])
def test_without_or_with_unlimited_caseworkers_there_is_no_load(caseworkers: Any) -> None:
    rows = [run_one({"office": {"load_elasticity": k}}, caseworkers=caseworkers) for k in (0, 0.2)]
    assert same(rows[0].spells, rows[1].spells)


def test_fewer_cases_for_each_caseworker_shorten_spells() -> None:
    """Nobody meets: only the load differs. By hand in the first week: (400/c/ref)**-kappa."""
    changes = merged(STEADY, {"office": {
        "load_elasticity": 0.2, "reference_spells_per_caseworker": 100}})  # fmt: skip
    rows = run(plain(changes, two={**NEVER, "caseworkers": 2}, six={**NEVER, "caseworkers": 6}))
    two, six = rows["two"].spells["exit_day"], rows["six"].spells["exit_day"]
    assert (six < two).all()
    first = two < 7.0
    assert np.allclose(two[first] / six[first], 3.0**0.2)
    plain_days = run_one(merged(STEADY, {}), **NEVER).spells["exit_day"]
    assert np.allclose(six[first] * 1.0**0.2, plain_days[first])
