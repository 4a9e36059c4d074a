"""As many replications as a precision takes: the intervals cover, and looking does not deceive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import lambertw

from sim.config import load
from sim.experiment import precision
from sim.experiment.compare import run
from sim.experiment.folder import RunFolder
from sim.experiment.intervals import estimate, fieller
from sim.experiment.precision import Precision
from sim.experiment.validity import FIXED, PILOT, SEQUENCE, Way, sequence_multiplier, t_quantile
from sim.model.replication import run_replication
from sim.rules.errors import InputError
from tests.worlds import plain

from .fakes import FakeConfiguration, study, world

STUDIES = 2_000
FIRST, PEOPLE = 10, 10
LEAST, MOST = 0.935, 0.965
"""What 2,000 studies whose intervals cover in 95 % of cases show: 0.005 is one standard error."""


def small_replications(number: int, seed: int = 1) -> np.ndarray:
    """Days saved by monthly meetings in so many replications of 10 people, by the engine.

    In this world nobody touches another, so that the people of one large replication are the
    replications of small ones.
    """
    often = {"schedule": {"ui": [{"every_days": 28}]}}
    of = plain(
        {
            "population": {"inflow": {"people": number * PEOPLE}},
            "design": {"follow_up_days": 182, "seed": seed}, "engine": "compiled",
        },
        standard={}, often=often,
    )  # fmt: skip
    rows = run_replication(of, 0)
    first, second = (
        rows[arm].spells["duration_days"][rows[arm].spells["counted"]]
        for arm in ("standard", "often")
    )
    saved = np.minimum(first, 182.0) - np.minimum(second, 182.0)
    assert len(saved) == number * PEOPLE
    return saved.reshape(number, PEOPLE).mean(axis=1)


@pytest.fixture(scope="module")
def outcomes() -> np.ndarray:
    return small_replications(STUDIES * FIRST)


def cover(low: np.ndarray, high: np.ndarray, truth: float) -> float:
    return float(np.mean((low <= truth) & (truth <= high)))


def drawn(outcomes: np.ndarray, most: int) -> np.ndarray:
    """Small studies of replications of the engine, longer than it was asked for: (study, n)."""
    return np.random.default_rng(5).choice(outcomes, (STUDIES, most))


def test_95_percent_intervals_of_small_studies_cover_95_percent(outcomes: np.ndarray) -> None:
    """2,000 studies of 10 replications of 10 people; catches a coverage 1.5 points off."""
    truth = float(outcomes.mean())
    assert truth > 0.3, "there is something to find"
    found = estimate(outcomes.reshape(STUDIES, FIRST))
    assert LEAST < cover(found.low, found.high, truth) < MOST


def pilot_studies(outcomes: np.ndarray, half_width: float) -> tuple[float, float, np.ndarray]:
    """Coverage of the intervals told, coverage of plain ones, and how many replications."""
    asked = Precision(PILOT, "days_saved", half_width, FIRST, 120)
    studies, told, naive, numbers = drawn(outcomes, asked.most), [], [], []
    for one in studies:
        number = min(asked.needed(one[None, :FIRST]), asked.most)
        for way, ends in ((asked.way, told), (FIXED, naive)):
            found = estimate(one[None, :number], way=way)
            ends.append((found.low[0], found.high[0]))
        numbers.append(number)
        if number < asked.most:
            assert asked.is_reached(one[None, :number])
    truth = float(outcomes.mean())
    covers = [cover(*np.array(ends).T, truth) for ends in (told, naive)]
    return covers[0], covers[1], np.array(numbers)


def test_intervals_of_a_pilot_run_cover_95_percent(outcomes: np.ndarray) -> None:
    half_width = 1.6 * float(outcomes.std()) / np.sqrt(FIRST)
    told, _, numbers = pilot_studies(outcomes, half_width)
    assert LEAST < told < MOST
    assert 10 < np.median(numbers) < 60 and len(set(numbers)) > 20


def sequence_studies(outcomes: np.ndarray, half_width: float, most: int) -> tuple[float, float]:
    """Coverage of the intervals told when a sequence stops, and of plain ones there."""
    asked = Precision(SEQUENCE, "days_saved", half_width, FIRST, most)
    told, naive = [], []
    n = np.arange(1, most + 1)
    studies = drawn(outcomes, most)
    means = np.cumsum(studies, axis=1) / n
    spread = np.cumsum(studies**2, axis=1) - n * means**2
    se = np.sqrt(np.maximum(spread, 0) / np.maximum(n - 1, 1) / n)
    half = np.where(
        n < FIRST, np.inf, sequence_multiplier(np.maximum(n, FIRST), FIRST)
    ) * np.maximum(se, 1e-300)
    for number, one in enumerate(studies):
        reached = np.flatnonzero(half[number] <= half_width)
        stop = int(n[reached[0]]) if len(reached) else most
        if number < 20:
            assert (asked.stop(one[None], 0) or most) == stop
        for way, ends in ((asked.way, told), (FIXED, naive)):
            found = estimate(one[None, :stop], way=way)
            ends.append((found.low[0], found.high[0]))
    truth = float(outcomes.mean())
    return cover(*np.array(told).T, truth), cover(*np.array(naive).T, truth)


def test_intervals_of_a_confidence_sequence_cover_at_least_95_percent(
    outcomes: np.ndarray,
) -> None:
    half_width = 2.5 * float(outcomes.std()) / np.sqrt(FIRST)
    told, _ = sequence_studies(outcomes, half_width, 80)
    assert told >= 0.95


def first_finds(outcomes: np.ndarray, way: Way, most: int) -> float:
    """Share of studies without any effect that find one when they are looked at again and again."""
    n = np.arange(1, most + 1)
    studies = drawn(outcomes - outcomes.mean(), most)
    means = np.cumsum(studies, axis=1) / n
    spread = np.maximum(np.cumsum(studies**2, axis=1) - n * means**2, 0)
    se = np.sqrt(spread / np.maximum(n - 1, 1) / n)
    reach = way.multiplier(n, n) if way.kind == SEQUENCE else t_quantile(n)
    found = (np.abs(means) > reach * se) & (n >= way.first)
    return float(found.any(axis=1).mean())


def test_peeking_at_t_intervals_finds_what_is_not_there_and_a_sequence_does_not(
    outcomes: np.ndarray,
) -> None:
    """Looked at after each of 10 to 300 replications, where nothing has an effect."""
    peeking = first_finds(outcomes, Way(first=FIRST), 300)
    assert 0.30 < peeking < 0.45
    assert first_finds(outcomes, Way(SEQUENCE, FIRST), 300) < 0.05 + 2 * 0.005


@pytest.mark.slow
def test_2000_small_studies_each_run_by_itself_cover_95_percent() -> None:
    """2,000 studies of 8 real replications each, of two regimes with a queue; then stopped ones.

    The truth is the mean of all 16,000, whose error is a fortieth of a study's.
    """
    values = load([
        "design=quick", "design.observation_days=1", "design.follow_up_days=182",
        "population.inflow={kind: cohort, people: 30, days: 1}",
        "arms={standard: {regime: standard}, more: {regime: intensified}}",
        "population.warm_start=false", "engine=compiled",
    ]).values  # fmt: skip
    from sim.experiment.study import build

    of = build(values)
    saved = []
    for replication in range(STUDIES * 8):
        rows = run_replication(of, replication)
        days = [
            np.minimum(rows[arm].spells["duration_days"][rows[arm].spells["counted"]], 182.0)
            for arm in of.arms
        ]
        saved.append(float(np.mean(days[0]) - np.mean(days[1])))
    found = np.array(saved)
    each = estimate(found.reshape(STUDIES, 8))
    assert LEAST < cover(each.low, each.high, float(found.mean())) < MOST
    assert LEAST < pilot_studies(found, 1.6 * float(found.std()) / np.sqrt(FIRST))[0] < MOST
    half_width = 2.5 * float(found.std()) / np.sqrt(FIRST)
    assert sequence_studies(found, half_width, 80)[0] >= 0.95


def likelihood_ratio(t: float, n: int, variance: float) -> float:
    """Of Student's statistic: mixed over standardised effects N(0, variance), against none."""

    def part(effect: float) -> float:
        density = stats.norm.pdf(effect, 0.0, np.sqrt(variance))
        return float(stats.nct.pdf(t, n - 1, effect * np.sqrt(n)) * density)

    above, _ = integrate.quad(part, -12, 12, limit=400, points=[t / np.sqrt(n)])
    return above / float(stats.t.pdf(t, n - 1))


