"""The lock of a results folder: its owner is named while it lives, and forgotten when it is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiment import begun, lock, parts
from sim.rules.errors import DataError


def test_a_second_one_is_told_who_is_there(tmp_path: Path) -> None:
    with lock.held(tmp_path):
        with pytest.raises(DataError, match=f"in use by process {os.getpid()} on "):
            lock.held(tmp_path).__enter__()
        assert (tmp_path / lock.NAME).is_file(), "who is refused leaves the lock alone"
    assert list(tmp_path.iterdir()) == []
    with lock.held(tmp_path):
        pass


HOLD = """
import sys, time
from pathlib import Path
from sim.experiment import begun, lock, parts
with lock.held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_fault_38_a_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    with pytest.raises(DataError, match=f"in use by process {program.pid} on "):
        lock.held(tmp_path).__enter__()
    program.kill()
    program.wait()
    assert (tmp_path / lock.NAME).is_file()
    with lock.held(tmp_path):
        assert json.loads((tmp_path / lock.NAME).read_text())["pid"] == os.getpid()


@pytest.mark.parametrize(
    "other", [{"boot": "another start of this computer"}, {"started": "1"}, {"pid": 2**22 + 1}]
)
def test_the_number_of_a_process_alone_is_no_owner(
    tmp_path: Path, other: dict[str, object]
) -> None:
    owner = lock.identity(os.getpid()) | other
    (tmp_path / lock.NAME).write_text(json.dumps(owner))
    with lock.held(tmp_path):
        pass


@pytest.mark.parametrize("content", ["", '{"pid": 1', "[]"])
def test_a_lock_that_was_not_written_to_its_end_has_no_owner(tmp_path: Path, content: str) -> None:
    (tmp_path / lock.NAME).write_text(content)
    with lock.held(tmp_path):
        pass


def test_another_computer_cannot_be_asked_so_its_lock_holds(tmp_path: Path) -> None:
    owner = lock.identity(os.getpid()) | {"host": "elsewhere", "boot": "its own"}
    (tmp_path / lock.NAME).write_text(json.dumps(owner))
    with pytest.raises(DataError, match=f"on elsewhere.*delete {lock.NAME}"):
        lock.held(tmp_path).__enter__()


def test_fault_38_one_that_is_refused_takes_nothing_from_under_the_other(tmp_path: Path) -> None:
    out = tmp_path / "new" / "s"
    with begun.taken(out, "begun.json", {"seed": 1}, False):
        there = sorted(out.rglob("*"))
        with pytest.raises(DataError, match="in use by process"):
            with begun.taken(out, "begun.json", {"seed": 1}, False):
                raise AssertionError("both hold it")
        assert sorted(out.rglob("*")) == there
        assert (out / parts.FOLDER).is_dir()
    assert not (tmp_path / "new").exists(), "nothing came about"
