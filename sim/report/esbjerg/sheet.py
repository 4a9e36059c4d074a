"""What the five figures share: their sheet, rows with a range, and colours with a meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes

from sim.report.figures.sheet import Sheet
from sim.report.figures.style import COLOURS, darker
from sim.report.folder import Run
from sim.report.words import say

OURS, CLAIM, OTHER, QUIET = COLOURS[1], COLOURS[2], COLOURS[3], "#777777"
"""What the model says; what the trial said; what is set beside them; what is less important."""

Facts = Mapping[str, str]


def sheet_of(stem: str, facts: Facts, body: float, note: str = "note") -> Sheet:
    """An empty sheet of a figure with its title, subtitle, note and source."""
    words = f"esbjerg_{stem}"
    notes = [say(f"{words}.{note}", **facts)] if note else []
    run = Run(Path(), "", "", "", {}, (), {}, {})
    return Sheet(
        run,
        say(f"{words}.title", **facts),
        say(f"{words}.subtitle", **facts),
        body,
        notes,
        source=say("esbjerg.source", published=facts["published"]),
    )


@dataclass(frozen=True)
class Row:
    """A line of a panel: a name, a point and a range (nan: none), and how they look."""

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    text: str = ""
    colour: str = OURS
    strong: bool = True
    bar: bool = False
    """The range is what is known, and no point stands in it."""


def ranges(
    sheet: Sheet, axes: Axes, rows: list[Row], top: float, step: float, left: float, right: float
) -> None:
    """Rows from top to bottom: names from ``left``, points and ranges in the axes, values right."""
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", visible=False)
    for place, row in enumerate(rows):
        middle, y = top + step * (place + 0.5), place + 0.5
        ink = darker(row.colour)
        size = 8.5 if row.strong else 8.0
        sheet.text(left, middle, row.name, size, ink, "bold" if row.strong else "normal")
        if row.text:
            sheet.text(right, middle, row.text, size, ink, "bold" if row.strong else "normal")
        if math.isfinite(row.low):
            wide = 5.5 if row.bar else 2.0 if row.strong else 3.0
            axes.plot([row.low, row.high], [y, y], color=row.colour, linewidth=wide,
                      solid_capstyle="butt", alpha=1.0 if row.strong else 0.6)  # fmt: skip
        if not row.bar and math.isfinite(row.value):
            axes.plot([row.value], [y], "o", color=row.colour, markersize=6.5 if row.strong else 4)
