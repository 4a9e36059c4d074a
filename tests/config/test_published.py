"""`{published: KEY}` stands for a published figure: its value, its source and its mark."""

from pathlib import Path

import pytest

from sim.config import Configuration, load
from sim.config.catalogue import data_root, published_figures
from sim.rules.errors import InputError

ARMS = "arms: {a: {regime: standard, levers: {%s}}}\n"
DAYS = published_figures()["esbjerg_cash_days_between_meetings"]


def loaded(folder: Path, text: str) -> Configuration:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return load(["scenarios=mine.yaml"], folder=folder)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        loaded(folder, text)
    (problem,) = caught.value.problems
    return problem


def row(study: Configuration, name: str) -> dict:
    return next(row for row in study.table if row["name"] == name)


def test_a_value_comes_with_its_source_and_mark(tmp_path: Path) -> None:
    text = f"population: {{reentry_days: {{published: {DAYS.key}, range: [7, 28]}}}}\n"
    study = loaded(tmp_path, text)
    found = row(study, "population.reentry_days")
    assert found["value"] == DAYS.number
    assert found["source"] == f"{DAYS.source} [{DAYS.mark}]"
    assert (found["low"], found["high"]) == (7, 28)


def test_a_figure_may_stand_inside_a_list_and_gives_the_list_its_source(tmp_path: Path) -> None:
    lever = (
        "schedule: {ui: [{meetings: {published: esbjerg_meetings_intensified}, span_days: 182}, "
        f"{{every_days: {{published: {DAYS.key}}}}}]}}"
    )
    study = loaded(tmp_path, ARMS % lever)
    eleven = published_figures()["esbjerg_meetings_intensified"]
    found = row(study, "arms.a.levers.schedule.ui")
    assert found["value"][0]["meetings"] == eleven.value
    assert found["value"][1]["every_days"] == DAYS.number
    assert found["source"] == f"{eleven.source}; {DAYS.source} [READ]"


def test_a_list_with_a_source_of_its_own_keeps_it(tmp_path: Path) -> None:
    lever = (
        f"schedule: {{ui: {{value: [{{every_days: {{published: {DAYS.key}}}}}], "
        'source: "E4 Rosholm 2014", mark: DERIVED}}'
    )
    found = row(loaded(tmp_path, ARMS % lever), "arms.a.levers.schedule.ui")
    assert found["value"] == [{"every_days": DAYS.number}]
    assert found["source"] == "E4 Rosholm 2014 [DERIVED]"


def test_the_command_line_may_name_a_figure_too() -> None:
    study = load([f"effect.tau_days={{published: {DAYS.key}}}"], folder=data_root())
    assert study.values["effect"]["tau_days"] == DAYS.number


def test_an_unknown_figure_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    problem = refused(tmp_path, "effect: {tau_days: {published: esbjerg_day_saved}}\n")
    assert problem.startswith("mine.yaml, line 1: unknown published figure esbjerg_day_saved – ")
    assert "did you mean esbjerg_days_saved? configs/published.yaml has esbjerg_" in problem


def test_a_figure_without_a_number_is_refused_with_the_reason(tmp_path: Path) -> None:
    problem = refused(tmp_path, "effect:\n  tau_days: {published: e3_arm_people}\n")
    assert (
        "mine.yaml, line 2: the published figure e3_arm_people has no value: not found" in problem
    )


def test_a_figure_brings_its_own_source(tmp_path: Path) -> None:
    text = f'effect: {{tau_days: {{published: {DAYS.key}, source: "mine"}}}}\n'
    assert "beside it only note and range may stand, not source" in refused(tmp_path, text)
