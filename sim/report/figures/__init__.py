"""The figures of a run: each tells one thing and has the table behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.experiment.cells import safe_table
from sim.report.figures import example, lives, meetings, money, office, saved, style, survival
from sim.report.figures.sheet import Sheet
from sim.report.folder import Run

FIGURES: tuple[tuple[str, Callable[[Run], Sheet | None]], ...] = (
    ("days_saved", saved.draw),
    ("survival", survival.draw),
    ("survival_by_group", survival.draw_groups),
    ("account_differences", money.draw_net),
    ("accounts", money.draw_items),
    ("meetings_by_month", meetings.draw),
    ("office_by_week", office.draw),
    ("example_person", example.draw),
    ("thirty_spells", lives.draw),
)


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


def draw_all(run: Run) -> list[Drawn]:
    """Draw every figure whose table is there into the figures folder of the run."""
    folder = run.path / "figures"
    folder.mkdir(exist_ok=True)
    drawn = []
    with style.drawing():
        for stem, draw in FIGURES:
            sheet = draw(run)
            if sheet is None:
                continue
            tables: tuple[Path, ...] = ()
            if stem == "survival_by_group":
                table = folder / "survival_by_group.csv"
                tables = (table,)
                rows = safe_table(survival.groups_table(run))
                rows.to_csv(table, index=False, lineterminator="\n")
            svg, png = sheet.save(folder, stem)
            drawn.append(Drawn(stem, sheet.heading, sheet.subtitle, svg, png, tables))
    return drawn
