"""Finished runs side by side, and what differs between their configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.folder import RunFolder
from sim.rules.errors import InputError

FACTS = ("version", "commit", "scenario", "engine", "seed", "luck", "replications")
"""Facts of the manifest that are compared beside the parameters."""

ROW = ["arm", "group", "metric", "unit"]
CELLS = ["mean", "ci_low", "ci_high"]
PAIRED_ROW = ["arm", "baseline", "group", "metric", "unit"]
PAIRED_CELLS = ["difference", "ci_low", "ci_high", "is_noise"]


@dataclass(frozen=True)
class SideBySide:
    """Runs beside one another; ``labels`` name them, in order and each once.

    ``settings``: name, then a column for each label; only what is not the same everywhere, blank
    where a run has no such setting. ``summary`` and ``differences``: the columns that name a row,
    then for each label its estimates as ``<label>: mean``, ``<label>: ci_low`` and so on, NaN
    where a run has no such row. ``same_rows`` says that all runs have the same rows.
    """

    labels: tuple[str, ...]
    settings: pd.DataFrame
    summary: pd.DataFrame
    differences: pd.DataFrame
    same_rows: bool


def side_by_side(runs: Sequence[RunFolder]) -> SideBySide:
    """Put finished runs beside one another. Raises InputError for fewer than two."""
    if len(runs) < 2:
        raise InputError(f"compare needs at least two finished runs; it got {len(runs)}")
    labels = _labels(runs)
    return SideBySide(
        labels=labels,
        settings=_settings(runs, labels),
        summary=_beside(runs, labels, "summary.csv", ROW, CELLS),
        differences=_beside(runs, labels, "differences.csv", PAIRED_ROW, PAIRED_CELLS),
        same_rows=len({str(run.manifest["rows_sha256"]["all"]) for run in runs}) == 1,
    )


def _labels(runs: Sequence[RunFolder]) -> tuple[str, ...]:
    """The shortest ends of the paths that tell the runs apart."""
    parts = [run.path.parts for run in runs]
    for length in range(1, max(map(len, parts)) + 1):
        labels = ["/".join(of_run[-length:]) for of_run in parts]
        if len(set(labels)) == len(labels):
            return tuple(labels)
    return tuple(f"{label} ({place})" for place, label in enumerate(labels, start=1))


def _settings(runs: Sequence[RunFolder], labels: Sequence[str]) -> pd.DataFrame:
    columns: dict[str, dict[str, str]] = {}
    for label, run in zip(labels, runs, strict=True):
        facts = {name: _text(run.manifest.get(name)) for name in FACTS}
        table = run.table("parameters.csv")
        values = dict(zip(table["name"], map(_text, table["value"]), strict=True))
        columns[label] = facts | values
    names = dict.fromkeys(name for of_run in columns.values() for name in of_run)
    rows = [(name, *(columns[label].get(name, "") for label in labels)) for name in names]
    different = [row for row in rows if len(set(row[1:])) > 1]
    return pd.DataFrame(different, columns=["name", *labels])


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _beside(
    runs: Sequence[RunFolder],
    labels: Sequence[str],
    name: str,
    row: list[str],
    cells: list[str],
) -> pd.DataFrame:
    """One table of several runs, joined by the columns that name a row, in order of appearance."""
    tables = []
    for label, run in zip(labels, runs, strict=True):
        table = run.table(name).set_index(row)[cells]
        tables.append(table.rename(columns={cell: f"{label}: {cell}" for cell in cells}))
    index = tables[0].index
    for table in tables[1:]:
        index = index.append(table.index.difference(index, sort=False))
    return pd.concat([table.reindex(index) for table in tables], axis=1).reset_index()
