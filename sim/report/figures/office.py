"""The office through the year: caseload, queue and utilisation."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report.digits import localised, rounded
from sim.report.figures.chosen import furthest
from sim.report.figures.coincide import coinciding, say_coinciding
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import (
    LINE_POINTS,
    crowded,
    label_ends,
    look,
    wrap,
)
from sim.report.folder import Arm, Run, as_date
from sim.report.words import join, name_of, say

SAND = "#F2EAD3"
PANELS = (("caseload", 1.35), ("waiting", 1.2), ("utilisation", 1.2))
LEFT, WIDE, ROOM = 0.6, 3.1, 70.0
WINDOW_LINE = 0.2


def draw(run: Run) -> Sheet | None:
    """Three panels over the weeks of the run, with the windows in which other rules held."""
    rows = run.table("office_by_week")
    arms = [arm for arm in run.arms if not rows.empty and (rows["arm"] == arm.name).any()]
    if not arms:
        return None
    rows = rows.sort_values(["arm", "week"])
    days = rows["date"].map(lambda text: (as_date(text) or datetime.date.min).toordinal())
    rows = rows.assign(at=days.astype(float))
    title = _heading(run, rows, arms)
    arms, notes = furthest(_over_panels(rows, arms))
    rows = rows[rows["arm"].isin([arm.name for arm in arms])]
    for column, tall in PANELS:
        curves = {arm: rows[rows["arm"] == arm.name][column].to_numpy() for arm in arms}
        low, high = _limits(rows, column)
        line = LINE_POINTS / (tall * 72) * (high - low)
        factor, unit = (
            (100, say("unit.points")) if column == "utilisation" else (1, say("unit.people"))
        )
        where = say("office_by_week.in_panel", panel=say(f"office_by_week.{column}").split(":")[0])
        notes += say_coinciding(coinciding(curves, line), factor, unit, where)
    low, _ = _limits(rows, "caseload")
    if low > 0:
        notes.append(say("office_by_week.axis_cut"))
    body = sum(tall for _, tall in PANELS) + 0.4 * len(PANELS) + 0.22
    body += WINDOW_LINE * len(_window_words(rows, arms))
    key = arms if crowded(arms, 86, ROOM) else []
    sheet = Sheet(run, title, say("office_by_week.subtitle"), body, notes, key)
    top = _window_key(sheet, _window_words(rows, arms))
    for i, (column, tall) in enumerate(PANELS):
        sheet.text(0.12, top + 0.1, say(f"office_by_week.{column}"), 8.5, weight="bold")
        axes = sheet.axes(LEFT, top + 0.26, WIDE + (0.9 if key else 0), tall)
        _panel(axes, rows, arms, column)
        _windows(axes, rows, arms)
        _dates(axes, rows, labels=i == len(PANELS) - 1)
        ends = []
        for arm in arms:
            own = rows[rows["arm"] == arm.name][column].dropna()
            if len(own):
                ends.append((float(own.iloc[-1]), arm.title, look(arm).ink))
        label_ends(axes, tall * 72, [] if key else ends, ROOM)
        top += tall + 0.4
    return sheet


def _over_panels(rows: pd.DataFrame, arms: Sequence[Arm]) -> dict[Arm, np.ndarray]:
    """The curves of all panels of an arm, one after the other, each in parts of its axis."""
    found: dict[Arm, np.ndarray] = {}
    for arm in arms:
        own, parts = rows[rows["arm"] == arm.name], []
        for column, _ in PANELS:
            low, high = _limits(rows, column)
            parts.append(own[column].to_numpy() / (high - low))
        found[arm] = np.concatenate(parts)
    return found


def _heading(run: Run, rows: pd.DataFrame, arms: list[Arm]) -> str:
    peaks = {arm: float(rows[rows["arm"] == arm.name]["waiting"].max()) for arm in arms}
    top = max(arms, key=lambda arm: peaks[arm])
    if len(arms) == 1:
        return say("office_by_week.title_one", people=rounded(peaks[top], 0))
    return say("office_by_week.title", arm=top.title, people=rounded(peaks[top], 0))


def _limits(rows: pd.DataFrame, column: str) -> tuple[float, float]:
    bands = [c for c in (column, f"{column}_low", f"{column}_high") if c in rows]
    low, high = float(rows[bands].min().min()), float(rows[bands].max().max())
    if not np.isfinite(high):
        return 0.0, 1.0
    if column == "utilisation":
        return 0.0, max(1.0, 1.05 * high)
    if column == "caseload" and low > 0.6 * high:
        pad = 0.08 * (high - low) + 1e-9
        return max(0.0, low - pad), high + pad
    return 0.0, 1.08 * high or 1.0


def _panel(axes: Axes, rows: pd.DataFrame, arms: list[Arm], column: str) -> None:
    for arm in arms:
        own = rows[rows["arm"] == arm.name]
        seen = look(arm)
        if f"{column}_low" in own:
            axes.fill_between(
                own["at"],
                np.maximum(own[f"{column}_low"], 0),
                np.maximum(own[f"{column}_high"], 0),
                color=seen.colour,
                alpha=0.13,
                linewidth=0,
            )
        axes.plot(
            own["at"],
            own[column],
            color=seen.colour,
            linestyle=seen.dash,
            linewidth=1.3,
            marker=seen.marker,
            markerfacecolor=seen.face,
            markevery=(3 + 3 * arm.place, 26),
            markersize=4,
        )
    axes.set_ylim(*_limits(rows, column))
    axes.locator_params(axis="y", nbins=5)
    if column == "utilisation":
        axes.axhline(1, color="#333333", linewidth=0.8, linestyle=(0, (1, 2)))
        axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
    else:
        axes.yaxis.set_major_formatter(
            lambda y, _: localised(f"{y:,.0f}" if y == int(y) else f"{y:g}")
        )


def _within(rows: pd.DataFrame, arms: Sequence[Arm]) -> dict[tuple[int, int], list[Arm]]:
    """The windows that the figure covers, with the arms in which they hold."""
    first, last = int(rows["at"].min()), int(rows["at"].max())
    found: dict[tuple[int, int], list[Arm]] = {}
    for arm in arms:
        for window in arm.windows:
            left, right = window.first.toordinal(), window.last.toordinal()
            if right > first and left < last:
                found.setdefault((max(left, first), min(right, last)), []).append(arm)
    return found


def _windows(axes: Axes, rows: pd.DataFrame, arms: Sequence[Arm]) -> None:
    for left, right in _within(rows, arms):
        axes.axvspan(left, right, color=SAND, zorder=0)


def _window_words(rows: pd.DataFrame, arms: Sequence[Arm]) -> list[str]:
    """Lines that say whose the windows are; none where there are none."""
    of = dict.fromkeys(arm.title for one in _within(rows, arms).values() for arm in one)
    titles = [say("list.quoted", name=title) for title in of]
    return wrap(say("office_by_week.window", arm=join(titles)), 300, 8) if of else []


def _window_key(sheet: Sheet, lines: list[str]) -> float:
    """Say whose the windows are; how much room that takes."""
    if lines:
        sheet.box(0.12, 0.02, 0.22, 0.13, facecolor=SAND, edgecolor="#888888", linewidth=0.7)
    for place, line in enumerate(lines):
        sheet.text(0.42, 0.09 + WINDOW_LINE * place, line, 8)
    return WINDOW_LINE * len(lines)


def _dates(axes: Axes, rows: pd.DataFrame, labels: bool) -> None:
    first = datetime.date.fromordinal(int(rows["at"].min()))
    last = datetime.date.fromordinal(int(rows["at"].max()))
    months = (last.year - first.year) * 12 + last.month - first.month
    every = next((m for m in (1, 2, 3, 6, 12, 24, 60) if months / m <= 6), 120)
    ticks: list[int] = []
    names: list[str] = []
    for number in range(months + 1):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        date = datetime.date(year, month + 1, 1)
        if (month % every if every <= 12 else number % every) or date < first:
            continue
        ticks.append(date.toordinal())
        named = name_of("month_short", str(month + 1))
        fresh = month == 0 or len(names) == 0
        names.append(f"{named}\n{year}" if fresh else named)
    axes.set_xlim(first.toordinal(), max(last.toordinal(), first.toordinal() + 1))
    axes.set_xticks(ticks, names)
    axes.tick_params(labelbottom=labels)
