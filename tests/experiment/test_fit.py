"""A fit recovers what is known: rates, their intervals, frailty; and agrees with other programs."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import integrate, stats

from sim.experiment.fit import observed, pieces
from sim.experiment.fit.fitting import fit
from sim.experiment.fit.frailty import IDENTIFIED, LARGEST, NOT, profile
from sim.experiment.fit.judging import Spells
from sim.experiment.fit.rates import cumulative, estimate, of_survivors
from sim.rules.errors import InputError
from sim.rules.people import JOB, OPEN, OTHER
from tests.spells import JOB_RATE, NO_DAY, OTHER_RATE, STARTS, known

TABLES, BATCH, SPELLS = 2000, 250, 1500


def one_table(seed: int, spells: int, variance: float, late: bool = True) -> Spells:
    """A table of the group ui."""
    found = known(seed, 1, spells, variance, late)
    seen = found.duration[0] > NO_DAY
    own = (column[0][seen] for column in (found.exit, found.entry, found.duration))
    return Spells(np.zeros(int(seen.sum()), dtype=int), *own)


@pytest.mark.parametrize("variance", [0.0, 0.4])
def test_intervals_hold_a_known_rate_in_93_5_to_96_5_of_100_tables(variance: float) -> None:
    """Of 2,000 tables a share of .95 strays by .005; a piece at a true .93 would be found out."""
    held: list[np.ndarray] = []
    for batch in range(TABLES // BATCH):
        found = known(1000 + batch, BATCH, SPELLS, variance)
        each = []
        for code, rate, own in ((JOB, JOB_RATE, variance), (OTHER, OTHER_RATE, 0.0)):
            rates = estimate(found.entry, found.duration, found.exit == code, STARTS, own)
            each.append((rates.low <= rate) & (rate <= rates.high))
        held.append(np.concatenate(each, axis=-1))
    share = np.concatenate(held).mean(0)
    assert np.all((share >= 0.935) & (share <= 0.965)), share


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:Perfect separation")
def test_without_frailty_it_is_the_poisson_regression_of_statsmodels() -> None:
    s = one_table(3, 2000, 0.0)
    found = estimate(s.entry, s.duration, s.exit == JOB, STARTS)
    model = sm.GLM(
        found.exits, np.eye(len(STARTS)), family=sm.families.Poisson(), exposure=found.days
    ).fit()
    assert np.log(found.rate) == pytest.approx(model.params, abs=1e-8)
    assert np.log(np.column_stack([found.low, found.high])) == pytest.approx(
        model.conf_int(), abs=1e-5
    )


def test_the_likelihood_with_frailty_is_the_mean_over_gamma_people() -> None:
    """Each spell's likelihood integrated over frailty, given that it came under observation."""
    s, variance = one_table(4, 12, 0.7), 0.7
    found = estimate(s.entry, s.duration, s.exit == JOB, STARTS, variance)
    gamma = stats.gamma(1 / variance, scale=variance)

    def mean(until: float, job: bool) -> float:
        """The mean over people of the chance to stay until then (and to find a job then)."""
        return float(
            integrate.quad(lambda z: z**job * np.exp(-z * until) * gamma.pdf(z), 0, np.inf)[0]
        )

    total = 0.0
    for entry, day, code in zip(s.entry, s.duration, s.exit, strict=True):
        before, until = (
            float(cumulative(found.rate, STARTS, np.array([d]))[0]) for d in (entry, day)
        )
        piece = np.searchsorted(STARTS, day, side="left") - 1
        rate = found.rate[piece] if code == JOB else 1.0
        total += np.log(rate * mean(until, code == JOB) / mean(before, False))
    assert float(found.log_likelihood) == pytest.approx(total, abs=1e-6)


def test_the_rates_have_the_largest_likelihood() -> None:
    s = one_table(5, 800, 0.4)
    best = estimate(s.entry, s.duration, s.exit == JOB, STARTS, 0.4)
    for piece in range(len(STARTS)):
        for factor in (0.99, 1.01):
            rate = best.rate.copy()
            rate[piece] *= factor
            assert _log_likelihood(s, rate) < float(best.log_likelihood)


def _log_likelihood(s: Spells, rate: np.ndarray, variance: float = 0.4) -> float:
    job = s.exit == JOB
    piece = np.searchsorted(STARTS, s.duration, side="left") - 1
    until, before = (cumulative(rate, STARTS, d) for d in (s.duration, s.entry))
    hazard = np.log(rate[piece[job]] / (1 + variance * until[job])).sum()
    gone = of_survivors(until, variance) - of_survivors(before, variance)
    return float(hazard - gone.sum())


def test_a_piece_without_an_exit_has_rate_0_and_the_exact_poisson_end() -> None:
    found = estimate(np.zeros(3), np.array([5.0, 30.0, 40.0]), np.array([True, False, False]),
                     np.array([0.0, 10.0]), 0.4)  # fmt: skip
    assert found.rate[1] == 0.0 and found.low[1] == 0.0
    assert found.high[1] == pytest.approx(-np.log(0.025) / 50)


def test_an_exit_on_a_cut_belongs_to_the_piece_before() -> None:
    found = estimate(np.zeros(2), np.array([10.0, 11.0]), np.array([True, True]),
                     np.array([0.0, 10.0]))  # fmt: skip
    assert found.exits.tolist() == [1.0, 1.0] and found.days.tolist() == [20.0, 1.0]


