"""The figure of a calibration: each published figure over the fitted parameter, and the ridge."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiment.calibration.results import Calibration
from sim.experiment.calibration.target import Figure as Published
from sim.report.figures.bench import save
from sim.report.figures.sheet import EDGE, LEADING, WIDTH
from sim.report.figures.style import COLOURS, GREY, drawing, wrap
from sim.report.words import say

LEFT, RIGHT, PANEL, HEAD, FOOT = 0.62, 0.2, 1.5, 0.28, 0.5
TITLE, TEXT = 11.5, 8.5
BLACK, BLUE, RED = COLOURS[:3]


def draw(found: Calibration, folder: Path, stem: str) -> list[Path]:
    """Write stem.svg and stem.png: a panel a figure, and one of the ridge where there is one."""
    first = found.target.fit[0].key
    panels = len(found.target.figures) + bool(_ridge_pairs(found))
    with drawing():
        points = (WIDTH - 2 * EDGE) * 72
        heading = wrap(
            say("calibration.figure_title", title=found.target.title), points, TITLE, "bold"
        )
        about = wrap(_about(found, first), points, TEXT)
        over = EDGE + (len(heading) * TITLE + len(about) * TEXT) * LEADING / 72 + 0.1
        height = over + (HEAD + PANEL + FOOT) * panels
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        at = EDGE
        for lines, size, weight, colour in (
            (heading, TITLE, "bold", "#111111"), (about, TEXT, "normal", GREY),
        ):  # fmt: skip
            for line in lines:
                y = 1 - (at + size / 72) / height
                figure.text(EDGE / WIDTH, y, line, fontsize=size, fontweight=weight, color=colour)
                at += size * LEADING / 72
        for place in range(panels):
            top = over + place * (HEAD + PANEL + FOOT) + HEAD
            axes = figure.add_axes((
                LEFT / WIDTH, 1 - (top + PANEL) / height,
                (WIDTH - LEFT - RIGHT) / WIDTH, PANEL / height,
            ))  # fmt: skip
            if place < len(found.target.figures):
                one = found.target.figures[place]
                name = f"{one.name}: {one.about} ({one.unit})"
                _panel(axes, found, one)
            else:
                name = _ridge(axes, found)
            y = 1 - (top - 0.08) / height
            figure.text(EDGE / WIDTH, y, name, fontsize=TEXT, fontweight="bold")
        return save(figure, folder, stem)


def _about(found: Calibration, first: str) -> str:
    about = say("calibration.figure_about", parameter=first)
    return about if len(found.target.fit) == 1 else f"{about} {say('calibration.figure_others')}"


def _panel(axes: Axes, found: Calibration, one: Published) -> None:
    seen = found.scans[one.name]
    axes.plot(*zip(*seen.points, strict=True), color=BLUE) if seen.points else None
    axes.axhline(one.value, color=GREY, linestyle=(0, (5.0, 1.4)), linewidth=1.0)
    for root in found.alone[one.name]:
        axes.plot(root, one.value, "o", color=BLACK, markersize=5)
    if seen.points:
        axes.plot(*seen.largest, "^", color=RED, markersize=5.5)
    axes.set_xlabel(found.target.fit[0].key)


def _ridge_pairs(found: Calibration) -> list[tuple[float, float]]:
    if found.target.ridge is None:
        return []
    first = next(one.key for one in found.target.fit if one.key != found.target.ridge.key)
    return [(pair.second, pair.point[first]) for pair in found.ridge if pair.point is not None]


def _ridge(axes: Axes, found: Calibration) -> str:
    assert found.target.ridge is not None
    second = found.target.ridge.key
    first = next(one.key for one in found.target.fit if one.key != second)
    lowest: dict[float, float] = {}
    for x, y in _ridge_pairs(found):
        axes.plot(x, y, "o", color=BLACK, markersize=4.5)
        lowest.setdefault(x, y)
    axes.plot(*zip(*sorted(lowest.items()), strict=True), color=BLUE)
    axes.set_xlabel(second)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    return say("calibration.ridge_axis", first=first, second=second)
