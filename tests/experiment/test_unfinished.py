"""A run that was interrupted: what is finished is kept, found whole, and never run again."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment import files, lock, row_parts, unfinished
from sim.experiment.compare import run
from sim.experiment.folder import RunFolder, read
from sim.experiment.kept import Kept
from sim.experiment.manifest import Origin
from sim.experiment.parts import FOLDER
from sim.experiment.pool import Pool
from sim.experiment.task import Job, replicate
from sim.experiment.trial import Found
from sim.model.journal import ArmRows
from sim.rules.errors import DataError, ResourceError

from .fakes import FakeConfiguration, FakeStudy, study, world

TABLES = ("summary.csv", "differences.csv", "outcomes.csv", "costs.csv")


class Stopping:
    """The made-up world that notes what it is asked for, and is interrupted at one."""

    def __init__(self, at: int = 99, error: type[BaseException] = KeyboardInterrupt) -> None:
        self.at, self.error = at, error
        self.asked: list[int] = []

    def __call__(self, of: FakeStudy, replication: int) -> Mapping[str, ArmRows]:
        self.asked.append(replication)
        if replication == self.at:
            raise self.error
        return world(of, replication)


def make(
    out: Path, world_of: Callable[..., Any] | None = world, seed: int = 1, replications: int = 4,
    keep_rows: str = "all", people: int = 20, **how: Any,
) -> RunFolder:  # fmt: skip
    made: Any = study(replications=replications, seed=seed, people=people, keep_rows=keep_rows)
    configuration = FakeConfiguration(values=made.values)
    return run(made, out, configuration=configuration, world=world_of, **how)  # type: ignore[arg-type]


def interrupted(out: Path, at: int = 2, **how: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(out, Stopping(at), **how)


def same(one: RunFolder, other: RunFolder) -> None:
    """All that does not tell of time is equal, to the last bit."""
    for name in TABLES:
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes(), name
    assert files.names(one.path) == files.names(other.path)
    for table in ("spells", "meetings", "office"):
        pd.testing.assert_frame_equal(one.rows(table), other.rows(table), check_exact=True)
    for fact in ("rows_sha256", "checks", "configuration_sha256", "notes", "extras"):
        assert one.manifest[fact] == other.manifest[fact], fact


@pytest.mark.parametrize("workers", [1, 2])
def test_fault_39_and_40_what_is_finished_is_kept_and_not_run_again(
    tmp_path: Path, workers: int
) -> None:
    interrupted(tmp_path / "run")
    assert os.listdir(tmp_path) == ["run.unfinished"]
    assert unfinished.kept(tmp_path / "run") == [0, 1]
    counting = Stopping()
    with Pool(workers) as pool:
        of: Any = counting if workers == 1 else world
        resumed = make(tmp_path / "run", of, resume=True, pool=pool)
    assert counting.asked == ([2, 3] if workers == 1 else [])
    assert resumed.manifest["replications_kept_before"] == 2
    assert os.listdir(tmp_path) == ["run"]
    same(resumed, make(tmp_path / "undisturbed"))


def test_a_kept_replication_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    of: Any = study(replications=2, people=10, keep_rows="all", zero_load_twin=True)
    done = replicate(Job(of, world, tmp_path / FOLDER), 0)  # type: ignore[arg-type]
    trial = Found(
        {("2020-01-01", "more", "x"): float("nan")}, {("a", "b", "c", "d"): 1 / 3},
        {("more", 2, "alone"): -0.0}, {"person": np.arange(3, dtype=np.int32)},
    )  # fmt: skip
    done = dataclasses.replace(done, trial=trial, backlog={"more": {"owed_people": 3.0}})
    kept = Kept(tmp_path / FOLDER, "this one")
    kept.write(done)
    assert repr(of_plain(kept.read(0))) == repr(of_plain(done))


def of_plain(value: Any) -> Any:
    """Whatever it is, as text that tells types, shapes and every bit."""
    if dataclasses.is_dataclass(value):
        named = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        return type(value).__name__, of_plain(named)
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, dict):
        return [(key, of_plain(one)) for key, one in value.items()]
    if isinstance(value, tuple | list):
        return type(value).__name__, [of_plain(one) for one in value]
    return float(value) if isinstance(value, float) else value


def test_more_replications_go_on_from_those_that_are_kept(tmp_path: Path) -> None:
    interrupted(tmp_path / "run", keep_rows="none")
    more, rows = Stopping(), Stopping()
    found = make(tmp_path / "run", more, replications=6, keep_rows="none", resume=True)
    assert more.asked == [2, 3, 4, 5]
    assert (
        found.manifest["rows_sha256"]
        == make(tmp_path / "b", replications=6).manifest["rows_sha256"]
    )
    interrupted(tmp_path / "c", keep_rows="none")
    kept_rows = make(tmp_path / "c", rows, keep_rows="first", resume=True)
    assert rows.asked == [0, 2, 3], "rows that are wanted now were not kept then"
    assert set(kept_rows.rows("spells")["replication"]) == {0}


def test_fault_37_an_unfinished_run_is_not_replaced_unasked(tmp_path: Path) -> None:
    interrupted(tmp_path / "run")
    with pytest.raises(DataError, match=r"unfinished run \(2 replications in run.unfinished\); go"):
        make(tmp_path / "run", None)
    begun = Stopping()
    make(tmp_path / "run", begun, force=True)
    assert begun.asked == [0, 1, 2, 3]


def test_fault_44_another_unfinished_run_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    interrupted(tmp_path / "run")
    with pytest.raises(DataError) as refused:
        make(tmp_path / "run", None, seed=2, resume=True, origin=Origin(plugins={"a.py": "1"}))
    head, *lines = refused.value.problems
    assert "holds another unfinished run" in head and "--force" in head
    assert lines == ["plug-in a.py: not used, not 1", "seed: 1, not 2"]
    assert unfinished.kept(tmp_path / "run") == [0, 1]


def test_fault_44_a_run_begun_by_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(tmp_path / "run")
    monkeypatch.setattr("sim.__version__", "0.0.0")
    with pytest.raises(DataError, match=r"begun by Samtale .*; this is 0\.0\.0"):
        make(tmp_path / "run", None, resume=True)


@pytest.mark.parametrize("how", ["truncated", "flipped", "empty", "foreign"])
@pytest.mark.parametrize("name", ["00001.parquet", "00001-spells.parquet"])
def test_fault_43_a_damaged_part_is_named_and_never_averaged(
    tmp_path: Path, name: str, how: str
) -> None:
    interrupted(tmp_path / "run", at=3)
    path = tmp_path / "run.unfinished" / FOLDER / name
    expected = files.sha256(path)
    content = bytearray(path.read_bytes())
    if how == "truncated":
        content = content[: len(content) // 2]
    elif how == "flipped":
        content[len(content) // 3] ^= 4
    elif how == "empty":
        content = bytearray()
    else:
        content = bytearray((path.parent / name.replace("00001", "00002")).read_bytes())
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        make(tmp_path / "run", None, resume=True)
    said = "\n".join(refused.value.problems)
    assert path.name in said and "delete" in said and "--resume runs that replication again" in said
    if name.endswith("spells.parquet"):
        assert expected in said, "the sum that it should have"
    elif how == "foreign":
        assert "another replication: 2, not 1" in said
    assert not (tmp_path / "run").exists()
    for part in path.parent.glob("00001*.parquet"):
        part.unlink()
    counting = Stopping()
    resumed = make(tmp_path / "run", counting, resume=True)
    assert counting.asked == [1, 3]
    same(resumed, make(tmp_path / "undisturbed"))


def test_fault_43_missing_rows_are_named(tmp_path: Path) -> None:
    interrupted(tmp_path / "run")
    path = row_parts.path_of(tmp_path / "run.unfinished" / FOLDER, 1, "meetings")
    expected = files.sha256(path)
    path.unlink()
    with pytest.raises(
        DataError, match=f"{path.name} .* is missing; its SHA-256 should be {expected}"
    ):
        make(tmp_path / "run", None, resume=True)


def test_no_bit_of_a_kept_replication_can_flip_unseen(tmp_path: Path) -> None:
    interrupted(tmp_path / "run", at=1, people=5)
    place = tmp_path / "run.unfinished"
    kept = Kept(place / FOLDER, unfinished.look(tmp_path / "run")["configuration"])
    whole, path = of_plain(kept.read(0)), kept.path(0)
    content, seen = path.read_bytes(), 0
    for at in range(0, len(content), len(content) // 400):
        changed = bytearray(content)
        changed[at] ^= 1 << at % 8
        path.write_bytes(changed)
        try:
            assert of_plain(kept.read(0)) == whole, f"byte {at} changed what it says"
        except DataError:
            seen += 1
    assert seen > 300


def test_fault_38_a_second_run_is_told_who_is_there(tmp_path: Path) -> None:
    def second(of: FakeStudy, replication: int) -> Any:
        for how in ({}, {"resume": True}, {"force": True}):
            with pytest.raises(DataError, match=f"in use by process {os.getpid()} on "):
                make(tmp_path / "run", None, **how)
        return world(of, replication)

    make(tmp_path / "run", second, replications=1)
    assert os.listdir(tmp_path) == ["run"]


def test_fault_38_a_lock_of_somebody_gone_is_none(tmp_path: Path) -> None:
    interrupted(tmp_path / "run")
    gone = lock.identity(os.getpid()) | {"boot": "another start of this computer"}
    (tmp_path / "run.unfinished" / lock.NAME).write_text(json.dumps(gone))
    assert make(tmp_path / "run", resume=True).manifest["replications_kept_before"] == 2


def test_fault_42_files_of_others_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "run.unfinished").mkdir()
    (tmp_path / "run.unfinished" / "thesis.doc").write_text("years of work")
    for how in ({}, {"resume": True}, {"force": True}):
        with pytest.raises(DataError, match="run.unfinished is in the way"):
            make(tmp_path / "run", None, **how)
    assert os.listdir(tmp_path / "run.unfinished") == ["thesis.doc"]
    shutil.rmtree(tmp_path / "run.unfinished")
    (tmp_path / "run.unfinished").write_text("a file")
    with pytest.raises(DataError, match="run.unfinished is in the way"):
        make(tmp_path / "run", None)


def test_fault_45_a_replication_that_fails_twice_is_named_and_the_others_kept(
    tmp_path: Path,
) -> None:
    stumbling = Stopping(1, MemoryError)
    with pytest.raises(ResourceError) as refused:
        make(tmp_path / "run", stumbling)
    assert stumbling.asked == [0, 1, 2, 3, 1]
    assert "1 of 4 replications failed twice; the others are kept" in refused.value.problems[0]
    assert refused.value.problems[1] == "replication 1: MemoryError: "
    again = Stopping()
    same(make(tmp_path / "run", again, resume=True), make(tmp_path / "undisturbed"))
    assert again.asked == [1]


def test_what_was_killed_after_the_folder_had_its_name_is_cleared_away(tmp_path: Path) -> None:
    interrupted(tmp_path / "run")
    shutil.copytree(tmp_path / "run.unfinished", tmp_path / "copy")
    finished = make(tmp_path / "run", resume=True)
    shutil.move(tmp_path / "copy", tmp_path / "run.unfinished")
    again = make(tmp_path / "run", None, resume=True)
    assert again.manifest == finished.manifest == read(tmp_path / "run").manifest
    assert os.listdir(tmp_path) == ["run"]


def test_a_worker_that_does_not_see_the_folder_sends_the_rows(tmp_path: Path) -> None:
    of: Any = study(replications=1, people=5)
    for name in ("here", "sent"):
        (tmp_path / name).mkdir()
    seen = replicate(Job(of, world, tmp_path / "here"), 0)  # type: ignore[arg-type]
    job = Job(of, world, tmp_path / "elsewhere", sees_rows=False)  # type: ignore[arg-type]
    unseen = replicate(job, 0)
    assert not seen.sent and set(unseen.sent) == {"spells", "meetings", "office"}
    row_parts.receive(tmp_path / "sent", 0, unseen.sent)
    assert unseen.row_sums == seen.row_sums
    assert row_parts.damage(tmp_path / "sent", 0, seen.row_sums) == []
