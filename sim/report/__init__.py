"""What readers see of a run: figures, the page that holds them, and the lines in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.experiment.pool import Pool
from sim.report.folder import in_words, read
from sim.report.words import LANGUAGES, language

__all__ = ["DRAWING", "pages", "write"]

DRAWING = ("sim.report.figures",)
"""What a process imports before it draws (it takes a second)."""


def pages(folder: Path) -> list[Path]:
    """The pages of a run, one in each language: report.html, report.da.html."""
    return [
        folder / ("report.html" if code == LANGUAGES[0] else f"report.{code}.html")
        for code in LANGUAGES
    ]


def write(
    folder: Path, facts: Mapping[str, Any] | None = None, pool: Pool | None = None
) -> list[Path]:
    """Write the figures and the brief of a finished run in each language; return what was written.

    English: report.html, figures/*.svg and *.png; Danish: report.da.html, figures/da/. The moving
    picture caseload.svg lies in the same folders.

    `facts` stands for manifest.json, which a run writes last; `pool` draws where its workers share
    the disk, or this process without one. Equal tables and facts give equal bytes. Raises
    FileNotFoundError where the folder holds no summary.csv, ValueError where that names no arm.
    """
    # Matplotlib and Jinja take a second to import, which only this function needs.
    from sim.report import brief
    from sim.report.figures import caseload, draw_all, folder_of

    found = read(Path(folder), facts)
    runs = {}
    for code in LANGUAGES:
        with language(code):
            runs[code] = in_words(found)
    drawer = pool if pool is not None and pool.shares_disk else Pool()
    written: list[Path] = []
    for (code, drawn), page in zip(
        draw_all(runs, drawer).items(), pages(Path(folder)), strict=True
    ):
        for figure in drawn:
            written += [*figure.tables, *figure.files]
        with language(code):
            written += caseload.write(runs[code], folder_of(runs[code], code))
            written.append(brief.write(runs[code], drawn, page))
    return written
