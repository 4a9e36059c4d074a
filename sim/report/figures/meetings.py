"""Meetings planned, held and missed by month of the spell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.report.digits import show
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import GREY, look
from sim.report.folder import Arm, Run
from sim.report.words import join, say

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
        held=show(_sum(own[chosen], "held_per_person", HALF_YEAR), 0, 0.2),
        planned=show(_sum(own[chosen], "planned_per_person", HALF_YEAR), 0, 0.2),
    )
    notes = _same(arms, own)
    sheet = Sheet(
        run, heading, say("meetings_by_month.subtitle"), step * len(arms) + 0.42, notes
    )
    highest = float(rows[["planned_per_person", "held_per_person"]].max().max()) or 1.0
    last = int(rows["month"].max())
    for i, arm in enumerate(arms):
        seen = look(arm)
        top = step * i
        sheet.text(0.12, top + 0.1, arm.title, 9, seen.ink, "bold")
        sums = say(
            "meetings_by_month.sums",
            held=show(float(own[arm]["held_per_person"].sum()), 0, 0.2),
            planned=show(float(own[arm]["planned_per_person"].sum()), 0, 0.2),
            months=last,
        )
        sheet.text(4.68, top + 0.1, sums, 7.5, GREY, ha="right")
        axes = sheet.axes(0.5, top + 0.22, 4.16, tall)
        months = own[arm]["month"].to_numpy()
        held = own[arm]["held_per_person"].to_numpy()
        planned = own[arm]["planned_per_person"].to_numpy()
        axes.bar(months, held, width=0.72, color=seen.colour, alpha=0.8, linewidth=0)
        if len(months):
            edges = np.append(months - 0.5, months[-1] + 0.5)
            axes.stairs(planned, edges, color="#222222", linewidth=1.1, baseline=None)
        if i == 0 and len(months):
            _explain(sheet, top + 0.3)
        axes.set_ylim(0, 1.08 * highest)
        axes.set_xlim(0.4, last + 0.6)
        axes.grid(visible=False, axis="x")
        axes.locator_params(axis="y", nbins=4)
        axes.set_xticks([m for m in range(1, last + 1) if m in (1, 3, 6, 9, 12, 15, 18, 21, 24)])
        axes.tick_params(labelbottom=i == len(arms) - 1)
        if i == len(arms) - 1:
            axes.set_xlabel(say("axis.spell_month"), labelpad=2)
    return sheet


def _explain(sheet: Sheet, top: float) -> None:
    left = 2.62
    for j, key in enumerate(("meetings_by_month.outline", "meetings_by_month.bars")):
        y = top + 0.17 * j + 0.05
        mark = sheet.axes(left, y - 0.05, 0.22, 0.1)
        mark.set_axis_off()
        mark.set_xlim(0, 1)
        mark.set_ylim(0, 1)
        if j == 0:
            mark.plot([0, 1], [0.5, 0.5], color="#222222", linewidth=1.1)
        else:
            mark.bar(0.5, 1, width=1, color="#666666", alpha=0.8)
        sheet.text(left + 0.3, y, say(key), 7.5, "#222222")


def _same(arms: list[Arm], own: dict[Arm, pd.DataFrame]) -> list[str]:
    groups: list[list[Arm]] = []
    for arm in arms:
        values = own[arm][["planned_per_person", "held_per_person"]].to_numpy()
        for group in groups:
            first = own[group[0]][["planned_per_person", "held_per_person"]].to_numpy()
            if first.shape == values.shape and np.nanmax(np.abs(first - values), initial=0) < 1e-9:
                group.append(arm)
                break
        else:
            groups.append([arm])
    return [
        say("coincide.exact", arms=join([a.title for a in group]), where="")
        for group in groups
        if len(group) > 1
    ]
