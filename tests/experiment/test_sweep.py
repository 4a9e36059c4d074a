"""Sweeps over a made-up world: the tables of runs, parts never run twice, gaps never hidden."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiment import compare, files
from sim.experiment.folder import read
from sim.experiment.manifest import UNTOLD
from sim.experiment.pool import Pool, no_progress
from sim.experiment.sweep import parts, place, whole
from sim.experiment.sweep.points import Point, point_of
from sim.model.journal import ArmRows
from sim.rules.errors import CheckError, DataError, ResourceError

from .fakes import FakeConfiguration, FakeStudy, study, world

PEOPLE = (40, 60, 80)


class Counting:
    """The made-up world that notes what it is asked for, and can stumble."""

    def __init__(self, stumbles: Sequence[tuple[int, int]] = (), times: int = 99) -> None:
        self.asked: list[tuple[int, int]] = []
        self.left = {unit: times for unit in stumbles}

    def __call__(self, of: FakeStudy, replication: int) -> Mapping[str, ArmRows]:
        unit = (of.people, replication)
        self.asked.append(unit)
        if self.left.get(unit, 0) > 0:
            self.left[unit] -= 1
            raise CheckError(f"{of.people} people stumbled")
        return world(of, replication)


def points_of(people: Sequence[int] = PEOPLE, replications: int = 3, seed: int = 1) -> list[Point]:
    found: list[Point] = []
    for number, size in enumerate(people, start=1):
        of: Any = study(people=size, replications=replications, seed=seed, size=size)
        found.append(point_of(number, {"population.people": str(size)}, of, {}))
    return found


def sweep(
    out: Path, points: list[Point], world_of: Any = world, pool: Pool | None = None
) -> whole.Finished:
    with place.taken(out, 1, False):
        return whole.run(
            out, points, whole.remaining(out, points), configuration=FakeConfiguration(),
            origin=UNTOLD, pool=pool or Pool(), progress=no_progress, unit_seconds=0.1,
            world=world_of, report=lambda folder, facts: None,
        )  # fmt: skip


def test_each_point_has_the_numbers_of_a_run_of_it(tmp_path: Path) -> None:
    points = points_of()
    done = sweep(tmp_path / "sweep", points)
    table, paired = (done.folder.table(name) for name in (whole.SWEEP, whole.DIFFERENCES))
    lines = done.folder.table(whole.POINTS)
    for point in points:
        out = tmp_path / str(point.number)
        run = compare.run(point.study, out, configuration=FakeConfiguration(), world=world)  # type: ignore[arg-type]
        for name, rows in (("summary.csv", table), ("differences.csv", paired)):
            own = rows[rows["point"] == point.number].reset_index(drop=True)
            wanted = run.table(name)
            pd.testing.assert_frame_equal(own[wanted.columns], wanted, check_exact=True)
            assert set(own["population.people"]) == {PEOPLE[point.number - 1]}
            assert set(own["missing"]) == {0}
        line = lines[lines["point"] == point.number].iloc[0]
        assert line["rows_sha256"] == run.manifest["rows_sha256"]["all"]
        assert line["state"] == "whole"


def test_the_digest_of_all_rows_knows_no_order_and_no_workers(tmp_path: Path) -> None:
    found = sweep(tmp_path / "a", points_of())
    turned = sweep(tmp_path / "b", points_of(PEOPLE[::-1]))
    with Pool(2) as pool:
        parallel = sweep(tmp_path / "c", points_of(), pool=pool)
    other = sweep(tmp_path / "d", points_of(seed=2))
    digests = [
        one.folder.manifest["rows_sha256"]["all"] for one in (found, turned, parallel, other)
    ]
    assert digests[0] == digests[1] == digests[2] != digests[3]


def test_what_is_finished_is_never_run_again(tmp_path: Path) -> None:
    first, longer, more = Counting(), Counting(), Counting()
    sweep(tmp_path / "s", points_of((40, 60)), first)
    assert sorted(first.asked) == [(40, 0), (40, 1), (40, 2), (60, 0), (60, 1), (60, 2)]
    sweep(tmp_path / "s", points_of((30, 40, 60)), longer)
    assert longer.asked == [(30, 0), (30, 1), (30, 2)]
    done = sweep(tmp_path / "s", points_of((30, 40, 60), replications=4), more)
    assert more.asked == [(30, 3), (40, 3), (60, 3)]
    at_once = sweep(tmp_path / "t", points_of((30, 40, 60), replications=4))
    assert done.folder.manifest["rows_sha256"] == at_once.folder.manifest["rows_sha256"]
    for name in (whole.SWEEP, whole.DIFFERENCES, whole.POINTS):
        assert (tmp_path / "s" / name).read_bytes() == (tmp_path / "t" / name).read_bytes()
    read(tmp_path / "s")


def test_fault_45_a_unit_that_fails_twice_is_named_and_marked(tmp_path: Path) -> None:
    counting = Counting([(60, 1)])
    done = sweep(tmp_path / "s", points_of(), counting)
    assert counting.asked.count((60, 1)) == 2
    assert len(set(counting.asked)) == 9, "the others finished"
    (line,) = done.failed
    assert "point 2 (population.people=60), replication 1: 60 people stumbled" in line
    table = done.folder.table(whole.SWEEP)
    assert set(table[table["point"] == 2]["missing"]) == {1}
    assert set(table[table["point"] == 2]["replications"]) <= {2, 0}
    assert set(table[table["point"] != 2]["missing"]) == {0}
    assert list(done.folder.table(whole.POINTS)["state"]) == [
        "whole", "replications missing", "whole",
    ]  # fmt: skip
    assert done.folder.manifest["complete"] is False
    again = Counting()
    repaired = sweep(tmp_path / "s", points_of(), again)
    assert again.asked == [(60, 1)]
    assert repaired.failed == ()
    assert repaired.folder.manifest["complete"] is True


def test_a_unit_that_fails_once_is_no_gap(tmp_path: Path) -> None:
    assert sweep(tmp_path / "s", points_of(), Counting([(60, 1)], times=1)).failed == ()


def test_a_point_of_which_nothing_is_known_has_rows_without_numbers(tmp_path: Path) -> None:
    done = sweep(tmp_path / "s", points_of(), Counting([(60, 0), (60, 1), (60, 2)]))
    rows = done.folder.table(whole.SWEEP).query("point == 2")
    assert set(rows["arm"]) == {"standard", "more"}
    assert rows["mean"].isna().all() and set(rows["missing"]) == {3}
    assert list(done.folder.table(whole.POINTS)["state"]) == ["whole", "nothing", "whole"]


def test_where_nothing_at_all_can_be_run_there_is_no_table(tmp_path: Path) -> None:
    stumbles = [(40, replication) for replication in range(3)]
    with pytest.raises(ResourceError, match="no unit of the sweep could be run"):
        sweep(tmp_path / "s", points_of((40,)), Counting(stumbles))
    assert not (tmp_path / "s").exists()


def damaged(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "truncated":
        content = content[: len(content) // 2]
    elif how == "flipped":
        content[len(content) // 3] ^= 4
    elif how == "empty":
        content = bytearray()
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["truncated", "flipped", "empty"])
def test_fault_43_a_damaged_part_is_named_and_never_averaged(tmp_path: Path, how: str) -> None:
    points = points_of()
    sweep(tmp_path / "s", points)
    path = parts.path_of(tmp_path / "s", points[1], 2)
    damaged(path, how)
    with pytest.raises(DataError, match=rf"{path.name}.*damaged.*--resume runs that unit again"):
        sweep(tmp_path / "s", points)
    path.unlink()
    counting = Counting()
    sweep(tmp_path / "s", points, counting)
    assert counting.asked == [(60, 2)]


def test_no_bit_of_a_part_can_flip_unseen(tmp_path: Path) -> None:
    points = points_of((40,), replications=1)
    sweep(tmp_path / "s", points)
    path = parts.path_of(tmp_path / "s", points[0], 0)
    whole_content, unit = path.read_bytes(), parts.read(tmp_path / "s", points[0], 0)
    seen = 0
    for at in range(0, len(whole_content), 29):
        content = bytearray(whole_content)
        content[at] ^= 1 << at % 8
        path.write_bytes(content)
        try:
            assert parts.read(tmp_path / "s", points[0], 0) == unit, (
                f"byte {at} changed what it says"
            )
        except DataError:
            seen += 1
    assert seen > 100


def test_fault_43_and_44_a_part_of_another_unit_or_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = points_of()
    sweep(tmp_path / "s", points)
    path, other = (parts.path_of(tmp_path / "s", points[n], 0) for n in (0, 1))
    kept = path.read_bytes()
    shutil.copy(other, path)
    with pytest.raises(DataError, match=rf"{path.name}.*another configuration"):
        sweep(tmp_path / "s", points)
    shutil.copy(parts.path_of(tmp_path / "s", points[0], 1), path)
    with pytest.raises(DataError, match="another replication: 1, not 0"):
        sweep(tmp_path / "s", points)
    path.write_bytes(kept)
    monkeypatch.setattr("sim.__version__", "0.0.0")
    with pytest.raises(DataError, match=r"another version: .*, not 0\.0\.0"):
        sweep(tmp_path / "s", points)
    with pytest.raises(DataError, match=r"was begun by Samtale .*this is 0\.0\.0"):
        place.look(tmp_path / "s", force=False, resume=True)


def test_fault_44_a_folder_of_another_sweep_is_refused(tmp_path: Path) -> None:
    sweep(tmp_path / "s", points_of())
    with pytest.raises(DataError, match="holds another sweep: none of its 3 points"):
        sweep(tmp_path / "s", points_of(seed=2))


def test_fault_43_a_missing_part_of_a_finished_sweep_is_told_and_run_again(tmp_path: Path) -> None:
    points = points_of()
    out, told = tmp_path / "s", list[str]()
    wanted = sweep(out, points).folder.manifest["rows_sha256"]
    assert place.finished_before(out, points, told.append) is not None and told == []
    path = parts.path_of(out, points[0], 0)
    known = files.sha256(path)
    path.unlink()
    with pytest.raises(DataError, match=f"{path.name}.* is missing.*{known}"):
        read(out)
    assert place.finished_before(out, points, told.append) is None
    assert len(told) == 1 and path.name in told[0] and known in told[0]
    again = sweep(out, points).folder.manifest
    assert again["rows_sha256"] == wanted and again["units_run"] == 1


def test_fault_41_a_full_disk_leaves_what_was_written_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The k-th writing fails for k = 1, 2, ...: then what is there is whole, and enough to go on."""
    wanted = sweep(tmp_path / "undisturbed", points_of((40, 60), 2)).folder.manifest["rows_sha256"]
    for failing in range(1, 30):
        out, writings = tmp_path / str(failing), 0

        def write(path: Path, content: bytes, failing: int = failing) -> None:
            nonlocal writings
            writings += 1
            path.write_bytes(content if writings != failing else content[:100])
            if writings == failing:
                raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(files, "write_bytes", write)
            try:
                sweep(out, points_of((40, 60), 2))
                break
            except ResourceError as error:
                assert "No space left on device" in str(error)
        assert not list(out.rglob("*.new")) and not (out / "manifest.json").exists()
        assert sweep(out, points_of((40, 60), 2)).folder.manifest["rows_sha256"] == wanted
    assert failing > 9


