"""Means, paired differences and ratios: by hand, by brute force, and how often they are right."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.experiment.estimates import DIFFERENCES, SUMMARY, Outcomes, differences, summary
from sim.experiment.intervals import estimate, fieller, replications_needed
from sim.experiment.validity import t_quantile

Values = dict[tuple[str, str, str], float]


def outcomes(*replications: Values, has_luck: bool = True) -> Outcomes:
    """Outcomes of the arms A, B and C for everybody, from the values of each replication."""
    return Outcomes.of("ABC", ["all"], dict(enumerate(replications)), has_luck)


def row(table: pd.DataFrame, arm: str, metric: str) -> pd.Series:
    """The only row of an arm and metric."""
    found = table[(table["arm"] == arm) & (table["metric"] == metric)]
    assert len(found) == 1
    return found.iloc[0]


def paired(a: list[float], b: list[float], metric: str = "rmst_728_days") -> pd.DataFrame:
    """differences.csv of arm B against A."""
    return differences(
        outcomes(
            *({("A", "all", metric): x, ("B", "all", metric): y} for x, y in zip(a, b, strict=True))
        )
    )


def test_a_mean_of_three_worked_by_hand() -> None:
    found = estimate(np.array([1.0, 2.0, 6.0]))
    assert found.mean == 3.0
    assert found.se == pytest.approx(sqrt(7 / 3))
    assert found.high == pytest.approx(3 + 4.302652729911275 * sqrt(7 / 3))
    assert found.high - found.mean == pytest.approx(found.mean - found.low)
    assert found.number == 3


def test_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(3).normal(50, 9, (4, 11))
    found = estimate(values)
    low, high = stats.t.interval(0.95, 10, values.mean(-1), stats.sem(values, axis=-1))
    np.testing.assert_allclose(found.low, low, rtol=1e-12)
    np.testing.assert_allclose(found.high, high, rtol=1e-12)


def test_one_replication_has_a_mean_and_no_interval() -> None:
    found = estimate(np.array([[5.0], [nan]]))
    assert found.mean[0] == 5.0 and isnan(found.mean[1])
    assert np.isnan([found.se, found.low, found.high, found.is_noise]).all()
    table = paired([5.0], [4.0])
    assert row(table, "B", "days_saved")["difference"] == 1.0
    assert pd.isna(row(table, "B", "days_saved")["is_noise"])


def test_intervals_of_shares_end_where_shares_do() -> None:
    """Means .95 and .1 of two replications each: t reaches far beyond 0, 1 and -1."""
    first = {("A", "all", "exit_job_share"): 0.9, ("B", "all", "exit_job_share"): 0.0}
    second = {("A", "all", "exit_job_share"): 1.0, ("B", "all", "exit_job_share"): 0.2}
    for values, load, worse in ((first, 0.1, 0.0), (second, 1.9, 0.1)):
        values |= {("A", "all", "offered_load"): load, ("B", "all", "worse_off_share"): worse}
    of = outcomes(first, second)
    means, pairs = summary(of), differences(of)
    high, low = row(means, "A", "exit_job_share"), row(means, "B", "exit_job_share")
    assert (high["ci_high"], low["ci_low"]) == (1.0, 0.0)
    half = 12.706204736 * 0.05
    assert high["ci_low"] == pytest.approx(0.95 - half)
    load = row(means, "A", "offered_load")
    assert load["ci_low"] == 0.0 and load["ci_high"] > 1.0, "a load is no share of people"
    gap = row(pairs, "B", "exit_job_share")
    assert (gap["ci_low"], gap["is_noise"]) == (-1.0, False)
    assert gap["ci_high"] == pytest.approx(-0.85 + half)
    worse = row(pairs, "B", "worse_off_share")
    assert (worse["ci_low"], worse["is_noise"]) == (0.0, True)


def test_a_grid_in_place_of_luck_has_no_interval() -> None:
    values = [
        {("A", "all", "rmst_182_days"): x, ("B", "all", "rmst_182_days"): 9} for x in (1.0, 2)
    ]
    grid = outcomes(*values, has_luck=False)
    assert summary(grid)[["se", "ci_low", "ci_high"]].isna().all(axis=None)
    assert (
        differences(grid)[["se", "ci_low", "is_noise", "replications_needed"]].isna().all(axis=None)
    )


def test_equal_values_have_exactly_no_spread() -> None:
    found = estimate(np.full(50, 0.1))
    assert (found.mean, found.se, found.low, found.high) == (0.1, 0.0, 0.1, 0.1)


def test_arms_that_do_not_differ_are_noise_that_no_replications_resolve() -> None:
    nothing = row(paired([3.3, 4.1, 5.9], [3.3, 4.1, 5.9]), "B", "days_saved")
    assert (nothing["difference"], nothing["se"], nothing["is_noise"]) == (0, 0, True)
    assert pd.isna(nothing["replications_needed"])


def test_the_t_interval_covers_the_truth_in_95_of_100_studies() -> None:
    """20,000 studies of 8: 4 standard errors are 0.6 points, so 94.4 or 95.6 would be caught."""
    luck = np.random.default_rng(20)
    for values in (luck.normal(2.0, 3.0, (20_000, 8)), luck.normal(-1.0, 0.1, (20_000, 2))):
        found = estimate(values)
        truth = 2.0 if values.shape[1] == 8 else -1.0
        covered = np.mean((found.low <= truth) & (truth <= found.high))
        assert abs(covered - 0.95) < 4 * sqrt(0.95 * 0.05 / 20_000)


def test_a_paired_difference_is_that_of_the_differences_and_better_is_positive() -> None:
    a, b = [300.0, 310.0, 290.0], [296.0, 303.0, 288.0]
    table = paired(a, b)
    days = row(table, "B", "rmst_728_days")
    assert days["difference"] == pytest.approx(-13 / 3)
    assert days["se"] == pytest.approx(np.std([4, 7, 2], ddof=1) / sqrt(3))
    saved = row(table, "B", "days_saved")
    assert saved["difference"] == pytest.approx(13 / 3)
    assert (saved["ci_low"], saved["ci_high"]) == pytest.approx((-days["ci_high"], -days["ci_low"]))
    assert saved["unit"] == "days" and saved["baseline"] == "A"
    assert list(table.columns) == DIFFERENCES


def test_as_many_replications_as_needed_are_just_enough() -> None:
    luck = np.random.default_rng(8)
    found = estimate(luck.normal(0.3, 2.0, (400, 6)))
    needed = replications_needed(found)
    noise = found.is_noise == 1
    assert noise.any() and not noise.all()
    assert np.isnan(needed[~noise]).all()
    deviation, wanted, number = (
        (found.se * sqrt(6))[noise],
        np.abs(found.mean)[noise],
        needed[noise],
    )
    assert (number > 6).all()

    def half(n: np.ndarray) -> np.ndarray:
        return t_quantile(n) * deviation / np.sqrt(n)

    assert (half(number) <= wanted).all()
    assert (half(number - 1) > wanted).all()


def test_needed_replications_of_a_hand_worked_difference() -> None:
    # Difference 1, deviation 2: 1.96^2 * 4 = 15.4 by the normal, 18 by t.
    values = np.array([1 - 2 / sqrt(2), 1 + 2 / sqrt(2)])
    found = estimate(values)
    assert found.se * sqrt(2) == pytest.approx(2.0)
    assert replications_needed(found) == 18


def test_fieller_is_every_ratio_that_a_t_test_does_not_reject() -> None:
    luck = np.random.default_rng(4)
    above, below = luck.normal(50, 30, 12), luck.normal(4, 2, 12)
    found = fieller(above, below)
    ratios = np.linspace(-100, 200, 300_001)
    kept = estimate(above - ratios[:, None] * below).is_noise == 1
    assert np.diff(kept.astype(int)).astype(bool).sum() == 2
    assert found.low == pytest.approx(ratios[kept].min(), abs=1e-3)
    assert found.high == pytest.approx(ratios[kept].max(), abs=1e-3)
    assert found.mean == pytest.approx(above.mean() / below.mean())


def test_fieller_covers_the_true_ratio_in_95_of_100_studies() -> None:
    """10,000 studies, all with a clear denominator: 4 standard errors are 0.9 points."""
    luck = np.random.default_rng(5)
    common = luck.normal(0, 1, (10_000, 10))
    above = 60 + 20 * common + luck.normal(0, 10, common.shape)
    below = 5 + common + luck.normal(0, 1, common.shape)
    found = fieller(above, below)
    assert not np.isnan(found.low).any()
    covered = np.mean((found.low <= 12) & (12 <= found.high))
    assert abs(covered - 0.95) < 4 * sqrt(0.95 * 0.05 / 10_000)


def test_a_ratio_over_noise_is_left_blank() -> None:
    values: list[Values] = [
        {
            ("A", "all", "rmst_728_days"): 100.0,
            ("B", "all", "rmst_728_days"): 100.0 + noise,
            ("C", "all", "rmst_728_days"): 90.0 + noise / 9,
            ("A", "all", "public_dkk"): 1000.0,
            ("B", "all", "public_dkk"): 1100.0,
            ("C", "all", "public_dkk"): 1200.0,
        }
        for noise in (-2.0, 1.0, 1.5)
    ]
    table = differences(outcomes(*values))
    blank = row(table, "B", "dkk_per_day_saved")
    assert blank[["difference", "se", "ci_low", "ci_high", "is_noise"]].isna().all()
    ratio = row(table, "C", "dkk_per_day_saved")
    assert ratio["difference"] == pytest.approx(200 / np.mean([10 - x / 9 for x in (-2, 1, 1.5)]))
    assert ratio["ci_low"] < ratio["difference"] < ratio["ci_high"]
    assert not ratio["is_noise"]
    assert row(table, "C", "net_saving_public_dkk")["difference"] == -200.0


def test_a_day_lost_has_no_price() -> None:
    values: list[Values] = [
        {
            ("A", "all", "rmst_728_days"): 100.0,
            ("B", "all", "rmst_728_days"): 110.0 + noise,
            ("A", "all", "public_dkk"): 1000.0,
            ("B", "all", "public_dkk"): 1200.0,
        }
        for noise in (-0.2, 0.1, 0.15)
    ]
    table = differences(outcomes(*values))
    assert row(table, "B", "days_saved")["ci_high"] < 0
    blank = row(table, "B", "dkk_per_day_saved")
    assert blank[["difference", "ci_low", "ci_high", "is_noise"]].isna().all()


def test_a_median_that_some_replication_did_not_reach_is_blank() -> None:
    first = {("A", "all", "median_days"): 90.0, ("B", "all", "median_days"): 80.0}
    second = {("A", "all", "median_days"): 92.0}
    table = summary(outcomes(first, second))
    assert row(table, "A", "median_days")["mean"] == 91.0
    blank = row(table, "B", "median_days")
    assert blank[["mean", "se", "ci_low", "ci_high"]].isna().all() and blank["replications"] == 0
    assert differences(outcomes(first, second)).empty
    assert list(table.columns) == SUMMARY


def test_what_only_pairs_have_is_not_taken_from_the_baseline_again() -> None:
    values: list[Values] = [
        {("B", "all", "worse_off_share"): 0.2, ("B", "all", "days_saved_zero_load"): x}
        for x in (1.0, 3.0)
    ]
    table = differences(outcomes(*values))
    assert row(table, "B", "worse_off_share")["difference"] == pytest.approx(0.2)
    assert row(table, "B", "days_saved_zero_load")["difference"] == 2.0
    assert set(table["arm"]) == {"B"}


def test_outcomes_survive_their_table() -> None:
    values: list[Values] = [
        {("A", "all", "rmst_182_days"): x, ("B", "all", "worse_off_share"): x / 10}
        for x in (1.0, 3.0)
    ]
    whole = Outcomes.of("AB", ["all"], dict(enumerate(values)))
    again = Outcomes.from_table(whole.table())
    assert again.arms == whole.arms and again.replications == whole.replications
    np.testing.assert_array_equal(again.values, whole.values)
