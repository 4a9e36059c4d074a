"""The run folder: whole or not there, never written over by accident, damage is named."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.experiment import files, store, unfinished
from sim.experiment.compare import run
from sim.experiment.folder import RunFolder, read
from sim.experiment.manifest import Origin
from sim.rules.errors import DataError, ResourceError, SamtaleError

from .fakes import FakeConfiguration, study, world

Run = Callable[..., RunFolder]


def make(out: Path, seed: int = 1, **how: Any) -> RunFolder:
    """A small run."""
    made: Any = study(replications=2, seed=seed, people=20)
    return make_of(made, out, **how)


def make_of(made: Any, out: Path, **how: Any) -> RunFolder:
    """A run of this study."""
    configuration = FakeConfiguration(values=made.values)
    given: Any = {"configuration": configuration, "world": world} | how
    return run(made, out, **given)


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_run_leaves_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    found = make(tmp_path / "deep" / "down" / "run")
    assert found.path == tmp_path / "deep" / "down" / "run"
    assert everything(tmp_path / "deep" / "down") - everything(found.path) == {
        "run", *(f"run/{name}" for name in everything(found.path)),
    }  # fmt: skip
    again = read(found.path)
    assert again.manifest == found.manifest
    assert set(again.manifest["files"]) == set(files.names(found.path)) - {"manifest.json"}


@pytest.mark.parametrize("damage", ["flip", "cut", "lose"])
def test_a_damaged_file_is_named_with_the_sum_that_it_should_have(
    tmp_path: Path, damage: str
) -> None:
    found = make(tmp_path / "run")
    for name, expected in found.manifest["files"].items():
        path = found.path / name
        content = path.read_bytes()
        if damage == "lose":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(content[:-1])
        else:
            middle = len(content) // 2
            path.write_bytes(
                content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            )
        with pytest.raises(DataError) as refusal:
            read(found.path)
        assert len(refusal.value.problems) == 1
        assert name in str(refusal.value) and expected in str(refusal.value)
        path.write_bytes(content)
    read(found.path)


def test_rows_do_not_come_back_silently_wrong_where_nobody_compared_the_sum(
    tmp_path: Path,
) -> None:
    found = make(tmp_path / "run")
    path = found.path / "spells.parquet"
    content, whole = path.read_bytes(), found.rows("spells")
    refused = 0
    for place in range(4, len(content), max(len(content) // 60, 1)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        try:
            pd.testing.assert_frame_equal(found.rows("spells"), whole)
        except DataError as error:
            refused += 1
            assert "spells.parquet" in str(error)
        except AssertionError:
            # Page checksums do not cover the footer; the SHA-256 does.
            with pytest.raises(DataError):
                read(found.path)
    assert refused > 30


def test_a_finished_run_is_not_written_over(tmp_path: Path) -> None:
    found = make(tmp_path / "run")
    before = found.text("manifest.json")
    with pytest.raises(DataError, match="holds a finished run; choose another"):
        make(tmp_path / "run", world=None)
    assert found.text("manifest.json") == before


def test_force_replaces_a_finished_run(tmp_path: Path) -> None:
    make(tmp_path / "run")
    (tmp_path / "run" / "mine.txt").write_text("")
    forced = make(tmp_path / "run", seed=2, force=True)
    assert read(tmp_path / "run").manifest["seed"] == 2
    assert not forced.has("mine.txt")
    assert everything(tmp_path) == {"run", *(f"run/{name}" for name in everything(forced.path))}


def test_resume_of_the_same_run_does_nothing_and_of_another_is_refused(tmp_path: Path) -> None:
    first = make(tmp_path / "run")
    again = make(tmp_path / "run", resume=True, world=None)
    assert again.manifest == first.manifest
    with pytest.raises(DataError, match="seed: 1, not 2"):
        make(tmp_path / "run", seed=2, resume=True, world=None)
    drawn = Origin(seed_drawn=True)
    assert make(tmp_path / "run", seed=2, resume=True, world=None, origin=drawn).manifest == (
        first.manifest
    )
    with pytest.raises(DataError, match=r"plug-in a.py: not used, not 1"):
        make(tmp_path / "run", resume=True, world=None, origin=Origin(plugins={"a.py": "1"}))


def test_resume_of_another_configuration_says_by_which_keys_it_differs(tmp_path: Path) -> None:
    first = study(people=20)
    make_of(first, tmp_path / "run")
    other = study(people=20, seed=3)
    other.values["office"] = {**other.values["office"], "load_elasticity": 0.2}
    other.values["market"] = {f"m{number:02d}": number for number in range(14)}
    with pytest.raises(DataError) as refused:
        make_of(other, tmp_path / "run", resume=True, world=None, origin=Origin(seed_drawn=True))
    head, *lines = refused.value.problems
    assert "holds another run" in head and "--force" in head
    assert lines[0] == "office.load_elasticity: 0.1, not 0.2"
    assert lines[1] == "market.m00: not set, not 0"
    assert len(lines) == 11 and lines[-1] == "and 5 more"


def test_resume_does_not_trust_a_damaged_run(tmp_path: Path) -> None:
    found = make(tmp_path / "run")
    (found.path / "costs.csv").write_text("")
    with pytest.raises(DataError, match=r"costs.csv .* is damaged"):
        make(tmp_path / "run", resume=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_with_files_of_somebody_else_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.doc").write_text("years of work")
    with pytest.raises(DataError, match="no finished run of Samtale"):
        make(tmp_path / "home", force=force, world=None)
    assert everything(tmp_path) == {"home", "home/thesis.doc"}


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert make(tmp_path / "run").has("manifest.json")


@pytest.mark.parametrize("name", ["file", "file/below", "n" * 300, "/proc/nowhere", "/dev/null"])
def test_a_folder_that_cannot_be_is_refused_before_anything_is_simulated(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="The results folder"):
        make(tmp_path / name, world=None)
    assert everything(tmp_path) == {"file"}


def test_a_name_as_long_as_names_may_be_is_a_name(tmp_path: Path) -> None:
    assert make(tmp_path / ("n" * 255)).has("summary.csv")


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(*_: object) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "new" / "run", world=fail)
    assert everything(tmp_path) == set()


def test_trying_a_place_out_leaves_nothing_there(tmp_path: Path) -> None:
    store.prepare(tmp_path / "new" / "run", {})
    assert everything(tmp_path) == set()


def test_a_failed_replacement_keeps_the_run_that_was_there(tmp_path: Path) -> None:
    before = make(tmp_path / "run").manifest

    def report(folder: RunFolder) -> None:
        raise DataError("no figures today")

    with pytest.raises(DataError, match="no figures today"):
        make(tmp_path / "run", seed=2, force=True, report=report)
    assert read(tmp_path / "run").manifest == before
    assert sorted(os.listdir(tmp_path)) == ["run", "run.unfinished"]
    resumed = make(tmp_path / "run", seed=2, force=True, resume=True, world=None)
    assert resumed.manifest["replications_kept_before"] == 2
    assert os.listdir(tmp_path) == ["run"]


class Failing:
    """A shim around the one module that touches the disk: the k-th thing that it does fails.

    Writing leaves a part of what was to be written behind, as a full disk does.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.calls, self.fatal, self.number = 0, 0, errno.ENOSPC
        for name in ("sync", "rename", "new", "write_bytes"):
            patch.setattr(files, name, self._failing(getattr(files, name)))

    def _failing(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*arguments: Any) -> Any:
            self.calls += 1
            if self.calls == self.fatal:
                if whole.__name__ == "write_bytes":
                    arguments[0].write_bytes(arguments[1][: len(arguments[1]) // 2])
                raise OSError(self.number, os.strerror(self.number))
            return whole(*arguments)

        return failing


@pytest.mark.parametrize(
    ("number", "step"),
    [
        (errno.ENOSPC, 13),
        (errno.EDQUOT, 29),
        (errno.EIO, 31),
        pytest.param(errno.ENOSPC, 1, marks=pytest.mark.slow),
    ],
)
def test_fault_41_a_disk_that_fails_at_the_kth_step_leaves_what_was_finished(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    step: int,
) -> None:
    """k = 1, 2, 3, ... until the run is finished (in the quick test every 13th or so).

    After each the run that was there is as it was; what the new one had finished is whole, and
    enough to go on with.
    """
    kept = make(tmp_path / "kept").manifest
    wanted = make(tmp_path_factory.mktemp("wanted") / "run", seed=2).manifest["rows_sha256"]
    failing = Failing(monkeypatch)
    failing.number = number
    while failing.fatal < 1000:
        failing.calls, failing.fatal = 0, failing.fatal + (step if failing.fatal else 1)
        try:
            make(tmp_path / "kept", seed=2, force=True)
        except SamtaleError as error:
            assert isinstance(error, ResourceError), failing.fatal
            assert read(tmp_path / "kept").manifest == kept
            finished = unfinished.kept(tmp_path / "kept")
            assert set(os.listdir(tmp_path)) - {"kept"} == (
                {"kept.unfinished"} if finished else set()
            ), failing.fatal
            left = tmp_path / "kept.unfinished"
            assert not list(left.rglob("*.new")) and not (left / "whole").exists()
            assert not (left / "in_use.json").exists()
            failing.calls = -1_000_000
            copy = tmp_path_factory.mktemp("copy") / "c"
            shutil.copytree(tmp_path, copy)
            resumed = make(copy / "kept", seed=2, force=True, resume=True)
            assert resumed.manifest["rows_sha256"] == wanted
            assert resumed.manifest["replications_kept_before"] == len(finished)
            assert os.listdir(copy) == ["kept"]
        else:
            break
    assert failing.fatal > 50
    assert read(tmp_path / "kept").manifest["rows_sha256"] == wanted


LIMITED = """
import resource, sys
from pathlib import Path
from {package}.test_store import make
from sim.rules.errors import SamtaleError

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    make(Path(sys.argv[1]))
except SamtaleError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_file_that_may_not_grow_is_out_of_resources(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED.format(package=__package__), str(tmp_path / "run")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert "File too large" in done.stdout
    assert done.stderr == ""
    assert everything(tmp_path) == set()


STRANGE = """
import resource, sys
from pathlib import Path
from {package}.test_store import make
from sim.rules.errors import SamtaleError

if sys.argv[2] == "few":
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
try:
    print(make(Path(sys.argv[1])).manifest["rows_sha256"]["all"])
except SamtaleError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
@pytest.mark.parametrize(
    ("how", "environment"),
    [
        ("few", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ("", {"LC_ALL": "tr_TR.UTF-8", "LANG": "da_DK.UTF-8", "TZ": "Europe/Copenhagen"}),
    ],
)
def test_fault_46_the_same_rows_whatever_the_locale_without_home_and_with_twenty_files(
    tmp_path: Path, how: str, environment: dict[str, str]
) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", STRANGE.format(package=__package__), str(tmp_path / "run"), how],
        capture_output=True, text=True, env=bare | environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    wanted = make(tmp_path / "wanted").manifest["rows_sha256"]["all"]
    assert done.stdout.split() == [wanted]


def test_a_run_without_a_manifest_or_with_a_foreign_one_is_refused(tmp_path: Path) -> None:
    found = make(tmp_path / "run")
    manifest = found.path / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"format": 99, "version": "9.9"}))
    with pytest.raises(DataError, match=r"written by Samtale 9.9 in format 99"):
        read(found.path)
    manifest.write_text("{")
    with pytest.raises(DataError, match=r"manifest.json .* is damaged"):
        read(found.path)
    manifest.unlink()
    with pytest.raises(DataError, match=r"manifest.json is missing"):
        read(found.path)
    with pytest.raises(DataError, match="is not a folder"):
        read(tmp_path / "nowhere")
