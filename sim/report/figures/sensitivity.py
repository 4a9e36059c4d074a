"""The figures of a sensitivity analysis: bars of parameters, bands, and days against kroner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.experiment.hours import PACED, SAME, kind_of
from sim.experiment.points import unit
from sim.experiment.sensitivity.answer import MORRIS, PURSES, SOBOL, Answer
from sim.experiment.sensitivity.frontier import ON
from sim.experiment.sensitivity.tornado import CHANCE
from sim.report.figures.bench import save
from sim.report.figures.sheet import EDGE, LEADING, WIDTH
from sim.report.figures.style import COLOURS, GREY, MARKERS, darker, drawing, fit, wrap
from sim.report.words import name_of, say

MOST = 10
"""Parameters that a panel shows."""

LEFT, RIGHT, ROW, HEAD, FOOT = 2.25, 0.15, 0.17, 0.26, 0.42
TITLE, TEXT, SMALL = 11.5, 8.5, 7.0
LOW, HIGH, BAND, PALE = "#0072B2", "#D55E00", "#D9D9D9", "#BBD7EA"

SAME_HOURS = {SAME: "none", PACED: "left"}
"""How the marks of arms with the same hours are filled: not at all, or half."""

Name = Callable[[str], str]
Panel = tuple[str, float, float, Callable[[Axes], None]]
"""Title, height and left edge in inches, and what draws into the axes."""


def draw(found: Answer, name: Name, folder: Path) -> list[tuple[Path, str]]:
    """Write every figure as SVG and PNG; each SVG with its title."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    with drawing():
        for stem, title, about, panels in _figures(found, name):
            figure = _sheet(title, about, panels)
            drawn.append((save(figure, folder, stem)[0], title))
    return drawn


def _figures(found: Answer, name: Name) -> Iterator[tuple[str, str, str, list[Panel]]]:
    method, number = found.task.method, len(found.task.varied)
    if found.sensitivity is not None:
        for metric, of_metric in found.sensitivity.groupby("metric", sort=False):
            words = {"metric": name_of("metric", str(metric)), "most": min(MOST, number), "all": number}  # fmt: skip
            panels = [
                _parameters(name(str(arm)), table, method)
                for arm, table in of_metric.groupby("arm", sort=False)
            ]
            yield (
                f"{method}_{metric}", say(f"sensitivity.{method}_title", **words),
                say(f"sensitivity.{method}_about", **words), panels,
            )  # fmt: skip
    if found.bands is not None:
        for metric, table in found.bands.groupby("metric", sort=False):
            words = {"metric": name_of("metric", str(metric)), "all": number, "draws": found.task.size}  # fmt: skip
            yield (
                f"bands_{metric}", say("sensitivity.bands_title", **words),
                say("sensitivity.bands_about", **words), [_band_panel(table, name)],
            )  # fmt: skip
    for purse, table in found.frontier.groupby("purse", sort=False):
        about = say("sensitivity.frontier_about")
        if found.draws is not None:
            about += " " + say("sensitivity.frontier_draws")
        for kind in found.task.hours:
            about += " " + say(f"sensitivity.frontier_{kind}")
        title = say("sensitivity.frontier_title", purse=name_of("purse", str(purse)))
        yield f"frontier_{purse}", title, about, [_frontier_panel(found, str(purse), table, name)]


def _sheet(title: str, about: str, panels: Sequence[Panel]) -> Figure:
    points = (WIDTH - 2 * EDGE) * 72
    heading, below = wrap(title, points, TITLE, "bold"), wrap(about, points, TEXT)
    over = EDGE + (len(heading) * TITLE + len(below) * TEXT) * LEADING / 72 + 0.1
    height = over + sum(HEAD * bool(text) + tall + FOOT for text, tall, _, _ in panels)
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    at = EDGE
    for lines, size, weight, colour in ((heading, TITLE, "bold", "#111111"), (below, TEXT, "normal", GREY)):  # fmt: skip
        for line in lines:
            y = 1 - (at + size / 72) / height
            figure.text(EDGE / WIDTH, y, line, fontsize=size, fontweight=weight, color=colour)
            at += size * LEADING / 72
    top = over
    for text, tall, left, fill in panels:
        top += HEAD * bool(text)
        where = (left / WIDTH, 1 - (top + tall) / height, (WIDTH - left - RIGHT) / WIDTH, tall / height)  # fmt: skip
        axes = figure.add_axes(where)
        figure.text(EDGE / WIDTH, 1 - (top - 0.07) / height, text, fontsize=TEXT, fontweight="bold")
        fill(axes)
        top += tall + FOOT
    return figure


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_ylim(len(names) - 0.5, -0.5)
    shown = [fit(text, (LEFT - EDGE - 0.1) * 72, SMALL) for text in names]
    axes.set_yticks(range(len(names)), shown, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    _thousands(axes)


def _thousands(axes: Axes) -> None:
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.6g}".replace("-", "\N{MINUS SIGN}"))


def _parameters(arm: str, table: pd.DataFrame, method: str) -> Panel:
    """A panel of bars, the widest on top."""
    if method not in (MORRIS, SOBOL):
        chance = table[table["parameter"].eq(CHANCE)].iloc[0]
        chosen = table[table["parameter"].ne(CHANCE)].head(MOST)
        return arm, ROW * max(len(chosen), 3), LEFT, lambda axes: _tornado(axes, chosen, chance)
    chosen = table.head(MOST)
    return arm, ROW * max(len(chosen), 3), LEFT, lambda axes: _index(axes, chosen, method)


