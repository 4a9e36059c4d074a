"""What an evaluator of a trial would report on each look date, and what a roll-out would do."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from sim.report.digits import day, last_place, rounded, show
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import GREY, LINE_POINTS, look, width_points
from sim.report.folder import Arm, Run
from sim.report.words import name_of, say

ROW, HEAD, KEY, LEFT, WIDE = 0.23, 0.26, 0.17, 1.62, 2.1
TRUTHS = {"alone": "-", "everybody": (0, (3, 2)), "everybody_zero_load": (0, (1, 1.2))}


def draw(run: Run) -> Sheet | None:
    """Days shorter by look date and way of measuring; bars are where 19 trials in 20 lie."""
    table = run.table("trial_looks")
    if table.empty:
        return None
    arms = [arm for arm in run.arms if (table["arm"] == arm.name).any()]
    panels = [
        (arm, date, rows)
        for arm in arms
        for date, rows in table[table["arm"] == arm.name].groupby("look_date", sort=True)
    ]
    body = sum(HEAD + ROW * len(rows) + 0.06 for _, _, rows in panels) + 0.96
    sheet = Sheet(
        run, _title(panels[-1]), say("trial_looks.subtitle"), body,
        [say("trial_looks.note"), say("trial_looks.truth_note")], note=False,
    )  # fmt: skip
    ends = table[["one_trial_low", "one_trial_high", "days_shorter", *TRUTHS]]
    low, high = min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max()))
    pad = 0.05 * (high - low or 1.0)
    top = _key(sheet)
    # Of one trial no digit is worth more than the least certain of them.
    digit = min(max(last_place(*row) for row in _values(table)), 0)
    widest = max(_room(rows, digit) for _, _, rows in panels)
    wide = min(WIDE, 4.68 - LEFT - 0.1 - widest)
    for place, (arm, date, rows) in enumerate(panels):
        heading = say(
            "trial_looks.look", date=day(date), week=f"{rows['look_day'].iloc[0] / 7:.0f}"
        )
        sheet.text(0.12, top + 0.13, heading, weight="bold", size=8.5)
        if len(arms) > 1:
            sheet.text(4.68, top + 0.13, arm.title, 8, look(arm).ink, ha="right")
        top += HEAD
        tall = ROW * len(rows)
        axes = sheet.axes(LEFT, top, wide, tall)
        _panel(axes, sheet, rows, arm, top, wide, digit)
        axes.set_xlim(low - pad, high + pad)
        axes.locator_params(axis="x", nbins=6, steps=[1, 2, 2.5, 5, 10])
        if place < len(panels) - 1:
            axes.tick_params(labelbottom=False, bottom=False)
        else:
            axes.set_xlabel(say("axis.days_shorter"), labelpad=2)
        top += tall + 0.06
    return sheet


def _title(panel: tuple[Arm, str, pd.DataFrame]) -> str:
    """The range of what one trial would have reported, at the last look by the last estimator."""
    _, date, rows = panel
    row = rows.iloc[-1]
    low, high = float(row["one_trial_low"]), float(row["one_trial_high"])
    if not math.isfinite(low):
        return say(
            "trial_looks.title_one", days=show(row["days_shorter"], low, high), date=day(date)
        )
    return say("trial_looks.title", low=_whole(low), high=_whole(high), date=day(date))


def _whole(days: float) -> str:
    """Whole days with a proper minus sign."""
    return rounded(days, 0) if math.isfinite(days) else ""


def _key(sheet: Sheet) -> float:
    """The lines of what is true, one below the other; where the body goes on."""
    top = 0.08
    for which, dash in TRUTHS.items():
        sheet.line(0.12, 0.42, top, color="#333333", linestyle=dash, linewidth=LINE_POINTS)
        sheet.text(0.5, top, say(f"trial_looks.key_{which}"), 8, "#333333")
        top += KEY
    return top


def _values(rows: pd.DataFrame) -> list[tuple[float, float, float]]:
    columns = ["days_shorter", "one_trial_low", "one_trial_high"]
    return [(value, low, high) for value, low, high in rows[columns].to_numpy(dtype=float)]


def _numbers(rows: pd.DataFrame, place: int) -> list[tuple[str, str]]:
    """The numbers beside the marks of a panel, with where 19 of 20 trials lie."""
    return [
        (
            show(value, place=place),
            say("trial_looks.span", low=rounded(low, place), high=rounded(high, place))
            if math.isfinite(low)
            else "",
        )
        for value, low, high in _values(rows)
    ]


def _widths(numbers: list[tuple[str, str]]) -> tuple[float, float]:
    """How wide the two columns are, in inches."""
    first = max(width_points(number, 8, "bold") for number, _ in numbers)
    second = max(width_points(span, 7.3) for _, span in numbers)
    return max(first / 72 + 0.1, 0.3), second / 72


def _room(rows: pd.DataFrame, place: int) -> float:
    return sum(_widths(_numbers(rows, place)))


def _panel(
    axes: Axes, sheet: Sheet, rows: pd.DataFrame, arm: Arm, top: float, wide: float, digit: int
) -> None:
    shown = _numbers(rows, digit)
    right = LEFT + wide + 0.1
    beside = right + _widths(shown)[0]
    seen = look(arm)
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color="#BBBBBB", linewidth=1)
    for place, (_, row) in enumerate(rows.iterrows()):
        y, middle = place + 0.5, top + ROW * (place + 0.5)
        sheet.text(0.12, middle, name_of("estimator", str(row["estimator"])), 7.8)
        low, high = float(row["one_trial_low"]), float(row["one_trial_high"])
        if math.isfinite(low):
            axes.plot([low, high], [y, y], color=seen.colour, linewidth=3.4, alpha=0.35)
        axes.plot(
            [row["days_shorter"]],
            [y],
            marker=seen.marker,
            markerfacecolor=seen.face,
            color=seen.colour,
            markersize=5,
        )
        for which, dash in TRUTHS.items():
            x = float(row[which])
            axes.plot([x, x], [place + 0.1, place + 0.9], color="#333333", lw=1.2, linestyle=dash)
        sheet.text(right, middle, shown[place][0], 8, "#111111", "bold")
        sheet.text(beside, middle, shown[place][1], 7.3, GREY)


def draw_roll_out(run: Run) -> Sheet | None:
    """Days saved by quarter of entry: by one person alone, and when everybody gets it."""
    table = run.table("roll_out")
    arms = [arm for arm in run.arms if not table.empty and (table["arm"] == arm.name).any()]
    if not arms or len(table[table["arm"] == arms[0].name]) < 2:
        return None
    tall = 1.35
    sheet = Sheet(
        run, _roll_out_title(table, arms[0]), say("roll_out.subtitle"),
        len(arms) * (tall + 0.3) + 0.89, [say("roll_out.note")], note=False,
    )  # fmt: skip
    columns = [f"{which}_days_saved" for which in TRUTHS]
    high = float(
        (table[columns] + 2 * table[[f"{which}_se" for which in TRUTHS]].fillna(0).max().max())
        .max()
        .max()
    )
    low = min(0.0, float(table[columns].min().min()))
    begin = _key(sheet)
    for place, arm in enumerate(arms):
        top = begin + place * (tall + 0.3)
        seen = look(arm)
        sheet.text(0.12, top + 0.1, arm.title, 8.5, seen.ink, "bold")
        axes = sheet.axes(0.45, top + 0.24, 4.15, tall)
        rows = table[table["arm"] == arm.name]
        week = (rows["entry_from_week"] + rows["entry_to_week"]) / 2
        for which, dash in TRUTHS.items():
            value, se = rows[f"{which}_days_saved"], rows[f"{which}_se"]
            axes.plot(week, value, color=seen.colour, linestyle=dash, linewidth=LINE_POINTS,
                      marker=seen.marker, markerfacecolor=seen.face, markersize=4)  # fmt: skip
            if se.notna().all():
                axes.fill_between(week, value - 1.96 * se, value + 1.96 * se, color=seen.colour,
                                  alpha=0.12, linewidth=0)  # fmt: skip
        axes.set_ylim(low, 1.08 * high if high > 0 else 1.0)
        axes.axhline(0, color="#BBBBBB", linewidth=1)
        axes.locator_params(axis="y", nbins=5)
        if place == len(arms) - 1:
            axes.set_xlabel(say("axis.entry_week"), labelpad=2)
        else:
            axes.tick_params(labelbottom=False)
    return sheet


def _roll_out_title(table: pd.DataFrame, arm: Arm) -> str:
    rows = table[table["arm"] == arm.name]
    alone = float(rows["alone_days_saved"].mean())
    first, last = (float(rows["everybody_zero_load_days_saved"].iloc[i]) for i in (0, -1))
    return say(
        "roll_out.title",
        arm=arm.title,
        alone=rounded(alone, -1),
        first=rounded(first, -1),
        last=rounded(last, -1),
    )
