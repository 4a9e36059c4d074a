"""Verdicts are what the normal law says, and every published figure has one."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from math import inf

import numpy as np
import pytest
import yaml

from sim.config import load
from sim.config.catalogue import data_root, published_figures
from sim.experiment.validation.experiments import experiment, read_rules
from sim.experiment.validation.judging import (
    ARITHMETIC,
    SIMULATED,
    Judged,
    Reading,
    Row,
    check,
)
from sim.experiment.validation.record import record
from sim.experiment.validation.verdict import (
    COMPATIBLE,
    CONTRADICTED,
    FITTED,
    INPUT,
    STRAINED,
    Prediction,
    of_constant,
    of_range,
    of_replications,
    reading,
    rounding,
    verdict,
)
from sim.experiment.validation.worked import WORKED
from sim.report.validation import contradictions, lead
from sim.report.words import find
from sim.rules.declared import PARAMETERS
from sim.rules.errors import CheckError
from sim.rules.parameters import as_regime, matches
from sim.rules.published import Figure

CLAIMS = 44
NORMAL_90, NORMAL_99 = 1.6448536, 2.5758293


@pytest.fixture(scope="module")
def rules() -> dict:
    return read_rules()


def figure(value: float, unit: str = "days", **more: object) -> Figure:
    return Figure("one", value, unit, "what", "S0", "S0 a text", "a text", "READ", **more)


def point(value: float) -> tuple[float, float]:
    return value, value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10.0, COMPATIBLE),
        (10 + 3 * (NORMAL_90 - 1e-4), COMPATIBLE),
        (10 + 3 * (NORMAL_90 + 1e-4), STRAINED),
        (10 - 3 * (NORMAL_90 + 1e-4), STRAINED),
        (10 + 3 * (NORMAL_99 - 1e-4), STRAINED),
        (10 + 3 * (NORMAL_99 + 1e-4), CONTRADICTED),
        (10 - 3 * (NORMAL_99 + 1e-4), CONTRADICTED),
    ],
)
def test_the_borders_are_ninety_and_ninety_nine_per_cent(value: float, said: str) -> None:
    assert verdict(point(value), Prediction(10.0, chance=3.0)) == said


def test_chance_and_the_error_of_the_simulation_add_up_as_squares() -> None:
    low, high = Prediction(0.0, chance=3.0, error=4.0).interval()
    assert (low, high) == pytest.approx((-5 * NORMAL_90, 5 * NORMAL_90), rel=1e-6)


def test_a_band_is_judged_by_its_nearest_end() -> None:
    prediction = Prediction(10.0, chance=1.0)
    assert verdict((11.5, 20.0), prediction) == COMPATIBLE
    assert verdict((12.0, 20.0), prediction) == STRAINED
    assert verdict((13.0, inf), prediction) == CONTRADICTED
    assert verdict((-inf, 11.0), prediction) == COMPATIBLE


def test_replications_predict_one_more_by_students_t() -> None:
    values = [8.0, 10.0, 12.0, 14.0]
    found = of_replications(values)
    spread = np.std(values, ddof=1)
    assert found.mean == 11.0
    assert found.chance == pytest.approx(spread)
    assert found.error == pytest.approx(spread / 2)
    half = 2.3533634 * spread * np.sqrt(1.25)  # t with 3 degrees, 95 % one-sided
    assert found.interval() == pytest.approx((11 - half, 11 + half), rel=1e-6)


def test_a_published_standard_error_stands_in_place_of_the_spread() -> None:
    found = of_replications([8.0, 10.0, 12.0, 14.0], standard_error=7.0)
    assert (found.chance, found.freedom) == (7.0, inf)


def test_nine_of_ten_studies_of_the_same_kind_are_compatible() -> None:
    """20,000 studies: the share has a standard error of .0021, so 1 point too many is seen."""
    draws = np.random.default_rng(5).normal(9.0, 4.0, (20_000, 9))
    inside = [verdict(point(one[0]), of_replications(one[1:])) == COMPATIBLE for one in draws]
    assert np.mean(inside) == pytest.approx(0.90, abs=0.01)


def test_what_is_rounded_is_read_as_a_band() -> None:
    assert rounding(19, "days", False) == 0.5
    assert rounding(11.5, "weeks", False) == pytest.approx(0.05)
    assert rounding(0.3, "share", False) == 0.005
    assert rounding(600, "people", True) == 30
    assert rounding(3, "weeks", True) == 0.5
    assert reading(figure(9, bound="at_least")) == (8.5, inf)
    assert reading(figure(11, bound="at_most")) == (-inf, 11.5)
    assert reading(figure(0.25, "share", low=0.2, high=0.3)) == (0.2, 0.3)
    assert reading(figure(-62)) == (-62.5, -61.5)


def test_about_allows_five_per_cent() -> None:
    """12 times 18 jobs against "about 225" is rounding, not a contradiction."""
    about = figure(225, "people", bound="about")
    assert reading(about) == (213.75, 236.25)
    assert verdict(reading(about), of_constant(216)) == COMPATIBLE
    assert verdict(reading(about), of_constant(213)) == CONTRADICTED
    assert verdict(reading(figure(225, "people")), of_constant(216)) == CONTRADICTED


def test_a_constant_has_no_interval() -> None:
    found = record(Row(figure(9), "areas_as_named", "", of_constant(9.0), COMPATIBLE))
    assert (found["simulated"], found["low_90"], found["high_99"]) == (9.0, "", "")
    assert verdict(point(0.39), of_constant(1 - 0.61)) == COMPATIBLE


def judged() -> Judged:
    model = Row(figure(9), "days_saved", "esbjerg", Prediction(9.0, 1.0), COMPATIBLE)
    fitted = replace(model, verdict=FITTED, unfitted=CONTRADICTED)
    missed = replace(model, verdict=CONTRADICTED)
    sums = Row(figure(9), "areas_as_named", "", of_constant(9.0), COMPATIBLE, arithmetic=True)
    wrong = replace(sums, verdict=CONTRADICTED)
    given = replace(sums, verdict=INPUT)
    return Judged("one", (model, fitted, replace(fitted, unfitted=STRAINED), missed,
                          replace(fitted, unfitted=COMPATIBLE), sums, wrong, given))  # fmt: skip


def test_arithmetic_is_counted_apart() -> None:
    one = judged()
    assert one.counts(SIMULATED) == {FITTED: 3, COMPATIBLE: 1, CONTRADICTED: 1}
    assert one.counts(ARITHMETIC) == {COMPATIBLE: 1, CONTRADICTED: 1}
    assert one.counts("") == {INPUT: 1}
    headings = [(heading, len(rows)) for heading, rows in contradictions(one)]
    assert headings == [
        (find("validate.contradicted_simulated").format(reading="one"), 1),
        (find("validate.contradicted_arithmetic").format(reading="one"), 1),
    ]


def test_what_the_fit_does_not_reach_is_counted_beside_the_fitted() -> None:
    assert judged().not_reached(SIMULATED) == {STRAINED: 1, CONTRADICTED: 1}
    assert judged().not_reached(ARITHMETIC) == {STRAINED: 0, CONTRADICTED: 0}
    (said,) = lead([judged()])
    assert "3 fitted (of which 1 would be strained and 1 would be contradicted" in said


def test_an_even_range_ends_where_its_inputs_do() -> None:
    found = of_range(210.0, 222.0)
    assert found.interval(1.0) == (210.0, 222.0)
    assert found.interval() == pytest.approx((210.6, 221.4))
    assert verdict((224.5, 225.5), found) == CONTRADICTED


def test_every_published_figure_has_a_rule_and_every_claim_a_row(rules: dict) -> None:
    published = published_figures()
    check(rules, published)
    claims = [published[key].claim for key in rules["rows"] if published[key].claim]
    assert claims == sorted(claims)
    assert set(claims) == set(range(1, CLAIMS + 1))


def test_a_figure_without_a_rule_is_refused(rules: dict) -> None:
    short = deepcopy(rules)
    del short["rows"]["esbjerg_days_saved"]
    with pytest.raises(CheckError, match="lacks esbjerg_days_saved"):
        check(short, published_figures())
    blank = deepcopy(rules)
    blank["rows"]["esbjerg_days_saved"] = [{"measure": "days_spared", "in": "esbjerg"}]
    with pytest.raises(CheckError, match="nothing measures days_spared"):
        check(blank, published_figures())


def test_whatever_the_rules_name_has_words(rules: dict) -> None:
    for key, own in rules["rows"].items():
        for rule in own:
            for kind, code in (("measure", "measure"), ("outside", "why"), ("note", "remark")):
                if kind in rule:
                    assert isinstance(find(f"{code}.{rule[kind]}"), str), (key, rule)
    for figure in published_figures().values():
        if figure.claim:
            assert find(f"validate_group.{figure.row}"), figure.row


def test_an_input_names_a_key_of_a_study_or_has_words(rules: dict) -> None:
    for key, own in rules["rows"].items():
        for rule in own:
            if "input" in rule and rule["input"] not in find("enters"):
                asked = as_regime(tuple(rule["input"].split(".")))
                assert any(_lies_at_or_below(asked, one.path) for one in PARAMETERS), key


def _lies_at_or_below(asked: tuple[str, ...], declared: tuple[str, ...]) -> bool:
    """Whether a declared path is the one asked for or a part of it."""
    pairs = zip(asked, declared, strict=False)
    fits = all(key.startswith("<") or matches(component, key) for key, component in pairs)
    return len(declared) >= len(asked) and fits


def test_a_figure_without_a_number_needs_a_reason_or_what_it_stands_for(rules: dict) -> None:
    published = published_figures()
    for key, own in rules["rows"].items():
        for rule in own:
            if not isinstance(published[key].value, (int, float)):
                assert {"input", "outside", "expected"} & set(rule), key


def test_what_a_value_was_fitted_to_can_only_be_fitted() -> None:
    published = published_figures()

    def fitted(*words: str) -> frozenset[str]:
        found = load([*words], folder=data_root())
        return Reading("", found.values, found.sources, {}).fitted(published)

    usual, linear = fitted(), fitted("effect=esbjerg_linear")
    assert {"e2_hazard_rise", "e3_employment_weeks"} <= usual
    assert "esbjerg_days_saved" not in usual
    assert {"esbjerg_days_saved", "esbjerg_cash_jobs_per_month"} <= linear
    assert "e3_employment_weeks" not in linear
    changed = fitted("effect.alpha=0.2", "effect.rho=0.7")
    assert "e3_employment_weeks" not in changed


def test_every_figure_of_a_target_of_the_effect_counts_as_fitted() -> None:
    """`samtale calibrate` fits effects to the figures of configs/target."""
    for file in sorted((data_root() / "configs" / "target").glob("*.yaml")):
        target = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "effect.alpha" not in target["fit"] or "effect" not in target["study"]:
            continue
        found = load([f"effect={target['study']['effect']}"], folder=data_root())
        fitted = Reading("", found.values, found.sources, {}).fitted(published_figures())
        for one in target["figures"].values():
            for key in ("value", "less", "over"):
                if isinstance(one.get(key), dict):
                    assert one[key]["published"] in fitted, file.name


def test_a_row_of_the_table_holds_both_sides_in_full() -> None:
    row = Row(figure(19), "days_saved", "esbjerg", Prediction(9.0, 4.0, 0.4), STRAINED)
    found = record(row)
    assert found["verdict"] == STRAINED and found["if_not_fitted"] == ""
    assert (found["published_low"], found["published_high"]) == (18.5, 19.5)
    assert (found["simulated"], found["chance_sd"], found["simulation_se"]) == (9.0, 4.0, 0.4)
    assert found["low_99"] < found["low_90"] < 9.0 < found["high_90"] < found["high_99"]
    above = replace(row, expected="above 0")
    assert above.band == (0.0, inf)
    words = replace(above, figure=replace(row.figure, value=None, why="shorter"))
    assert (record(words)["published"], record(words)["read_as"]) == ("", "above 0")


def test_experiments_have_the_published_sizes_and_people_of_their_own(rules: dict) -> None:
    values = load(["engine=simpy"], folder=data_root()).values
    published = published_figures()
    found = experiment(rules["experiments"]["esbjerg"], values, published, 2)
    control, treated = (found.arms[name] for name in ("control", "treated"))
    assert control.values["population"]["inflow"]["people"] == found.people["control"]
    assert found.people["treated"] == published["esbjerg_treated_people"].number
    assert control.seed != treated.seed
    assert control.values["market"]["displacement"] == 0
    schedule = treated.values["regimes"]["intensified"]["schedule"]["ui"]
    assert schedule[0]["meetings"] == published["esbjerg_meetings_intensified"].number


def test_arithmetic_rows_need_no_experiment(rules: dict) -> None:
    named = {rule["measure"] for own in rules["rows"].values() for rule in own if "measure" in rule}
    assert set(WORKED) <= named
