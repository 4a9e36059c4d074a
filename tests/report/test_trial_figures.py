"""The figures and sentences of a trial say what its tables hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.report.figures import style, trial
from sim.report.folder import Run, read
from sim.report.trial_words import trial_sentences

LOOKS = pd.DataFrame({
    "arm": "intensified", "baseline": "standard",
    "look_date": ["2018-01-01"] * 3 + ["2018-12-31"] * 3,
    "look_day": [365.0] * 3 + [729.0] * 3,
    "estimator": ["difference_completed_days", "difference_so_far_days",
                  "difference_km_longest_days"] * 2,
    "days_shorter": [2.0, 3.0, 6.0, 5.0, 8.0, 10.0],
    "one_trial_low": [-7.0, -6.0, -6.0, -4.0, -5.0, -6.4],
    "one_trial_high": [11.0, 12.0, 18.0, 14.0, 20.0, 26.4],
    "alone": 10.25, "everybody": 12.75, "everybody_zero_load": 9.5, "true_over_days": 728.0,
})  # fmt: skip
ROLL_OUT = pd.DataFrame({
    "arm": "intensified", "baseline": "standard", "entry_from_week": [0.0, 13.0],
    "entry_to_week": [13.0, 26.0], "alone_days_saved": [10.0, 10.4], "alone_se": 0.2,
    "everybody_days_saved": [10.0, 11.4], "everybody_se": 0.3,
    "everybody_zero_load_days_saved": [7.0, 8.4], "everybody_zero_load_se": 0.3, "replications": 8.0,
})  # fmt: skip


@pytest.fixture
def run(reported: Path) -> Run:
    found = read(reported)
    return replace(found, tables={**found.tables, "trial_looks": LOOKS, "roll_out": ROLL_OUT})


def words(draw: Callable[[Run], object], run: Run) -> str:
    with style.drawing():
        sheet = draw(run)
    return " ".join(text.get_text() for text in sheet.figure.texts).replace("\n", " ")  # type: ignore[attr-defined]


def test_the_last_look_heads_the_figure_with_what_chance_could_report(run: Run) -> None:
    said = words(trial.draw, run)
    assert "31 December 2018 one trial like this would report" in said and "−6 to 26 days" in said
    assert "week 52" in said and "week 104" in said
    for number in ("(−7 to 11)", "(−6 to 18)", "(−5 to 20)"):
        assert number in said


def test_one_replication_has_no_range(run: Run) -> None:
    alone = LOOKS.assign(one_trial_low=float("nan"), one_trial_high=float("nan"))
    said = words(trial.draw, replace(run, tables={**run.tables, "trial_looks": alone}))
    assert "this trial reports 10" in said and "nan" not in said


def test_a_roll_out_tells_the_first_and_the_last_to_enter(run: Run) -> None:
    said = words(trial.draw_roll_out, run)
    assert "10.2 days for one person alone" in said
    assert "7.0 for the first to enter and 8.4 for the last" in said


def test_sentences_say_what_is_seen_and_what_is_true(run: Run) -> None:
    (said,) = trial_sentences(run)
    for part in ("5.0 days by completed spells", "10.0 days by Kaplan-Meier", "−6.4 to 26.4 days",
                 "over 728 days from entry: 10.2 days", "12.8 days if everybody",
                 "9.5 days if smaller"):  # fmt: skip
        assert part in said, said


def test_a_run_that_is_no_trial_has_neither(reported: Path) -> None:
    plain = read(reported)
    assert trial.draw(plain) is None and trial.draw_roll_out(plain) is None
    assert trial_sentences(plain) == []
