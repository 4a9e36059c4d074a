"""`samtale sensitivity` on a small jobcentre: what it writes, what it refuses, which parameters vary."""

import csv
import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.config import load
from sim.config.varied import question
from sim.experiment.estimates import Outcomes, differences
from sim.experiment.hours import HOURS
from sim.experiment.points import Point, Shared, evaluate, means
from sim.experiment.pool import Pool
from sim.experiment.study import build
from sim.experiment.task import Job, replicate, shipped_world
from sim.rules.errors import InputError

SMALL = ["population.scale=0.02", "compute=serial", "~arms.lockdown_voluntary"]
OVER = "over=costs.output_per_wage,effect.alpha"


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_a_tornado_from_words_to_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sensitivity", OVER, *SMALL, "out=one"]) == 0
    folder = tmp_path / "one"
    rows = rows_of(folder / "sensitivity.csv")
    assert {row["arm"] for row in rows} == {"intensified", "flexible"}
    assert {row["parameter"] for row in rows} == {
        "chance", "effect.alpha", "costs.output_per_wage",
    }  # fmt: skip
    # What a job is worth to society changes neither days nor the municipality's money.
    assert {row["swing"] for row in rows if row["parameter"] == "costs.output_per_wage"} == {"0.0"}
    alpha = [r for r in rows if (r["arm"], r["parameter"]) == ("intensified", "effect.alpha")]
    assert all(float(row["swing"]) != 0.0 for row in alpha)
    assert alpha[0]["low"] == "0.1398" and alpha[0]["mark"] == "DERIVED" and alpha[0]["source"]
    frontier = {
        (row["hours"], row["arm"], row["purse"]): row for row in rows_of(folder / "frontier.csv")
    }
    assert {hours for hours, _, _ in frontier} == set(HOURS)
    both = [frontier[hours, "intensified", "municipality"]["days_saved"] for hours in HOURS]
    assert len(set(both)) == 3, "with the same hours a regime saves other days"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["method"] == "tornado" and manifest["over"]["effect.alpha"] == [0.1398, 0.3716]
    named = set(manifest["files"])
    assert {"frontier.csv", "break_even.csv", "left_out.csv", "report.html"} <= named
    assert "figures/tornado_days_saved.png" in named and "figures/frontier_public.svg" in named
    assert main(["sensitivity", OVER, *SMALL, "out=one"]) == 3  # a finished one is not overwritten
    before = {file: (folder / file).read_bytes() for file in named}
    for lost in ("report.html", "figures/frontier_public.svg"):
        (folder / lost).write_text("", encoding="utf-8")
    assert main(["report", "one"]) == 3, "a damaged file is named, not made anew unseen"
    for lost in ("report.html", "figures/frontier_public.svg"):
        (folder / lost).write_bytes(before[lost])
    assert main(["report", "one"]) == 0
    assert {file: (folder / file).read_bytes() for file in named} == before
    assert main(["compare", "one", "one"]) == 3


def test_draws_have_a_band_and_probabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["method=draws", "size=4", "of=days_saved", "design.replications=1", *SMALL]
    assert main(["sensitivity", *words, OVER, "out=drawn"]) == 0
    draws = rows_of(tmp_path / "drawn" / "draws.csv")
    assert len(draws) == 4 and all(0.1398 <= float(r["effect.alpha"]) <= 0.3716 for r in draws)
    (band,) = [
        row for row in rows_of(tmp_path / "drawn" / "bands.csv")
        if (row["arm"], row["metric"]) == ("intensified", "net_saving_municipality_dkk")
    ]  # fmt: skip
    positive = sum(float(row["intensified.net_saving_municipality_dkk"]) > 0 for row in draws) / 4
    assert float(band["probability_positive"]) == positive
    frontier = rows_of(tmp_path / "drawn" / "frontier.csv")
    (pays,) = [
        row["probability_pays"] for row in frontier
        if (row["hours"], row["arm"], row["purse"])
        == ("as_configured", "intensified", "municipality")
    ]  # fmt: skip
    assert float(pays) == positive


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["method=tornadoo"], "did you mean tornado?"),
        (["of=days_savd"], "did you mean days_saved?"),
        (["of=dkk_per_day_saved"], "of: unknown dkk_per_day_saved"),
        (["over=effect.alhpa"], "did you mean effect.alpha?"),
        (["over=costs.refund.until_weeks"], "declares no range"),
        (["over=design.replications"], "about the calculation"),
        (["over=effect.boost"], "does not use"),
        (["over=regimes.flexible.form.default.group"], "must add up to 1"),
        (["over="], "over is empty"),
        (["size=3"], "leave size out"),
        (["method=sobol", "size=3"], "power of 2"),
        (["~arms.flexible", "~arms.intensified"], "one arm only"),
        (["effect.alpha=5"], "effect.alpha"),
        (["design=quick", "design.follow_up_days=364"], "needs 728 days"),
    ],
)
def test_bad_words_end_with_2_and_write_nothing(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["sensitivity", *SMALL, *words]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_takes_long_asks_for_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["method=sobol", "size=65536", "compute=serial"]
    assert main(["sensitivity", *words]) == 4
    assert "--yes" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_levers_that_regimes_share_move_as_one_and_can_be_moved_alone() -> None:
    all_of = {one.name: one for one in question([]).task.varied}
    assert len(all_of["regimes.*.minutes.physical"].keys) == 4
    assert "population.scale" not in all_of
    both = question(["over=population.scale,regimes.flexible.minutes.physical"]).task.varied
    assert [one.name for one in both] == [
        "population.scale", "regimes.flexible.minutes.physical",
    ]  # fmt: skip
    assert "population.scale" not in {
        one.name for one in question(["over=population.*"]).task.varied
    }
    effects = question(["over=effect.*"]).task.varied
    assert len(effects) > 5 and all(one.name.startswith("effect.") for one in effects)


def test_a_point_gives_the_differences_that_a_run_gives() -> None:
    values = load(["design=quick", "design.replications=2", *SMALL]).values
    study = build(values)
    found = {r: replicate(Job(study, shipped_world), r).values for r in (0, 1)}
    run = differences(Outcomes.of(study.arms, ("all", *study.groups), found))
    run = run[run["group"].eq("all")].set_index(["arm", "metric"])["difference"]
    metrics = ("days_saved", "net_saving_municipality_dkk", "worse_off_share", "held_per_person")
    table = evaluate(Shared(values, metrics), [Point({}, (0, 1))], Pool(1))
    for key, value in means(table).loc[0].items():
        assert value == pytest.approx(run[key], rel=1e-9), key


def test_a_varied_point_is_not_held_to_what_the_scenario_asks_as_configured() -> None:
    values = load(["design=quick", *SMALL]).values
    for name in values["arms"]:
        values["arms"][name].setdefault("levers", {})["caseworkers"] = 5
    values["checks"] = {"same_meetings": {"tolerance": 1e-9, "exceptions": []}}
    with pytest.raises(InputError, match="same_meetings"):
        build(values)
    changes = {"costs.output_per_wage": 1.1}
    table = evaluate(Shared(values, ("days_saved",)), [Point(changes, (0,))], Pool(1))
    assert table["value"].notna().all() and len(table) == len(values["arms"]) - 1
