"""The market's answer to a roll-out: closed forms, limits, and a pair of simulated worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import exp, inf, sqrt
from typing import Any

import numpy as np
import pytest

from sim.experiment.exact import expect
from sim.experiment.limits import studies
from sim.experiment.roll_out import RollOut, on_impact, steady_state, without_market
from sim.model.replication import run_replication
from sim.model.settings import Study
from sim.rules.errors import InputError
from sim.rules.lever_rows import levers_of

from ..closed_form import base, study
from ..trials import dates, trial

ARM = "more"
JOB, OTHER, BOOST = 0.005, 0.003, 0.4
FORTNIGHTLY = [{"every_days": 14}]
HALF_A_YEAR = [{"every_days": 14, "until_day": 182}]
AT_ONCE = [{"days": [1e-7]}]
"""One meeting that nobody leaves before; with an endless stock the job rate is higher for good."""

LASTING: dict[str, Any] = {"effect.boost": BOOST, "effect.tau_days": inf}
FADING: dict[str, Any] = {"effect.boost": BOOST, "effect.tau_days": 30.0}
OTHERS: dict[str, Any] = {
    "hazard.ui.other": {"kind": "constant", "rate_per_week": 7.0 * OTHER},
}


def roll_out_of(
    plan: list[dict[str, Any]],
    changes: Mapping[str, Any],
    delta: float = 0.5,
    pool_share: float = 1.0,
) -> Study:
    """A standard regime without meetings, and an arm with a plan of them."""
    values = base()
    levers = levers_of(values, studies.ARM)
    arm = {"levers": {**levers, "schedule": studies.for_everybody(plan)}}
    return study({
        **changes,
        f"regimes.{studies.ARM}": levers,
        "arms": {
            name: {**values["arms"][studies.ARM], **own}
            for name, own in ((studies.ARM, {}), (ARM, arm))
        },
        "market.displacement": delta,
        "market.pool_share": pool_share,
    })  # fmt: skip


def days_of(built: Study, arm: str) -> float:
    return expect(without_market(built), arm, 728.0).restricted_mean(728.0)


@pytest.mark.parametrize(("delta", "pool_share"), [(0.0, 1.0), (0.5, 0.0)])
@pytest.mark.parametrize("variance", [0.0, 0.5])
def test_where_nothing_is_displaced_only_the_direct_effect_is_left(
    delta: float, pool_share: float, variance: float
) -> None:
    changes = {**FADING, **OTHERS, "population.frailty_variance": variance}
    built = roll_out_of(FORTNIGHTLY, changes, delta, pool_share)
    direct = days_of(built, studies.ARM) - days_of(built, ARM)
    for found in (on_impact(built, ARM), steady_state(built, ARM)):
        assert found.market_factor == pytest.approx(1.0, abs=1e-12)
        assert found.direct_days_saved == pytest.approx(direct, rel=1e-7)
        assert found.days_saved == pytest.approx(direct, rel=1e-7)
        assert found.control_days_saved == pytest.approx(0.0, abs=1e-9)


def mean_to_728(rate: float) -> float:
    return (1.0 - exp(-728.0 * rate)) / rate


@pytest.mark.parametrize("treated_share", [0.3, 1.0])
def test_the_impact_of_a_lasting_rise_has_a_closed_form(treated_share: float) -> None:
    found = on_impact(roll_out_of(AT_ONCE, {**LASTING, **OTHERS}, 0.6, 0.5), ARM, treated_share)
    m = (1.0 + 0.5 * treated_share * BOOST) ** -0.6
    assert found.market_factor == pytest.approx(m, rel=1e-6)
    usual = mean_to_728(JOB + OTHER)
    treated, control = ((1.0 + BOOST) * JOB * m + OTHER, JOB * m + OTHER)
    assert found.days_saved == pytest.approx(usual - mean_to_728(treated), rel=1e-5)
    assert found.control_days_saved == pytest.approx(usual - mean_to_728(control), rel=1e-5)
    shown = mean_to_728(control) - mean_to_728(treated)
    assert found.contrast_days == pytest.approx(shown, rel=1e-5)


@pytest.mark.parametrize("a_week", [0.0, 0.0055])
def test_the_steady_state_of_a_lasting_rise_solves_its_equation(a_week: float) -> None:
    changes = {**LASTING, **OTHERS, "population.reentry_rate_per_week": a_week}
    found = steady_state(roll_out_of(AT_ONCE, changes, 0.6, 0.5), ARM)
    again = 1.0 - exp(-a_week * base()["population"]["reentry_days"] / 7.0)

    def effort(job: float, m: float) -> float:
        to_job = m * job / (m * job + OTHER)
        return to_job / m / (1.0 - again * to_job)

    m = found.market_factor
    ratio = effort((1.0 + BOOST) * JOB, m) / effort(JOB, 1.0)
    assert m < 1.0
    assert m == pytest.approx((0.5 * ratio + 0.5) ** -0.6, rel=1e-6)


@pytest.mark.parametrize("variance", [0.0, 0.5])
def test_a_steady_state_from_which_all_leave_for_a_job_displaces_nobody(variance: float) -> None:
    """As many find a job as enter, whatever the regime: search flows are equal (to 20 years)."""
    changes = {**FADING, "population.frailty_variance": variance}
    built = roll_out_of(FORTNIGHTLY, changes, 0.5)
    assert steady_state(built, ARM).market_factor == pytest.approx(1.0, abs=2e-3)
    assert on_impact(built, ARM).market_factor < 0.9


def test_the_impact_grows_with_displacement_pool_share_and_treated_share() -> None:
    def factor(delta: float, pool_share: float, treated_share: float) -> RollOut:
        built = roll_out_of(FORTNIGHTLY, {**FADING, **OTHERS}, delta, pool_share)
        return on_impact(built, ARM, treated_share)

    least = factor(0.2, 0.3, 0.5)
    assert least.market_factor < 1.0
    for more in (factor(0.6, 0.3, 0.5), factor(0.2, 0.9, 0.5), factor(0.2, 0.3, 1.0)):
        assert more.market_factor < least.market_factor
        assert more.displaced_share > least.displaced_share > 0.0
        assert more.control_days_saved < least.control_days_saved < 0.0


def test_frailty_that_moves_the_response_is_integrated_person_by_person() -> None:
    changes = {**FADING, **OTHERS, "population.frailty_variance": 0.5}
    plain, nearly = (
        steady_state(roll_out_of(HALF_A_YEAR, {**changes, "effect.frailty_power": x}), ARM)
        for x in (0.0, 1e-9)
    )
    assert nearly.market_factor == pytest.approx(plain.market_factor, rel=1e-7)
    assert nearly.days_saved == pytest.approx(plain.days_saved, rel=1e-6)


def test_a_cap_on_the_effect_is_seen_where_it_bends_the_rate() -> None:
    capped = {
        "effect.kind": "concave", "effect.alpha": 0.5, "effect.rho": 1.0, "effect.cap": 0.4,
        "effect.tau_days": 30.0,
    }  # fmt: skip
    built = roll_out_of(FORTNIGHTLY, {**capped, **OTHERS}, 0.5)
    direct = days_of(built, studies.ARM) - days_of(built, ARM)
    assert on_impact(built, ARM).direct_days_saved == pytest.approx(direct, rel=1e-7)


@pytest.mark.parametrize("state", [on_impact, steady_state])
def test_a_sample_of_people_serves_where_draws_decide(
    state: Callable[[Study, str], RollOut],
) -> None:
    """4,000 people with even luck against the integral; somebody once in a million does not turn
    up, so that there is no exact answer."""
    pytest.importorskip("numba")
    changes = {
        **FADING, **OTHERS, "population.frailty_variance": 0.4, "engine": "auto",
        "population.reentry_rate_per_week": 0.0055,
    }  # fmt: skip
    rare = {"population.groups.ui.no_show": {"physical": 1e-6, "distance": 0, "group": 0}}
    exact = state(roll_out_of(FORTNIGHTLY, changes, 0.6), ARM)
    found = state(roll_out_of(FORTNIGHTLY, {**changes, **rare}, 0.6), ARM)
    assert (exact.is_exact, found.is_exact) == (True, False)
    assert found.market_factor == pytest.approx(exact.market_factor, abs=0.002)
    assert found.direct_days_saved == pytest.approx(exact.direct_days_saved, abs=0.3)
    assert found.days_saved == pytest.approx(exact.days_saved, abs=0.3)


def test_a_right_that_returning_people_have_used_up_is_left_to_a_sample() -> None:
    changes = {
        "population.reentry_rate_per_week": 0.0055,
        "population.groups.ui.benefit_limit_days": 728.0,
    }
    assert not steady_state(roll_out_of(HALF_A_YEAR, {**FADING, **changes}), ARM).is_exact


def test_all_groups_make_the_market_and_the_days_are_those_of_the_groups_asked_for() -> None:
    changes = {
        **FADING, **OTHERS, "population.groups.ui.share": 0.5,
        "population.groups.cash_job_ready.share": 0.5,
        "population.groups.cash_job_ready.responsiveness": 0.0,
    }  # fmt: skip
    built = roll_out_of(FORTNIGHTLY, changes, 0.6)
    both, moved, others = (
        on_impact(built, ARM, groups=of)
        for of in (("ui", "cash_job_ready"), ("ui",), ("cash_job_ready",))
    )
    assert both.market_factor == moved.market_factor == others.market_factor < 1.0
    assert abs(others.direct_days_saved) < 1e-9
    assert others.days_saved < 0.0
    assert moved.days_saved + others.days_saved == pytest.approx(2.0 * both.days_saved)


def test_the_arms_of_a_trial_are_rolled_out_too() -> None:
    half = {"share": 0.5, **dates()}
    often = {"schedule": {"default": FORTNIGHTLY, "ui": FORTNIGHTLY}}
    built = trial(
        {"control": half, "treated": half},
        {"market": {"displacement": 0.4}, "design": {"follow_up_days": 728}},
        {"treated": often},
    )
    some, everybody = (on_impact(built, "treated", share, ("ui",)) for share in (0.5, 1.0))
    assert everybody.market_factor < some.market_factor < 1.0
    assert everybody.days_saved < some.days_saved < some.direct_days_saved
    assert some.contrast_days > everybody.days_saved


def test_an_arm_in_which_nobody_is_met_though_draws_would_decide_is_refused() -> None:
    rare = {"population.groups.ui.no_show": {"physical": 0.1, "distance": 0, "group": 0}}
    built = roll_out_of(FORTNIGHTLY, {**FADING, **rare})
    idle = replace(built, caseworkers={**built.caseworkers, ARM: ((0.0, 0.0),)})
    with pytest.raises(InputError, match="caseworkers is 0"):
        steady_state(idle, ARM)


def test_simulated_worlds_come_to_rest_where_the_mean_field_says() -> None:
    """Who enters years after the roll-out: paired by person, within 4 standard errors of the days
    saved, which the direct effect misses by 10."""
    changes = {
        **FADING, **OTHERS, **studies.poisson(3.0, 3000.0), "population.warm_start": True,
        "design.follow_up_days": 730.0, "engine": "auto",
    }  # fmt: skip
    built = roll_out_of(FORTNIGHTLY, changes, 0.9)
    rows = run_replication(built, 0)
    columns = [rows[arm].spells for arm in (studies.ARM, ARM)]
    late = [(c["entry_day"] > 900.0) & (c["entry_day"] < 3000.0) for c in columns]
    usual, treated = (
        np.minimum(c["duration_days"], 728.0)[own] for c, own in zip(columns, late, strict=True)
    )
    saved = usual - treated
    error = float(saved.std(ddof=1)) / sqrt(len(saved))
    found = steady_state(built, ARM)
    assert len(saved) > 6000
    assert abs(float(saved.mean()) - found.days_saved) < 4.0 * error
    assert found.direct_days_saved - found.days_saved > 10.0 * error
