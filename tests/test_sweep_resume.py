"""`samtale sweep` as a user meets it: killed at any moment it goes on, and refuses what is wrong."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from sim.cli.main import main
from sim.config.sweeping import Axis, understand_sweep
from sim.experiment.folder import read
from sim.experiment.sweep import parts

from . import killing

TINY = ["design=quick", "population.scale=0.02", "compute=serial"]
GRID = ["effect.alpha=0.1,0.3", "office.load_elasticity=0,0.1", "design.replications=3"]


def digest(folder: Path) -> str:
    """The digest of all rows of a finished sweep, after every file was verified."""
    return str(read(folder).manifest["rows_sha256"]["all"])


def kept(folder: Path) -> dict[str, int]:
    """The parts that are there, each with the time at which it was written."""
    return killing.kept(folder / parts.FOLDER)


def killed_until_done(words: list[str], out: Path, units: int, kills: int, seed: int) -> int:
    """Kill a sweep at random moments and resume it each time, then let it end."""
    midway = killing.killed_until_done(
        ["sweep", *words], out, out / parts.FOLDER, units, kills, seed
    )
    assert len(kept(out)) == units
    return midway


def test_fault_39_kill_9_at_any_moment_and_resume(tmp_path: Path) -> None:
    assert main(["sweep", *TINY, *GRID, f"out={tmp_path / 'undisturbed'}"]) == 0
    assert killed_until_done([*TINY, *GRID], tmp_path / "killed", 12, 3, seed=5) > 0
    assert digest(tmp_path / "killed") == digest(tmp_path / "undisturbed")
    for name in ("sweep.csv", "sweep_differences.csv", "points.csv"):
        texts = [(tmp_path / one / name).read_bytes() for one in ("killed", "undisturbed")]
        assert texts[0] == texts[1]


@pytest.mark.slow
def test_fault_39_sixty_points_by_twenty_killed_thirty_times(tmp_path: Path) -> None:
    grid = ["effect.alpha=range(0.1,0.35,0.05)", "office.load_elasticity=range(0,0.12,0.01)"]
    # Five values by twelve.
    words = ["design=quick", "population.scale=0.02", "design.replications=20", *grid]
    assert main(["sweep", *words, f"out={tmp_path / 'undisturbed'}"]) == 0
    assert len(kept(tmp_path / "undisturbed")) == 1_200
    assert killed_until_done(words, tmp_path / "killed", 1_200, 30, seed=1) > 15
    assert digest(tmp_path / "killed") == digest(tmp_path / "undisturbed")


def test_fault_40_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path: Path) -> None:
    words = ["design=quick", "population.scale=0.3", "effect.alpha=0.1,0.2", "out=s"]
    program = killing.start(
        "sweep", *words, "design.replications=30", "compute.workers=2", cwd=tmp_path
    )
    try:
        end = time.monotonic() + 120
        while not kept(tmp_path / "s") and time.monotonic() < end:
            time.sleep(0.05)
        second = killing.start("sweep", *words, "design.replications=30", "--resume", cwd=tmp_path)
        _, refused = second.communicate(timeout=120)
        os.killpg(program.pid, signal.SIGINT)  # a terminal sends it to the workers too
        _, said = program.communicate(timeout=20)
    finally:
        program.kill()
    assert second.returncode == 3, refused
    assert f"in use by process {program.pid} on " in refused
    assert program.returncode == 130
    assert "Finished units are kept. To go on: samtale sweep design=quick" in said
    assert "out=s --resume" in said and "Traceback" not in said
    assert kept(tmp_path / "s") and not (tmp_path / "s" / "in_use.json").exists()


def test_a_point_is_the_run_of_it_and_a_finished_sweep_is_not_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "s"
    words = ["sweep", *TINY, "design.replications=2", "effect.alpha=0.1,0.3", f"out={out}"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "2 points x 4 arms x 2 replications (4 units of work), about" in said
    assert "All points have the seed 1, which is allowed" in said, "fault 29"
    run = [
        "run",
        *TINY,
        "design.replications=2",
        "effect.alpha=0.3",
        f"out={tmp_path / 'r'}",
        "--no-report",
    ]
    assert main(run) == 0
    found, wanted = read(out), read(tmp_path / "r")
    rows = found.table("sweep.csv").query("point == 2").reset_index(drop=True)
    summary = wanted.table("summary.csv")
    pd.testing.assert_frame_equal(rows[summary.columns], summary, check_exact=True)
    assert found.table("points.csv")["rows_sha256"][1] == wanted.manifest["rows_sha256"]["all"]
    picture = Image.open(out / "figures" / "sweep_lines.png")
    assert picture.text["Title"] == "What changes with effect.alpha"  # type: ignore[attr-defined]
    before = kept(out)
    (out / "parts" / min(before)).unlink()
    assert main([*words, "--resume"]) == 0, "what is missing of a finished sweep is run again"
    assert "1 of them finished" not in capsys.readouterr().err
    again = kept(out)
    assert again.keys() == before.keys() and read(out).manifest["units_run"] == 1
    before = again
    assert main(words) == 3, "fault 37"
    assert "go on with it with --resume" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 0
    assert "nothing was run again" in capsys.readouterr().out
    assert kept(out) == before


def test_heat_maps_for_two_keys_and_small_multiples_for_three(tmp_path: Path) -> None:
    two = [*TINY, "design.replications=2", "effect.alpha=0.1,0.3", "office.load_elasticity=0,0.1"]
    three = [*two, "market.displacement=0,0.2"]
    for name, words in (("two", two), ("three", three)):
        assert main(["sweep", *words, f"out={tmp_path / name}"]) == 0
        for metric in ("days_saved", "net_saving_municipality_dkk", "net_saving_public_dkk"):
            figures = tmp_path / name / "figures"
            assert Image.open(figures / f"sweep_{metric}.png").width == 960
            assert set(pd.read_csv(figures / f"sweep_{metric}.csv")["metric"]) == {metric}


def refused(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    assert main(["sweep", *words]) == code
    return capsys.readouterr().err


def test_fault_07_every_fault_of_every_point_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told = refused(capsys, *TINY, "effect.tau_days=-1,56,0", "design.replications=2,1.5")
    assert told.count("\n  - ") == 3
    assert "effect.tau_days is -1" in told and "effect.tau_days is 0" in told
    assert "design.replications is 1.5" in told and "(points 2, 4, 6)" in told
    told = refused(capsys, *TINY, "effect.tau_days=56,0")
    assert "(point 2: effect.tau_days=0)" in told
    told = refused(capsys, *TINY, "effect.alpha=0,005")
    assert "decimal comma? write 0.005" in told
    told = refused(capsys, *TINY, "effct.alpha=1,2")
    assert "unknown key effct" in told and "(every point)" in told
    assert list(tmp_path.iterdir()) == [], "rejected input writes nothing"


def test_fault_12_and_13_a_million_points_are_counted_and_need_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    grid = ["effect.alpha=range(0,0.5,0.0005)", "office.load_elasticity=range(0,0.5,0.0005)"]
    began = time.monotonic()
    told = refused(capsys, *TINY, *grid, code=4)
    assert "1,000,000 points x 4 arms x 8 replications would take about" in told
    assert "say --yes" in told and " GB of disk" in told
    told = refused(capsys, *TINY, "effect.tau_days=range(1,1000001)", code=4)
    assert "1,000,000 points" in told, "along one key too"
    assert time.monotonic() - began < 60
    monkeypatch.setattr("sim.cli.sweep_plan.ASK_ABOVE_SECONDS", 0.0)
    told = refused(capsys, *TINY, "effect.alpha=0.1,0.2", code=4)
    assert "this would take about" in told and "say --yes" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("effect.alpha=0.1,,0.2", "in which a value is empty; write effect.alpha=0.1,0.2."),
        ("effect.alpha=range(3,1)", "which has no value: its start lies beyond its end"),
        ("scenarios=glob(nothing*)", "which has no value: nothing has such a name"),
        ("title=a,b", "a sweep needs a key with several values"),
    ],
)
def test_a_list_of_nothing_is_told_as_such(
    word: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(capsys, *TINY, word)


def test_the_regimes_of_an_arm_are_swept_by_name_and_by_pattern() -> None:
    asked = understand_sweep(["arms.flexible.regime=standard,flexible", "title=a, b"], [])
    assert asked.axes == (Axis("arms.flexible.regime", ("standard", "flexible")),)
    assert asked.fixed == ("title=a, b",)
    asked = understand_sweep(["arms.flexible.regime=glob(lockdown*)"], [])
    assert "lockdown_voluntary" in asked.axes[0].values and asked.count > 1


def test_a_drawn_seed_is_the_same_at_every_point_and_after_a_resume(tmp_path: Path) -> None:
    words = ["sweep", *TINY, "design.seed=null", "design.replications=1", f"out={tmp_path / 's'}"]
    assert main([*words, "effect.alpha=0.1,0.2"]) == 0
    before = kept(tmp_path / "s")
    assert main([*words, "effect.alpha=0.1,0.2,0.3", "--resume"]) == 0
    facts = json.loads((tmp_path / "s" / "manifest.json").read_text())
    assert len(facts["seeds"]) == 1 and facts["seed_drawn"] is True
    assert len(kept(tmp_path / "s")) == 3
    assert {name: kept(tmp_path / "s")[name] for name in before} == before


@pytest.mark.parametrize("out", ["file/below", "x" * 300, "/proc/none/there"])
def test_fault_42_a_folder_that_cannot_be_made_is_told_first(
    tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("in the way")
    told = refused(capsys, *TINY, "effect.alpha=0.1,0.2", f"out={out}", code=3)
    assert "The results folder" in told
    assert "Points x replications" not in told
