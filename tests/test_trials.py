"""Trials: arms in one world, an evaluator who looks, and the truth beside what is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.experiment.study import build
from sim.experiment.trial import evaluate
from sim.experiment.trial_tables import trial_tables
from sim.model.enrolment import IN_TRIAL, MOST_IN_ARM, NOT_ENROLLED
from sim.model.inflow import expected_entrants
from sim.model.journal import ArmRows
from sim.model.population import entrants
from sim.model.replication import ALONE, run_replication
from sim.model.settings import TRIAL, Study, settings_of
from sim.rules.people import person_number

from .closed_form import base, cases
from .trials import dates, trial
from .worlds import interval, merged, same

DENSE = {"schedule": {"default": [{"every_days": 14}], "ui": [{"every_days": 14}]}}
TWO = {"control": {"people": 300, **dates()}, "treated": {"people": 200, **dates()}}
LONG = {"design": {"observation_days": 364, "follow_up_days": 728}}


def rows_of(rows: ArmRows, person: np.ndarray) -> tuple[dict[str, Any], dict[str, Any]]:
    """The spells and meetings of some people."""
    return tuple(  # type: ignore[return-value]
        {name: column[np.isin(table["person"], person)] for name, column in table.items()}
        for table in (rows.spells, rows.meetings)
    )


@pytest.mark.parametrize("sizes", [("people", 300, 200), ("share", 0.5, 0.3)])
def test_where_nobody_touches_another_one_lives_in_the_trial_as_in_the_world_of_ones_arm(
    sizes: tuple[str, float, float],
) -> None:
    what, *numbers = sizes
    enrolments = {
        arm: {what: number, **dates()}
        for arm, number in zip(("control", "treated"), numbers, strict=True)
    }
    study = trial(enrolments, LONG, {"treated": DENSE})
    found = run_replication(study, 0)
    together = found[TRIAL]
    assert set(together.enrolled["arm"]) == {0, 1}
    for place, arm in enumerate(study.arms):
        mine = together.enrolled["person"][together.enrolled["arm"] == place]
        assert len(mine) > 100
        for one, other in zip(rows_of(together, mine), rows_of(found[arm], mine), strict=True):
            assert same(one, other)
    outside = np.setdiff1d(together.spells["person"], together.enrolled["person"])
    for one, other in zip(
        rows_of(together, outside), rows_of(found["control"], outside), strict=True
    ):
        assert same(one, other)


def test_one_more_person_in_an_arm_changes_no_other_row() -> None:
    more = merged(TWO, {"treated": {"people": 201}})
    few, many = (run_replication(trial(t, LONG), 0)[TRIAL] for t in (TWO, more))
    new = person_number(0, IN_TRIAL + MOST_IN_ARM + 200)
    rest = np.setdiff1d(many.spells["person"], [new])
    assert len(rest) < len(np.unique(many.spells["person"]))
    for one, other in zip(rows_of(few, rest), rows_of(many, rest), strict=True):
        assert same(one, other)


def test_exact_numbers_come_in_the_place_of_the_ordinary_inflow_while_an_arm_is_open() -> None:
    enrolments = merged(TWO, {"control": dates("2019-03-01", "2019-08-01")})
    people = entrants(settings_of(trial(enrolments, LONG)), 1, 0)
    assert people.arm is not None
    assert np.bincount(people.arm[people.arm >= 0]).tolist() == [300, 200]
    outside = people.arm == NOT_ENROLLED
    assert (people.entry_day[outside] >= 365.0).all()
    first = people.entry_day[people.arm == 0]
    assert 59.0 <= first.min() < 64.0 and 205.0 < first.max() < 212.0


def test_people_are_assigned_by_a_draw_each() -> None:
    """Neighbours in order of entry are in the same arm as often as chance has it.

    Alternating assignment would never have them so. 5,000 people: an error of 3 points would be
    caught.
    """
    shares = {"control": {"share": 0.5, **dates()}, "treated": {"share": 0.5, **dates()}}
    busy = merged(LONG, {"population": {"groups": {"ui": {"inflow_per_week": 100}}}})
    people = entrants(settings_of(trial(shares, busy)), 1, 0)
    assert people.arm is not None
    arm = people.arm[people.arm != NOT_ENROLLED]
    assert len(arm) > 4_500
    assert abs(arm.mean() - 0.5) < 3.5 * 0.5 / len(arm) ** 0.5
    assert abs((arm[1:] == arm[:-1]).mean() - 0.5) < 3.5 * 0.5 / len(arm) ** 0.5


def oracle_trial(params: dict[str, Any], people: int) -> Study:
    """The running trial of the tables of exact answers: uniform entry, one look."""
    first, last = (int(x) for x in params["entry"].removeprefix("uniform[")[:-1].split(","))
    look_day = int(params.get("look", params.get("end")))
    assert first == 0
    values = merged(
        base(),
        {
            "start_date": "2019-01-01",
            "engine": "auto",
            "design": {"kind": "trial", "luck": "grid", "observation_days": last,
                       "follow_up_days": 730},
            "population": {"inflow": {"kind": "poisson"}, "groups": {"ui": {"inflow_per_week": 1}}},
            "hazard": {"ui": {"job": {"kind": "constant", "rate_per_week": 7 * params["h0"]}}},
            "effect": {"boost": params["a"], "tau_days": params["tau"]},
        },
    )  # fmt: skip
    day = np.datetime64("2019-01-01")
    window = {"from": "2019-01-01", "to": str(day + last)}
    values["trial"] = {"groups": ["ui"], "caseworkers": "shared",
                       "look_dates": [str(day + look_day)]}  # fmt: skip
    arm = values["arms"]["standard"]
    values["arms"] = {
        name: merged(arm, {
            "enrolment": {"people": people, **window},
            "levers": {"schedule": dict.fromkeys(
                arm["levers"]["schedule"],
                [{"meetings": meetings, "span_days": 182}, {"every_days": 182 / 6}],
            )},
        })
        for name, meetings in (("A05c", 6), ("A05t", 11))
    }  # fmt: skip

    return build(values)


METRICS = {
    "share censored at the look": "censored_share",
    "share censored": "censored_share",
    "mean of completed spells": "completed_mean_days",
    "mean of completed spells (biased, must NOT be reported as duration)": "completed_mean_days",
    "mean time so far min(T,C)": "so_far_mean_days",
    "mean observed time min(T,C) (biased)": "so_far_mean_days",
    "RMST(600)": "km_rmst_longest_days",
    "RMST(730) = Kaplan-Meier target": "km_rmst_longest_days",
}
DIFFERENCES = {
    "difference of completed-spell means": "difference_completed_days",
    "difference of mean time so far": "difference_so_far_days",
    "difference of RMST(600)": "difference_km_longest_days",
}


def test_the_exact_answers_for_running_trials_come_out_of_a_trial() -> None:
    """D04 and D06 of the tables of exact answers, by 20,000 evenly spread people an arm."""
    checked = set()
    tables: dict[str, Any] = {}
    for one in cases():
        if one.case_id not in ("D04", "D06"):
            continue
        if one.case_id not in tables:
            study = oracle_trial(one.params, 20_000)
            found = evaluate(study, run_replication(study, 0))
            tables[one.case_id] = trial_tables(study, {0: found})
        table = tables[one.case_id]
        arms, contrasts = table["trial_arms.csv"], table["trial.csv"]
        for quantity, exact in one.exact.items():
            arm, _, rest = quantity.rpartition(": ")
            arm = arm or one.params.get("regime", "")
            if quantity in DIFFERENCES:
                rows = contrasts[contrasts["estimator"] == DIFFERENCES[quantity]]
                value = rows["estimate"].item()
            else:
                rows = arms[(arms["metric"] == METRICS[rest]) & (arms["arm"] == arm)]
                value = rows["mean"].item()
            # the last people still followed are few: the curve's end moves in steps
            loose = "RMST" in quantity
            assert value == pytest.approx(exact, abs=0.25 if loose else 0.1), quantity
            checked.add(quantity)
    assert len(checked) > 12


def test_arms_that_fill_at_different_dates_differ_without_any_effect() -> None:
    """Completed spells of an arm that filled later are shorter; Kaplan-Meier's curve is not."""
    late = {
        "control": {"people": 4000, **dates("2019-01-01", "2019-04-01")},
        "treated": {"people": 4000, **dates("2019-07-01", "2019-10-01")},
    }
    still = merged(LONG, {"effect": {"kind": "none"}})
    study = trial(late, still, {"treated": DENSE})
    found = evaluate(study, run_replication(study, 0)).contrasts
    look = "2019-12-31"

    def contrast(name: str, which: str = "estimate") -> float:
        return found[look, "treated", name, which]

    assert contrast("difference_completed_days") < -20.0
    assert contrast("difference_so_far_days") < -20.0
    km, se = (contrast("difference_km_longest_days", w) for w in ("estimate", "reported_se"))
    assert abs(km) < 3.5 * se and se < 2.0
    assert contrast("difference_completed_days", "alone") == 0.0
    assert contrast("cox_hazard_ratio", "alone") == pytest.approx(1.0, abs=1e-6)


