"""The run folder: prepared before a run, written beside its name, renamed when it is whole."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

from sim.experiment import files
from sim.experiment.cells import safe_table
from sim.experiment.folder import FORMAT, MANIFEST, RunFolder, json_text, read
from sim.rules.errors import DataError

__all__ = ["RunFolder", "Writer", "prepare", "read"]

OPTION = "out="
"""How the user names the folder."""


class Writer:
    """A run folder in the making, under a temporary name beside its own (or at ``path``).

    Leaving the ``with`` block without `seal` removes it and the folders made for it.
    """

    def __init__(self, final: Path, option: str = OPTION, path: Path | None = None) -> None:
        self.final = final
        self.option = option
        # Short, since a name as long as the file system allows is a good name too.
        self.path = path or final.parent / f".samtale-{secrets.token_hex(6)}.part"
        self._made: list[Path] = []
        self._sealed = False

    def __enter__(self) -> Self:
        with files.told(f"The results folder {self.final} cannot be made"):
            self._made = [parent for parent in self.final.parents if not parent.exists()]
            try:
                self.path.mkdir(parents=True)
            except OSError:
                self._forget_parents()
                raise
        return self

    def table(self, name: str, table: pd.DataFrame) -> None:
        """Write a CSV file in UTF-8, text cells made safe for spreadsheets; NaN is blank."""
        self.text(name, safe_table(table).to_csv(index=False, lineterminator="\n"))

    def text(self, name: str, content: str) -> None:
        """Write a text file; its name may go through folders."""
        with files.told(f"{name} in {self.final} cannot be written"):
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_text(path, content)

    def unfinished(self, manifest: Mapping[str, Any]) -> RunFolder:
        """The folder as it is so far, to read the tables from while reports are made."""
        return RunFolder(self.path, dict(manifest))

    def seal(self, manifest: Mapping[str, Any]) -> RunFolder:
        """Add the manifest with the SHA-256 of every file, and give the folder its name."""
        with files.told(f"The results folder {self.final} cannot be finished"):
            written = files.names(self.path)
            for name in written:
                files.sync_file(self.path / name)
            for folder in {(self.path / name).parent for name in written}:
                files.sync_folder(folder)
            whole = {"format": FORMAT, **manifest, "files": _digests(self.path, written)}
            files.write_text(self.path / MANIFEST, json_text(whole))
            files.sync_folder(self.path)
            self._rename()
        self._sealed = True
        return RunFolder(self.final, whole)

    def _rename(self) -> None:
        """Give the folder its name; where that fails, all is as it was before."""
        old: Path | None = None
        if self.final.exists() and any(self.final.iterdir()):
            if not (self.final / MANIFEST).is_file():
                raise DataError(_not_ours(self.final, self.option))
            old = self.path.with_suffix(".old")
            files.rename(self.final, old)
        try:
            files.rename(self.path, self.final)
            files.sync_folder(self.final.parent)
        except OSError:
            if not self.path.exists():
                files.rename(self.final, self.path)
            if old is not None:
                files.rename(old, self.final)
            raise
        if old is not None:
            files.remove(old)

    def _forget_parents(self) -> None:
        for parent in self._made:
            try:
                parent.rmdir()
            except OSError:
                return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._sealed:
            files.remove(self.path)
            self._forget_parents()


def prepare(
    out: Path | str,
    facts: Mapping[str, Any],
    force: bool = False,
    resume: bool | None = False,
    explain: Callable[[RunFolder, str], Sequence[str]] = lambda found, fact: (),
    option: str = OPTION,
) -> Writer | RunFolder:
    """A place for results, before anything is simulated; tried out, with nothing left there.

    Args:
        out: the folder that the run will have.
        facts: what a finished run must have in its manifest to be the same run.
        force: replace a finished run.
        resume: give back a finished run of the same configuration instead of running it again;
            None where the command cannot do that.
        explain: says in lines by what a run differs, where a fact alone would not tell.
        option: how the user names the folder, for messages.

    Raises DataError where there cannot be a new run folder.
    """
    final = Path(out).absolute()
    with files.told(f"The results folder {out} cannot be used"):
        exists = final.lstat() is not None if _has_name(final) else False
        if exists and not final.is_dir():
            raise DataError(
                f"The results folder {out} is not a folder; choose another with {option}"
            )
        filled = exists and any(final.iterdir())
    if not filled:
        with Writer(final):
            return Writer(final, option)
    if not (final / MANIFEST).is_file():
        raise DataError(_not_ours(final, option))
    if resume:
        found = read(final)
        if other := [key for key, value in facts.items() if found.manifest.get(key) != value]:
            lines = [line for key in other for line in _difference(found, key, facts, explain)]
            head = (
                f"The results folder {out} holds another run; choose another folder with {option}, "
                "or replace it with --force. What differs (that run, and this one):"
            )
            raise DataError([head, *lines])
        return found
    if not force:
        keep = "" if resume is None else ", or keep it with --resume"
        raise DataError(
            f"The results folder {out} holds a finished run; choose another folder with "
            f"{option}, or replace it with --force{keep}"
        )
    with Writer(final):
        return Writer(final, option)


def _difference(
    found: RunFolder,
    key: str,
    facts: Mapping[str, Any],
    explain: Callable[[RunFolder, str], Sequence[str]],
) -> Sequence[str]:
    return explain(found, key) or [f"{key}: {found.manifest.get(key)}, not {facts[key]}"]


def _has_name(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def _not_ours(path: Path, option: str) -> str:
    return (
        f"The results folder {path} holds files that are no finished run of Samtale "
        f"({MANIFEST} is missing); choose another with {option}"
    )


def _digests(folder: Path, names: list[str]) -> dict[str, str]:
    return {name: files.sha256(folder / name) for name in names}
