"""The Esbjerg story: what 19 days need, what is predicted, what a look shows, what the money says."""

from __future__ import annotations

from math import exp, inf, sqrt

import numpy as np
import pandas as pd
import pytest

from sim.config.catalogue import published_figures
from sim.experiment.esbjerg.curves import CONTROL, TREATED
from sim.experiment.esbjerg.predicted import claimed
from sim.experiment.exact import expect

from ..esbjerg import insured, story

ALONE = {"market.displacement": 0.0}
PUBLISHED = published_figures()
CLAIM = PUBLISHED["esbjerg_days_saved"].number
CRITERION = PUBLISHED["esbjerg_criterion_days"].number
PEOPLE = PUBLISHED["esbjerg_treated_people"].number


def row(table: str, what: str) -> pd.Series:
    return story()[table].set_index("what").loc[what]


@pytest.mark.parametrize("arm", [CONTROL, TREATED])
def test_frailty_in_closed_form_is_the_quadrature_of_frailty(arm: str) -> None:
    curve = getattr(insured().pair(), arm)
    people = expect(insured().study_in(ALONE), arm, 728.0)
    assert curve.survival(91.0) == pytest.approx(people.survival(91.0), rel=1e-9)
    assert curve.restricted_mean() == pytest.approx(people.restricted_mean(728.0), rel=1e-8)
    assert curve.sd_days() == pytest.approx(people.restricted_sd(728.0), rel=1e-8)


def test_without_effect_and_frailty_a_mean_is_that_of_an_exponential() -> None:
    pair = insured().pair({"effect.alpha": 0.0, "population.frailty_variance": 0.0}, anchored=False)
    hazard = insured().values["hazard"]["ui"]
    rate = (hazard["job"]["rate_per_week"] + hazard["other"]["rate_per_week"]) / 7.0
    mean = (1.0 - exp(-728.0 * rate)) / rate
    square = 2.0 * (mean - 728.0 * exp(-728.0 * rate)) / rate
    assert pair.control.restricted_mean() == pytest.approx(mean, rel=1e-9)
    assert pair.days_saved == pytest.approx(0.0, abs=1e-9)
    error = sqrt((square - mean**2) * (1.0 / 100.0 + 1.0 / 400.0))
    assert pair.standard_error(100.0, 400.0) == pytest.approx(error, rel=1e-9)


def test_the_anchor_holds_whatever_else_is_assumed() -> None:
    usual = insured().pair().control.survival(91.0)
    assert usual == pytest.approx(0.52, abs=0.005)
    for changes in ({"effect.rho": 1.0}, {"population.frailty_variance": 0.0}):
        assert insured().pair(changes).control.survival(91.0) == pytest.approx(usual, rel=1e-12)


def test_19_days_need_a_third_more_whatever_the_decay() -> None:
    table = story()["needed"]
    assert list(table["tau_weeks"]) == [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 13.0, inf]
    assert table["days_saved"].to_numpy() == pytest.approx(CLAIM, abs=1e-5)
    assert table["hazard_ratio"].between(1.25, 1.40).all()
    assert (table["hazard_ratio"] > table["package_high"]).all()
    assert table["rise_a_meeting"].is_monotonic_decreasing


def test_an_effect_that_stays_adds_up_as_a_geometric_series() -> None:
    last = story()["needed"].iloc[-1]
    growth = 1.0 + last["rise_a_meeting"]
    for meetings, arm in ((6, "control"), (11, "treated")):
        mean = (growth**meetings - 1.0) / (meetings * (growth - 1.0))
        # The effect begins when the meeting of an hour ends.
        assert last[f"multiplier_{arm}"] == pytest.approx(mean, rel=0.001)


def test_the_literature_predicts_the_criterion_and_not_the_claim() -> None:
    assert 8.5 <= row("predicted", "shipped")["days"] <= 9.2
    together = row("predicted", "together")
    assert together["days_low"] < CRITERION < together["days_high"] < CLAIM
    assert row("predicted", "effect.alpha")["days_low"] == pytest.approx(4.9, abs=0.3)
    assert row("predicted", "effect.alpha")["days_high"] == pytest.approx(12.0, abs=0.3)
    assert row("predicted", "effect.rho")["days_high"] > CLAIM


