"""The sheet that a figure stands on: title, subtitle, body, notes, source; saved as SVG and PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import ScalarFormatter

from sim.report.digits import localised
from sim.report.figures.style import GREY, LINE_POINTS, look, names, width_points, wrap
from sim.report.folder import Arm, Run
from sim.report.words import say

WIDTH = 4.8
EDGE = 0.12
DOTS_PER_INCH = 200
TITLE, SUBTITLE, KEY, NOTE, SOURCE = 11.5, 8.5, 8.5, 8.0, 7.5
LEADING = 1.28


class Ticks(ScalarFormatter):
    """Numbers at ticks with the signs of the language spoken."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The number at a tick."""
        return localised(super().__call__(x, pos))


class Sheet:
    """A figure of fixed width (narrow, so that it is read on a phone) and the height it needs.

    Lengths are inches; `top` is measured downwards from the top of the body.
    """

    def __init__(
        self,
        run: Run,
        title: str,
        subtitle: str,
        body: float,
        notes: Sequence[str] = (),
        key: Sequence[Arm] = (),
        note: bool = True,
        source: str = "",
    ) -> None:
        self.heading = title
        self.subtitle = subtitle
        points = (WIDTH - 2 * EDGE) * 72
        blocks: list[tuple[list[str], float, str, str]] = [
            (wrap(title, points, TITLE, "bold"), TITLE, "bold", "#111111"),
            (wrap(subtitle, points, SUBTITLE), SUBTITLE, "normal", GREY),
        ]
        below = [(wrap(text, points, NOTE), NOTE, "normal", "#222222") for text in notes if text]
        below.append((wrap(arms_in_words(run), points, NOTE), NOTE, "normal", GREY))
        if note and run.note:
            below.append((wrap(run.note, points, NOTE), NOTE, "normal", GREY))
        source = source or say("source", title=run.title)
        below.append((wrap(source, points, SOURCE, most=3), SOURCE, "normal", GREY))
        rows = _key_rows(key, points)
        over = sum(_tall(lines, size) + 0.05 for lines, size, _, _ in blocks)
        self._top = EDGE + over + 0.19 * len(rows) + 0.06
        under = sum(_tall(lines, size) + 0.05 for lines, size, _, _ in below)
        self.height = self._top + body + 0.08 + under + EDGE
        self.figure = Figure(figsize=(WIDTH, self.height), facecolor="white")
        at = self._write(blocks, EDGE)
        for row in rows:
            self._draw_key(row, at + 0.09)
            at += 0.19
        self._write(below, self._top + body + 0.08)

    def _write(self, blocks: list[tuple[list[str], float, str, str]], at: float) -> float:
        for lines, size, weight, colour in blocks:
            for line in lines:
                self.figure.text(
                    EDGE / WIDTH,
                    1 - (at + size / 72) / self.height,
                    line,
                    fontsize=size,
                    fontweight=weight,
                    color=colour,
                    va="baseline",
                )
                at += size * LEADING / 72
            at += 0.05
        return at

    def _draw_key(self, row: list[tuple[Arm, float]], middle: float) -> None:
        for arm, left in row:
            seen = look(arm)
            x0 = EDGE + left
            y = 1 - middle / self.height
            self.figure.add_artist(
                Line2D(
                    [x0 / WIDTH, (x0 + 0.14) / WIDTH, (x0 + 0.28) / WIDTH],
                    [y, y, y],
                    color=seen.colour,
                    linestyle=seen.dash,
                    linewidth=LINE_POINTS,
                    marker=seen.marker,
                    markerfacecolor=seen.face,
                    markevery=[1],
                    markersize=4.5,
                    transform=self.figure.transFigure,
                )
            )
            self.figure.text(
                (x0 + 0.34) / WIDTH, y, arm.title, fontsize=KEY, color=seen.ink, va="center"
            )

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes in the body."""
        bottom = self.height - self._top - top - height
        axes = self.figure.add_axes(
            (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        )
        axes.xaxis.set_major_formatter(Ticks())
        axes.yaxis.set_major_formatter(Ticks())
        return axes

    def mark(self, left: float, top: float, **how: Any) -> None:
        """A marker in the body, in the middle of what is given; ``how`` is that of a line."""
        self.line(left, left, top, **how)

    def line(self, left: float, right: float, top: float, **how: Any) -> None:
        """A level line in the body."""
        y = 1 - (self._top + top) / self.height
        x = [left / WIDTH] if left == right else [left / WIDTH, right / WIDTH]
        place = self.figure.transFigure
        self.figure.add_artist(Line2D(x, [y] * len(x), transform=place, **how))

    def box(self, left: float, top: float, width: float, height: float, **how: Any) -> None:
        """A rectangle in the body; ``how`` is that of a patch."""
        corner = left / WIDTH, 1 - (self._top + top + height) / self.height
        size = width / WIDTH, height / self.height
        place = self.figure.transFigure
        self.figure.add_artist(Rectangle(corner, *size, transform=place, **how))

    def text(
        self,
        left: float,
        top: float,
        text: str,
        size: float = 8.5,
        colour: str = "#222222",
        weight: str = "normal",
        ha: str = "left",
        va: str = "center",
    ) -> None:
        """A text in the body."""
        self.figure.text(
            left / WIDTH,
            1 - (self._top + top) / self.height,
            text,
            fontsize=size,
            color=colour,
            fontweight=weight,
            ha=ha,
            va=va,
        )

    def save(self, folder: Path, stem: str) -> list[Path]:
        """Write stem.svg and stem.png: the same bytes whenever the same is drawn."""
        png = folder / f"{stem}.png"
        kept = {"Software": None, "Title": self.heading}
        svg = self.save_svg(folder, stem)
        self.figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata=kept)
        return [svg, png]

    def save_svg(self, folder: Path, stem: str) -> Path:
        """Write stem.svg alone, in half the time."""
        svg = folder / f"{stem}.svg"
        kept = {"Date": None, "Creator": None, "Title": self.heading}
        self.figure.savefig(svg, format="svg", metadata=kept)
        return svg


class Heads:
    """Above each panel the title of its arm and some words; below each other where one line is short."""

    SECOND = 0.16

    def __init__(self, arms: Sequence[Arm], words: Sequence[str]) -> None:
        room = (WIDTH - 2 * EDGE) * 72
        self.arms = arms
        self.words = words
        self._titles = names([arm.title for arm in arms], room, 9, "bold", most=1)
        wide = [
            width_points(title[0], 9, "bold") + width_points(text, 7.5)
            for title, text in zip(self._titles, words, strict=True)
            if title
        ]
        self.extra = self.SECOND if max(wide, default=0.0) + 10 > room else 0.0
        """Inches that a second line takes above each panel."""

    def draw(self, sheet: Sheet, place: int, top: float) -> None:
        """Write the head of one panel."""
        title = " ".join(self._titles[place])
        sheet.text(EDGE, top, title, 9, look(self.arms[place]).ink, "bold")
        if self.extra:
            sheet.text(EDGE, top + self.extra, self.words[place], 7.5, GREY)
        else:
            sheet.text(WIDTH - EDGE, top, self.words[place], 7.5, GREY, ha="right")


def arms_in_words(run: Run) -> str:
    """What the arms are, for those whose title says more than a name."""
    return " · ".join(f"{arm.title}: {arm.about}" for arm in run.arms if arm.about)


def _tall(lines: list[str], size: float) -> float:
    return len(lines) * size * LEADING / 72


def _key_rows(arms: Sequence[Arm], points: float) -> list[list[tuple[Arm, float]]]:
    """The arms of a key in rows, with the left edge of each in inches."""
    rows: list[list[tuple[Arm, float]]] = []
    left = 0.0
    for arm in arms:
        wide = 0.34 + width_points(arm.title, KEY) / 72
        if not rows or left + wide > points / 72:
            rows.append([])
            left = 0.0
        rows[-1].append((arm, left))
        left += wide + 0.18
    return rows
