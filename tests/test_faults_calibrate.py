"""Faults of a calibration: targets out of reach, several solutions, words that mean nothing."""

import csv
import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.report.calibration_words import parameter_name

CLOSED = ["calibrate", "target=closed_form_19_days", "ridge=none"]


def test_fault_30_a_target_out_of_reach_tells_the_largest_attainable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*CLOSED, "value=27", "out=c"]) == 2
    said = capsys.readouterr().err
    assert "largest attainable 26.3 days" in said and "the target is 27 days" in said
    assert "effect.boost = 1.23" in said and "= 10" not in said  # where it turns, not the end
    assert list(tmp_path.iterdir()) == []


def test_fault_31_both_roots_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*CLOSED, "ridge=effect.tau_days:14,60", "out=c"]) == 0
    said = capsys.readouterr().out
    name = parameter_name("effect.boost")
    assert f"2 solutions in {name}: 0.3869752769, 5.079863786" in said
    assert f"{name} (effect.boost)" in said
    with (tmp_path / "c" / "calibration.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    roots = [
        float(r["value"]) for r in rows if r["role"] == "parameter" and r["kind"] == "solution"
    ]
    assert roots == pytest.approx([0.3869752769, 5.079863786], rel=1e-6)
    with (tmp_path / "c" / "ridge.csv").open(newline="", encoding="utf-8") as file:
        ridge = list(csv.DictReader(file))
    assert float(ridge[0]["effect.boost"]) == pytest.approx(0.7357577846, rel=1e-6)
    manifest = json.loads((tmp_path / "c" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["method"] == "exact" and "figures/calibration.svg" in manifest["files"]
    assert "2 solutions" in (tmp_path / "c" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["target=closed_form_19_dais"], "did you mean closed_form_19_days?"),
        (["target="], "name a target"),
        (["fit=effect.bost"], "did you mean effect.boost?"),
        (["fit=effect.kind"], "a fit needs a number"),
        (["fit=arms.twelve.levers.quality"], "no arms.twelve.levers.quality"),
        (["fit=effect.boost,effect.tau_days", "within=effect.boost:0,1;effect.tau_days:10,60"],
         "one figure cannot tell several parameters apart"),
        (["within=5,5"], "is empty"),
        (["within=-3,5"], "leaves its bounds"),
        (["within=effect.alpha:0,1"], "effect.alpha is not fitted"),
        (["value=.nan"], "it must be a finite number"),
        (["value=nineteen"], "it must be a finite number"),
        (["figures.days_saved.days=0"], "it must be a finite number above 0"),
        (["figures.days_saved.quantity=days_safed"], "did you mean days_saved?"),
        (["figures.days_saved.arm=twelve"], "unknown arm twelve"),
        (["figures.days_safed.days=364"], "did you mean days_saved?"),
        (["fit=effect.alpha"], "effect.alpha does not move it"),
        (["effect.bost=1"], "did you mean effect.boost?"),
    ],
)  # fmt: skip
def test_a_calibration_that_makes_no_sense_is_refused_and_writes_nothing(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main([*CLOSED, *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_calibration_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    assert main([*CLOSED, f"out={tmp_path}"]) == 3
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "kept"
