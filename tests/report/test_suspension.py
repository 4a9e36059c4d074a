"""What a suspension leaves is on the page and in the terminal, in the numbers of backlog.csv."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from rich.console import Console

from sim.experiment.backlog import COUNTS, UNITS
from sim.report import write
from sim.report.folder import Run, read
from sim.report.suspension import backlog_lines, planned_lines, suspension_sentences
from sim.report.terminal import print_comparison
from sim.report.words import say

Make = Callable[..., Path]
OWED = {"not_held_meetings": 720.0, "owed_people": 520.0, "met_share": 0.9, "drained_days": 90.0,
        "catch_up_hours": 450.0}  # fmt: skip
NOTHING_OWED = OWED | {"owed_people": 0.0, "met_share": math.nan, "drained_days": math.nan,
                       "catch_up_hours": 0.0}  # fmt: skip


@pytest.fixture
def suspended(make_run: Make, tmp_path: Path) -> Path:
    """A run whose last two arms suspend meetings; one of them catches up, scaled by 1,000."""
    path = make_run(tmp_path / "run")
    rows = [
        {
            "arm": arm, "baseline": "standard", "metric": metric, "unit": unit, "mean": mean,
            "se": 1.0, "low": mean - 2.0, "high": mean + 2.0,
            "in_country": 1000.0 * mean if metric in COUNTS else math.nan, "replications": 4,
        }
        for arm, known in (("flexible", NOTHING_OWED), ("lockdown_voluntary", OWED))
        for metric, unit in UNITS.items()
        for mean in (known.get(metric, 10.0),)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(path / "backlog.csv", index=False)
    planned = [
        ("flexible", "all", 8.04, 1.005, "binding", True),
        ("flexible", "ui", 12.0, 1.5, "information", False),
    ]
    pd.DataFrame([
        {
            "arm": arm, "baseline": "standard", "group": group, "planned_per_year": number,
            "baseline_per_year": 8.0, "ratio": ratio, "tolerance": 0.01, "role": role,
            "is_kept": kept,
        }
        for arm, group, number, ratio, role, kept in planned
    ]).to_csv(path / "planned_meetings.csv", index=False)  # fmt: skip
    scenario = yaml.safe_load((path / "scenario.yaml").read_text(encoding="utf-8"))
    asked = {"country_meetings_per_year": 2_500_000, "country_not_held_meetings": 500_000}
    scenario["checks"] = {"backlog": asked}
    (path / "scenario.yaml").write_text(yaml.safe_dump(scenario, sort_keys=False), "utf-8")
    return path


def sentence_of(run: Run, arm: str) -> str:
    title = next(a.title for a in run.arms if a.name == arm)
    return next(said for said in suspension_sentences(run) if said.startswith(title))


def test_a_sentence_says_what_drains_when_and_for_how_many_hours(suspended: Path) -> None:
    said = sentence_of(read(suspended), "lockdown_voluntary")
    for part in ("720 meetings", "(720,000 in Denmark's 2,500,000 a year; the published text says 500,000)",
                 "after 90 days", "450 caseworker hours (450,000 in Denmark)"):  # fmt: skip
        assert part in said
    days = f"days longer than under {read(suspended).baseline.title}"
    assert days in said or "as can be told from chance" in said


def test_where_nothing_is_owed_no_number_of_days_is_given(suspended: Path) -> None:
    run = read(suspended)
    assert say("backlog.nothing_drains") in sentence_of(run, "flexible")
    line = next(line for line in backlog_lines(run) if line.key == "drained_days")
    cells = {arm.name: cell for arm, cell in zip(run.arms, line.cells, strict=True)}
    assert cells["flexible"].text == say("backlog.nothing_owed")
    assert cells["lockdown_voluntary"].value == 90.0
    assert math.isnan(cells["standard"].value)


def test_the_page_and_the_terminal_hold_the_table_and_the_sentence(suspended: Path) -> None:
    write(suspended)
    page = (suspended / "report.html").read_text(encoding="utf-8")
    assert page.count('data-metric="catch_up_hours"') == 1
    assert 'data-value="450.0"' in page and "are drained after 90 days" in page
    file = io.StringIO()
    print_comparison(read(suspended), Console(file=file, width=100))
    assert "are drained after 90 days" in " ".join(file.getvalue().split())
    assert say("brief.backlog") in file.getvalue()
    assert max(map(len, file.getvalue().splitlines()[:30])) <= 100


def test_the_page_shows_the_planned_meetings_that_were_checked(suspended: Path) -> None:
    run = read(suspended)
    whole, insured = planned_lines(run)
    place = [arm.name for arm in run.arms].index("flexible")
    assert [line.cells[0].value for line in (whole, insured)] == [8.0, 8.0]
    assert (whole.cells[place].text, whole.cells[place].span) == ("8.04", "+0.5 %")
    assert whole.cells[place].verdict == say("planned.kept")
    assert insured.cells[place].verdict == say("planned.information")
    write(suspended)
    assert say("brief.planned") in (suspended / "report.html").read_text(encoding="utf-8")


def test_a_run_without_a_suspension_says_nothing_of_one(make_run: Make, tmp_path: Path) -> None:
    run = read(make_run(tmp_path / "run"))
    assert backlog_lines(run) == [] == suspension_sentences(run) == planned_lines(run)
