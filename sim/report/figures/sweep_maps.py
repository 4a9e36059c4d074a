"""A sweep of two or three keys: a heat map for each regime, contours, and the break-even line."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from sim.report.digits import tick
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import wrap
from sim.report.figures.sweep_grid import Axis, Grid, Measure
from sim.report.folder import Arm
from sim.report.words import join, say

LEFT, WIDE, GAP, HEAD, FOOT, SCALE = 0.45, 4.15, 0.12, 0.26, 0.16, 0.86
TALL = 1.5
MOST_COLUMNS, MOST_TICKS = 4, 6
LEVELS = 6
DIVERGING, RISING = "PuOr_r", "viridis"


def draw(found: Grid, measure: Measure) -> Sheet:
    """A row of panels a regime, a panel for each value of the third key."""
    arms = found.arms(measure)
    third = found.axes[2] if len(found.axes) > 2 else None
    columns = min(MOST_COLUMNS, len(third.values)) if third else min(2, len(arms))
    panels = _panels(arms, third, columns)
    rows = max(row for *_, row, _ in panels) + 1
    across = (WIDE - GAP * (columns - 1)) / columns
    about = (
        say("sweep.subtitle_map_paired", baseline=found.baseline)
        if measure.is_paired
        else say("sweep.subtitle_map_alone")
    )
    cubes = {arm.name: found.cube(measure, arm) for arm in arms}
    notes = [*found.remarks(), *([_even(cubes, measure)] if measure.breaks_even else [])]
    if third:
        notes.insert(0, say("sweep.panels", swept=third.key))
    keys = join([axis.key for axis in found.axes])
    body = HEAD + rows * (HEAD + TALL + FOOT) + SCALE
    sheet = Sheet(
        found.run, say("sweep.title_map", metric=measure.title, keys=keys), about, body, notes,
        source=say("sweep.source", count=found.points, title=found.run.title),
    )  # fmt: skip
    limits = _limits([cube["mean"] for cube in cubes.values()], measure)
    sheet.text(0.12, 0.1, say("sweep.upwards", swept=found.axes[1].key), colour="#333333")
    taken = {(row, column) for *_, row, column in panels}
    shown: Any = None
    for arm, place, row, column in panels:
        left, top = LEFT + column * (across + GAP), HEAD + row * (HEAD + TALL + FOOT)
        name = _name(arm, third, place)
        sheet.text(
            left, top + 0.14, wrap(name, across * 72, 8, "bold", most=1)[0], 8, weight="bold"
        )
        axes = sheet.axes(left, top + HEAD, across, TALL)
        cube = {
            key: value[..., place] if third else value for key, value in cubes[arm.name].items()
        }
        shown = _panel(axes, cube, found.axes, measure, limits)
        axes.tick_params(labelleft=column == 0, labelbottom=(row + 1, column) not in taken)
    foot = HEAD + rows * (HEAD + TALL + FOOT)
    x_key = say("sweep.rightwards", swept=found.axes[0].key)
    sheet.text(LEFT + WIDE, foot + 0.14, x_key, ha="right", colour="#333333")
    scale = sheet.axes(LEFT, foot + 0.34, WIDE, 0.1)
    bar = sheet.figure.colorbar(shown, cax=scale, orientation="horizontal")
    bar.outline.set_visible(False)
    bar.ax.locator_params(axis="x", nbins=5)
    bar.ax.xaxis.set_major_formatter(tick)
    scale.set_xlabel(measure.title, labelpad=2)
    scale.grid(visible=False)
    return sheet


def _panels(arms: list[Arm], third: Axis | None, columns: int) -> list[tuple[Arm, int, int, int]]:
    """Regime, place on the third axis, row and column; with a third axis a regime begins a row."""
    if third is None:
        return [(arm, 0, *divmod(i, columns)) for i, arm in enumerate(arms)]
    number = len(third.values)
    each = -(-number // columns)
    return [
        (arm, i, block * each + i // columns, i % columns)
        for block, arm in enumerate(arms)
        for i in range(number)
    ]


def _name(arm: Arm, third: Axis | None, place: int) -> str:
    if third is None:
        return arm.title
    return say("sweep.panel_third", arm=arm.title, value=third.values[place])


def _limits(values: list[np.ndarray], measure: Measure) -> tuple[float, float]:
    """The ends of the colours: the same on both sides of zero where that is a difference."""
    together = np.concatenate([np.ravel(one) for one in values])
    together = together[np.isfinite(together)]
    if not len(together):
        return -1.0, 1.0
    low, high = float(together.min()), float(together.max())
    if measure.is_paired:
        high = max(abs(low), abs(high)) or 1.0
        return -high, high
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _panel(
    axes: Axes,
    cube: dict[str, np.ndarray],
    keys: tuple[Axis, ...],
    measure: Measure,
    limits: tuple[float, float],
) -> Any:
    """One map: columns are the first key, rows the second, upwards."""
    mean = cube["mean"].T
    x, y = np.arange(mean.shape[1]), np.arange(mean.shape[0])
    shown = axes.pcolormesh(
        x, y, np.ma.masked_invalid(mean), shading="nearest", vmin=limits[0], vmax=limits[1],
        cmap=DIVERGING if measure.is_paired else RISING,
    )  # fmt: skip
    axes.grid(visible=False)
    if min(mean.shape) > 1:
        _contours(axes, x, y, mean, measure, limits)
    if measure.is_paired:
        noise = (cube["ci_low"].T <= 0.0) & (cube["ci_high"].T >= 0.0)
        rows, columns = np.nonzero(noise)
        # A light edge, since the cells below may be dark.
        axes.plot(
            columns, rows, "o", color="#333333", markersize=2.6, markeredgecolor="white",
            markeredgewidth=0.5,
        )  # fmt: skip
    for axis, places, ticks in ((keys[0], x, axes.set_xticks), (keys[1], y, axes.set_yticks)):
        step = -(-len(places) // MOST_TICKS)
        ticks(places[::step], list(axis.values[::step]))
    return shown


def _even(cubes: Mapping[str, Mapping[str, np.ndarray]], measure: Measure) -> str:
    """What the thick line is, or that no panel has one."""
    crossed = any(
        min(mean.shape[:2]) > 1 and np.nanmin(mean) < 0.0 < np.nanmax(mean)
        for mean in (cube["mean"] for cube in cubes.values())
    )
    key = "sweep.break_even_map" if crossed else "sweep.break_even_none"
    return say(key, metric=measure.title)


def _contours(
    axes: Axes,
    x: np.ndarray,
    y: np.ndarray,
    mean: np.ndarray,
    measure: Measure,
    limits: tuple[float, float],
) -> None:
    levels = [level for level in MaxNLocator(LEVELS).tick_values(*limits) if level]
    # A map without a single contour, or with gaps, is no reason to warn.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore")
        lines = axes.contour(x, y, mean, levels=levels, colors="#333333", linewidths=0.6)
        for text in axes.clabel(lines, fmt=tick, fontsize=6.5, colors="#000000"):
            text.set_path_effects([withStroke(linewidth=1.6, foreground="white")])
        if measure.breaks_even:
            axes.contour(x, y, mean, levels=[0.0], colors="#000000", linewidths=2.0)
