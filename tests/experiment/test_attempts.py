"""Tasks that fail: tried twice, lost processes replaced, and the others always finish."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from sim.experiment.attempts import attempts
from sim.experiment.pool import Pool
from sim.rules.errors import CheckError

PATIENCE_SECONDS = 60.0


def once_more(folder: Path, item: int) -> int:
    """How often this item was tried, this time included."""
    with (folder / f"{item}.txt").open("a") as stream:
        stream.write("x")
    return len((folder / f"{item}.txt").read_text())


def stumble(folder: Path, item: int) -> int:
    """Item 2 fails once, item 3 always."""
    tried = once_more(folder, item)
    if item == 3 or (item == 2 and tried == 1):
        raise CheckError(f"item {item} stumbled")
    return item * 10


def die(folder: Path, item: int) -> int:
    """Item 2 kills its process once, item 3 always."""
    tried = once_more(folder, item)
    if item == 3 or (item == 2 and tried == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return item * 10


def linger(folder: Path, item: int) -> int:
    """Item 3 never ends."""
    once_more(folder, item)
    if item == 3:
        time.sleep(600.0)
    return item * 10


@pytest.mark.parametrize("workers", [1, 2])
def test_what_fails_once_is_tried_again_and_what_fails_twice_is_told(
    workers: int, tmp_path: Path
) -> None:
    with Pool(workers) as pool:
        work = [(tmp_path, item) for item in range(6)]
        found = {one.place: one for one in attempts(pool, stumble, work, PATIENCE_SECONDS)}
    assert {place: one.result for place, one in found.items()} == {
        place: None if place == 3 else place * 10 for place in range(6)
    }
    assert found[3].problem == "item 3 stumbled"
    tried = {item: len((tmp_path / f"{item}.txt").read_text()) for item in range(6)}
    assert tried == {0: 1, 1: 1, 2: 2, 3: 2, 4: 1, 5: 1}


def test_a_lost_process_costs_only_the_task_that_loses_it_each_time(tmp_path: Path) -> None:
    with Pool(2) as pool:
        work = [(tmp_path, item) for item in range(12)]
        found = {one.place: one for one in attempts(pool, die, work, PATIENCE_SECONDS)}
        assert list(pool.map(pow, 2, [3])) == [8], "the pool lives on"
    assert sorted(found) == list(range(12))
    assert [place for place, one in found.items() if one.result is None] == [3]
    assert "process was lost" in found[3].problem
    assert 2 <= len((tmp_path / "3.txt").read_text()) <= 3, "beside others once, alone twice"


def test_a_task_that_never_ends_is_stopped_and_told(tmp_path: Path) -> None:
    with Pool(2) as pool:
        work = [(tmp_path, item) for item in range(5)]
        found = {one.place: one for one in attempts(pool, linger, work, 3.0)}
    assert [place for place, one in found.items() if one.result is None] == [3]
    assert "did not end within 3 s" in found[3].problem


def test_nothing_to_do_is_no_attempt() -> None:
    with Pool(2) as pool:
        assert list(attempts(pool, stumble, [], PATIENCE_SECONDS)) == []
