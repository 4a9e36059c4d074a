"""The figures of a run: each tells one thing and has the table behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.experiment.cells import safe_table
from sim.experiment.pool import Pool
from sim.report.figures import (
    example,
    lives,
    meetings,
    money,
    office,
    saved,
    style,
    survival,
    trial,
)
from sim.report.figures.sheet import Sheet
from sim.report.folder import Run

FIGURES: tuple[tuple[str, Callable[[Run], Sheet | None]], ...] = (
    ("days_saved", saved.draw),
    ("trial_looks", trial.draw),
    ("roll_out", trial.draw_roll_out),
    ("survival", survival.draw),
    ("survival_by_group", survival.draw_groups),
    ("account_differences", money.draw_net),
    ("accounts", money.draw_items),
    ("meetings_by_month", meetings.draw),
    ("office_by_week", office.draw),
    ("example_person", example.draw),
    ("thirty_spells", lives.draw),
)

SLOWEST = ("days_saved", "survival_by_group", "accounts")
"""Drawn first, so that no process is left with a long one at the end."""


@dataclass(frozen=True)
class Drawn:
    """A figure on disk."""

    stem: str
    title: str
    subtitle: str
    svg: Path
    png: Path
    tables: tuple[Path, ...] = ()
    """Tables that were written for it; the others were there before."""


def draw_all(run: Run, pool: Pool) -> list[Drawn]:
    """Draw every figure whose table is there into the figures folder of the run."""
    (run.path / "figures").mkdir(exist_ok=True)
    stems = [stem for stem, _ in FIGURES]
    first = [*SLOWEST, *(stem for stem in stems if stem not in SLOWEST)]
    drawn = {one.stem: one for one in pool.map(draw_one, run, first) if one is not None}
    return [drawn[stem] for stem in stems if stem in drawn]


def draw_one(run: Run, stem: str) -> Drawn | None:
    """Draw one figure; None where its table is not there."""
    folder = run.path / "figures"
    with style.drawing():
        sheet = dict(FIGURES)[stem](run)
        if sheet is None:
            return None
        tables: tuple[Path, ...] = ()
        if stem == "survival_by_group":
            table = folder / "survival_by_group.csv"
            tables = (table,)
            rows = safe_table(survival.groups_table(run))
            rows.to_csv(table, index=False, lineterminator="\n")
        svg, png = sheet.save(folder, stem)
    return Drawn(stem, sheet.heading, sheet.subtitle, svg, png, tables)
