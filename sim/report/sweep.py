"""The figures of a sweep: lines for one key, heat maps for two, small multiples for three."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from sim.experiment.cells import safe_table
from sim.report.figures import style, sweep_lines, sweep_maps
from sim.report.figures.sheet import Sheet
from sim.report.figures.sweep_grid import ALL, Grid, grid
from sim.report.folder import Run, arms_of, clean, read_table

MOST_KEYS = 3
"""Keys that a figure can show; of a sweep of more there are tables only."""

TABLES = {"sweep": "sweep", "differences": "sweep_differences", "points": "points"}


def write(folder: Path, facts: Mapping[str, Any]) -> list[Path]:
    """Draw the figures of a sweep into its folder, with the table behind each."""
    keys = dict(facts["axes"])
    found = grid(_run(folder, facts), keys)
    shown = [key for key, values in keys.items() if len(values) > 1]
    if not found.measures or not 1 <= len(shown) <= MOST_KEYS:
        return []
    found = Grid(
        found.run, tuple(axis for axis in found.axes if axis.key in shown), found.measures,
        found.points, found.gaps,
    )  # fmt: skip
    drawn: list[Path] = []
    with style.drawing():
        for stem, sheet, metrics in _sheets(found):
            drawn += sheet.save(folder / "figures", stem)
            table = _behind(found, metrics)
            table.to_csv(folder / "figures" / f"{stem}.csv", index=False, lineterminator="\n")
    return drawn


def _sheets(found: Grid) -> list[tuple[str, Sheet, list[str]]]:
    if len(found.axes) == 1:
        names = [measure.metric for measure in found.measures]
        return [("sweep_lines", sweep_lines.draw(found), names)]
    return [
        (f"sweep_{one.metric}", sweep_maps.draw(found, one), [one.metric]) for one in found.measures
    ]


def _behind(found: Grid, metrics: list[str]) -> pd.DataFrame:
    """The rows that a figure shows."""
    name = "differences" if found.measures[0].is_paired else "sweep"
    rows = found.run.tables[name]
    return safe_table(rows[rows["metric"].isin(metrics) & (rows["group"] == ALL)])


def _run(folder: Path, facts: Mapping[str, Any]) -> Run:
    """The sweep as the sheets of all figures read a run; swept values stay as they were given."""
    scenario = yaml.safe_load((folder / "scenario.yaml").read_text(encoding="utf-8"))
    as_given = frozenset(facts["axes"])
    tables = {key: read_table(folder / f"{name}.csv", as_given) for key, name in TABLES.items()}
    return Run(
        path=folder,
        title=clean(scenario.get("title") or folder.name, 120),
        question="",
        note="",
        scenario=scenario,
        arms=arms_of(scenario, tables["sweep"]),
        tables=tables,
        facts=dict(facts),
    )
