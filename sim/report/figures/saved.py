"""Days of unemployment saved by each regime, group by group, beside what no congestion would save."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from sim.report.cells import verdict
from sim.report.digits import column_place, in_column, show, show_interval
from sim.report.figures import not_known
from sim.report.figures.sheet import EDGE, Sheet
from sim.report.figures.sheet import WIDTH as SHEET
from sim.report.figures.style import GREY, level_ticks, look, names, width_points
from sim.report.folder import Arm, Run
from sim.report.not_known import note
from sim.report.words import name_of, say

ROW, HEAD, LEFT, WIDE = 0.32, 0.24, 1.1, 1.82
NAMES = 0.95
MOST_ARMS = 6
"""With more of them only all groups together are drawn: a panel a group would fill pages."""


def best_sentence(run: Run, rows: pd.DataFrame) -> str:
    """The answer in one sentence: the largest change that is more than noise."""
    base = run.baseline.title
    clear = rows[rows["is_noise"].str.lower().isin(["false", "0"])]
    if clear.empty:
        undefined = not rows["is_noise"].str.lower().isin(["true", "1"]).any()
        return say(
            "days_saved.title_undefined" if undefined else "days_saved.title_noise", arm=base
        )
    longer = int((clear["days_saved"] < 0).sum())
    best = clear.loc[clear["days_saved"].idxmax()]
    worst = clear.loc[clear["days_saved"].idxmin()]
    chosen, key = (best, "shorter") if best["days_saved"] > 0 else (worst, "longer")
    title = next((a.title for a in run.arms if a.name == chosen["arm"]), chosen["arm"])
    low, high = chosen["ci_low"], chosen["ci_high"]
    numbers = {"number": longer, "arms": len(rows)}
    if key == "longer":
        low, high = -high, -low
        some = "every" if longer == len(rows) else "some"
        key = f"longer_{'one' if len(rows) == 1 else some}"
    days = show(abs(chosen["days_saved"]), low, high)
    return say(f"days_saved.title_{key}", arm=title, days=days, **numbers)


def draw(run: Run) -> Sheet | None:
    """Days saved with 95 % intervals, a panel a group."""
    table = run.table("days_saved")
    arms = [arm for arm in run.arms if not table.empty and (table["arm"] == arm.name).any()]
    arms = [arm for arm in arms if arm != run.baseline]
    if not arms:
        return None
    table = table[table["arm"].isin([arm.name for arm in arms])]
    groups = list(dict.fromkeys(table["group"]))
    groups.sort(key=lambda g: g != "all")
    notes = []
    if len(groups) == 2 and groups[0] == "all":
        groups = groups[1:]  # the only group simulated is all that there is
    elif len(groups) > 1 and groups[0] == "all" and len(arms) > MOST_ARMS:
        groups, notes = groups[:1], [say("days_saved.groups_note")]
        table = table[table["group"] == "all"]
    twin = bool(table["zero_load_days_saved"].notna().any())
    ends = [c for c in table.columns if "ci_" in c or "days_saved" in c]
    bands = not_known.ends(run, ["days_saved"])
    low = min(0.0, float(table[ends].min(numeric_only=True).min()), *bands)
    high = max(0.0, float(table[ends].max(numeric_only=True).max()), *bands)
    if high - low < 1e-9:
        low, high = -1.0, 1.0
    pad = 0.06 * (high - low)
    notes += [say("days_saved.twin")] if twin else []
    notes += [say("days_saved.noise_note"), *note(run)]
    body = len(groups) * (HEAD + 0.1) + len(groups) * len(arms) * ROW + 0.4
    overall = table[table["group"] == "all"]
    heading = best_sentence(run, overall if not overall.empty else table)
    subtitle = say("days_saved.subtitle", baseline=run.baseline.title)
    sheet = Sheet(run, heading, subtitle, body, notes)
    wide = min(WIDE, SHEET - EDGE - LEFT - 0.12 - _widest(table))
    head = say("days_saved.columns")
    begins = min(LEFT + wide + 0.12, SHEET - EDGE - width_points(head, 7.5) / 72)
    sheet.text(begins, 0.08, head, 7.5, GREY)
    top = 0.12
    for i, group in enumerate(groups):
        tall = ROW * len(arms)
        sheet.text(0.12, top + 0.13, name_of("group", group), weight="bold", size=9)
        top += HEAD
        axes = sheet.axes(LEFT, top, wide, tall)
        _panel(axes, sheet, table[table["group"] == group], arms, top, LEFT + wide + 0.12)
        if i == 0:  # all together, or the only group that there is
            for j, arm in enumerate(arms):
                not_known.draw(axes, run, arm.name, "days_saved", j + 0.5)
        axes.set_xlim(low - pad, high + pad)
        level_ticks(axes, wide * 72)
        if i < len(groups) - 1:
            axes.tick_params(labelbottom=False, bottom=False)
        else:
            axes.set_xlabel(say("axis.days_saved"), labelpad=2)
        top += tall + 0.1
    return sheet


def _of_row(row: pd.Series) -> tuple[float, float, float]:
    value, low, high = (float(row[c]) for c in ("days_saved", "ci_low", "ci_high"))
    return value, low, high


def _numbers(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """The numbers beside the marks of a panel, with their intervals."""
    values = [_of_row(row) for _, row in rows.iterrows()]
    place = column_place(values)
    shown = []
    for own in values:
        digit = in_column(place, *own)
        span = show_interval(*own, place=digit)
        shown.append((show(*own, place=digit), f"({span})" if span else ""))
    return shown


def _widest(table: pd.DataFrame) -> float:
    """How much room the numbers of all panels take, in inches."""
    pairs = [pair for _, rows in table.groupby("group") for pair in _numbers(rows)]
    points = [
        width_points(number, 8.5, "bold") + width_points(span, 7.5) + 5 for number, span in pairs
    ]
    return max(points, default=0.0) / 72


def _panel(
    axes: Axes, sheet: Sheet, rows: pd.DataFrame, arms: list[Arm], top: float, right: float
) -> None:
    lines = dict(zip(arms, names([arm.title for arm in arms], NAMES * 72, 8), strict=True))
    shown = dict(zip(rows["arm"], _numbers(rows), strict=True))
    axes.set_ylim(len(arms), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color="#333333", linewidth=1)
    for j, arm in enumerate(arms):
        seen = look(arm)
        own = rows[rows["arm"] == arm.name]
        middle = top + ROW * (j + 0.5)
        sheet.text(0.12, middle, "\n".join(lines[arm]), 8, seen.ink)
        if own.empty:
            continue
        row = own.iloc[0]
        value, low, high = _of_row(row)
        if not math.isfinite(value):
            sheet.text(right, middle, say("noise.left_out"), 7.5, GREY)
            continue
        has_twin = math.isfinite(float(row["zero_load_days_saved"]))
        y = j + (0.36 if has_twin else 0.5)
        if math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [y, y], color=seen.colour, linewidth=2, solid_capstyle="butt")
        axes.plot(
            [value],
            [y],
            marker=seen.marker,
            markerfacecolor=seen.face,
            color=seen.colour,
            markersize=5.5,
        )
        if has_twin:
            _twin(axes, row, seen.colour, seen.marker, j + 0.72)
        numbers, span = shown[arm.name]
        words = verdict(row["is_noise"])
        weight = "bold" if words == say("noise.more") else "normal"
        sheet.text(right, middle - 0.07, numbers, 8.5, "#111111", weight)
        beside = right + width_points(numbers, 8.5, weight) / 72 + 0.07
        sheet.text(beside, middle - 0.068, span, 7.5, "#333333")
        sheet.text(right, middle + 0.075, words, 7.5, GREY)


def _twin(axes: Axes, row: pd.Series, colour: str, marker: str, y: float) -> None:
    low, high = float(row["zero_load_ci_low"]), float(row["zero_load_ci_high"])
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=0.9)
    axes.plot(
        [float(row["zero_load_days_saved"])],
        [y],
        marker=marker,
        markerfacecolor="white",
        markeredgecolor=colour,
        markersize=4.5,
        linestyle="none",
    )
