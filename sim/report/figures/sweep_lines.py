"""A sweep of one key: a line with its 95 % band for each regime, and where it breaks even."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.report.digits import tick
from sim.report.figures.sheet import EDGE, Sheet
from sim.report.figures.style import GREY, look, width_points, wrap
from sim.report.figures.sweep_grid import Axis, Grid, Measure, crossings
from sim.report.words import join, say

LEFT, WIDE, TALL, HEAD, FOOT = 0.72, 3.85, 1.45, 0.26, 0.2
TICK = 8.5
BESIDE = 0.7
"""How much of the room of a choice its regimes take beside each other."""


def draw(found: Grid) -> Sheet:
    """A panel a measure, one below the other."""
    axis = found.axes[0]
    is_paired = found.measures[0].is_paired
    about = (
        say("sweep.subtitle_paired", baseline=found.baseline)
        if is_paired
        else say("sweep.subtitle_alone")
    )
    notes = found.remarks()
    if any(measure.breaks_even for measure in found.measures):
        notes.append(say("sweep.break_even_note"))
    notes += [line for measure in found.measures for line in _told(found, measure)]
    lines = 1 if axis.is_number else max(name.count("\n") for name in _names(axis)) + 1
    body = len(found.measures) * (HEAD + TALL + FOOT) + 0.18 + 0.14 * lines
    sheet = Sheet(
        found.run, say("sweep.title_lines", swept=axis.key), about, body, notes,
        key=found.arms(found.measures[0]),
        source=say("sweep.source", count=found.points, title=found.run.title),
    )  # fmt: skip
    top = 0.0
    for i, measure in enumerate(found.measures):
        sheet.text(0.12, top + 0.13, measure.title, 9, weight="bold")
        axes = sheet.axes(LEFT, top + HEAD, WIDE, TALL)
        _panel(axes, found, measure, axis)
        _narrow(axes)
        last = i == len(found.measures) - 1
        axes.tick_params(labelbottom=last)
        if last:
            axes.set_xlabel(axis.key)
        top += HEAD + TALL + FOOT
    return sheet


def _panel(axes: Axes, found: Grid, measure: Measure, axis: Axis) -> None:
    x = axis.places
    order = np.argsort(x)
    arms = found.arms(measure)
    for turn, arm in enumerate(arms):
        seen, values = look(arm), found.cube(measure, arm)
        mean, low, high = (values[column][order] for column in ("mean", "ci_low", "ci_high"))
        if not (measure.is_paired or measure.metric.endswith("_dkk")):
            low = np.maximum(low, 0.0)  # days, shares and counts are never below 0
        if not axis.is_number:
            aside = x + BESIDE * ((turn + 0.5) / len(arms) - 0.5)
            axes.vlines(aside, low, high, color=seen.colour, linewidth=1.4)
            axes.plot(
                aside, mean, color=seen.colour, linestyle="none", marker=seen.marker, markersize=4
            )
            continue
        axes.fill_between(x[order], low, high, color=seen.colour, alpha=0.15, linewidth=0)
        axes.plot(
            x[order],
            mean,
            color=seen.colour,
            linestyle=seen.dash,
            marker=seen.marker,
            markersize=4,
        )
        if measure.breaks_even:
            for place in crossings(x, values["mean"]):
                axes.plot([place], [0.0], marker="|", color=seen.ink, markersize=11)
    if measure.is_paired:
        dash = (0, (5.0, 1.4)) if measure.breaks_even else "solid"
        axes.axhline(0.0, color=GREY, linewidth=1.0, linestyle=dash, zorder=1)
    if axis.is_number and len(axis.values) <= 8:
        axes.set_xticks(x, axis.values)
    elif not axis.is_number:
        axes.set_xticks(x, _names(axis))
        axes.set_xlim(-0.5, len(x) - 0.5)
    axes.locator_params(axis="y", nbins=5)
    axes.yaxis.set_major_formatter(tick)


def _narrow(axes: Axes) -> None:
    """Ticks in smaller type where millions would run off the sheet."""
    low, high = axes.get_ylim()
    shown = [tick(place) for place in axes.get_yticks() if low <= place <= high]
    widest = max((width_points(text, TICK) for text in shown), default=0.0)
    room = (LEFT - EDGE) * 72 - 7
    axes.tick_params(axis="y", labelsize=min(TICK, TICK * room / max(widest, 1.0)))


def _names(axis: Axis) -> list[str]:
    """Names of choices, broken so that they stand beside each other."""
    room = 72 * WIDE / len(axis.values)
    return ["\n".join(wrap(value.replace("_", " "), room, 8.5)) for value in axis.values]


def _told(found: Grid, measure: Measure) -> list[str]:
    """Where each regime crosses break-even, in words."""
    axis = found.axes[0]
    if not measure.breaks_even or not axis.is_number:
        return []
    lines = []
    for arm in found.arms(measure):
        places = crossings(axis.places, found.cube(measure, arm)["mean"])
        if places:
            shown = join([f"{place:.3g}" for place in places])
            lines.append(
                say("sweep.break_even_one", metric=measure.title, arm=arm.title, swept=axis.key,
                    places=shown)
            )  # fmt: skip
    return lines or [say("sweep.break_even_none", metric=measure.title)]
