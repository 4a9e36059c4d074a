"""The pool: same results whatever the workers, errors as they were, nobody left behind."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.experiment.pool import Pool
from sim.rules.errors import InputError, ResourceError


def refuse(_: object, item: int) -> int:
    if item == 3:
        raise InputError(["first problem", f"second problem of {item}"])
    return item


def slower_at_first(total: int, item: int) -> tuple[int, int]:
    time.sleep(0.02 * (total - item))
    return item, os.getpid()


def vanish(_: object, item: int) -> int:
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_order_whatever_the_workers(workers: int) -> None:
    told: list[tuple[int, int]] = []
    with Pool(workers) as pool:
        found = list(pool.map(slower_at_first, 9, range(9), lambda *now: told.append(now)))
        again = list(pool.map(operator.mul, 7, [1, 2]))
    assert [item for item, _ in found] == list(range(9))
    assert len({process for _, process in found}) <= workers
    assert (os.getpid() in {process for _, process in found}) == (workers == 1)
    assert told[-1] == (9, 9) and told == sorted(set(told))
    assert again == [7, 14]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_refuses_comes_through_word_by_word(workers: int) -> None:
    done: list[int] = []
    with pytest.raises(InputError) as refusal, Pool(workers) as pool:
        done.extend(pool.map(refuse, None, range(8)))
    assert refusal.value.problems == ("first problem", "second problem of 3")
    assert done == [0, 1, 2]


def test_a_lost_process_is_out_of_resources() -> None:
    with pytest.raises(ResourceError, match="a worker process was lost"), Pool(2) as pool:
        list(pool.map(vanish, None, range(5)))


def test_no_tasks_are_no_results() -> None:
    with Pool(2) as pool:
        assert list(pool.map(refuse, None, [])) == []


SCRIPT = """
import os, sys, time
from sim.experiment.pool import Pool

def linger(_, item):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    try:
        with Pool(2) as pool:
            list(pool.map(linger, None, range(4)))
    except KeyboardInterrupt:
        sys.exit(130)
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a program with two busy workers in a group of its own; its workers' numbers."""
    (folder / "program.py").write_text(SCRIPT)
    program = subprocess.Popen(
        [sys.executable, str(folder / "program.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    assert program.stdout is not None
    return program, [int(program.stdout.readline()) for _ in range(2)]


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and is not yet collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(processes: list[int], seconds: float = 10.0) -> bool:
    """Whether these processes end within so many seconds."""
    end = time.monotonic() + seconds
    while any(map(is_alive, processes)):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_ctrl_c_stops_everybody_at_once_and_quietly(tmp_path: Path) -> None:
    program, workers = start(tmp_path)
    os.killpg(program.pid, signal.SIGINT)  # a terminal sends it to the workers too
    _, said = program.communicate(timeout=60)
    assert program.returncode == 130
    assert gone(workers)
    assert "Traceback" not in said


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    program, workers = start(tmp_path)
    program.kill()
    program.communicate(timeout=60)
    assert gone(workers)