@pytest.mark.parametrize("n", [5, 10, 30])
def test_a_sequence_ends_where_the_mixed_likelihood_ratio_is_20(n: int) -> None:
    variance = (-float(lambertw(-(0.05**2) / np.e, -1).real) - 1.0) / 10
    at_end = float(sequence_multiplier(np.array(n), 10))
    assert likelihood_ratio(at_end, n, variance) == pytest.approx(20.0, rel=1e-4)


def test_for_many_replications_a_sequence_is_the_asymptotic_one() -> None:
    n, first = np.array([10_000.0, 100_000.0]), 20
    variance = (-float(lambertw(-(0.05**2) / np.e, -1).real) - 1.0) / first
    a = n * variance + 1
    wanted = np.sqrt(2 * a / (n * variance) * np.log(np.sqrt(a) / 0.05))
    np.testing.assert_allclose(sequence_multiplier(n, first), wanted, rtol=2e-3)


def test_a_pilot_s_interval_worked_by_hand() -> None:
    values = np.array([[1.0, 3.0, 5.0, 11.0, 5.0]])
    found = estimate(values, way=Way(PILOT, 3))
    assert found.mean[0] == 5.0
    assert found.se[0] == pytest.approx(2.0 / np.sqrt(5))
    assert found.high[0] - 5.0 == pytest.approx(float(stats.t.ppf(0.975, 2)) * 2.0 / np.sqrt(5))


