"""Sensitivity in closed form: indices of linear outcomes, tornado, draws, frontier, break-even."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sim.experiment.sensitivity import break_even, drawing, frontier, screening, tornado
from sim.experiment.sensitivity.ranges import Varied

KEY = ("more", "days_saved")
SLOPES = {"a": 3.0, "b": -1.0, "nothing": 0.0}


def linear(names: Sequence[str]) -> screening.Model:
    """The outcome 5 + sum of slope x share of the range."""
    slopes = np.array([SLOPES[name] for name in names])
    return lambda cube: {KEY: 5.0 + cube @ slopes}


def varied(name: str, low: float = 0.0, high: float = 1.0, whole: bool = False) -> Varied:
    return Varied(name, (name,), low, low, high, "", "made up", "assumption", whole)


def test_morris_of_a_linear_outcome_is_its_slopes_without_spread() -> None:
    found = screening.morris(list(SLOPES), 4, 1, linear(list(SLOPES)))[KEY]
    assert found["mu"] == pytest.approx([3.0, -1.0, 0.0], abs=1e-9)
    assert found["mu_star"] == pytest.approx([3.0, 1.0, 0.0], abs=1e-9)
    assert found["sigma"] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_sobol_of_a_linear_outcome_is_its_shares_of_the_variance() -> None:
    # Var = (9 + 1 + 0) / 12. 2,048 points: an index that were off by .05 would be seen.
    found = screening.sobol(list(SLOPES), 2048, 1, linear(list(SLOPES)))[KEY]
    assert found["first_order"] == pytest.approx([0.9, 0.1, 0.0], abs=0.02)
    assert found["total_order"] == pytest.approx([0.9, 0.1, 0.0], abs=0.02)
    assert found["total_order"][2] == pytest.approx(0.0, abs=1e-12)


def test_sobol_tells_interplay_from_what_a_parameter_does_alone() -> None:
    # x y of centred shares: each alone nothing, together everything.
    found = screening.sobol(["x", "y"], 2048, 1, lambda cube: {KEY: (2 * cube - 1).prod(axis=1)})
    assert found[KEY]["first_order"] == pytest.approx([0.0, 0.0], abs=0.05)
    assert found[KEY]["total_order"] == pytest.approx([1.0, 1.0], abs=0.05)


def test_sobol_of_a_constant_outcome_has_no_shares() -> None:
    found = screening.sobol(["a", "b"], 8, 1, lambda cube: {KEY: np.ones(len(cube))})
    assert found[KEY]["total_order"].tolist() == [0.0, 0.0]


def test_how_many_points_the_methods_need() -> None:
    for names in (["a"], list(SLOPES)):
        seen = []

        def model(cube: np.ndarray, names: list[str] = names, seen: list[int] = seen) -> screening.Outcomes:  # fmt: skip
            seen.append(len(cube))
            return linear(names)(cube)

        screening.morris(names, 5, 1, model)
        assert sum(seen) == screening.morris_points(len(names), 5)
        seen.clear()
        screening.sobol(names, 8, 1, model)
        assert sum(seen) == screening.sobol_points(len(names), 8)


def test_the_order_of_the_parameters_does_not_matter() -> None:
    names = list(SLOPES)
    for method, size in ((screening.morris, 10), (screening.sobol, 1024)):
        one = method(names, size, 1, linear(names))[KEY]
        other = method(names[::-1], size, 1, linear(names[::-1]))[KEY]
        for name in one:
            assert one[name] == pytest.approx(other[name][::-1], abs=0.05), name
    base = {KEY: np.array([5.0, 6.0, 7.0])}
    ends = {KEY: np.array([[[4.0, 5.0], [8.0, 9.0]], [[5.0, 6.0], [5.5, 6.5]]])}
    turned = {KEY: ends[KEY][::-1]}
    pair = [varied("a"), varied("b")]
    first = tornado.table(pair, base, ends, 2)
    assert first.equals(tornado.table(pair[::-1], base, turned, 2))


def test_a_tornado_holds_swings_spans_and_chance() -> None:
    base = {KEY: np.array([5.0, 6.0, 10.0])}
    ends = {KEY: np.array([[[4.0, 5.0], [8.0, 8.0]], [[5.0, 6.0], [5.0, 6.0]]])}
    table = tornado.table([varied("a"), varied("nothing")], base, ends, 2).set_index("parameter")
    assert table.loc["a", ["outcome", "outcome_at_low", "outcome_at_high"]].tolist() == [
        5.5,
        4.5,
        8,
    ]
    assert table.loc["a", "swing"] == 3.5 and table.loc["a", "span"] == 3.5
    assert table.loc["a", "swing_se"] == pytest.approx(0.5)
    assert table.loc["nothing", ["swing", "swing_se", "span"]].tolist() == [0.0, 0.0, 0.0]
    # t(2 degrees) x s / sqrt(2 replications), s of 5, 6, 10 is sqrt(7).
    half = 4.302652729911275 * np.sqrt(7.0) / np.sqrt(2.0)
    assert table.loc[tornado.CHANCE, "outcome_at_high"] == pytest.approx(5.5 + half)
    assert list(table.index) == [tornado.CHANCE, "a", "nothing"]


def test_the_ends_of_a_range_are_points_and_whole_numbers_stay_whole() -> None:
    one = Varied("r.*.n", ("r.a.n", "r.b.n"), 8, 2, 20, "", "", "", True)
    low, high = tornado.points([one], 3)
    assert low.changes == {"r.a.n": 2, "r.b.n": 2} and high.changes == {"r.a.n": 20, "r.b.n": 20}
    assert low.replications == (0, 1, 2)
    assert one.within(0.5) == 11.0 and one.within(0.52) == 11.0
    assert isinstance(one.at(one.within(0.52))["r.a.n"], int)


def test_draws_cover_every_range_evenly_and_repeat_with_their_seed() -> None:
    cube = drawing.cube(50, 4, seed=3)
    for column in cube.T:
        assert sorted(np.floor(column * 50).astype(int)) == list(range(50))
    assert np.array_equal(cube, drawing.cube(50, 4, seed=3))
    assert not np.array_equal(cube, drawing.cube(50, 4, seed=4))


def test_bands_are_percentiles_of_the_draws_and_count_who_pays() -> None:
    drawn = {KEY: np.stack([np.arange(-25.0, 76.0)] * 2, axis=1)}
    row = drawing.bands({KEY: np.array([1.0, 3.0])}, drawn, 2).iloc[0]
    assert (row["unknown_low"], row["unknown_middle"], row["unknown_high"]) == (-22.5, 25.0, 72.5)
    assert row["probability_positive"] == 75 / 101 and row["configured"] == 2.0


def test_a_frontier_leaves_out_the_dominated_and_the_extendedly_dominated() -> None:
    days = {"standard": 0.0, "mixable": 2.0, "good": 4.0, "worse": 3.0, "best": 5.0}
    cost = {"standard": 0.0, "mixable": 300.0, "good": 400.0, "worse": 500.0, "best": 900.0}
    table = frontier.frontier(days, cost).set_index("arm")
    assert table["status"].to_dict() == {
        "standard": "frontier", "mixable": "extended", "worse": "dominated", "good": "frontier",
        "best": "frontier",
    }  # fmt: skip
    assert table.loc["good", "dkk_per_further_day"] == 100.0
    assert table.loc["best", "dkk_per_further_day"] == 500.0
    assert np.isnan(table.loc["standard", "dkk_per_further_day"])


def test_who_saves_both_days_and_money_dominates_all() -> None:
    table = frontier.frontier({"standard": 0.0, "more": 5.0}, {"standard": 0.0, "more": -9.0})
    assert table["status"].tolist() == ["dominated", "frontier"]


def test_two_arms_alike_are_both_on_the_frontier() -> None:
    table = frontier.frontier({"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.0})
    assert table["status"].tolist() == ["frontier", "frontier"]


def test_the_break_even_of_a_straight_line_is_exact() -> None:
    effect = varied("effect.alpha", 0.2, 0.8)
    x = np.array(break_even.steps(effect))
    assert x[0] == 0.0 and x[1] == 0.2 and x[-1] == 0.8 and len(x) == break_even.STEPS
    savings = {"more": (30.0 * x - 9.0)[:, None], "never": np.full((len(x), 1), -1.0)}
    table = break_even.table(effect, savings).set_index("arm")
    assert table.loc["more", "break_even"] == pytest.approx(0.3)
    assert np.isnan(table.loc["never", "break_even"])
    assert break_even.crossings([0.0, 1.0, 2.0], [-1.0, 0.0, 1.0]) == [1.0]
    assert break_even.crossings([0.0, 1.0, 2.0], [-1.0, 1.0, -1.0]) == [0.5, 1.5]