def test_displacement_parts_what_a_trial_finds_from_what_a_roll_out_does() -> None:
    """Both arms compete in one market, so the contrast keeps what everybody would lose."""
    market = {
        "engine": "auto",
        "market": {"displacement": 1.0, "pool_share": 1.0},
        "population": {"groups": {"ui": {"inflow_per_week": 30}}, "warm_start": True},
        "effect": {"kind": "concave", "alpha": 0.3, "rho": 1.0},
    }
    shares = {"control": {"share": 0.5, **dates()}, "treated": {"share": 0.5, **dates()}}
    study = trial(shares, merged(LONG, market), {"treated": DENSE})
    each = [evaluate(study, run_replication(study, r)).contrasts for r in range(4)]
    key = ("2019-12-31", "treated", "difference_so_far_days")
    alone, everybody = ([-one[*key, which] for one in each] for which in ("alone", "everybody"))
    low, _ = interval(np.array(alone) - np.array(everybody), z=4.0)
    assert low > 0.0
    assert np.mean(everybody) < 0.8 * np.mean(alone)


@pytest.mark.parametrize("own", [False, True])
def test_caseworkers_of_a_trial_are_one_team_or_one_for_each_arm(own: bool) -> None:
    enrolments = {
        "control": {"share": 0.6, **dates(), **({"caseworkers": 3} if own else {})},
        "treated": {"share": 0.4, **dates(), **({"caseworkers": 1} if own else {})},
    }
    plan = {"caseworkers": "own"} if own else {"extra_caseworkers": 2}
    levers = {arm: {"caseworkers": 2} for arm in enrolments}
    study = trial(enrolments, LONG, levers | {"treated": {**DENSE, "caseworkers": 2}}, plan)
    assert study.caseworkers[TRIAL] == ((0.0, 4.0),)
    assert study.teams == (((0.0, (3.0, 1.0)),) if own else ())
    assert study.caseworkers["control"] == ((0.0, 2.0),)
    rows = run_replication(study, 0)[TRIAL]
    assert (rows.office["caseworkers"] == 4.0).all()
    if own:  # the treated meet often, and their own caseworker has no help
        arm = dict(zip(rows.enrolled["person"], rows.enrolled["arm"], strict=True))
        of = np.array([arm.get(p, 0) for p in rows.spells["person"]])
        waits = [rows.spells["waiting_days"][of == a].mean() for a in (0, 1)]
        assert waits[1] > 2.0 * waits[0]