@pytest.mark.parametrize("how", ["a finished run", "something else", "no folder"])
def test_fault_42_what_is_no_sweep_is_left_alone(tmp_path: Path, how: str) -> None:
    out = tmp_path / "there"
    if how == "no folder":
        out.write_text("a file")
    else:
        out.mkdir()
        (out / ("manifest.json" if how == "a finished run" else "letter.txt")).write_text("{}")
    with pytest.raises(DataError, match="choose another"):
        place.look(out, force=False, resume=True)


def test_fault_37_a_sweep_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    sweep(tmp_path / "s", points_of())
    with pytest.raises(DataError, match="holds a finished sweep; go on with it with --resume"):
        place.look(tmp_path / "s", force=False, resume=False)
    (tmp_path / "s" / "manifest.json").unlink()
    with pytest.raises(DataError, match="holds an unfinished sweep"):
        place.look(tmp_path / "s", force=False, resume=False)
    assert place.look(tmp_path / "s", force=False, resume=True)["seed"] == 1
    with place.taken(tmp_path / "s", 7, force=True):
        assert not list((tmp_path / "s" / parts.FOLDER).iterdir())
    assert not (tmp_path / "s" / parts.FOLDER).exists()


@pytest.mark.parametrize("stumbles", [(), ((60, 1),), ((60, 0), (60, 1), (60, 2))])
def test_the_tables_of_a_finished_sweep_are_made_again_from_its_parts(
    tmp_path: Path, stumbles: Sequence[tuple[int, int]]
) -> None:
    out = tmp_path / "s"
    sweep(out, points_of(), Counting(stumbles))
    names = (whole.SWEEP, whole.DIFFERENCES, whole.POINTS)
    before = {name: (out / name).read_bytes() for name in names}
    for name in names:
        (out / name).write_text("", encoding="utf-8")
    found = read(out, verify=False)
    whole.make_again(found, lambda folder, facts: None)
    assert {name: (out / name).read_bytes() for name in names} == before
    assert read(out).manifest == found.manifest


def test_a_sweep_that_tells_too_little_is_not_made_again(tmp_path: Path) -> None:
    out = tmp_path / "s"
    found = sweep(out, points_of()).folder
    del found.manifest["studies"]
    with pytest.raises(DataError, match="--resume"):
        whole.make_again(found, lambda folder, facts: None)