def test_a_ratio_s_interval_is_every_ratio_that_its_way_does_not_reject() -> None:
    dice = np.random.default_rng(3)
    below = 5.0 + dice.normal(size=(1, 30))
    above = 2.0 * below + dice.normal(size=(1, 30))
    for way in (FIXED, Way(PILOT, 12), Way(SEQUENCE, 12)):
        found = fieller(above, below, way)
        for end in (found.low, found.high):
            each = estimate(above - end[:, None] * below, way=way)
            assert min(abs(each.low[0]), abs(each.high[0])) == pytest.approx(0.0, abs=1e-9)


HALF_WIDTH = {PILOT: 2.6, SEQUENCE: 4.0}


def precise(kind: str, half_width: float, most: int = 40, **more: Any) -> Any:
    asked = {
        "kind": kind, "metric": "days_saved", "half_width": half_width, "most_replications": most,
    }  # fmt: skip
    return study(replications=8, people=30, precision=asked, keep_rows="all", **more)


def made(of: Any, out: Path, **how: Any) -> RunFolder:
    configuration: Any = FakeConfiguration(values=of.values)
    return run(of, out, configuration=configuration, world=how.pop("world", world), **how)


@pytest.mark.parametrize("kind", [PILOT, SEQUENCE])
def test_a_precise_run_has_the_rows_of_a_plain_run_of_as_many_replications(
    tmp_path: Path, kind: str
) -> None:
    found = made(precise(kind, HALF_WIDTH[kind]), tmp_path / "precise")
    number = found.manifest["replications"]
    assert 8 < number < 40
    assert found.manifest["precision"]["is_reached"] and found.manifest["intervals"] == kind
    same = made(study(replications=number, people=30, keep_rows="all"), tmp_path / "plain")
    assert same.manifest["intervals"] == "given"
    assert found.manifest["rows_sha256"] == same.manifest["rows_sha256"]
    assert sorted(found.rows("spells")["replication"].unique()) == list(range(number))
    assert (found.path / "outcomes.csv").read_bytes() == (same.path / "outcomes.csv").read_bytes()
    told = found.table("differences.csv").query("metric == 'days_saved' and group == 'all'")
    half = (told["ci_high"] - told["ci_low"]).iloc[0] / 2
    assert half == pytest.approx(found.manifest["precision"]["half_widths"]["more"])
    assert half <= HALF_WIDTH[kind]
    plainly = same.table("differences.csv").query("metric == 'days_saved' and group == 'all'")
    assert told["difference"].iloc[0] == plainly["difference"].iloc[0]
    assert told["ci_high"].iloc[0] != plainly["ci_high"].iloc[0]


@pytest.mark.parametrize("kind", [PILOT, SEQUENCE])
def test_a_precise_run_that_was_interrupted_ends_where_it_would_have(
    tmp_path: Path, kind: str
) -> None:
    def stop(of: Any, replication: int) -> Any:
        if replication == 8:
            raise KeyboardInterrupt
        return world(of, replication)

    of = precise(kind, HALF_WIDTH[kind])
    wanted = made(of, tmp_path / "undisturbed").manifest
    with pytest.raises(KeyboardInterrupt):
        made(of, tmp_path / "run", world=stop)
    again = made(of, tmp_path / "run", resume=True).manifest
    assert again["replications_kept_before"] == 8
    assert again["rows_sha256"] == wanted["rows_sha256"]
    assert again["precision"] == wanted["precision"]


@pytest.mark.parametrize("kind", [PILOT, SEQUENCE])
def test_the_most_replications_are_the_most_and_that_is_told(tmp_path: Path, kind: str) -> None:
    found = made(precise(kind, 0.01, most=10), tmp_path / "run").manifest
    assert found["replications"] == 10
    assert found["precision"]["is_reached"] is False
    assert found["precision"]["half_widths"]["more"] > 0.01


def test_the_arm_that_varies_most_decides() -> None:
    asked = Precision(PILOT, "days_saved", 1.0, 10, 1000)
    dice = np.random.default_rng(1)
    narrow, wide = dice.normal(0, 1, 10), dice.normal(0, 5, 10)
    assert asked.needed(np.array([narrow, wide])) == asked.needed(wide[None]) > 20
    assert asked.needed(np.zeros((1, 10))) == 10, "what does not vary needs no more than the pilot"


def test_a_metric_without_a_value_is_refused_in_words() -> None:
    values = [{("a", "all", "waiting_days_mean"): 1.0}, {("a", "all", "waiting_days_mean"): 1.0}]
    of: Any = study(arms=("a", "b"))
    with pytest.raises(InputError, match="waiting_days_mean, which has no value in some"):
        precision.differences_of(of, "waiting_days_mean", values)