def test_chance_makes_the_claim_uncertain_by_eight_days() -> None:
    claim = row("predicted", "claim")
    assert claim["days"] == CLAIM
    assert claim["days_high"] - CLAIM == pytest.approx(8.4, abs=0.5)
    shipped, together = row("predicted", "shipped"), row("predicted", "together")
    assert 0.0 < shipped["by_chance_share"] < 0.025 < together["by_chance_share"] < 0.15


def test_a_look_makes_a_true_effect_smaller_and_later_looks_less_so() -> None:
    table = story()["looks"]
    effect = table[table["case"] == "effect"].set_index(["estimator", "look_weeks"])
    for estimator in ("completed", "so_far"):
        days = effect.loc[estimator]["difference_days"]
        assert (days < effect.loc[estimator]["truth_days"]).all()
        assert days.is_monotonic_increasing
    km = effect.loc["km_as_followed"]
    assert km["difference_days"].to_numpy() == pytest.approx(km["truth_days"].to_numpy())


def test_groups_enrolled_at_different_times_differ_from_nothing_but_not_in_kaplan_meier() -> None:
    table = story()["looks"]
    nothing = table[table["case"] == "nothing"]
    assert nothing["truth_days"].abs().max() == 0.0
    naive = nothing[nothing["estimator"].isin(["completed", "so_far"])]
    assert naive[naive["later_weeks"] == 0.0]["difference_days"].abs().max() < 1e-9
    assert (naive[naive["later_weeks"] > 0.0]["difference_days"] > 1.0).all()
    half_a_year = naive[(naive["later_weeks"] == 26.0) & (naive["estimator"] == "completed")]
    assert half_a_year["difference_days"].max() > CLAIM
    km = nothing[nothing["estimator"] == "km_as_followed"]
    assert km["difference_days"].abs().max() < 1e-9


def test_a_trial_does_not_show_what_displacement_takes_from_a_roll_out() -> None:
    table = story()["rolled_out"].pivot_table(
        index=["pool_share", "displacement"], columns="what", values="days_saved"
    )
    direct = row("predicted", "shipped")["days"]
    for pool in (0.2, 0.5, 1.0):
        assert table.loc[(pool, 0.0)].drop("trial_control").to_numpy() == pytest.approx(direct)
    moved = table[table.index.get_level_values("displacement") > 0.0]
    assert (moved["trial"] - direct).abs().max() < 0.2
    assert (moved["impact"] < moved["steady"]).all() and (moved["steady"] < direct).all()
    assert (moved["trial_control"] < 0.0).all()
    assert table.loc[(1.0, 1.0), "steady"] < 0.2 * direct


def test_the_money_means_fewer_days_than_the_headline() -> None:
    assert 0.6 < row("money", "municipal_share")["value"] < 0.8
    for benefit in ("average", "largest"):
        days = row("money", f"days_implied_{benefit}")
        assert days["high"] < 0.6 * CLAIM
        a_day = row("money", f"saving_a_day_{benefit}")["value"]
        gross = row("money", "gross_reported")
        assert days["low"] * PEOPLE * a_day == pytest.approx(gross["low"])
        assert row("money", f"gross_claimed_{benefit}")["value"] == pytest.approx(
            CLAIM * PEOPLE * a_day
        )
    net = row("money", "gross_reported") - row("money", "staff")[["value", "low", "high"]]
    assert net["low"] == net["high"] == PUBLISHED["esbjerg_net_saving_dkk"].number


def test_a_municipality_bears_what_the_ladder_leaves_of_the_days_saved() -> None:
    pair = claimed(insured(), PUBLISHED)
    refund = insured().values["costs"]["refund"]
    days = np.arange(0.25, 728.0, 0.5)
    saved = np.array([pair.control.survival(d) - pair.treated.survival(d) for d in days])
    step = np.searchsorted(refund["until_weeks"], days / 7.0)
    borne = 1.0 - np.array(refund["state_share"])[step]
    share = float(saved @ borne / saved.sum())
    assert row("money", "municipal_share")["value"] == pytest.approx(share, abs=1e-4)
