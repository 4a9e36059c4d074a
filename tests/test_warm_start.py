"""The office begins loaded: every group with the stock that it would have in the long run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import exp

import numpy as np
import pytest
from scipy.integrate import quad

from sim.model.demand import long_run
from sim.model.luck import Luck
from sim.model.settings import STANDARD, registry_of, rulebook_of, settings_of
from sim.model.stock import stock_on_day_0
from sim.rules.people import GROUPS, IN_STOCK, PERSONS_PER_GROUP, Spell

from .worlds import PLAIN_PEOPLE, merged, plain, run, shipped, study_of

BEFORE = {
    "population": {
        "inflow": {"kind": "poisson"}, "warm_start": True,
        "groups": {"ui": {"inflow_per_week": 700}},
    },
    "effect": {"kind": "none"},
    "design": {"observation_days": 7, "follow_up_days": 7},
}  # fmt: skip


def survival(days: float, job: float = 0.0374, other: float = 0.010) -> float:
    """The share still unemployed with a gamma frailty of variance .4."""
    return (1.0 + 0.4 * job / 7 * days) ** -2.5 * exp(-other / 7 * days)


def test_the_stock_and_its_elapsed_days_are_those_of_a_renewal_process() -> None:
    """Power: about 14,600 people; a standard error of .8 % for the stock, 1 % for the days."""
    mean = quad(survival, 0, 20_000, limit=200)[0]
    elapsed = quad(lambda t: t * survival(t), 0, 20_000, limit=200)[0] / mean
    spells = run(plain(BEFORE))["standard"].spells
    stock = spells["entry_day"] < 0.0
    assert abs(stock.sum() / (100.0 * mean) - 1.0) < 0.02
    assert abs(-spells["entry_day"][stock].mean() / elapsed - 1.0) < 0.03
    assert spells["frailty"][stock].mean() < 0.85  # the weak stay
    assert not spells["counted"][stock].any()


def test_those_in_the_office_have_met_and_will_meet() -> None:
    """Meetings go on over day 0: as many a week in the first weeks as later."""
    changes = merged(BEFORE, {
        "population": {"groups": {"ui": {"inflow_per_week": 70}}},
        "design": {"observation_days": 180, "follow_up_days": 180},
    })  # fmt: skip
    rows = run(plain(changes))["standard"]
    stock = rows.spells["entry_day"] < -60.0
    assert rows.spells["held"][stock].mean() > 1.5
    due = np.histogram(rows.meetings["due_day"], bins=[0, 90, 180, 270, 360])[0]
    assert due.min() / due.max() > 0.9


def test_the_caseload_neither_grows_nor_falls_in_the_years_after() -> None:
    """Power: a stock of about 2,900 with returns; each quarter within 6 % of the first day."""
    changes = merged(BEFORE, {
        "population": {
            "groups": {"ui": {"inflow_per_week": 110}}, "reentry_rate_per_week": 0.0055,
        },
        "effect": {"kind": "concave"},
        "design": {"observation_days": 364, "follow_up_days": 728},
    })  # fmt: skip
    caseload = run(plain(changes))["standard"].office["caseload"]
    assert np.allclose(caseload[::91] / caseload[0], 1.0, atol=0.06)


def stocks(people: Iterable[Spell]) -> np.ndarray:
    return np.bincount([p.group for p in people], minlength=len(GROUPS))


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_every_group_begins_within_2_percent_of_its_stationary_stock(group: str) -> None:
    """Power: two stocks of about 10,000: a standard error below .8 % (returns come in pairs)."""
    study = study_of({}, {STANDARD: {}}, shipped())
    settings = settings_of(study)
    w = rulebook_of(study, STANDARD, registry_of(study))
    g = GROUPS.index(group)
    alone = [x if i == g else 0.0 for i, x in enumerate(settings.inflow_per_day)]
    expected = long_run(study, replace(settings, inflow_per_day=tuple(alone)), w, 8000).open_spells
    scale = 10_000 / expected
    settings = replace(settings, inflow_per_day=tuple(scale * x for x in alone))
    found = [
        stocks(stock_on_day_0(study, settings, w, Luck(study.seed, r), r)[0])[g] for r in (0, 1)
    ]
    assert abs(np.mean(found) / 10_000 - 1.0) < 0.02


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_a_longer_plan_of_one_group_leaves_the_plans_of_the_others(engine: str) -> None:
    """Phases lie in one table: those of later groups move when an earlier group has more."""
    if engine == "compiled":
        pytest.importorskip("numba")
    groups = {g: {**PLAIN_PEOPLE, "inflow_per_week": 50} for g in ("ui", "cash_job_ready")}
    changes = merged(BEFORE, {
        "population": {"groups": groups},
        "hazard": {"cash_job_ready": {"job": {"kind": "constant", "rate_per_week": 0.01}}},
        "design": {"observation_days": 60, "follow_up_days": 300},
    })  # fmt: skip
    longer = {"ui": [{"days": [7]}, {"every_days": 20, "until_day": 90}, {"every_days": 60}]}
    shipped_first = {"first_meeting": shipped()["regimes"][STANDARD]["first_meeting"]}
    arms = {"usual": shipped_first, "longer": {**shipped_first, "schedule": longer}}
    rows = run(replace(plain(changes, **arms), engine=engine))
    usual, changed = (rows[arm].meetings for arm in ("usual", "longer"))
    mine = [m["person"] // 10_000_000 == 2 for m in (usual, changed)]
    assert mine[0].sum() > 1000
    for name in ("person", "planned", "due_day"):
        assert np.array_equal(usual[name][mine[0]], changed[name][mine[1]])
    assert len(usual["person"]) != len(changed["person"])


def test_an_appointment_that_stands_is_kept_where_the_next_is_agreed_at_each_meeting() -> None:
    """With no new date for everybody, the stock's meetings go on from the first week on."""
    groups = {"ui": {**PLAIN_PEOPLE, "inflow_per_week": 70}}
    changes = merged(BEFORE, {"population": {"groups": groups}, "design": {"observation_days": 90}})
    plan = [{"agreed_days": [40, 60]}]
    for days in ([], [{"days": [7]}]):
        rows = run(plain(changes, agreed={"schedule": {"ui": [*days, *plan]}}))["agreed"]
        m = rows.meetings
        stock = m["person"] % PERSONS_PER_GROUP >= IN_STOCK
        due = np.histogram(m["due_day"][stock], bins=[0, 28, 56])[0]
        assert due[0] > 0.6 * due[1]
