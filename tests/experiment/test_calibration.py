"""Calibration against exact answers (F01, F03, F04), and each measure against what it must be."""

from dataclasses import replace
from functools import cache
from math import exp, log
from typing import Any

import numpy as np
import pytest

from sim.config.targets import calibration
from sim.experiment.calibration.emulation import Emulation, changed
from sim.experiment.calibration.fitting import calibrate
from sim.experiment.calibration.results import Calibration
from sim.experiment.calibration.solving import scan, solve
from sim.rules.errors import InputError
from tests.closed_form import cases

CLOSED = "target=closed_form_19_days"
NINETEEN = "ridge=effect.tau_days:14,60,120"


def emulation(*words: str) -> Emulation:
    target, configuration = calibration(words)
    return Emulation(target, configuration.values, (), configuration.parameters)


@cache
def f01() -> Calibration:
    return calibrate(emulation(CLOSED, NINETEEN))


@cache
def exact() -> dict[str, float]:
    """The exact answers of family F by quantity."""
    return {q: x for case in cases() if case.family == "F" for q, x in case.exact.items()}


def measure(quantity: str, point: dict[str, float], *words: str, **how: Any) -> float:
    e = emulation(CLOSED, "ridge=none", *words)
    figure = replace(e.target.figures[0], name=quantity, quantity=quantity, **how)
    return e.figure(figure, point)


def test_both_solutions_of_nineteen_days_are_found() -> None:
    first, second = (one.point["effect.boost"] for one in f01().solutions)
    assert f01().method == "exact"
    assert first == pytest.approx(exact()["a*"], rel=1e-6)
    found = exact()["a** (second root: the target does not identify a)"]
    assert second == pytest.approx(found, rel=1e-6)
    assert f01().alone["days_saved"] == (first, second)


def test_the_largest_attainable_reduction_is_found_between_the_points_of_the_grid() -> None:
    x, y = f01().scans["days_saved"].largest
    wanted = exact()["largest attainable reduction over a (days)"]
    assert y == pytest.approx(wanted, rel=1e-6)
    assert x not in f01().scans["days_saved"].x


def test_durations_and_meetings_at_the_solution_are_exact() -> None:
    beside = f01().solutions[0].beside
    for name, quantity in {
        "days_eleven": "RMST regime 1 at a*",
        "days_six": "RMST regime 2 at a*",
        "meetings_eleven": "E[meetings] regime 1 at a*",
        "meetings_six": "E[meetings] regime 2 at a*",
    }.items():
        assert beside[name] == pytest.approx(exact()[quantity], rel=1e-6), name


@pytest.mark.parametrize("tau_days", [14, 60, 120])
def test_the_ridge_holds_the_pairs_that_fit_equally_well(tau_days: int) -> None:
    pairs = [pair for pair in f01().ridge if pair.second == tau_days and pair.point]
    assert min(pair.point["effect.boost"] for pair in pairs if pair.point) == pytest.approx(
        exact()[f"a at tau={tau_days}"], rel=1e-6
    )
    assert all(pair.misfit == pytest.approx(0.0, abs=1e-9) for pair in pairs)


@pytest.mark.parametrize("tau_days", [14, 60, 120])
def test_the_untreated_stay_as_long_as_is_known_along_the_ridge(tau_days: int) -> None:
    point = {"effect.boost": exact()[f"a at tau={tau_days}"], "effect.tau_days": float(tau_days)}
    days = measure("restricted_mean_days", point, arms=("six",))
    assert days == pytest.approx(exact()[f"control RMST at tau={tau_days}"], rel=1e-6)


def test_cost_is_days_times_benefit_and_meetings_times_their_price() -> None:
    point = {"effect.boost": 0.35}
    for arm, case in {"eleven": "A05t", "six": "A05c"}.items():
        cost = measure("municipality_dkk", point, arms=(arm,))
        assert cost == pytest.approx(exact()[f"expected cost per spell {case}"], rel=1e-6)
    saving = measure("net_saving_municipality_dkk", point)
    assert 2129 * saving == pytest.approx(exact()["net saving"], rel=1e-6)


def test_an_interim_look_is_that_of_case_d06() -> None:
    point, at_600 = {"effect.boost": 0.35}, {"look_day": 600.0, "entry_days": 600.0}
    wanted = {q: x for c in cases() if c.case_id == "D06" for q, x in c.exact.items()}
    completed = measure("completed_days_saved", point, **at_600)
    so_far = measure("so_far_days_saved", point, **at_600)
    assert -completed == pytest.approx(wanted["difference of completed-spell means"], rel=1e-6)
    assert -so_far == pytest.approx(wanted["difference of mean time so far"], rel=1e-6)


