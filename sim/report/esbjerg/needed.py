"""The figure of what 19 days need: the rise of the job rate, by how fast a meeting's effect fades."""

from __future__ import annotations

import math

import pandas as pd

from sim.report.digits import rounded
from sim.report.esbjerg.sheet import CLAIM, OTHER, Facts, Row, ranges, sheet_of
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import GREY, darker
from sim.report.words import say

STEP, HEAD, LEFT, WIDE, RIGHT = 0.235, 0.42, 1.22, 2.3, 3.72


def draw(table: pd.DataFrame, facts: Facts) -> Sheet:
    """A point a decay time, over the band of what a whole package achieved."""
    rows = []
    for line in table.itertuples():
        weeks = float(line.tau_weeks)
        name = say("esbjerg.week") if weeks == 1.0 else say("esbjerg.weeks", weeks=f"{weeks:g}")
        rows.append(
            Row(
                name if math.isfinite(weeks) else say("esbjerg.never"),
                100.0 * (float(line.hazard_ratio) - 1.0),
                text=f"+{rounded(100.0 * float(line.rise_a_meeting), 0)} %",
                colour=CLAIM,
            )
        )
    tall = STEP * len(rows)
    sheet = sheet_of("needed", facts, HEAD + tall + 0.42)
    sheet.text(0.12, HEAD / 2, say("esbjerg_needed.rows"), 7.5, GREY)
    sheet.text(RIGHT, HEAD / 2, say("esbjerg_needed.columns"), 7.5, GREY)
    axes = sheet.axes(LEFT, HEAD, WIDE, tall)
    low, high = (100.0 * (float(table[f"package_{end}"].iloc[0]) - 1.0) for end in ("low", "high"))
    axes.axvspan(low, high, color=OTHER, alpha=0.22, linewidth=0)
    axes.set_xlim(0.0, 40.0)
    axes.set_xlabel(say("esbjerg_needed.axis"), labelpad=2)
    middle = LEFT + WIDE * (low + high) / 2.0 / 40.0
    sheet.text(
        middle, HEAD / 2, say("esbjerg_needed.band", **facts), 7.5, darker(OTHER), ha="center"
    )
    ranges(sheet, axes, rows, HEAD, STEP, 0.12, RIGHT)
    return sheet
