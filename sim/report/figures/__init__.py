"""The figures of a run: each tells one thing and has the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    queue_day,
    saved,
    style,
    survival,
    trial,
)
from sim.report.figures.sheet import Sheet
from sim.report.folder import Run
from sim.report.words import LANGUAGES, language

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
    ("queue_day", queue_day.draw),
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
    files: tuple[Path, ...]
    """The SVG, and in English the PNG."""
    tables: tuple[Path, ...] = ()
    """Tables that were written for it; the others were there before."""

    @property
    def svg(self) -> Path:
        """The file that goes into the page."""
        return self.files[0]


def draw_all(runs: Mapping[str, Run], pool: Pool) -> dict[str, list[Drawn]]:
    """Draw every figure whose table is there in each language, into the figures folder of the run.

    `runs` are the same run in the words of each language. English figures lie in figures/, those
    of another language, as SVG alone, in a folder of its name below.
    """
    for code, run in runs.items():
        folder_of(run, code).mkdir(exist_ok=True, parents=True)
    stems = [stem for stem, _ in FIGURES]
    first = [*SLOWEST, *(stem for stem in stems if stem not in SLOWEST)]
    wanted = [(code, stem) for stem in first for code in runs]
    done = zip(wanted, pool.map(draw_one, dict(runs), wanted), strict=True)
    drawn = {one: figure for one, figure in done if figure is not None}
    return {code: [drawn[code, stem] for stem in stems if (code, stem) in drawn] for code in runs}


def folder_of(run: Run, code: str) -> Path:
    """Where the figures of a language lie."""
    folder = run.path / "figures"
    return folder if code == LANGUAGES[0] else folder / code


def draw_one(runs: Mapping[str, Run], wanted: tuple[str, str]) -> Drawn | None:
    """Draw one figure in one language; None where its table is not there."""
    code, stem = wanted
    run = runs[code]
    with language(code), style.drawing():
        sheet = dict(FIGURES)[stem](run)
        if sheet is None:
            return None
        tables: tuple[Path, ...] = ()
        if stem == "survival_by_group" and code == LANGUAGES[0]:
            table = run.path / "figures" / "survival_by_group.csv"
            tables = (table,)
            rows = safe_table(survival.groups_table(run))
            rows.to_csv(table, index=False, lineterminator="\n")
        folder = folder_of(run, code)
        if code == LANGUAGES[0]:
            files = tuple(sheet.save(folder, stem))
        else:
            files = (sheet.save_svg(folder, stem),)
    return Drawn(stem, sheet.heading, sheet.subtitle, files, tables)
