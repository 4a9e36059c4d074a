"""The folder of a sweep: filled while it runs, whole when its manifest is there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sim
from sim.experiment import files, lock
from sim.experiment.folder import MANIFEST, RunFolder, read
from sim.experiment.sweep import parts
from sim.experiment.sweep.points import Point
from sim.rules.errors import DataError

BEGUN = "sweep.json"
"""What says from the beginning that a folder is a sweep's, and of which seed."""

KIND = "sweep"
FORMAT = 1


def look(out: Path, force: bool, resume: bool) -> dict[str, Any]:
    """What a sweep left in a folder before, empty where it is free; nothing is changed.

    Raises DataError where there cannot be a sweep.
    """
    with files.told(f"The results folder {out} cannot be used"):
        if out.exists() and not out.is_dir():
            raise DataError(f"The results folder {out} is not a folder; choose another with out=")
        held = [path for path in out.iterdir() if path.name != lock.NAME] if out.exists() else []
        if not held:
            return {}
        begun, whole = (out / BEGUN).is_file(), (out / MANIFEST).is_file()
    if not begun and not whole:
        raise DataError(
            f"The results folder {out} holds files that are no results of Samtale; choose another "
            "with out="
        )
    if force:
        return {}
    if not begun:
        raise DataError(
            f"The results folder {out} holds a finished run, which is no sweep; choose another "
            "folder with out=, or replace it with --force"
        )
    if not resume:
        state = "a finished" if whole else "an unfinished"
        raise DataError(
            f"The results folder {out} holds {state} sweep; go on with it with --resume, replace "
            "it with --force, or choose another folder with out="
        )
    return _begun(out)


def _begun(out: Path) -> dict[str, Any]:
    try:
        found = json.loads((out / BEGUN).read_bytes())
        version, given, _ = found["version"], found["format"], found["seed"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{BEGUN} in {out} is damaged: {error!r}") from error
    if given != FORMAT or version != sim.__version__:
        raise DataError(
            f"{out} was begun by Samtale {version}; this is {sim.__version__}, whose results may "
            "differ: choose another folder with out=, or replace it with --force"
        )
    return dict(found)


@contextmanager
def taken(out: Path, seed: int, force: bool) -> Iterator[Path]:
    """Make the folder, or empty it with ``force``, and hold its lock.

    Raises DataError where it cannot be made or another process works there.
    """
    made: list[Path] = []
    try:
        with files.told(f"The results folder {out} cannot be made"):
            made = [path for path in (out, *out.parents) if not path.exists()]
            (out / parts.FOLDER).mkdir(parents=True, exist_ok=True)
        with lock.held(out):
            if force:
                _empty(out)
            with files.told(f"{BEGUN} in {out} cannot be written"):
                (out / parts.FOLDER).mkdir(exist_ok=True)
                for left in [*out.rglob(f"*{files.NEW}")]:
                    left.unlink()
                if not (out / BEGUN).is_file():
                    begun = {"format": FORMAT, "version": sim.__version__, "seed": seed}
                    files.replace_text(out / BEGUN, json.dumps(begun) + "\n")
            yield out
    finally:
        with suppress(OSError):
            for path in (out / parts.FOLDER, *made):
                _forget(path)


def _forget(path: Path) -> None:
    """Remove a folder in which nothing came about."""
    if path.is_dir() and {one.name for one in path.iterdir()} <= {BEGUN}:
        (path / BEGUN).unlink(missing_ok=True)
        path.rmdir()


def _empty(out: Path) -> None:
    """Remove what is there; what is whole ceases to be so first."""
    with files.told(f"The results folder {out} cannot be emptied"):
        (out / MANIFEST).unlink(missing_ok=True)
        for path in [*out.iterdir()]:
            if path.name == lock.NAME:
                continue
            if path.is_dir() and not path.is_symlink():
                old = out / f".{secrets.token_hex(6)}.old"
                files.rename(path, old)
                files.remove(old)
            else:
                path.unlink()


def finished_before(out: Path, points: Sequence[Point]) -> RunFolder | None:
    """The finished sweep in a folder, every file verified, if it is of just these points."""
    if not (out / MANIFEST).is_file():
        return None
    found = read(out)
    wanted = [[point.sha256, point.study.replications, dict(point.settings)] for point in points]
    return found if found.manifest.get("points") == wanted and _is_whole(found) else None


def _is_whole(found: RunFolder) -> bool:
    return not found.manifest.get("failed")


def check_belongs(out: Path, points: Sequence[Point]) -> None:
    """Refuse a folder of which no part is of any of these points.

    Raises DataError.
    """
    there = {path.name[: parts.NAME_DIGITS] for path in (out / parts.FOLDER).glob("*.parquet")}
    if there and not there & {point.sha256[: parts.NAME_DIGITS] for point in points}:
        raise DataError(
            f"The results folder {out} holds another sweep: none of its {len(there)} points is one "
            "of these; choose another folder with out=, or replace it with --force"
        )