def test_the_worlds_alone_have_no_market_and_no_load() -> None:
    market = {"market": {"displacement": 0.6}, "office": {"load_elasticity": 0.2}}
    levers = {arm: {"caseworkers": 20} for arm in TWO}
    found = run_replication(trial(TWO, merged(LONG, market), levers), 0)
    free = run_replication(trial(TWO, LONG, levers), 0)
    assert same(found["control" + ALONE].spells, free["control"].spells)
    assert not same(found["control"].spells, free["control"].spells)


def test_the_plan_and_auto_count_the_people_who_are_enrolled() -> None:
    """Ten times the people: ten times those expected, and caseworkers enough for them."""
    many = {arm: {**one, "people": 10 * int(one["people"])} for arm, one in TWO.items()}
    levers = {arm: {"caseworkers": "auto"} for arm in TWO}
    busy = merged(LONG, {"population": {"groups": {"ui": {"inflow_per_week": 1}}}})
    few_study, many_study = (trial(t, busy, levers) for t in (TWO, many))
    for study, people in ((few_study, 500), (many_study, 5000)):
        assert expected_entrants(settings_of(study), 365.0) == pytest.approx(people, rel=0.01)
    number = [study.caseworkers["control"][0][1] for study in (few_study, many_study)]
    assert 8 * (number[0] - 1) < number[1] <= 10 * number[0]
    assert many_study.offered_load["control"] < 1.0
