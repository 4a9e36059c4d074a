"""The figure of a calibration: each published figure over the fitted parameter, and the ridge."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiment.calibration.results import Calibration
from sim.experiment.calibration.target import Figure as Published
from sim.report.calibration_words import figure_name, parameter_name
from sim.report.figures.bench import save
from sim.report.figures.sheet import EDGE, LEADING, WIDTH
from sim.report.figures.style import COLOURS, GREY, drawing, fit, wrap
from sim.report.words import say

LEFT, RIGHT, PANEL, HEAD, FOOT = 0.62, 0.2, 1.5, 0.28, 0.5
TITLE, TEXT = 11.5, 8.5
BLACK, BLUE, RED, GREEN = COLOURS[:4]
BOLD = 1.1
"""How much wider bold letters are."""


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
                name = f"{figure_name(one)} ({one.unit})"
                _panel(axes, found, one)
            else:
                name = _ridge(axes, found)
            y = 1 - (top - 0.08) / height
            shown = fit(name, points, TEXT * BOLD)
            figure.text(EDGE / WIDTH, y, shown, fontsize=TEXT, fontweight="bold")
        return save(figure, folder, stem)


def _about(found: Calibration, first: str) -> str:
    points = say("calibration.figure_joint" if _joint(found) else "calibration.figure_roots")
    about = [say("calibration.figure_about", parameter=parameter_name(first), points=points)]
    about += [say("calibration.figure_others")] if len(found.target.fit) > 1 else []
    about += [say("calibration.figure_ridge")] if _ridge_pairs(found) else []
    return " ".join(about)


def _joint(found: Calibration) -> bool:
    """Whether one solution must serve several figures, so that it lies on none of them."""
    return len(found.target.figures) > 1 or len(found.target.fit) > 1


def _diamond(axes: Axes, x: float, y: float) -> None:
    axes.plot(x, y, "D", color=GREEN, markersize=5.5, zorder=4)


def _panel(axes: Axes, found: Calibration, one: Published) -> None:
    seen = found.scans[one.name]
    axes.plot(*zip(*seen.points, strict=True), color=BLUE) if seen.points else None
    axes.axhline(one.value, color=GREY, linestyle=(0, (5.0, 1.4)), linewidth=1.0)
    for root in found.alone[one.name]:
        axes.plot(root, one.value, "o", color=BLACK, markersize=5)
    if seen.points:
        axes.plot(*seen.largest, "^", color=RED, markersize=5.5)
    first = found.target.fit[0].key
    if _joint(found):
        for solution in found.solutions:
            _diamond(axes, solution.point[first], solution.simulated[one.name])
    axes.set_xlabel(parameter_name(first))


def _ridge_pairs(found: Calibration) -> list[tuple[float, float, bool]]:
    """Both parameters of each pair, and whether it fits as well as the solution."""
    if found.target.ridge is None:
        return []
    first = next(one.key for one in found.target.fit if one.key != found.target.ridge.key)
    return [
        (pair.second, pair.point[first], found.as_good(pair))
        for pair in found.ridge
        if pair.point is not None
    ]


def _ridge(axes: Axes, found: Calibration) -> str:
    assert found.target.ridge is not None
    second = found.target.ridge.key
    first = next(one.key for one in found.target.fit if one.key != second)
    lowest: dict[float, float] = {}
    for x, y, good in _ridge_pairs(found):
        axes.plot(
            x, y, "o", color=BLACK, markerfacecolor=BLACK if good else "white", markersize=4.5
        )
        lowest.setdefault(x, y)
    axes.plot(*zip(*sorted(lowest.items()), strict=True), color=BLUE)
    axes.set_xlabel(parameter_name(second))
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    return say("calibration.ridge_axis", first=parameter_name(first))
