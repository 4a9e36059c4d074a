"""What a conversation does: the job rate of one example person, with the meetings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report.digits import plain, rounded
from sim.report.figures.coincide import coinciding, say_coinciding
from sim.report.figures.sheet import Heads, Sheet
from sim.report.figures.style import look, width_points
from sim.report.folder import Arm, Run
from sim.report.words import say

TALL, STEP, MOST = 1.0, 1.42, 4


def draw(run: Run) -> Sheet | None:
    """A panel an arm: the job rate by spell day, the rate without meetings, and the meetings."""
    rows, meetings = run.table("example_person"), run.table("example_meetings")
    arms = [arm for arm in run.arms if not rows.empty and (rows["arm"] == arm.name).any()]
    if not arms:
        return None
    rates = {a: rows[rows["arm"] == a.name].sort_values("day")["job_rate_per_week"] for a in arms}
    notes = say_coinciding(coinciding({a: r.to_numpy() for a, r in rates.items()}))
    if len(arms) > MOST:
        notes.append(say("example_person.only", number=MOST, arms=len(arms)))
    arms = arms[:MOST]
    heads = Heads(arms, [_sums(rows, meetings, arm) for arm in arms])
    step = STEP + heads.extra
    sheet = Sheet(
        run,
        _heading(rows),
        say("example_person.subtitle"),
        step * len(arms) + 0.48,
        notes,
    )
    _key(sheet)
    shown = rows[rows["arm"].isin([a.name for a in arms])]
    highest = float(shown[["job_rate_per_week", "baseline_per_week"]].max().max()) or 1.0
    last = float(shown["day"].max())
    for i, arm in enumerate(arms):
        top = 0.26 + step * i
        own = rows[rows["arm"] == arm.name].sort_values("day")
        own_meetings = (
            meetings[meetings["arm"] == arm.name] if not meetings.empty else pd.DataFrame()
        )
        heads.draw(sheet, i, top + 0.1)
        axes = sheet.axes(0.56, top + 0.24 + heads.extra, 4.1, TALL)
        _panel(axes, own, own_meetings, arm, highest)
        axes.set_xlim(0, last)
        axes.set_xticks(np.arange(0, last + 1, 91 if last <= 728 else 182))
        axes.tick_params(labelbottom=i == len(arms) - 1)
        if i == len(arms) - 1:
            axes.set_xlabel(say("axis.spell_day"), labelpad=2)
    return sheet


def _sums(rows: pd.DataFrame, meetings: pd.DataFrame, arm: Arm) -> str:
    """Meetings held, and by how much they raise the chance."""
    own = rows[rows["arm"] == arm.name]
    held = 0
    if not meetings.empty:
        held = int(((meetings["arm"] == arm.name) & (meetings["outcome"] == "held")).sum())
    rise = float(own["job_rate_per_week"].sum() / max(own["baseline_per_week"].sum(), 1e-12)) - 1
    return say("example_person.sums", held=held, rise=rounded(100 * rise, 0))


def _heading(rows: pd.DataFrame) -> str:
    rises = falls = False
    for _, own in rows.groupby("arm"):
        own = own.sort_values("day")
        lift = (own["job_rate_per_week"] / own["baseline_per_week"]).to_numpy()
        rises |= bool(np.nanmax(lift, initial=1.0) > 1 + 1e-9)
        falls |= bool((np.diff(lift) < -1e-9).any())
    if not rises:
        return say("example_person.title_none")
    return say("example_person.title" if falls else "example_person.title_stays")


def _panel(axes: Axes, own: pd.DataFrame, meetings: pd.DataFrame, arm: Arm, highest: float) -> None:
    seen = look(arm)
    rate = 100 * own["job_rate_per_week"].to_numpy()
    base = 100 * own["baseline_per_week"].to_numpy()
    days = own["day"].to_numpy()
    axes.fill_between(days, base, np.maximum(rate, base), color=seen.colour, alpha=0.2, linewidth=0)
    axes.plot(days, rate, color=seen.colour)
    axes.plot(days, base, color="#444444", linestyle=(0, (4, 2)), linewidth=1.1)
    top = 100 * highest * 1.28
    axes.set_ylim(0, top)
    if not meetings.empty:
        held = meetings["outcome"] == "held"
        at = meetings["start_day"].where(meetings["start_day"].notna(), meetings["due_day"])
        y = 0.93 * top
        axes.plot(at[held], [y] * int(held.sum()), "v", color=seen.colour, markersize=5,
                  clip_on=False)  # fmt: skip
        axes.plot(at[~held], [y] * int((~held).sum()), "x", color="#444444", markersize=4.5,
                  clip_on=False)  # fmt: skip
    axes.locator_params(axis="y", nbins=4)
    axes.yaxis.set_major_formatter(lambda y, _: f"{plain(y)} %")


def _key(sheet: Sheet) -> None:
    left = 0.12
    marks = (
        ("held", "v", "#222222", "none"),
        ("missed", "x", "#444444", "none"),
        ("rate", "", "#222222", "solid"),
        ("baseline", "", "#444444", "dashed"),
    )
    for name, marker, colour, line in marks:
        if marker:
            sheet.mark(left + 0.1, 0.09, marker=marker, color=colour, markersize=5)
        else:
            sheet.line(left, left + 0.2, 0.09, color=colour, linestyle=line, linewidth=1.3)
        words = say(f"example_person.{name}")
        sheet.text(left + 0.25, 0.09, words, 8)
        left += 0.25 + width_points(words, 8) / 72 + 0.2
