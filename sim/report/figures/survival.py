"""Survival in unemployment by regime: all groups with those at risk, and each group for itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report.cells import verdict
from sim.report.digits import rounded, show
from sim.report.figures.chosen import furthest
from sim.report.figures.coincide import coinciding, say_coinciding
from sim.report.figures.sheet import EDGE, WIDTH, Sheet
from sim.report.figures.style import (
    LINE_POINTS,
    crowded,
    label_ends,
    look,
    names,
    width_points,
    wrap,
)
from sim.report.folder import Arm, Run
from sim.report.words import join, name_of, say

LEFT, WIDE, ROOM = 0.57, 3.0, 76.0


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if rows.empty else rows[rows["survival"].notna()]


def _curves(rows: pd.DataFrame, arms: Sequence[Arm], column: str) -> dict[Arm, np.ndarray]:
    found = {}
    for arm in arms:
        own = rows[rows["arm"] == arm.name].sort_values("week")
        if not own.empty:
            found[arm] = own[column].to_numpy()
    return found


def _plot(axes: Axes, rows: pd.DataFrame, arms: Sequence[Arm], every: int) -> None:
    for arm in arms:
        own = rows[rows["arm"] == arm.name].sort_values("week")
        if own.empty:
            continue
        seen = look(arm)
        weeks = own["week"].to_numpy()
        low = np.clip(own["ci_low"].to_numpy(), 0, 1)
        high = np.clip(own["ci_high"].to_numpy(), 0, 1)
        axes.fill_between(weeks, low, high, color=seen.colour, alpha=0.18, linewidth=0)
        axes.plot(
            weeks,
            own["survival"],
            color=seen.colour,
            linestyle=seen.dash,
            marker=seen.marker,
            markerfacecolor=seen.face,
            markevery=(6 + 3 * arm.place, every),
            markersize=4,
        )
    axes.set_ylim(0, 1)
    last = float(rows["week"].max())
    axes.set_xlim(0, max(last, 1))
    axes.set_xticks(np.arange(0, last + 1, 26))


def _weeks_to_half(rows: pd.DataFrame, arm: Arm) -> float | None:
    own = rows[rows["arm"] == arm.name].sort_values("week")
    below = own[own["survival"] <= 0.5]
    return None if below.empty else float(below["week"].iloc[0])


def _heading(run: Run, rows: pd.DataFrame) -> str:
    half = _weeks_to_half(rows, run.baseline)
    curves = _curves(rows, run.arms, "survival")
    base = curves.get(run.baseline)
    if half is None or base is None:
        return say("survival.title_open")
    alike = [c for c in curves.values() if len(c) == len(base)]
    # A right to benefit may end with the follow-up: its last week shows that, not the regimes.
    before = slice(None, -1 if len(base) > 1 else None)
    gap = max((float(np.nanmax(np.abs(c - base)[before])) for c in alike), default=0.0)
    if len(alike) < 2:
        return say("survival.title_one", weeks=f"{half:.0f}")
    return say(
        "survival.title", weeks=f"{half:.0f}", arm=run.baseline.title, gap=show(100 * gap, 0, 2)
    )


def draw(run: Run) -> Sheet | None:
    """Survival of all groups together, people at risk below, and the distance to the first arm."""
    rows = _whole(run.rows("survival", group="all"))
    if rows.empty:
        return None
    curves = _curves(rows, run.arms, "survival")
    tall = 2.25
    shown, others = furthest(curves)
    curves = {arm: curves[arm] for arm in shown}
    alike = coinciding(curves, LINE_POINTS / (tall * 72))
    notes = others + say_coinciding(alike, 100, say("unit.points"))
    titles = names([arm.title for arm in run.arms], 68, 7.5)
    steps = [0.17 + 0.12 * (len(lines) - 1) for lines in titles]
    table = sum(steps) + 0.3
    distance = 1.15 if len(curves) > 1 else 0.0
    body = 0.05 + tall + 0.5 + table + (0.26 + distance + 0.34 if distance else 0)
    key = shown if crowded(shown, 83, ROOM) else ()
    sheet = Sheet(run, _heading(run, rows), say("survival.subtitle"), body, notes, key)
    axes = sheet.axes(LEFT, 0.05, WIDE, tall)
    _plot(axes, rows, shown, 26)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(say("axis.weeks_since_entry"), labelpad=2)
    label_ends(
        axes,
        tall * 72,
        [(float(c[-1]), a.title, look(a).ink) for a, c in curves.items() if not key],
        ROOM,
    )
    at = 0.05 + tall + 0.5
    sheet.text(0.12, at, say("survival.at_risk"), weight="bold", size=8)
    last = float(rows["week"].max())
    for i, arm in enumerate(run.arms):
        own = rows[rows["arm"] == arm.name].set_index("week")["at_risk"]
        y = at + sum(steps[:i]) + 0.17 + 0.02 + (steps[i] - 0.17) / 2
        for week in np.arange(0, last + 1, 26):
            if week in own.index:
                count = rounded(float(own[week]), 0 if own[week] >= 10 else -1)
                where = LEFT + WIDE * week / max(last, 1)
                side = "left" if week == 0 else "center"
                sheet.text(where - (0.12 if week == 0 else 0), y, count, 8, look(arm).ink, ha=side)
        sheet.text(LEFT + WIDE + 0.2, y, "\n".join(titles[i]), 7.5, look(arm).ink)
    if distance:
        _distance(run, sheet, curves, rows, at + table + 0.26, distance)
    return sheet


def _distance(
    run: Run,
    sheet: Sheet,
    curves: dict[Arm, np.ndarray],
    rows: pd.DataFrame,
    top: float,
    tall: float,
) -> None:
    base = curves.get(run.baseline)
    if base is None:
        return
    heading = wrap(say("survival.distance", arm=run.baseline.title), 328, 8, "bold", most=1)
    sheet.text(0.12, top - 0.16, heading[0], weight="bold", size=8)
    axes = sheet.axes(LEFT, top, WIDE, tall)
    weeks = np.sort(rows["week"].unique())
    ends = []
    for arm, curve in curves.items():
        if arm == run.baseline or len(curve) != len(base):
            continue
        seen = look(arm)
        gap = 100 * (curve - base)
        axes.plot(
            weeks[: len(gap)],
            gap,
            color=seen.colour,
            linestyle=seen.dash,
            marker=seen.marker,
            markerfacecolor=seen.face,
            markevery=(6 + 3 * arm.place, 26),
            markersize=4,
        )
        ends.append((float(gap[-1]), arm.title, seen.ink))
    axes.axhline(0, color=look(run.baseline).colour, linewidth=1)
    axes.locator_params(axis="y", nbins=5)
    low, high = axes.get_ylim()
    if high - low < 1e-6:
        axes.set_ylim(-1, 1)
    axes.set_xlim(0, max(float(weeks[-1]), 1))
    axes.set_xticks(np.arange(0, weeks[-1] + 1, 26))
    axes.set_xlabel(say("axis.weeks_since_entry"), labelpad=2)
    if not crowded(list(curves), 83, ROOM):
        label_ends(axes, tall * 72, ends, ROOM)


def groups_table(run: Run) -> pd.DataFrame:
    """The rows behind the figure of single groups."""
    rows = _whole(run.table("survival"))
    return rows if rows.empty else rows[rows["group"] != "all"].reset_index(drop=True)


def _groups_heading(run: Run, rows: pd.DataFrame, groups: list[str]) -> str:
    base = rows[(rows["arm"] == run.baseline.name) & (rows["week"] == 52)]["survival"]
    if base.empty or len(run.arms) < 2:
        return say("survival_by_group.title_plain")
    return say(
        "survival_by_group.title",
        arm=run.baseline.title,
        low=show(float(base.min()) * 100, 0, 4),
        high=show(float(base.max()) * 100, 0, 4),
        moved=_most_moved(run, groups),
    )


def _most_moved(run: Run, groups: list[str]) -> str:
    """The largest difference after a year that is more than noise; empty where that is not known."""
    found = run.rows("differences", metric="survival_364")
    if found.empty:
        return ""
    found = found[found["group"].isin(groups)]
    said = found["is_noise"].map(verdict)
    more = found[said == say("noise.more")]
    if more.empty:
        known = (said == say("noise.noise")).any()
        return say("survival_by_group.noise") if known else ""
    row = more.loc[more["difference"].abs().idxmax()]
    low, high = sorted(100 * abs(float(row[end])) for end in ("ci_low", "ci_high"))
    return say(
        "survival_by_group.moved",
        gap=show(100 * abs(float(row["difference"])), low, high),
        group=name_of("group", row["group"]),
        arm=next(arm.title for arm in run.arms if arm.name == row["arm"]),
    )


def _over_groups(
    rows: pd.DataFrame, arms: Sequence[Arm], groups: Sequence[str]
) -> dict[Arm, np.ndarray]:
    """The curves of all groups of an arm, one after the other."""
    of_groups = [_curves(rows[rows["group"] == group], arms, "survival") for group in groups]
    present = [arm for arm in arms if all(arm in curves for curves in of_groups)]
    return {arm: np.concatenate([curves[arm] for curves in of_groups]) for arm in present}


def draw_groups(run: Run) -> Sheet | None:
    """Survival by target group, as small multiples."""
    rows = groups_table(run)
    groups = [] if rows.empty else list(dict.fromkeys(rows["group"]))
    if len(groups) < 2:
        return None
    tall, step, wide = 1.12, 1.66, 1.88
    shown, notes = furthest(_over_groups(rows, run.arms, groups))
    together: dict[str, list[str]] = {}
    for group in groups:
        curves = _curves(rows[rows["group"] == group], shown, "survival")
        for arms, _ in coinciding(curves, LINE_POINTS / (tall * 72)):
            together.setdefault(join([a.title for a in arms]), []).append(name_of("group", group))
    notes += [say("coincide.groups", arms=arms, groups=join(of)) for arms, of in together.items()]
    body = step * ((len(groups) + 1) // 2) + 0.1
    sheet = Sheet(
        run,
        _groups_heading(run, rows, groups),
        say("survival_by_group.subtitle"),
        body,
        notes,
        shown,
    )
    for i, group in enumerate(groups):
        left = 0.57 if i % 2 == 0 else 0.57 + wide + 0.22
        top = step * (i // 2)
        name = name_of("group", group)
        room = min(WIDTH - EDGE - left, wide + 0.12) * 72
        size = min(8.5, 8.5 * room / width_points(name, 8.5, "bold"))
        sheet.text(left, top + 0.11, name, weight="bold", size=size)
        axes = sheet.axes(left, top + 0.24, wide, tall)
        _plot(axes, rows[rows["group"] == group], shown, 26)
        axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"] if i % 2 == 0 else ["", "", ""])
        if i >= len(groups) - 2:
            axes.set_xlabel(say("axis.weeks_since_entry"), labelpad=2)
    return sheet
