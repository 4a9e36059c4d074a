"""`samtale run` as a user meets it: killed or interrupted at any moment it goes on."""

from __future__ import annotations

import os
import re
import shlex
import signal
import time
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.experiment.folder import read
from sim.experiment.unfinished import place_of

from . import killing

TINY = ["run", "design=quick", "population.scale=0.02", "--no-report"]


def parts_of(out: Path) -> Path:
    return place_of(out) / "parts"


def killed_and_undisturbed_are_equal(
    words: list[str], folder: Path, units: int, kills: int, seed: int
) -> int:
    """Run undisturbed, and killed; how often it was killed midway."""
    assert main([*words, f"out={folder / 'undisturbed'}"]) == 0
    out = folder / "killed"
    midway = killing.killed_until_done(words, out, parts_of(out), units, kills, seed)
    assert sorted(os.listdir(folder)) == ["killed", "undisturbed"]
    found, wanted = read(out), read(folder / "undisturbed")
    assert found.manifest["rows_sha256"] == wanted.manifest["rows_sha256"]
    for name in set(found.manifest["files"]) & {"summary.csv", "differences.csv", "outcomes.csv",
                                                "costs.csv", "figures/survival.csv"}:  # fmt: skip
        assert (out / name).read_bytes() == (folder / "undisturbed" / name).read_bytes()
    return midway


def test_fault_39_a_run_killed_with_9_goes_on(tmp_path: Path) -> None:
    words = [*TINY, "compute=serial", "design.replications=6"]
    # Of each replication four files: three of rows, and the part.
    assert killed_and_undisturbed_are_equal(words, tmp_path, 24, 2, seed=3) > 0


@pytest.mark.slow
def test_fault_39_a_run_killed_at_thirty_moments_goes_on(tmp_path: Path) -> None:
    words = [*TINY, "design.replications=60"]
    assert killed_and_undisturbed_are_equal(words, tmp_path, 240, 30, seed=4) > 15


def interrupted(
    tmp_path: Path, times: int, number: int = signal.SIGINT, **environment: str
) -> tuple[int, str, float]:
    """Press Ctrl-C when something is finished; the exit code, what was said, and how long it took."""
    words = [
        "run",
        "design=quick",
        "design.replications=60",
        "population.scale=0.3",
        "out=r",
        "--no-report",
    ]
    program = killing.start(*words, "compute.workers=2", cwd=tmp_path, **environment)
    try:
        end = time.monotonic() + 300
        while not list(parts_of(tmp_path / "r").glob("?????.parquet")):
            assert time.monotonic() < end and program.poll() is None, program.communicate()
            time.sleep(0.02)
        began = time.monotonic()
        for _ in range(times):
            os.killpg(program.pid, number)  # a terminal sends it to the workers too
            time.sleep(0.001)
        _, said = program.communicate(timeout=60)
        return program.returncode, said, time.monotonic() - began
    finally:
        program.kill()


def test_fault_40_ctrl_c_keeps_what_is_finished_and_the_command_told_goes_on(
    tmp_path: Path,
) -> None:
    code, said, _ = interrupted(tmp_path, 1)
    assert code == 130 and "Traceback" not in said
    told = re.search(r"Finished replications are kept \((\d+)\)\. To go on: samtale (run .*)", said)
    assert told is not None, said
    assert "out=r" in told[2] and "design.seed=1" in told[2] and "--resume" in told[2]
    assert os.listdir(tmp_path) == ["r.unfinished"]
    assert not (tmp_path / "r.unfinished" / "in_use.json").exists()
    before = killing.kept(parts_of(tmp_path / "r"))
    # With fewer replications, so that the test takes less: they are the first ones all the same.
    words = told[2].replace("design.replications=60", f"design.replications={int(told[1]) + 1}")
    resumed = killing.start(*shlex.split(words), cwd=tmp_path)
    told_kept, problems = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, problems
    assert f"r.unfinished, {told[1]} are there already" in told_kept
    assert read(tmp_path / "r").manifest["replications_kept_before"] >= len(before) // 4 - 2


def test_fault_40_a_second_ctrl_c_stops_hard(tmp_path: Path) -> None:
    code, said, seconds = interrupted(tmp_path, 5)
    assert code == 130 and "Traceback" not in said
    assert seconds < 20
    assert killing.kept(parts_of(tmp_path / "r")), "what was finished is there"


def test_a_batch_system_that_ends_a_run_is_told_how_to_go_on(tmp_path: Path) -> None:
    code, said, _ = interrupted(tmp_path, 1, signal.SIGTERM)
    assert code == 130 and "Traceback" not in said
    assert "Finished replications are kept (" in said and "To go on: samtale run" in said
    assert not (tmp_path / "r.unfinished" / "in_use.json").exists()
