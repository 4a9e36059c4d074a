"""Bad input about trials: refused before anything runs, with what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config import load
from sim.rules.errors import InputError

SCENARIO = """
title: "A trial"
question: "?"
start_date: "2019-01-01"
design: {kind: trial, observation_days: 364, follow_up_days: 728}
population: {groups: {ui: {inflow_per_week: 10}}}
trial: {groups: [ui], caseworkers: shared, look_dates: ["2019-12-31"]}
arms:
  control: {regime: standard, enrolment: {people: 300, from: "2019-01-01", to: "2019-12-01"}}
  treated: {regime: intensified, enrolment: {people: 200, from: "2019-03-01", to: "2019-12-01"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def told(folder: Path, *overrides: str) -> str:
    """What is said of bad input."""
    with pytest.raises(InputError) as refused:
        load(["scenarios=mine", *overrides], folder=folder)
    return "\n".join(refused.value.problems)


def test_the_scenario_itself_is_a_trial(folder: Path) -> None:
    found = load(["scenarios=mine"], folder=folder)
    assert found.values["design"]["kind"] == "trial" and not found.warnings


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["trial.look_dates=['2018-06-01']"], ["trial.look_dates", "2018-06-01", "before", "2019-03-01"]),
        (["trial.look_dates=['2019-02-01']"], ["before anybody has entered the last arm"]),
        (["trial.look_dates=['2031-01-01']"], ["after the run ends on 2021-12-28"]),
        (["trial.look_dates=['2019-12-31','2019-06-01']"], ["must increase"]),
        (["trial.look_dates=['soon']"], ["trial.look_dates is 'soon'", "2020-03-12"]),
        (["arms.treated.enrolment.people=0"], ["enrolment.people is 0", "≥ 1"]),
        (["arms.treated.enrolment.people=2.5"], ["enrolment.people is 2.5", "whole number"]),
        (["arms.treated.enrolment.share=0.5"], ["people and share", "exactly one"]),
        (["arms.treated.enrolment={share: 0.5, from: '2019-03-01', to: '2019-12-01'}"], ["all the same"]),
        (["arms.treated.enrolment.to='2019-02-01'"], ["nobody can be enrolled"]),
        (["arms.treated.enrolment.from='2018-02-01'"], ["within the run"]),
        (["arms.treated.enrolment.people=500000"], ["≤ 150000"]),
        (["trial.groups=[nobody]"], ["trial.groups", "one of ui"]),
        (["trial.caseworkers=some"], ["shared, own"]),
        (["trial.caseworkers=own", "office.pools=group"], ["trial.caseworkers is own"]),
        (["trial.caseworkers=own", "trial.extra_caseworkers=3"], ["trial.extra_caseworkers is 3"]),
        (["arms.treated.enrolment.caseworkers=3"], ["trial.caseworkers is shared"]),
        (["population.inflow.kind=cohort"], ["poisson"]),
        (["trial.looks=3"], ["unknown key trial.looks"]),
    ],
)  # fmt: skip
def test_a_trial_that_cannot_be_is_refused(
    folder: Path, overrides: list[str], words: list[str]
) -> None:
    text = told(folder, *overrides)
    for word in words:
        assert word in text, text


@pytest.mark.parametrize("share", ["0", "1.5"])
def test_a_share_lies_between_0_and_1(folder: Path, share: str) -> None:
    text = told(
        folder, f"arms.treated.enrolment={{share: {share}, from: '2019-03-01', to: '2019-12-01'}}"
    )
    assert "enrolment.share is" in text


def test_shares_of_more_than_everybody_and_arms_of_nobody_are_refused(folder: Path) -> None:
    plain = SCENARIO.replace("people: 300", "share: 0.7").replace("people: 200", "share: 0.6")
    (folder / "scenarios" / "mine.yaml").write_text(plain, encoding="utf-8")
    assert "add up to 1.3" in told(folder)
    assert "arm of nobody" in told(folder, "arms.treated.enrolment.share=0.0003")


def test_a_trial_without_its_parts_names_them_all(folder: Path) -> None:
    text = SCENARIO.replace(
        'trial: {groups: [ui], caseworkers: shared, look_dates: ["2019-12-31"]}\n', ""
    )
    text = text.replace(', enrolment: {people: 200, from: "2019-03-01", to: "2019-12-01"}', "")
    (folder / "scenarios" / "mine.yaml").write_text(text, encoding="utf-8")
    said = told(folder)
    for word in ("trial.groups", "trial.caseworkers", "trial.look_dates", "arms.treated.enrolment"):
        assert word in said


def test_what_only_a_trial_has_is_told_where_the_study_is_none(folder: Path) -> None:
    found = load(["scenarios=mine", "design.kind=worlds"], folder=folder)
    assert any("not used" in warning for warning in found.warnings)


def test_one_wrong_value_is_told_once(folder: Path) -> None:
    for override, never in (
        ("arms.treated.enrolment.people=0", "neither people nor share"),
        ("trial.look_dates=[]", "is not given"),
        ("trial.caseworkers=both", "is not given"),
    ):
        assert never not in told(folder, override)


def test_a_group_is_named_once(folder: Path) -> None:
    assert "name each group once" in told(folder, "trial.groups=[ui,ui]")


def test_a_trial_far_larger_than_the_office_is_told(folder: Path) -> None:
    few = load(["scenarios=mine", "population.scale=0.25"], folder=folder)
    assert any("people a week are enrolled" in warning for warning in few.warnings)


def test_factors_of_different_groups_may_hold_on_the_same_dates(folder: Path) -> None:
    one, other = (
        f"{{from: '2019-02-01', to: '2019-03-01', factor: 2, groups: [{g}]}}"
        for g in ("ui", "sickness")
    )
    load(["scenarios=mine", f"population.inflow_factors=[{one},{other}]"], folder=folder)
    assert "overlap" in told(folder, f"population.inflow_factors=[{one},{one}]")
