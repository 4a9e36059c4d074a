"""Faults of folders: what calibrate, validate and esbjerg find there, before they calculate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sim.experiment.esbjerg.tables as story_tables
from sim.cli import validating
from sim.cli.main import main
from sim.experiment import store

from .esbjerg import story

COMMANDS = {
    "calibrate": ["calibrate", "target=closed_form_19_days", "ridge=none", "out={}"],
    "validate": ["validate", "design=quick", "design.replications=2", "out={}"],
    "esbjerg": ["esbjerg", "--out", "{}"],
}


def words(command: str, folder: Path) -> list[str]:
    return [word.format(folder) for word in COMMANDS[command]]


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A command that fails the test if it comes to calculate anything."""

    def calculated(*_: object) -> None:
        raise AssertionError("calculated before the folder was looked at")

    monkeypatch.setattr(validating, "_judge", calculated)
    monkeypatch.setattr(story_tables, "tables", calculated)
    monkeypatch.setattr("sim.experiment.calibration.fitting.calibrate", calculated)
    return str(request.param)


def a_run(folder: Path) -> Path:
    with store.prepare(folder, {}) as writer:
        writer.text("summary.csv", "arm\n")
        writer.seal({"arms": []})
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def test_a_finished_run_is_left_as_it_is(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = a_run(tmp_path / "run")
    before = content(run)
    assert main(words(command, run)) == 3
    said = capsys.readouterr().err
    assert "--force" in said and "--resume" not in said
    assert ("choose another folder with --out" in said) is (command == "esbjerg")
    assert content(run) == before and [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("more", [[], ["--force"]])
def test_files_of_somebody_else_are_left_as_they_are(
    command: str, more: list[str], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    assert main([*words(command, tmp_path), *more]) == 3
    assert content(tmp_path) == {"mine.txt": b"kept"}


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_calculated(
    command: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    assert main(words(command, file)) == 3
    assert main(words(command, file / "below")) == 3
    assert file.read_text(encoding="utf-8") == "kept"


def test_the_story_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(story_tables, "tables", lambda *_: story())
    out = tmp_path / "out"
    with monkeypatch.context() as broken:
        broken.setattr("sim.report.esbjerg.page.story", lambda *_: 1 / 0)
        assert main(words("esbjerg", out)) == 1
    assert list(tmp_path.iterdir()) == []
    assert main(words("esbjerg", out)) == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == 1 and {"report.html", "figures/looks.svg"} <= set(
        manifest["files"]
    )
    capsys.readouterr()
    assert main(["report", str(out)]) == 3
    assert "no run with arms; it was made by: samtale esbjerg" in capsys.readouterr().err


def test_esbjerg_says_how_the_folder_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["esbjerg", "out=r1"]) == 2
    assert "write --out r1" in capsys.readouterr().err


def test_validate_takes_no_scenario_of_a_trial(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "scenarios=esbjerg_2017"]) == 2
    said = capsys.readouterr().err
    assert "takes no scenario of a trial" in said and "validate_" not in said


def test_what_is_wrong_with_validate_s_words_is_told_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["validate", "design.replicatoins=2"]) == 2
    said = capsys.readouterr().err
    assert "did you mean design.replications?" in said and "validate_" not in said
