"""Files of a finished folder made again, so that it is whole whenever the work is interrupted."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.experiment import files, lock
from sim.experiment.folder import BEFORE, MANIFEST, RunFolder, json_text

ROWS = ".parquet"
"""Rows are never made again, only read."""

PART = ".samtale-*.part"


@contextmanager
def made_again(found: RunFolder) -> Iterator[RunFolder]:
    """A copy of a finished folder without its rows, in which files may be made again.

    Where the block ends well, what it made takes the place of what was there, and what it removed
    is removed; the manifest of the copy, as the block leaves it, becomes that of the folder.
    Interrupted before, nothing has changed. Interrupted while files change places, the manifest
    holds both sums of each, and the folder is still read.

    Raises DataError where another process works in the folder, or it cannot be written.
    """
    out = found.path
    with lock.held(out), files.told(f"The results in {out} cannot be made again"):
        for left in out.glob(PART):  # of a process that was killed
            files.remove(left)
        twin = out / f".samtale-{secrets.token_hex(6)}.part"
        try:
            before = _copied(found, twin)
            copy = RunFolder(twin, dict(found.manifest))
            yield copy
            _exchange(out, copy, before)
        finally:
            files.remove(twin)


def _copied(found: RunFolder, twin: Path) -> dict[str, str]:
    """Copy what may be made again; the sums of all files of the folder as they are."""
    twin.mkdir()
    before = {}
    for name in found.manifest["files"]:
        if name.endswith(ROWS):
            before[name] = found.manifest["files"][name]
        elif found.has(name):
            before[name] = files.sha256(found.path / name)
            (twin / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.path / name, twin / name)
    return before


def _exchange(out: Path, copy: RunFolder, before: dict[str, str]) -> None:
    made = {name: files.sha256(copy.path / name) for name in files.names(copy.path)}
    rows = {name: known for name, known in before.items() if name.endswith(ROWS)}
    whole = {**copy.manifest, "files": dict(sorted((rows | made).items()))}
    whole.pop(BEFORE, None)
    changed = [name for name, known in made.items() if before.get(name) != known]
    for name in changed:
        files.sync_file(copy.path / name)
    files.replace_text(out / MANIFEST, json_text({**whole, BEFORE: before}))
    for name in changed:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        files.rename(copy.path / name, out / name)
    for name in before.keys() - whole["files"].keys():
        (out / name).unlink(missing_ok=True)
    for folder in {(out / name).parent for name in changed}:
        files.sync_folder(folder)
    files.replace_text(out / MANIFEST, json_text(whole))
    copy.manifest.clear()
    copy.manifest.update(whole)
