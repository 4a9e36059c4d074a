"""The figure of what the literature predicts, beside the criterion and the claim of the trial."""

from __future__ import annotations

import pandas as pd

from sim.report.digits import rounded
from sim.report.esbjerg.sheet import CLAIM, OTHER, OURS, QUIET, Facts, Row, ranges, sheet_of
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import GREY
from sim.report.words import say

STEP, LEFT, WIDE, RIGHT = 0.27, 1.72, 2.05, 3.85
DOUBTS = {
    "alpha": "effect.alpha",
    "tau": "effect.tau_days",
    "frailty": "population.frailty_variance",
    "rate": "hazard.ui.job.rate_per_week",
    "rho": "effect.rho",
}


def draw(table: pd.DataFrame, facts: Facts) -> Sheet:
    """Days saved: claim, criterion, literature, and the literature's doubts one by one."""
    lines = table.set_index("what")
    top = [
        _row(lines.loc["claim"], "claim", CLAIM),
        _row(lines.loc["criterion"], "criterion", OTHER),
        _row(lines.loc["together"], "together", OURS),
    ]
    below = [_row(lines.loc[key], name, QUIET, False) for name, key in DOUBTS.items()]
    gap = 0.26
    sheet = sheet_of("predicted", facts, STEP * (len(top) + len(below)) + gap + 0.42)
    most = float(lines[["days", "days_high"]].max().max())
    panels = [(top, 0.0), (below, STEP * len(top) + gap)]
    sheet.text(0.12, STEP * len(top) + 0.17, say("esbjerg_predicted.doubt"), 8, GREY)
    for rows, at in panels:
        axes = sheet.axes(LEFT, at, WIDE, STEP * len(rows))
        axes.axvline(float(lines.loc["criterion", "days"]), color=OTHER, linewidth=1)
        axes.set_xlim(0.0, 1.04 * most)
        if rows is top:
            axes.tick_params(labelbottom=False, bottom=False)
        else:
            axes.set_xlabel(say("esbjerg_predicted.axis"), labelpad=2)
        ranges(sheet, axes, rows, at, STEP, 0.12, RIGHT)
    return sheet


def _row(line: pd.Series, name: str, colour: str, strong: bool = True) -> Row:
    value, low, high = (float(line[c]) for c in ("days", "days_low", "days_high"))
    text = rounded(value, 0 if value == round(value) else -1)
    if pd.notna(low):
        span = f"{rounded(low, 0)} to {rounded(high, 0)}"
        text = f"{text} ({span})" if strong else span
    return Row(say(f"esbjerg_predicted.{name}"), value, low, high, text, colour, strong)
