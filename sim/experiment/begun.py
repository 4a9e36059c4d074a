"""A folder in which finished work is kept until all of it is there, locked while it is worked on."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sim
from sim.experiment import files, lock, parts
from sim.experiment.folder import MANIFEST
from sim.rules.errors import DataError

FORMAT = 2
OLD = ".old"
"""How a folder ends that is being removed."""


def read(path: Path) -> dict[str, Any]:
    """What was noted when the work was begun.

    Raises DataError where it cannot be read, or was begun by another version.
    """
    try:
        found = json.loads(path.read_bytes())
        version, given, _ = found["version"], found["format"], found["seed"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} in {path.parent} is damaged: {error!r}") from error
    if given != FORMAT or version != sim.__version__:
        raise DataError(
            f"{path.parent} was begun by Samtale {version}; this is {sim.__version__}, whose "
            "results may differ: choose another folder with out=, or replace it with --force"
        )
    return dict(found)


@contextmanager
def taken(folder: Path, name: str, facts: Mapping[str, Any], anew: bool) -> Iterator[Path]:
    """Make the folder, or with ``anew`` empty it, hold its lock, and note what is begun.

    In the end the folder is removed if nothing came about in it.

    Args:
        name: of the file in which ``facts`` are noted, with the version and the format.
    Raises DataError where it cannot be made or another process works there.
    """
    made: list[Path] = []
    is_ours = False
    try:
        with files.told(f"The results folder {folder} cannot be made"):
            made = [path for path in (folder, *folder.parents) if not path.exists()]
            if folder not in made and (folder / name).is_file():
                made.insert(0, folder)
            (folder / parts.FOLDER).mkdir(parents=True, exist_ok=True)
        with lock.held(folder):
            is_ours = True
            if anew:
                empty(folder, name)
            with files.told(f"{name} in {folder} cannot be written"):
                (folder / parts.FOLDER).mkdir(exist_ok=True)
                for left in [*folder.rglob(f"*{files.NEW}")]:
                    left.unlink()
                for left in folder.glob(f".*{OLD}"):
                    files.remove(left)
                if not (folder / name).is_file():
                    begun = {"format": FORMAT, "version": sim.__version__, **facts}
                    files.replace_text(folder / name, json.dumps(begun, default=str) + "\n")
            yield folder
    finally:
        # Where another process holds the lock, what is empty yet is where it is about to write.
        if is_ours or not (folder / lock.NAME).exists():
            with suppress(OSError):
                for path in (folder / parts.FOLDER, *made):
                    _forget(path, name)


def _forget(path: Path, name: str) -> None:
    """Remove a folder in which nothing came about."""
    if path.is_dir() and {one.name for one in path.iterdir()} <= {name}:
        (path / name).unlink(missing_ok=True)
        path.rmdir()


def empty(folder: Path, name: str) -> None:
    """Remove what is there but for what was noted: that goes when nothing else is left.

    What is whole ceases to be so first.
    """
    with files.told(f"The results folder {folder} cannot be emptied"):
        (folder / MANIFEST).unlink(missing_ok=True)
        for path in [*folder.iterdir()]:
            if path.name in (lock.NAME, name):
                continue
            if path.is_dir() and not path.is_symlink():
                old = folder / f".{secrets.token_hex(6)}{OLD}"
                files.rename(path, old)
                files.remove(old)
            else:
                path.unlink()
        (folder / name).unlink(missing_ok=True)


def of_others(folder: Path, name: str) -> list[str]:
    """What lies in a folder and was not left there by work that was begun.

    Args:
        name: of the file in which it is noted; where that is there, everything is of that work.
    """
    held = {path.name for path in folder.iterdir()}
    if name in held:
        return []
    own = {one for one in held if one.endswith(files.NEW) or one.endswith(OLD)} | {lock.NAME}
    if not any((folder / parts.FOLDER).glob("*")):
        own.add(parts.FOLDER)
    return sorted(held - own)
