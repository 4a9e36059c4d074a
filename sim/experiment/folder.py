"""A finished run folder: its manifest, tables and rows, each read only after it was verified."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment import files, parquet
from sim.experiment.cells import plain_cell
from sim.rules.errors import DataError

MANIFEST = "manifest.json"
BEFORE = "files_before"
"""In a manifest while files made again take the place of the old: the SHA-256 of the old."""

FORMAT = 1

TEXT = (
    *("arm", "baseline", "group", "metric", "unit", "account", "item", "name", "source"),
    *("date", "exit", "outcome"),
)
"""Columns that stay text whatever stands in them: an arm may be called NA or 1."""


@dataclass(frozen=True)
class RunFolder:
    """A run folder whose files were found as the manifest says."""

    path: Path
    manifest: dict[str, Any]

    @property
    def arms(self) -> list[str]:
        """Names of the arms, the baseline first."""
        return [arm["name"] for arm in self.manifest["arms"]]

    @property
    def groups(self) -> list[str]:
        """Target groups that have people in them."""
        return list(self.manifest["groups"])

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return (self.path / name).is_file()

    def table(self, name: str) -> pd.DataFrame:
        """A CSV file, such as ``summary.csv`` or ``figures/survival.csv``; blank is NaN."""
        path = self.path / name
        try:
            found = pd.read_csv(
                path,
                keep_default_na=False,
                na_values=[""],
                dtype={column: str for column in TEXT},
                encoding="utf-8",
            )
        except (OSError, ValueError) as error:
            raise DataError(f"{name} in {self.path} cannot be read: {error}") from error
        for column in found.columns:
            if column == "is_noise":
                found[column] = found[column].astype("boolean")
            elif not pd.api.types.is_numeric_dtype(found[column].dtype):
                cells = [plain_cell(x) if isinstance(x, str) else x for x in found[column]]
                found[column] = pd.Series(cells, index=found.index, dtype=object)
        return found

    def rows(
        self,
        table: str,
        arm: str | None = None,
        replication: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Rows of ``spells``, ``meetings`` or ``office``; words are categories."""
        return parquet.read(self.path / f"{table}.parquet", arm, replication, columns)

    def text(self, name: str) -> str:
        """The content of a text file, such as ``scenario.yaml``."""
        with files.told(f"{name} in {self.path} cannot be read"):
            return (self.path / name).read_text(encoding="utf-8")


def read(path: Path | str, verify: bool = True) -> RunFolder:
    """A finished run folder, every file compared with its SHA-256.

    Raises DataError that names each file which is missing or damaged, and what it should be.
    """
    folder = Path(path).absolute()
    with files.told(f"{path} cannot be read"):
        if not folder.is_dir():
            raise DataError(f"{path} is not a folder with a run of Samtale")
        if not (folder / MANIFEST).is_file():
            raise DataError(f"{path} is not a finished run of Samtale: {MANIFEST} is missing")
        content = (folder / MANIFEST).read_bytes()
    try:
        manifest = json.loads(content)
        given, sums = manifest["format"], dict(manifest["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{MANIFEST} in {path} is damaged: {error!r}") from error
    if given != FORMAT:
        version = manifest.get("version")
        raise DataError(
            f"{path} was written by Samtale {version} in format {given}; this one reads {FORMAT}"
        )
    found = RunFolder(folder, manifest)
    if verify and (problems := _damage(found, sums, manifest.get(BEFORE))):
        raise DataError(problems)
    return found


def json_text(manifest: Mapping[str, Any]) -> str:
    """The content of manifest.json."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _damage(folder: RunFolder, sums: dict[str, str], before: dict[str, str] | None) -> list[str]:
    problems = []
    for name, expected in sums.items():
        with files.told(f"{name} in {folder.path} cannot be read"):
            got = files.sha256(folder.path / name) if folder.has(name) else None
        if got == expected or (before is not None and got == before.get(name)):
            continue
        if got is None:
            problems.append(f"{name} in {folder.path} is missing; its SHA-256 should be {expected}")
        else:
            problems.append(
                f"{name} in {folder.path} is damaged: its SHA-256 should be {expected} and is {got}"
            )
    return problems