def test_a_constant_ratio_of_rates_is_what_cox_finds() -> None:
    """Meetings that never fade, all on the day of entry, multiply the rate by a constant."""
    plan = "{caseworkers: unlimited, schedule: {ui: [{days: [0]}, {none: true}]}}"
    none = "{caseworkers: unlimited, schedule: {ui: [{none: true}]}}"
    words = (f"arms.eleven.levers={plan}", f"arms.six.levers={none}", "effect.tau_days=.inf")
    assert measure("hazard_ratio", {"effect.boost": 0.4}, *words) == pytest.approx(1.4, rel=1e-9)
    ratio = measure("job_rate_ratio", {"effect.boost": 0.4}, *words)
    assert ratio == pytest.approx(1.4, rel=1e-9)
    weeks = measure("median_weeks_saved", {"effect.boost": 0.4}, *words)
    assert weeks == pytest.approx(log(2) / 0.035 * (1.0 - 1.0 / 1.4), rel=1e-9)


def test_frailty_is_integrated_out_as_its_laplace_transform_says() -> None:
    words = ("population.frailty_variance=0.5",)
    days = measure("restricted_mean_days", {"effect.boost": 0.0}, *words, days=364.0)
    v, rate = 0.5, 0.005
    assert days == pytest.approx(
        (1 - (1 + v * rate * 364) ** (1 - 1 / v)) / rate / (1 - v), rel=1e-9
    )
    by_nodes = ("population.frailty_variance=0.5", "effect.frailty_power=1e-12")
    assert measure("restricted_mean_days", {"effect.boost": 0.0}, *by_nodes, days=364.0) == (
        pytest.approx(days, rel=1e-8)
    )


def test_weeks_in_work_are_those_of_two_rates_that_take_turns() -> None:
    """Leaving at a, coming back at b: in work a / (a + b) * (t - (1 - e^-(a+b)t) / (a + b))."""
    words = ("population.reentry_rate_per_week=0.0055",)
    a, b, t = 0.005, 0.0055 / 7, 728.0
    days = a / (a + b) * (t - (1 - exp(-(a + b) * t)) / (a + b))
    found = measure("employed_weeks", {"effect.boost": 0.0}, *words, days=t)
    assert found == pytest.approx(days / 7, rel=1e-4)


def test_a_lost_meeting_is_counted_by_how_many_fewer_are_held() -> None:
    point = {"effect.boost": 0.35}
    rise = measure("rise_per_lost_meeting", point, arms=("six",), against=("eleven",))
    wanted = exact()
    days = [measure("restricted_mean_days", point, arms=(arm,)) for arm in ("six", "eleven")]
    held = [measure("meetings_held", point, arms=(arm,)) for arm in ("six", "eleven")]
    assert rise == pytest.approx((days[0] / days[1] - 1.0) / (held[1] - held[0]), rel=1e-9)
    assert wanted and rise > 0.0


def test_a_target_that_is_only_touched_is_told_apart() -> None:
    f = lambda x: 4.0 - (x - 1.3) ** 2  # noqa: E731
    seen = scan(f, 0.0, 5.0)
    (root,) = solve(f, seen.largest[1], seen)
    assert root.touches and root.x == pytest.approx(1.3, abs=1e-6)
    assert [r.x for r in solve(f, 3.0, seen)] == pytest.approx([0.3, 2.3])
    assert solve(f, 4.1, seen) == []


def test_solutions_between_two_points_of_the_grid_are_not_missed() -> None:
    """Both roots of a peak narrower than the grid's step, where its points show the turn."""
    f = lambda x: float(np.cos(x))  # noqa: E731
    seen = scan(f, 0.0, 20.0)
    assert len(solve(f, 0.999999, seen)) == 7


def test_a_lever_of_one_arm_can_be_fitted() -> None:
    values = calibration([CLOSED])[1].values
    key = "arms.eleven.levers.quality"
    assert changed(values, {key: 2.0})["arms"]["eleven"]["levers"]["quality"] == 2.0
    assert "quality" not in values["arms"]["eleven"]["levers"]
    with pytest.raises(InputError, match="this study has no arms.twelve.levers.quality"):
        changed(values, {"arms.twelve.levers.quality": 2.0})


def test_worlds_with_common_luck_agree_with_exact_integration() -> None:
    """4,000 people on a lattice of luck: within .1 day of the exact difference."""
    words = (CLOSED, "population.inflow.people=4000", "engine=simpy")
    e = emulation(*words)
    target = replace(e.target, method="worlds")
    worlds = Emulation(target, e.values, (), e.parameters)
    figure = replace(e.target.figures[0], days=728.0)
    point = {"effect.boost": 0.35}
    assert worlds.figure(figure, point) == pytest.approx(e.figure(figure, point), abs=0.1)
