"""What readers see of a run: figures, the page that holds them, and the lines in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.experiment.pool import Pool
from sim.report.folder import read

__all__ = ["DRAWING", "write"]

DRAWING = ("sim.report.figures",)
"""What a process imports before it draws (it takes a second)."""


def write(
    folder: Path, facts: Mapping[str, Any] | None = None, pool: Pool | None = None
) -> list[Path]:
    """Write figures/*.svg and *.png and report.html of a finished run; return what was written.

    `facts` stands for manifest.json, which a run writes last; `pool` draws where its workers
    share the disk, or this process without one. Equal tables and facts give equal bytes. Raises FileNotFoundError where the folder holds no summary.csv, ValueError where that
    names no arm.
    """
    # Matplotlib and Jinja take a second to import, which only this function needs.
    from sim.report import brief
    from sim.report.figures import draw_all

    run = read(Path(folder), facts)
    drawn = draw_all(run, pool if pool is not None and pool.shares_disk else Pool())
    written = []
    for figure in drawn:
        written += [*figure.tables, figure.svg, figure.png]
    return [*written, brief.write(run, drawn)]