def _tornado(axes: Axes, table: pd.DataFrame, chance: Any) -> None:
    centre = float(chance["outcome"])
    axes.axvspan(chance["outcome_at_low"], chance["outcome_at_high"], color=BAND, linewidth=0)
    for place, row in enumerate(table.itertuples(index=False)):
        ends = [(row.outcome_at_low, LOW), (row.outcome_at_high, HIGH)]
        # The longer first, so that one that goes the same way is seen on top of it.
        for end, colour in sorted(ends, key=lambda one: -abs(one[0] - centre)):
            axes.barh(place, end - centre, left=centre, height=0.6, color=colour)
    axes.axvline(centre, color="#111111", linewidth=0.8)
    _rows(axes, [_short(text) for text in table["parameter"]])
    axes.set_xlabel(unit(str(table["metric"].iloc[0])), fontsize=SMALL)


def _index(axes: Axes, table: pd.DataFrame, method: str) -> None:
    places = np.arange(len(table))
    if method == MORRIS:
        axes.barh(places, table["mu_star"], height=0.6, color=PALE)
        ends = table["mu_star_conf"]
        axes.errorbar(table["mu_star"], places, xerr=ends, fmt="none", color="#333333", linewidth=0.9)  # fmt: skip
        axes.set_xlabel(unit(str(table["metric"].iloc[0])), fontsize=SMALL)
    else:
        axes.barh(places, table["total_order"], height=0.6, color=PALE)
        axes.plot(table["first_order"], places, "o", color=LOW, markersize=4)
        axes.set_xlabel(say("sensitivity.sobol_axis"), fontsize=SMALL)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    _rows(axes, [_short(text) for text in table["parameter"]])


def _short(name: str) -> str:
    """A name without the folder that says nothing here, and of several regimes the first."""
    if "+" in name:
        regime, plus, others = name.partition("+")
        return f"{regime}{plus}….{others.partition('.')[2]}"
    return name.removeprefix("population.groups.").removeprefix("population.")


def _band_panel(table: pd.DataFrame, name: Name) -> Panel:
    left = 1.35

    def fill(axes: Axes) -> None:
        axes.axvline(0.0, color="#888888", linewidth=0.7)
        for place, row in enumerate(table.itertuples(index=False)):
            axes.barh(place, row.unknown_high - row.unknown_low, left=row.unknown_low, height=0.5, color=PALE)  # fmt: skip
            axes.plot([row.chance_low, row.chance_high], [place, place], color=LOW, linewidth=3.0, solid_capstyle="butt")  # fmt: skip
            axes.plot(row.configured, place, "o", color="#111111", markersize=4.5)
        _rows(axes, [name(arm) for arm in table["arm"]])
        room = (left - EDGE - 0.1) * 72
        shown = [fit(name(arm), room, TEXT) for arm in table["arm"]]
        axes.set_yticks(range(len(table)), shown, fontsize=TEXT)
        axes.set_xlabel(str(table["unit"].iloc[0]), fontsize=SMALL)
        axes.use_sticky_edges = False
        axes.autoscale_view(scaley=False)

    return "", 0.34 * len(table), left, fill


def _frontier_panel(found: Answer, purse: str, table: pd.DataFrame, name: Name) -> Panel:
    own = table[table["hours"].eq(kind_of(found.task.values))]

    def fill(axes: Axes) -> None:
        for place, arm in enumerate(found.task.values["arms"]):
            row = own[own["arm"].eq(arm)].iloc[0]
            colour = COLOURS[place % len(COLOURS)]
            if found.draws is not None and place:
                x = found.draws[f"{arm}.days_saved"]
                y = -found.draws[f"{arm}.{PURSES[purse]}"]
                axes.plot(x, y, ".", color=colour, markersize=2.2, alpha=0.45)
            axes.plot(
                row["days_saved"], row["cost_dkk"], MARKERS[place % len(MARKERS)], color=colour,
                markersize=7, zorder=4, markeredgecolor="white", markeredgewidth=0.8,
                label=name(str(arm)),
            )  # fmt: skip
            for same in table[
                table["arm"].eq(arm) & table["hours"].isin(found.task.hours)
            ].itertuples():
                if place:  # the first arm is the point of comparison, whatever the hours
                    axes.plot(
                        same.days_saved, same.cost_dkk, MARKERS[place % len(MARKERS)], zorder=4,
                        markersize=6.5, color=colour, fillstyle=SAME_HOURS[same.hours],
                        markerfacecoloralt="white", markeredgewidth=1.2,
                    )  # fmt: skip
                    axes.plot(
                        [row["days_saved"], same.days_saved], [row["cost_dkk"], same.cost_dkk],
                        color=colour, linewidth=0.7, linestyle=":", zorder=2,
                    )  # fmt: skip
        on = own[own["status"].eq(ON)]
        axes.plot(on["days_saved"], on["cost_dkk"], color="#111111", linewidth=1.0, zorder=3)
        axes.axhline(0.0, color="#888888", linewidth=0.6, zorder=1)
        axes.axvline(0.0, color="#888888", linewidth=0.6, zorder=1)
        axes.margins(0.14)
        legend = axes.legend(fontsize=SMALL, frameon=False, loc="best")
        for text, colour in zip(legend.get_texts(), COLOURS, strict=False):
            text.set_color(darker(colour))
        axes.set_xlabel(say("sensitivity.frontier_x"), fontsize=TEXT)
        axes.set_ylabel(say("sensitivity.frontier_y"), fontsize=TEXT)
        _thousands(axes)
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:,.6g}".replace("-", "\N{MINUS SIGN}"))

    return "", 2.8, 0.75, fill
