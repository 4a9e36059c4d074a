"""Meetings planned, held and missed by month of the spell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.report.digits import rounded
from sim.report.figures.coincide import coinciding, say_coinciding
from sim.report.figures.sheet import Heads, Sheet
from sim.report.figures.style import look, width_points
from sim.report.folder import Run
from sim.report.words import say

HALF_YEAR = 6


def _sum(rows: pd.DataFrame, column: str, months: int) -> float:
    return float(rows.loc[rows["month"] <= months, column].sum())


def draw(run: Run) -> Sheet | None:
    """A panel an arm: an outline for the meetings planned, bars for those held."""
    rows = run.rows("meetings_by_month", group="all")
    arms = [arm for arm in run.arms if not rows.empty and (rows["arm"] == arm.name).any()]
    if not arms:
        return None
    own = {arm: rows[rows["arm"] == arm.name].sort_values("month") for arm in arms}
    tall, step = 0.82, 1.16
    chosen = max(arms, key=lambda a: _sum(own[a], "planned_per_person", HALF_YEAR))
    heading = say(
        "meetings_by_month.title",
        arm=chosen.title,
        held=rounded(_sum(own[chosen], "held_per_person", HALF_YEAR), -1),
        planned=rounded(_sum(own[chosen], "planned_per_person", HALF_YEAR), -1),
    )
    both = ["planned_per_person", "held_per_person"]
    notes = say_coinciding(coinciding({arm: own[arm][both].to_numpy().ravel() for arm in arms}))
    if any(arm.windows for arm in arms):
        notes.append(say("meetings_by_month.suspended"))
    last = int(rows["month"].max())
    sums = [
        say(
            "meetings_by_month.sums",
            held=rounded(float(own[arm]["held_per_person"].sum()), -1),
            planned=rounded(float(own[arm]["planned_per_person"].sum()), -1),
            months=last,
        )
        for arm in arms
    ]
    heads = Heads(arms, sums)
    step += heads.extra
    sheet = Sheet(run, heading, say("meetings_by_month.subtitle"), step * len(arms) + 0.42, notes)
    _key(sheet)
    highest = float(rows[["planned_per_person", "held_per_person"]].max().max()) or 1.0
    for i, arm in enumerate(arms):
        seen = look(arm)
        top = 0.22 + step * i
        heads.draw(sheet, i, top + 0.1)
        axes = sheet.axes(0.5, top + 0.22 + heads.extra, 4.16, tall)
        months = own[arm]["month"].to_numpy()
        held = own[arm]["held_per_person"].to_numpy()
        planned = own[arm]["planned_per_person"].to_numpy()
        axes.bar(months, held, width=0.72, color=seen.colour, alpha=0.8, linewidth=0)
        if len(months):
            edges = np.append(months - 0.5, months[-1] + 0.5)
            axes.stairs(planned, edges, color="#222222", linewidth=1.1, baseline=None)
        axes.set_ylim(0, 1.08 * highest)
        axes.set_xlim(0.4, last + 0.6)
        axes.grid(visible=False, axis="x")
        axes.locator_params(axis="y", nbins=4)
        axes.set_xticks([m for m in range(1, last + 1) if m in (1, 3, 6, 9, 12, 15, 18, 21, 24)])
        axes.tick_params(labelbottom=i == len(arms) - 1)
        if i == len(arms) - 1:
            axes.set_xlabel(say("axis.spell_month"), labelpad=2)
    return sheet


def _key(sheet: Sheet) -> None:
    left = 0.12
    for line, key in ((True, "meetings_by_month.outline"), (False, "meetings_by_month.bars")):
        if line:
            sheet.line(left, left + 0.22, 0.09, color="#222222", linewidth=1.1)
        else:
            sheet.box(left, 0.03, 0.22, 0.12, color="#666666", alpha=0.8, linewidth=0)
        sheet.text(left + 0.28, 0.09, say(key), 8)
        left += 0.28 + width_points(say(key), 8) / 72 + 0.2
