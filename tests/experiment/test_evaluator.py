"""What an evaluator computes on a look date, against libraries, by hand, and against the truth."""

from __future__ import annotations

from math import exp, isnan, log, sqrt

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

from sim.experiment.evaluator import Look, hazard_ratio, look, restricted_means
from sim.rules.people import JOB, OPEN, OTHER

RATE, RATIO = 0.005, 1.3
POWER = 4.0
"""Standard errors within which an estimate must lie of the truth: missed once in 16,000."""


def trial(
    people: int, seed: int, ratio: float = RATIO, other_rate: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Columns of a trial: entries uniform on [0, 600], constant rates, jobs faster if treated."""
    draw = np.random.default_rng(seed)
    arm = np.arange(people) % 2
    entry = draw.uniform(0.0, 600.0, people)
    job = draw.exponential(1.0 / (RATE * ratio**arm))
    other = draw.exponential(1.0 / other_rate, people) if other_rate else np.full(people, np.inf)
    return arm, entry, entry + np.minimum(job, other), np.where(job <= other, JOB, OTHER)


def by_hand(entry: list[float], exit_day: list[float], code: list[int], arm: list[int]) -> Look:
    columns = (np.array(x) for x in (arm, entry, exit_day, code))
    return look(*columns, look_day=100.0, arms=2, horizons=(50.0, 101.0))  # type: ignore[arg-type, misc]


def test_the_figures_of_five_people_by_hand() -> None:
    found = by_hand(
        entry=[0.0, 20.0, 50.0, 10.0, 30.0, 100.0],
        exit_day=[40.0, 120.0, np.nan, 30.0, 90.0, 110.0],
        code=[JOB, JOB, OPEN, JOB, OTHER, JOB],
        arm=[0, 0, 0, 1, 1, 1],
    )
    control, treated = found.arms
    assert (control["enrolled"].value, treated["enrolled"].value) == (3.0, 2.0)
    assert control["completed_share"].value == pytest.approx(1 / 3)
    assert control["censored_share"].value == pytest.approx(2 / 3)
    assert control["completed_share"].se == pytest.approx(sqrt(1 / 3 * 2 / 3 / 3))
    assert control["completed_mean_days"].value == 40.0
    assert treated["completed_mean_days"].value == 40.0
    assert treated["completed_mean_days"].se == pytest.approx(20.0)
    assert control["so_far_mean_days"].value == pytest.approx((40.0 + 80.0 + 50.0) / 3)
    # one of three leaves on day 40; of two, one on day 20
    assert control["km_rmst_50_days"].value == pytest.approx(40.0 + 10.0 * 2 / 3)
    assert control["km_rmst_50_days"].se == pytest.approx(10.0 * 2 / 3 * sqrt(1 / (3 * 2)))
    assert treated["km_rmst_50_days"].value == pytest.approx(20.0 + 30.0 / 2)
    assert found.longest_days == 90.0
    assert isnan(control["km_rmst_101_days"].value)
    assert treated["km_rmst_longest_days"].value == pytest.approx(20.0 + 40.0 / 2)
    (contrast,) = found.contrasts
    assert contrast["difference_km_50_days"].value == pytest.approx(35.0 - 40.0 - 20.0 / 3)
    assert contrast["difference_so_far_days"].value == pytest.approx(40.0 - 170.0 / 3)


def test_what_happens_after_the_look_is_not_known() -> None:
    arm, entry, leave, code = trial(2000, seed=3)
    late = (entry >= 400.0) | (leave > 400.0)
    other = np.where(late, OTHER, code)
    moved = np.where(leave > 400.0, leave + 50.0, leave)
    assert look(arm, entry, leave, code, 400.0, 2, (200.0,)) == look(
        arm, entry, moved, other, 400.0, 2, (200.0,)
    )


@pytest.mark.parametrize("whole_days", [False, True])
def test_the_hazard_ratio_is_that_of_a_cox_regression(whole_days: bool) -> None:
    arm, entry, leave, code = trial(3000, seed=5, other_rate=0.002)
    end = 500.0
    days, left = np.minimum(leave, end) - entry, leave <= end
    days, left, arm = (x[entry < end] for x in (days, left, arm))
    if whole_days:
        days = np.ceil(days)
    to_job = left & (code[entry < end] == JOB)
    for event in (left, to_job):
        cox = PHReg(days, arm[:, None], status=event.astype(float), ties="breslow").fit(disp=0)
        found = hazard_ratio(days, event, arm == 1)
        assert log(found.value) == pytest.approx(cox.params[0], abs=1e-8)
        assert found.se == pytest.approx(cox.bse[0], rel=1e-6)
    low, high = found.interval()
    assert low * high == pytest.approx(found.value**2)
    assert low == pytest.approx(found.value * exp(-1.959964 * found.se))


def test_without_censoring_the_area_under_the_curve_is_the_mean_of_what_is_cut_off() -> None:
    days = np.random.default_rng(7).exponential(200.0, 500)
    area, whole = restricted_means(days, np.ones(500, dtype=bool), (300.0, float(days.max())))
    cut = np.minimum(days, 300.0)
    assert area.value == pytest.approx(cut.mean(), rel=1e-12)
    assert area.se == pytest.approx(cut.std() / sqrt(500), rel=1e-9)
    assert whole.value == pytest.approx(days.mean(), rel=1e-12)


def test_estimates_and_their_own_standard_errors_are_right_over_many_trials() -> None:
    """600 trials of 1,000 people: means within 4 se; spread within 4 se of 1/sqrt(2 * 600)."""
    trials = 600
    values: dict[str, list[float]] = {}
    errors: dict[str, list[float]] = {}
    for seed in range(trials):
        (contrast,) = look(*trial(1000, seed, other_rate=0.001), 600.0, 2, (364.0,)).contrasts
        for name, one in contrast.items():
            values.setdefault(name, []).append(log(one.value) if one.is_ratio else one.value)
            errors.setdefault(name, []).append(one.se)
    control, treated = RATE + 0.001, RATE * RATIO + 0.001
    truth = {
        "difference_km_364_days": (1 - exp(-treated * 364)) / treated
        - (1 - exp(-control * 364)) / control,
        "cox_hazard_ratio": log(treated / control),
        "cox_job_hazard_ratio": log(RATIO),
    }
    for name, exact in truth.items():
        spread = np.std(values[name], ddof=1)
        assert abs(np.mean(values[name]) - exact) < POWER * spread / sqrt(trials), name
    for name, own in errors.items():
        assert np.mean(own) / np.std(values[name], ddof=1) == pytest.approx(
            1.0, abs=POWER / sqrt(2 * trials)
        ), name


def test_a_look_before_anybody_entered_or_left_gives_no_figures_and_no_error() -> None:
    arm, entry, leave, code = trial(200, seed=1)
    nobody = look(arm, entry, leave, code, 0.0, 2, (50.0,))
    assert nobody.arms[0]["enrolled"].value == 0.0
    assert all(isnan(one.value) for one in nobody.contrasts[0].values())
    still_here = look(arm, entry, leave, np.full(200, OPEN), 300.0, 2, (50.0,))
    assert still_here.arms[1]["completed_share"].value == 0.0
    assert isnan(still_here.arms[1]["completed_mean_days"].value)
    assert isnan(still_here.contrasts[0]["cox_hazard_ratio"].value)
    assert still_here.contrasts[0]["difference_so_far_days"].se > 0.0


def test_an_arm_that_has_not_begun_leaves_the_others_their_figures() -> None:
    arm, entry, leave, code = trial(2000, seed=2)
    entry = np.where(arm == 1, entry + 1000.0, entry)
    found = look(np.where(arm == 1, 2, np.arange(2000) // 2 % 2), entry, leave, code, 500.0, 3)
    assert not isnan(found.contrasts[0]["difference_km_longest_days"].value)
    assert all(isnan(one.value) for one in found.contrasts[1].values())
