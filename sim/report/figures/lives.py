"""Thirty people under two regimes side by side: how long, which meetings, how it ended."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report.figures.sheet import Sheet
from sim.report.figures.style import look, width_points, wrap
from sim.report.folder import Arm, Run
from sim.report.words import join, name_of, say

TALL = 3.7
COUNTED_DAYS = 1.0
"""A spell counts as shorter or longer from a difference of more than this."""

EXACT_DAYS = 1e-6
EXIT_MARKERS = {"job": "o", "education": "D", "recall": "^", "other": "s", "open": ">"}


def draw(run: Run) -> Sheet | None:
    """The same people in the same order in two panels; one row is one person."""
    rows, meetings = run.table("thirty_spells"), run.table("thirty_meetings")
    arms = [arm for arm in run.arms if not rows.empty and (rows["arm"] == arm.name).any()][:2]
    if not arms:
        return None
    exits = [e for e in EXIT_MARKERS if (rows["exit"] == e).any()]
    heading, notes = _heading(rows, arms)
    key = _key(exits)
    lines = key[-1][3] + 1
    sheet = Sheet(
        run, heading, say("thirty_spells.subtitle"), 0.19 * lines + 0.5 + TALL + 0.42, notes
    )
    _draw_key(sheet, key)
    wide = 2.02 if len(arms) == 2 else 4.2
    last = max(float(rows["duration_days"].max()), 1.0)
    for i, arm in enumerate(arms):
        left = 0.34 + i * (wide + 0.26)
        top = 0.19 * lines + 0.06
        title = "\n".join(wrap(arm.title, wide * 72, 9, "bold", most=2))
        sheet.text(left, top + 0.2, title, 9, look(arm).ink, "bold")
        axes = sheet.axes(left, top + 0.42, wide, TALL)
        mine = rows[rows["arm"] == arm.name]
        own = meetings[meetings["arm"] == arm.name] if not meetings.empty else meetings
        _panel(axes, mine, own, arm, last)
        axes.tick_params(labelleft=i == 0, left=False)
        axes.set_xlabel(say("axis.spell_day"), labelpad=2)
    return sheet


def _heading(rows: pd.DataFrame, arms: list[Arm]) -> tuple[str, list[str]]:
    if len(arms) < 2:
        return say("thirty_spells.title_one"), []
    first, second = (
        rows[rows["arm"] == arm.name].set_index("rank")["duration_days"] for arm in arms
    )
    both = first.index.intersection(second.index)
    gap = (second[both] - first[both]).to_numpy()
    shorter, longer = int((gap < -COUNTED_DAYS).sum()), int((gap > COUNTED_DAYS).sum())
    same = len(gap) - shorter - longer
    if (abs(gap) <= EXACT_DAYS).all():
        return (
            say("thirty_spells.title_same", number=len(gap)),
            [say("coincide.exact", arms=join([a.title for a in arms]), where="")],
        )
    return (
        say(
            "thirty_spells.title",
            arm=arms[1].title,
            shorter=shorter,
            same=same,
            longer=longer,
            number=len(gap),
        ),
        [say("thirty_spells.note")],
    )


def _panel(axes: Axes, rows: pd.DataFrame, meetings: pd.DataFrame, arm: Arm, last: float) -> None:
    seen = look(arm)
    rank, days, ends = (rows[name].to_numpy() for name in ("rank", "duration_days", "exit"))
    gap = np.full(len(rank), np.nan)
    bars = np.stack([0.0 * days, days, gap], axis=1).ravel()
    axes.plot(bars, np.repeat(rank, 3), color=seen.colour, alpha=0.3, linewidth=4.4, zorder=1,
              solid_capstyle="butt")  # fmt: skip
    for kind, marker in EXIT_MARKERS.items():
        of = ends == kind
        axes.plot(days[of], rank[of], marker=marker, linestyle="none", color=seen.colour,
                  markersize=4, markeredgewidth=0, zorder=3)  # fmt: skip
    if not meetings.empty:
        day, whose = (meetings[name].to_numpy() for name in ("spell_day", "rank"))
        held = (meetings["outcome"] == "held").to_numpy()
        axes.plot(day[held], whose[held], "|", color="#111111",
                  markersize=5, markeredgewidth=0.8, zorder=2)  # fmt: skip
        axes.plot(day[~held], whose[~held], "x", color="#B00020",
                  markersize=2.6, markeredgewidth=0.6, zorder=2)  # fmt: skip
    axes.set_ylim(float(rows["rank"].max()) + 0.8, 0.2)
    axes.set_xlim(0, 1.05 * last)
    axes.set_xticks(np.arange(0, last + 1, 182 if last > 182 else 91))
    axes.set_yticks([1, 10, 20, 30] if rows["rank"].max() >= 30 else [1])
    axes.grid(visible=False, axis="y")


def _left(exit_kind: str) -> str:
    name = name_of("exit", exit_kind)
    return name if exit_kind == "open" else say("thirty_spells.exit", exit=name)


def _key(exits: list[str]) -> list[tuple[str, str, float, int]]:
    """Marker, words, left edge and row of each entry of the key."""
    entries = [("|", say("thirty_spells.held")), ("x", say("thirty_spells.missed"))]
    entries += [(EXIT_MARKERS[e], _left(e)) for e in exits]
    placed, left, row = [], 0.0, 0
    for marker, words in entries:
        wide = 0.2 + width_points(words, 8) / 72 + 0.16
        if left + wide > 4.6:
            left, row = 0.0, row + 1
        placed.append((marker, words, left, row))
        left += wide
    return placed


def _draw_key(sheet: Sheet, key: list[tuple[str, str, float, int]]) -> None:
    for marker, words, left, row in key:
        colour = "#B00020" if marker == "x" else "#222222"
        middle = 0.12 + left + 0.07, 0.19 * row + 0.09
        sheet.mark(*middle, marker=marker, color=colour, markersize=4.5)
        sheet.text(0.12 + left + 0.2, 0.19 * row + 0.09, words, 8)