@pytest.mark.parametrize("late", [False, True])
def test_scikit_survival_agrees_on_survival_and_cumulative_rates(late: bool) -> None:
    sksurv = pytest.importorskip(
        "sksurv.nonparametric", reason="scikit-survival is not there (extra test, Python < 3.13)"
    )
    s = one_table(6, 900, 0.4, late)
    share = observed.survival(s)
    enter = s.entry if late else None
    day, value, interval = sksurv.kaplan_meier_estimator(
        s.exit != OPEN, s.duration, time_enter=enter, conf_type="log-log"
    )
    at = np.searchsorted(day, share.day, side="right") - 1
    assert share.value == pytest.approx(value[at], abs=1e-12)
    inside = slice(0, -1)
    assert share.low[inside] == pytest.approx(interval[0][at][inside], abs=1e-9)
    assert share.high[inside] == pytest.approx(interval[1][at][inside], abs=1e-9)
    if late:
        return
    day, total = sksurv.nelson_aalen_estimator(s.exit == JOB, s.duration)
    found = observed.cumulative_rate(s, JOB)
    assert found.value == pytest.approx(total[np.searchsorted(day, found.day)], abs=1e-12)
    event = np.select([s.exit == JOB, s.exit == OTHER], [1, 2], 0)
    day, shares, ends = sksurv.cumulative_incidence_competing_risks(
        event, s.duration, conf_type="log-log", var_type="Dinse_Approx"
    )
    for code, row in ((JOB, 1), (OTHER, 2)):
        found = observed.incidence(s, code)
        at = np.searchsorted(day, found.day)
        assert found.value == pytest.approx(shares[row][at], abs=1e-12)
        assert found.low[30:] == pytest.approx(ends[row, 0][at][30:], abs=2e-3)
        assert found.high[30:] == pytest.approx(ends[row, 1][at][30:], abs=2e-3)


def test_shares_still_there_and_left_add_up_to_one() -> None:
    s = one_table(7, 700, 0.4)
    left = observed.incidence(s, JOB).value + observed.incidence(s, OTHER).value
    assert observed.survival(s).value + left == pytest.approx(1.0)
    (group,) = fit(s, 0.4, 1.0).groups
    days = np.array([30.0, 200.0, 500.0])
    together = group.survival(days) + sum(group.incidence(x, days) for x in ("job", "other"))
    assert together == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("variance", [0.0, 0.4, 1.5])
def test_the_fitted_survival_is_the_observed_one_whatever_the_variance(variance: float) -> None:
    """A wrong variance changes what happens within pieces only: at most 1.2 percentage points."""
    s = one_table(8, 20_000, 0.4)
    (group,) = fit(s, variance, 1.0).groups
    days = np.arange(10.0, 400.0, 10.0)
    seen, _, _ = observed.survival(s).at(days, 1.0)
    assert np.max(np.abs(group.survival(days) - seen)) < 0.012


def test_the_variance_is_identified_by_few_pieces_and_not_by_rates_free_to_fall() -> None:
    def of(s: Spells, starts: np.ndarray) -> tuple[float, float, float, str]:
        found = profile(
            lambda theta: float(
                estimate(s.entry, s.duration, s.exit == JOB, starts, theta).log_likelihood
            )
        )
        return found.best, found.low, found.high, found.verdict

    best, low, high, verdict = of(one_table(9, 40_000, 1.0, late=False), STARTS)
    assert verdict == IDENTIFIED and low < 1.0 < high and low < best < high and high - low < 1.0
    free = np.arange(0.0, 900.0, 14.0)
    _, low, high, verdict = of(one_table(10, 300, 1.0, late=False), free)
    assert verdict == NOT and (low, high) == (0.0, LARGEST)


def test_rates_that_no_finite_solution_gives_are_refused_with_advice() -> None:
    """Those seen only from day 100 on leave within a day: with one rate and this variance the
    survivors' rate on day 100 is at most 1 / (4 * 100)."""
    s = Spells(np.zeros(40, int), np.full(40, JOB), np.full(40, 100.0), np.full(40, 101.0))
    assert not estimate(s.entry, s.duration, s.exit == JOB, STARTS[:1], 4.0).settled
    with pytest.raises(InputError, match="population.frailty_variance=4; set a smaller one"):
        fit(s, 4.0, 1.0)
    assert fit(s, 0.0, 1.0).groups[0].baselines[0].rates.rate == pytest.approx(1.0)


def test_pieces_have_at_least_30_exits_each_and_end_on_whole_units() -> None:
    days = np.random.default_rng(1).exponential(100, 500)
    found = pieces.starts(days, 7.0, None, 900.0)
    counts, _ = np.histogram(days, np.append(found, np.inf))
    assert len(found) == pieces.MOST_PIECES and counts.min() >= pieces.FEWEST_EXITS
    assert np.all(found % 7.0 == 0.0) and found[0] == 0.0
    assert pieces.starts(days[:59], 7.0, None, 900.0).tolist() == [0.0]
    assert pieces.starts(np.full(200, 14.0), 1.0, None, 900.0).tolist() == [0.0]
    assert pieces.starts(days, 1.0, [28.0, 91.0, 1000.0], 900.0).tolist() == [0.0, 28.0, 91.0]
