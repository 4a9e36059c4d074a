"""Faults of the computer that a run meets: too little of it, a strange locale, nobody who reads."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.experiment.folder import read
from sim.rules.errors import ResourceError

from .killing import ROOT

SMALL = ["run", "design=quick", "population.scale=0.01", "engine=simpy", "compute=serial",
         "design.replications=2"]  # fmt: skip


def test_fault_12_more_than_there_is_memory_or_disk_for_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.experiment.room.memory_bytes", lambda: 16e9)
    out = f"out={tmp_path / 'r'}"
    assert main([*SMALL[:-1], "design.replications=1000000000", "--yes", out]) == 4
    said = capsys.readouterr().err
    assert "1,000,000,000 replications" in said and "need about 500.0 TB of memory" in said
    assert "this computer has 16.0 GB; the largest design.replications here is about 31," in said
    assert main([*SMALL, "population.scale=1000000", "--yes", out]) == 4
    said = capsys.readouterr().err
    assert "TB of memory" in said and "choose at most a" in said and "of disk" in said
    assert list(tmp_path.iterdir()) == []


def test_fault_12_what_fits_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.config import load
    from sim.experiment import room
    from sim.experiment.study import build

    of = build(load([*SMALL[1:], "design.keep_rows=none"]).values)
    room.require(of, 20_000, tmp_path)
    need = room.need_of(of, 40_000).memory
    monkeypatch.setattr(room, "memory_bytes", lambda: need - 1.0)
    with pytest.raises(ResourceError, match=r"largest design.replications here is about 39,999"):
        room.require(of, 40_000, tmp_path)
    room.require(of, 39_999, tmp_path)


def few_files() -> None:
    """At most 20 open files: what Python and its libraries need is open, and little more."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))


def small_files() -> None:
    """No file of more than 2 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_048, 2_048))


def run_in(
    folder: Path,
    environment: Mapping[str, str],
    limit: Callable[[], None] | None = None,
    stdout: int = subprocess.PIPE,
    words: list[str] = SMALL,
) -> tuple[int, str]:
    """Run in an environment that has nothing but this; the exit code, and what was said."""
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "sim", *words, "out=r"],
        stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, cwd=folder,
        env=bare | dict(environment), preexec_fn=limit, check=False, timeout=600,
    )  # fmt: skip
    return done.returncode, done.stderr.decode(errors="replace")


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the small run, undisturbed."""
    out = tmp_path_factory.mktemp("wanted") / "r"
    assert main([*SMALL, f"out={out}"]) == 0
    return str(read(out).manifest["rows_sha256"]["all"])


def same_or_clean(folder: Path, wanted: str, code: int, said: str) -> None:
    """The same rows, or exit code 4 in words, with nothing half-written."""
    assert code in (0, 4), said
    assert "Traceback" not in said
    if code == 0:
        assert read(folder / "r").manifest["rows_sha256"]["all"] == wanted
    else:
        assert "samtale: " in said and not (folder / "r").exists()
        assert not list(folder.rglob("*.new")) and not list(folder.rglob("whole"))


STRANGE = {
    "a Danish computer": {"LC_ALL": "da_DK.UTF-8", "TZ": "Europe/Copenhagen"},
    "a Turkish one": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Istanbul"},
    "no locale, no HOME": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STRANGE)
def test_fault_46_the_same_rows_whatever_the_locale_and_though_nobody_reads(
    tmp_path: Path, wanted: str, name: str
) -> None:
    """No terminal, and standard output is a pipe that nobody reads any longer."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        code, said = run_in(tmp_path, STRANGE[name], stdout=writer)
    finally:
        os.close(writer)
    assert code == 0, said
    same_or_clean(tmp_path, wanted, code, said)


@pytest.mark.slow
def test_fault_46_twenty_files_are_the_same_rows_or_told(tmp_path: Path, wanted: str) -> None:
    code, said = run_in(tmp_path, {"HOME": str(tmp_path)}, few_files)
    same_or_clean(tmp_path, wanted, code, said)


@pytest.mark.slow
def test_fault_46_twenty_files_with_two_workers(tmp_path: Path, wanted: str) -> None:
    words = [word for word in SMALL if word != "compute=serial"]
    code, said = run_in(tmp_path, {"HOME": str(tmp_path)}, few_files, words=words)
    same_or_clean(tmp_path, wanted, code, said)


@pytest.mark.slow
def test_fault_41_files_that_may_not_grow_are_told(tmp_path: Path, wanted: str) -> None:
    code, said = run_in(tmp_path, {"HOME": str(tmp_path)}, small_files)
    assert code == 4 and "File too large" in said, said
    same_or_clean(tmp_path, wanted, code, said)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("r")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_fault_41_an_answer_that_cannot_be_printed_is_told() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "sim", "list"], stdout=full, stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("out", ["file/below", "file", "/dev/full", "x" * 300])
def test_fault_42_a_folder_that_cannot_be_made_is_told_before_anything_is_simulated(
    tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("sim.experiment.compare.run", None)
    assert main([*SMALL, f"out={out}"]) == 3
    assert "The results folder" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["file"]
