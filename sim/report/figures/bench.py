"""The figure of a bench: processor time a model, a panel for each number of people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiment.bench_models import MODELS, WORKLOAD_W
from sim.experiment.bench_runs import BenchRun
from sim.experiment.bench_tables import cells, significant, values
from sim.report.figures.sheet import DOTS_PER_INCH, EDGE, LEADING, WIDTH
from sim.report.figures.style import COLOURS, GREY, drawing, wrap
from sim.report.words import say

LEFT, RIGHT = 1.75, 0.75
A_ROW, GAP, HEAD, FOOT = 0.2, 0.62, 0.3, 0.4
TITLE, TEXT = 11.5, 8.5


def draw(runs: Sequence[BenchRun], folder: Path, stem: str) -> list[Path]:
    """Write stem.svg and stem.png: a dot at the median, a line from the fastest to the slowest."""
    panels = {cell: _seconds(runs, *cell) for cell in cells(runs)}
    with drawing():
        heading = wrap(say("bench.title"), (WIDTH - 2 * EDGE) * 72, TITLE, "bold")
        about = wrap(say("bench.subtitle"), (WIDTH - 2 * EDGE) * 72, TEXT)
        over = EDGE + (len(heading) * TITLE + len(about) * TEXT) * LEADING / 72 + 0.1
        rows = sum(len(panel) for panel in panels.values())
        height = over + A_ROW * rows + (HEAD + FOOT) * len(panels)
        figure = Figure(figsize=(WIDTH, height), facecolor="white")
        at = EDGE
        for line, size, weight in [(line, TITLE, "bold") for line in heading] + [
            (line, TEXT, "normal") for line in about
        ]:
            y = 1 - (at + size / 72) / height
            colour = "#111111" if weight == "bold" else GREY
            figure.text(EDGE / WIDTH, y, line, fontsize=size, fontweight=weight, color=colour)
            at += size * LEADING / 72
        top = over
        for (task, people), panel in panels.items():
            top += HEAD
            tall = A_ROW * len(panel)
            where = (
                LEFT / WIDTH,
                1 - (top + tall) / height,
                (WIDTH - LEFT - RIGHT) / WIDTH,
                tall / height,
            )
            _panel(figure.add_axes(where), panel)
            in_w = task == WORKLOAD_W
            name = say(
                "bench.people" if in_w else "bench.scenario", people=f"{people:,}", name=task
            )
            y = 1 - (top - 0.07) / height
            figure.text(EDGE / WIDTH, y, name, fontsize=TEXT + 0.5, fontweight="bold")
            top += tall + FOOT
        return save(figure, folder, stem)


def _seconds(runs: Sequence[BenchRun], task: str, people: int) -> dict[str, list[float]]:
    """Processor seconds by model, the fastest first."""
    found = {
        name: [s for s in values(runs, name, "cpu_seconds", people, task).values() if s > 0.0]
        for name in MODELS
    }
    ran = {name: seconds for name, seconds in found.items() if seconds}
    return dict(sorted(ran.items(), key=lambda item: median(item[1])))


def _panel(axes: Axes, panel: dict[str, list[float]]) -> None:
    axes.set_xscale("log")
    low = min((min(seconds) for seconds in panel.values()), default=1.0)
    high = max((max(seconds) for seconds in panel.values()), default=1.0)
    axes.set_xlim(low / 2, high * 2)
    for place, (name, seconds) in enumerate(panel.items()):
        colour = COLOURS[1] if MODELS[name].engine else GREY
        axes.plot([min(seconds), max(seconds)], [place, place], color=colour)
        axes.plot(median(seconds), place, "o", color=colour, markersize=5)
        axes.text(
            1.02,
            place,
            say("bench.seconds", seconds=significant(median(seconds), 2)),
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=TEXT,
            color=colour,
        )
    axes.set_yticks(range(len(panel)), [MODELS[name].title for name in panel])
    axes.set_ylim(len(panel) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", which="minor", length=0)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,g}")


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write a figure as stem.svg and stem.png, without what differs from one time to the next."""
    svg, png = folder / f"{stem}.svg", folder / f"{stem}.png"
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return [svg, png]
