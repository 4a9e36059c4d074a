"""What a running trial shows in the limit of many people: against exact answers and simulation."""

from __future__ import annotations

from functools import cache
from math import exp, isnan, sqrt

import numpy as np
import pytest
from scipy.integrate import quad

from sim.experiment.evaluator import Figure, look
from sim.experiment.exact import expect
from sim.experiment.interim import Interim, interim, interim_of, interim_of_trial
from sim.experiment.limits import studies
from sim.experiment.limits.studies import ARM, MEETINGS
from sim.experiment.study import build
from sim.model.settings import Study
from sim.rules.errors import InputError
from sim.rules.people import JOB

from ..closed_form import base, case, cases, study

RELATIVE_ERROR = 1e-6
POWER = 4.0
"""Standard errors within which an estimate must lie of the truth: missed once in 16,000."""


def plan(regime: str) -> dict[str, object]:
    return {"n": MEETINGS[regime], "weeks": 26, "d_after": "182/6"}


@cache
def trial(regime: str) -> Study:
    """A regime of case D06, alone."""
    return study(studies.alone({"h0": 0.005, "a": 0.35, "tau": 30, **plan(regime)}))


@cache
def on_day_600(regime: str) -> Interim:
    return interim_of(trial(regime), ARM, (0.0, 600.0), 600.0, (600.0,))


def test_a_trial_that_is_stopped_comes_out_exactly() -> None:
    exact = case("D04").exact
    found = interim_of(trial("A05c"), ARM, (0.0, 365.0), 730.0, (730.0,))
    assert [
        found.censored_share, found.completed_mean_days, found.so_far_mean_days,
        found.km_rmst_days[730.0],
    ] == pytest.approx(list(exact.values()), rel=RELATIVE_ERROR)  # fmt: skip


@pytest.mark.parametrize("regime", ["A05t", "A05c"])
def test_a_look_at_a_running_trial_comes_out_exactly(regime: str) -> None:
    exact = next(one.exact for one in cases() if f"{regime}: RMST(600)" in one.exact)
    found = on_day_600(regime)
    values = [
        found.censored_share, found.completed_mean_days, found.so_far_mean_days,
        found.km_rmst_days[600.0],
    ]  # fmt: skip
    wanted = [value for name, value in exact.items() if name.startswith(f"{regime}: ")]
    assert values == pytest.approx(wanted, rel=RELATIVE_ERROR)


def test_only_the_restricted_mean_finds_the_whole_difference() -> None:
    exact = next(one.exact for one in cases() if "difference of RMST(600)" in one.exact)
    treated, control = on_day_600("A05t"), on_day_600("A05c")
    found = [
        treated.completed_mean_days - control.completed_mean_days,
        treated.so_far_mean_days - control.so_far_mean_days,
        treated.km_rmst_days[600.0] - control.km_rmst_days[600.0],
    ]
    assert found == pytest.approx(list(exact.values()), rel=RELATIVE_ERROR)
    assert found[2] < found[1] < found[0] < 0.0


def test_the_figures_by_their_definition() -> None:
    people = expect(study({"population.frailty_variance": 0.5}), ARM, 700.0)
    found = interim(people, 100.0, 400.0, 700.0)
    mean = [
        quad(f, 300.0, 600.0, epsrel=1e-10)[0] / 300.0
        for f in (people.survival, people.restricted_mean)
    ]
    assert found.censored_share == pytest.approx(mean[0], rel=1e-9)
    assert found.completed_share == pytest.approx(1.0 - mean[0], rel=1e-9)
    assert found.so_far_mean_days == pytest.approx(mean[1], rel=1e-9)


def test_the_arms_of_a_trial_each_have_their_own_window() -> None:
    values = base()
    plain = values["arms"][ARM]
    arms = {
        name: {
            **plain,
            "enrolment": {"share": 0.4, "from": first, "to": "2021-08-23"},
            "levers": {
                **plain["levers"],
                "schedule": studies.for_everybody(studies.plan_of(plan(regime))),
            },
        }
        for name, regime, first in (
            ("control", "A05c", "2020-01-01"), ("treated", "A05t", "2020-07-01"),
        )
    }  # fmt: skip
    changes = {
        **studies.alone({"h0": 0.005, "a": 0.35, "tau": 30}), **studies.poisson(1.0, 600.0),
        "design.kind": "trial", "arms": arms,
    }  # fmt: skip
    ours = {"groups": ["ui"], "caseworkers": "shared", "look_dates": ["2021-08-23"]}
    built = build({**studies.changed(values, changes), "trial": ours})
    control, treated = interim_of_trial(built, 600.0, (600.0,))
    assert control == on_day_600("A05c")
    assert treated == interim_of(trial("A05t"), ARM, (182.0, 600.0), 600.0, (600.0,))
    with pytest.raises(InputError, match="design.kind"):
        interim_of_trial(trial("A05t"), 600.0)


def test_all_entering_on_one_day_is_the_limit_of_a_short_window() -> None:
    people = expect(study({}), ARM, 400.0)
    one_day, short = (interim(people, 0.0, to, 400.0) for to in (0.0, 1e-3))
    assert one_day.censored_share == pytest.approx(exp(-2.0))
    assert one_day.completed_mean_days == pytest.approx(short.completed_mean_days, rel=1e-5)
    assert one_day.so_far_mean_days == pytest.approx(short.so_far_mean_days, rel=1e-5)


def test_before_the_first_entry_there_is_nothing() -> None:
    found = interim(expect(study({}), ARM, 400.0), 100.0, 200.0, 100.0, (50.0,))
    assert all(map(isnan, (found.censored_share, found.so_far_mean_days)))
    assert isnan(found.km_rmst_days[50.0])
    assert isnan(interim(expect(study({}), ARM, 400.0), 0.0, 9.0, 40.0, (50.0,)).km_rmst_days[50.0])


def drawn_days(regime: str, people: int, draw: np.random.Generator) -> np.ndarray:
    """Spells drawn through the survival curve of a regime; beyond 700 days they last for ever."""
    days = np.arange(0.0, 700.25, 0.25)
    curve = expect(trial(regime), ARM, 701.0)
    stay = np.array([curve.survival(day) for day in days])
    return np.interp(-draw.random(people), -stay, days, right=np.inf)


def test_an_evaluator_finds_these_figures_in_a_large_trial() -> None:
    """100,000 people an arm: every figure within 4 of its own standard errors."""
    draw = np.random.default_rng(11)
    people = 100_000
    arm = np.repeat([0, 1], people)
    entry = draw.uniform(0.0, 700.0, 2 * people)
    leave = entry + np.concatenate([drawn_days(r, people, draw) for r in ("A05c", "A05t")])
    found = look(arm, entry, leave, np.full(2 * people, JOB), 600.0, 2, (600.0 - 1.0,))
    limits = [interim_of(trial(r), ARM, (0.0, 700.0), 600.0, (599.0,)) for r in ("A05c", "A05t")]
    for table, limit in zip(found.arms, limits, strict=True):
        exact = {
            "censored_share": limit.censored_share,
            "completed_mean_days": limit.completed_mean_days,
            "so_far_mean_days": limit.so_far_mean_days,
            "km_rmst_599_days": limit.km_rmst_days[599.0],
        }
        for name, value in exact.items():
            assert abs(table[name].value - value) < POWER * table[name].se, name
    exact_difference = limits[1].km_rmst_days[599.0] - limits[0].km_rmst_days[599.0]
    one: Figure = found.contrasts[0]["difference_km_599_days"]
    assert abs(one.value - exact_difference) < POWER * one.se < POWER * 200.0 * sqrt(3 / people)
