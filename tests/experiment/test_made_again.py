"""Files of a finished folder are made again whole, or not at all, whenever it is interrupted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from sim.experiment import files, lock
from sim.experiment.folder import BEFORE, RunFolder, read
from sim.experiment.made_again import made_again
from sim.rules.errors import DataError

from .test_store import everything, make


def change(found: RunFolder) -> None:
    """One file made anew, one changed, one removed, and a word in the manifest."""
    with made_again(found) as copy:
        (copy.path / "deep").mkdir(exist_ok=True)
        (copy.path / "deep" / "new.html").write_text("<p>new</p>")
        (copy.path / "summary.csv").write_text("arm\n")
        (copy.path / "figures" / "survival.csv").unlink(missing_ok=True)
        copy.manifest["told"] = "more"


def test_what_is_made_again_is_whole_and_nothing_is_left_over(tmp_path: Path) -> None:
    found = make(tmp_path / "run")
    before = everything(found.path)
    (found.path / "own.txt").write_text("a note of the user")
    change(found)
    again = read(found.path)
    assert again.manifest["told"] == "more" and BEFORE not in again.manifest
    assert again.text("deep/new.html") == "<p>new</p>" and again.text("summary.csv") == "arm\n"
    assert everything(found.path) == (before | {"own.txt", "deep", "deep/new.html"}) - {
        "figures/survival.csv"
    }
    assert "own.txt" not in again.manifest["files"]
    rows = "spells.parquet"
    assert again.manifest["files"][rows] == found.manifest["files"][rows]


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    found = make(tmp_path / "run")
    before = everything(found.path)
    with pytest.raises(KeyboardInterrupt), made_again(found) as copy:
        (copy.path / "summary.csv").write_text("half")
        raise KeyboardInterrupt
    assert everything(found.path) == before
    assert read(found.path).manifest == found.manifest


def test_killed_at_any_moment_the_folder_is_read_and_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make(tmp_path / "run")
    states: list[Path] = []

    def kept_as_it_is() -> None:
        states.append(tmp_path / f"state{len(states)}")
        shutil.copytree(found.path, states[-1])

    replace, unlink = os.replace, Path.unlink

    def replaced(old: Path, new: Path) -> None:
        kept_as_it_is()
        replace(old, new)
        kept_as_it_is()

    def unlinked(path: Path, missing_ok: bool = False) -> None:
        kept_as_it_is()
        unlink(path, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "replace", replaced)
        patched.setattr(Path, "unlink", unlinked)
        change(found)
    between = 0
    for state in states:
        there = read(state)
        between += BEFORE in there.manifest
        owner = json.loads((state / lock.NAME).read_text()) if (state / lock.NAME).exists() else {}
        if owner:  # as after a kill: the process is no more
            (state / lock.NAME).write_text(json.dumps(owner | {"started": "0"}))
        change(there)
        assert not [name for name in everything(state) if ".samtale" in name]
        assert read(state).manifest["files"] == read(found.path).manifest["files"]
    assert between >= 5


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    found = make(tmp_path / "run")
    with made_again(found), pytest.raises(DataError, match="in use by process"):
        change(found)
