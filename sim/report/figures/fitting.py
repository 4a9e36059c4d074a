"""The figure of a fit: observed steps with their bands, and the fitted curve, group by group."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiment.fit.tables import UNEMPLOYED
from sim.report.figures.bench import save
from sim.report.figures.sheet import EDGE, LEADING, WIDTH
from sim.report.figures.style import (
    COLOURS,
    DASHES,
    GREY,
    darker,
    drawing,
    label_ends,
    level_ticks,
    wrap,
)
from sim.report.words import name_of, say
from sim.rules.people import EXITS

LEFT, TALL, HEAD, FOOT = 0.5, 1.3, 0.42, 0.42
ONE, TWO, GAP = 3.9, 1.62, 0.18
ROOM = 52.0
TITLE, TEXT, SOURCE = 11.5, 8.5, 7.5
TICKS = ([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])


def draw(rows: pd.DataFrame, about: str, source: str, folder: Path, stem: str) -> list[Path]:
    """Write stem.svg and stem.png: a row a group, survival and beside it each exit's share.

    Args:
        rows: the table of curves (see `fit.tables.curves`).
    """
    groups = list(dict.fromkeys(rows["group"]))
    points = (WIDTH - 2 * EDGE) * 72
    blocks = [
        (wrap(say("fit.figure_title"), points, TITLE, "bold"), TITLE, "bold", "#111111"),
        (wrap(about, points, TEXT), TEXT, "normal", GREY),
    ]
    below = wrap(source, points, SOURCE)
    with drawing():
        over = EDGE + sum(len(lines) * size * LEADING / 72 for lines, size, *_ in blocks) + 0.06
        under = len(below) * SOURCE * LEADING / 72 + EDGE
        height = over + (HEAD + TALL + FOOT) * len(groups) + under
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        at = EDGE
        for lines, size, weight, colour in (*blocks, ([], TEXT, "", "")):
            for line in lines:
                y = 1 - (at + size / 72) / height
                figure.text(EDGE / WIDTH, y, line, fontsize=size, fontweight=weight, color=colour)
                at += size * LEADING / 72
        for place, group in enumerate(groups):
            top = over + place * (HEAD + TALL + FOOT)
            _row(figure, rows[rows["group"] == group], group, top, height)
        for number, line in enumerate(below):
            y = (under - EDGE / 2 - (number + 1) * SOURCE * LEADING / 72) / height
            figure.text(EDGE / WIDTH, y, line, fontsize=SOURCE, color=GREY)
        return save(figure, folder, stem)


def _row(figure: Figure, rows: pd.DataFrame, group: str, top: float, height: float) -> None:
    """The panels of a group."""
    exits = [name for name in EXITS if name in set(rows["what"])]
    panels = [[UNEMPLOYED], exits] if len(exits) > 1 else [[UNEMPLOYED]]
    wide = TWO if len(panels) > 1 else ONE
    y = 1 - (top + 0.14) / height
    figure.text(EDGE / WIDTH, y, name_of("group", group), fontsize=TEXT + 0.5, fontweight="bold")
    for number, names in enumerate(panels):
        left = LEFT + number * (wide + GAP)
        heading = say("fit.left_by" if number else "fit.still")
        figure.text(left / WIDTH, 1 - (top + 0.32) / height, heading, fontsize=TEXT, color=GREY)
        axes = figure.add_axes((
            left / WIDTH, 1 - (top + HEAD + TALL) / height, wide / WIDTH, TALL / height
        ))  # fmt: skip
        ends = []
        for name in names:
            look = 0 if name == UNEMPLOYED else 1 + exits.index(name)
            own = rows[rows["what"] == name]
            _curve(axes, own, COLOURS[look], DASHES[max(look - 1, 0)])
            ends.append((float(own["fitted"].iloc[-1]), name_of("exit", name), COLOURS[look]))
        axes.set_ylim(0, 1)
        axes.set_xlim(0, float(rows["spell_day"].max()))
        axes.set_yticks(TICKS[0], TICKS[1] if not number else [""] * len(TICKS[0]))
        axes.set_xlabel(say("fit.axis"), labelpad=2)
        level_ticks(axes, wide * 72)
        if number:
            label_ends(axes, TALL * 72, [(y, text, darker(c)) for y, text, c in ends], ROOM)


def _curve(axes: Axes, own: pd.DataFrame, colour: str, dash: object) -> None:
    days = own["spell_day"].to_numpy()
    low, high = (np.clip(own[end].to_numpy(), 0, 1) for end in ("ci_low", "ci_high"))
    axes.fill_between(days, low, high, step="post", color=colour, alpha=0.2, linewidth=0)
    axes.step(days, own["observed"], where="post", color=colour, linewidth=0.7, alpha=0.8)
    axes.plot(days, own["fitted"], color=colour, linestyle=dash, linewidth=1.5)
