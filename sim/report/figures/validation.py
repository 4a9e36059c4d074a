"""The figure of a validation: published against predicted, every row in its own standard deviations."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, inf
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiment.validation.judging import SIMULATED, Judged, Row
from sim.experiment.validation.verdict import (
    ALMOST_INSIDE,
    COMPATIBLE,
    CONTRADICTED,
    FITTED,
    INSIDE,
    STRAINED,
)
from sim.report.figures.sheet import DOTS_PER_INCH, EDGE, LEADING, WIDTH
from sim.report.figures.style import GREY, drawing, fit, wrap
from sim.report.words import name_of, say

LEFT, RIGHT = 2.62, 0.72
A_ROW, HEAD, FOOT = 0.17, 0.3, 0.5
TITLE, TEXT, SMALL = 11.5, 8.5, 6.5
MOST = 6.0
"""Standard deviations to which the axis reaches."""

EVEN_DEVIATION = 3.0**-0.5
"""Standard deviation of an even range, by its half."""

COLOURS = {
    COMPATIBLE: "#0072B2",
    STRAINED: "#CC79A7",
    CONTRADICTED: "#D55E00",
    FITTED: "#009E73",
}


def draw(judged: Judged, folder: Path, stem: str) -> list[Path]:
    """Write stem.svg and stem.png: a bar for 90 %, a line for 99 %, a dot for what was published."""
    chosen = [row for row in judged.rows if _drawn(row)]
    panels = [
        ("validate.figure_claims", [row for row in chosen if row.figure.claim is not None]),
        ("validate.figure_research", [row for row in chosen if row.figure.claim is None]),
    ]
    with drawing():
        points = (WIDTH - 2 * EDGE) * 72
        heading = wrap(f"{say('validate.figure')}: {judged.name}", points, TITLE, "bold")
        about = wrap(say("validate.figure_about", most=f"{MOST:g}"), points, TEXT)
        over = EDGE + (len(heading) * TITLE + len(about) * TEXT) * LEADING / 72 + 0.1
        height = over + A_ROW * len(chosen) + (HEAD + FOOT) * len(panels)
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        at = EDGE
        for line, points_, weight, colour in [
            *((line, TITLE, "bold", "#111111") for line in heading),
            *((line, TEXT, "normal", GREY) for line in about),
        ]:
            y = 1 - (at + points_ / 72) / height
            figure.text(EDGE / WIDTH, y, line, fontsize=points_, fontweight=weight, color=colour)
            at += points_ * LEADING / 72
        top = over
        for title, rows in panels:
            top += HEAD
            tall = A_ROW * len(rows)
            figure.text(
                EDGE / WIDTH, 1 - (top - 0.07) / height, say(title), fontsize=TEXT,
                fontweight="bold",
            )  # fmt: skip
            if rows:
                where = (
                    LEFT / WIDTH,
                    1 - (top + tall) / height,
                    (WIDTH - LEFT - RIGHT) / WIDTH,
                    tall / height,
                )
                _panel(figure.add_axes(where), rows)
            top += tall + FOOT
        svg, png = folder / f"{stem}.svg", folder / f"{stem}.png"
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        return [svg, png]


def _drawn(row: Row) -> bool:
    """Simulated rows with a number on both sides."""
    low, high = row.band
    known = row.prediction is not None and not (np.isnan(low) or np.isnan(high))
    return known and row.kind == SIMULATED and _deviation(row) > 0.0


def _deviation(row: Row) -> float:
    prediction = row.prediction
    assert prediction is not None
    if prediction.even:
        return prediction.half * EVEN_DEVIATION
    return hypot(prediction.chance, prediction.error)


def _panel(axes: Axes, rows: list[Row]) -> None:
    axes.set_xlim(-MOST - 0.4, MOST + 0.4)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvline(0.0, color="#bbbbbb", linewidth=0.6)
    for place, row in enumerate(rows):
        assert row.prediction is not None
        colour, unit = COLOURS[row.verdict], _deviation(row)
        for share, width in ((ALMOST_INSIDE, 0.8), (INSIDE, 3.2)):
            low, high = (
                (end - row.prediction.mean) / unit for end in row.prediction.interval(share)
            )
            axes.plot([low, high], [place, place], color="#9a9a9a", linewidth=width,
                      solid_capstyle="butt")  # fmt: skip
        _published(axes, row, place, unit, colour)
        axes.text(1.02, place, row.verdict, transform=axes.get_yaxis_transform(), va="center",
                  fontsize=SMALL, color=colour)  # fmt: skip
    points = (LEFT - EDGE - 0.08) * 72
    names = [fit(label(row, rows), points, SMALL) for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=SMALL)
    axes.set_xlabel(say("validate.figure_axis"), fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.xaxis.set_major_formatter(
        lambda x, _: f"{x:+g}".replace("+0", "0").replace("-", "\N{MINUS SIGN}")
    )


def _published(axes: Axes, row: Row, place: int, unit: float, colour: str) -> None:
    """A dot, an arrow for a bound or at the edge."""
    assert row.prediction is not None
    low, high = row.band
    value = low if high == inf else high if low == -inf else (low + high) / 2.0
    x = (value - row.prediction.mean) / unit
    marker = ">" if high == inf else "<" if low == -inf else "o"
    if abs(x) > MOST:
        x, edge = (MOST, ">") if x > 0 else (-MOST, "<")
        marker = edge if marker == "o" else marker  # a bound points where it is open
    axes.plot(x, place, marker, color=colour, markersize=3.6)


def label(row: Row, rows: Sequence[Row]) -> str:
    """Where a row comes from and what it is of: how it is read, if others read the same figure."""
    several = sum(other.figure.key == row.figure.key for other in rows) > 1
    what = name_of("measure", row.measure) if several else row.figure.what
    return f"{row.figure.claim or row.figure.row}  {what}"
