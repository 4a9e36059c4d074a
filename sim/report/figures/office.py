"""The office through the year: caseload, queue and utilisation."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report.digits import rounded
from sim.report.figures.coincide import coinciding, say_coinciding
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import (
    LINE_POINTS,
    crowded,
    fit,
    label_ends,
    look,
)
from sim.report.folder import Arm, Run, as_date
from sim.report.words import join, name_of, say

SAND = "#F2EAD3"
PANELS = (("caseload", 1.35), ("waiting", 1.2), ("utilisation", 1.2))
LEFT, WIDE, ROOM = 0.6, 3.1, 70.0


def draw(run: Run) -> Sheet | None:
    """Three panels over the weeks of the run, with the windows in which other rules held."""
    rows = run.table("office_by_week")
    arms = [arm for arm in run.arms if not rows.empty and (rows["arm"] == arm.name).any()]
    if not arms:
        return None
    rows = rows.sort_values(["arm", "week"])
    days = rows["date"].map(lambda text: (as_date(text) or datetime.date.min).toordinal())
    rows = rows.assign(at=days.astype(float))
    notes = []
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
    body += 0.2 if _within(run, rows) else 0.0
    title = _heading(run, rows, arms)
    key = arms if crowded(arms, 86, ROOM) else []
    sheet = Sheet(run, title, say("office_by_week.subtitle"), body, notes, key)
    top = _window_key(sheet, run, rows)
    for i, (column, tall) in enumerate(PANELS):
        sheet.text(0.12, top + 0.1, say(f"office_by_week.{column}"), 8.5, weight="bold")
        axes = sheet.axes(LEFT, top + 0.26, WIDE + (0.9 if key else 0), tall)
        _panel(axes, rows, arms, column)
        _windows(axes, run, rows)
        _dates(axes, rows, labels=i == len(PANELS) - 1)
        ends = []
        for arm in arms:
            own = rows[rows["arm"] == arm.name][column].dropna()
            if len(own):
                ends.append((float(own.iloc[-1]), arm.title, look(arm).ink))
        label_ends(axes, tall * 72, [] if key else ends, ROOM)
        top += tall + 0.4
    return sheet


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
            markevery=(3 + 3 * arm.place, 26),
            markersize=4,
        )
    axes.set_ylim(*_limits(rows, column))
    axes.locator_params(axis="y", nbins=5)
    if column == "utilisation":
        axes.axhline(1, color="#333333", linewidth=0.8, linestyle=(0, (1, 2)))
        axes.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
    else:
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}" if y == int(y) else f"{y:g}")


def _within(run: Run, rows: pd.DataFrame) -> dict[tuple[int, int], list[Arm]]:
    """The windows that the figure covers, with the arms in which they hold."""
    first, last = int(rows["at"].min()), int(rows["at"].max())
    found: dict[tuple[int, int], list[Arm]] = {}
    for arm in run.arms:
        for window in arm.windows:
            left, right = window.first.toordinal(), window.last.toordinal()
            if right > first and left < last:
                found.setdefault((max(left, first), min(right, last)), []).append(arm)
    return found


def _windows(axes: Axes, run: Run, rows: pd.DataFrame) -> None:
    for left, right in _within(run, rows):
        axes.axvspan(left, right, color=SAND, zorder=0)


def _window_key(sheet: Sheet, run: Run, rows: pd.DataFrame) -> float:
    """Say whose the windows are; how much room that takes."""
    within = _within(run, rows)
    if not within:
        return 0.0
    titles = list(dict.fromkeys(arm.title for arms in within.values() for arm in arms))
    sheet.box(0.12, 0.02, 0.22, 0.13, facecolor=SAND, edgecolor="#888888", linewidth=0.7)
    arms = join([say("list.quoted", name=title) for title in titles])
    words = fit(say("office_by_week.window", arm=arms), 300, 8)
    sheet.text(0.42, 0.09, words, 8)
    return 0.2


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
