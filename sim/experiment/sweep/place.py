"""The folder of a sweep: filled while it runs, whole when its manifest is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.experiment import begun, files, lock
from sim.experiment.folder import MANIFEST, RunFolder, read
from sim.experiment.sweep import parts
from sim.experiment.sweep.points import Point
from sim.rules.errors import DataError

BEGUN = "sweep.json"
"""What says from the beginning that a folder is a sweep's, and of which seed."""

KIND = "sweep"


def look(out: Path, force: bool, resume: bool) -> dict[str, Any]:
    """What a sweep left in a folder before, empty where it is free; nothing is changed.

    Raises DataError where there cannot be a sweep.
    """
    with files.told(f"The results folder {out} cannot be used"):
        if out.exists() and not out.is_dir():
            raise DataError(f"The results folder {out} is not a folder; choose another with out=")
        if not out.exists():
            return {}
        foreign = begun.of_others(out, BEGUN)
        started, whole = (out / BEGUN).is_file(), (out / MANIFEST).is_file()
    if not started and not foreign:
        return {}
    lock.check(out)
    if not started and not whole:
        raise DataError(
            f"The results folder {out} holds files that are no results of Samtale; choose another "
            "with out="
        )
    if force:
        return {}
    if not started:
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
    return begun.read(out / BEGUN)


@contextmanager
def taken(out: Path, seed: int, force: bool) -> Iterator[Path]:
    """Make the folder, or empty it with ``force``, and hold its lock.

    Raises DataError where it cannot be made or another process works there.
    """
    with begun.taken(out, BEGUN, {"seed": seed}, force):
        yield out


def finished_before(
    out: Path, points: Sequence[Point], tell: Callable[[str], None]
) -> RunFolder | None:
    """The finished sweep in a folder, every file verified, if it is of just these points.

    One that misses files or holds damaged ones is not finished: ``tell`` is told of each. What is
    missing is made again; a damaged part is refused when it is read.
    """
    if not (out / MANIFEST).is_file():
        return None
    try:
        found = read(out)
    except DataError as error:
        for problem in error.problems:
            tell(problem)
        return None
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
