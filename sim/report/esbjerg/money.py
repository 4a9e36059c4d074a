"""The figure of what the two headline figures imply together: in kroner, and in days."""

from __future__ import annotations

import math

import pandas as pd

from sim.report.digits import rounded
from sim.report.esbjerg.sheet import CLAIM, OTHER, OURS, Facts, Row, ranges, sheet_of
from sim.report.figures.sheet import Sheet
from sim.report.words import say

STEP, HEAD, LEFT, WIDE, RIGHT = 0.34, 0.26, 1.32, 2.35, 3.8


def draw(money: pd.DataFrame, predicted: pd.DataFrame, facts: Facts) -> Sheet:
    """Two panels: the saving that each figure implies, and the days that each implies."""
    dkk, days = money.set_index("what"), predicted.set_index("what")
    million = 1e6
    above = [
        _row(dkk.loc["gross_claimed_largest"], "gross_largest", CLAIM, facts, million),
        _row(dkk.loc["gross_claimed_average"], "gross_average", CLAIM, facts, million),
        _row(dkk.loc["gross_reported"], "gross_reported", OURS, facts, million, bar=True),
    ]
    below = [
        _row(days.loc["claim"], "days_claim", CLAIM, facts),
        _row(dkk.loc["days_implied_largest"], "days_largest", OURS, facts, bar=True),
        _row(dkk.loc["days_implied_average"], "days_average", OURS, facts, bar=True),
        _row(days.loc["criterion"], "days_criterion", OTHER, facts),
        _row(days.loc["together"], "days_literature", OTHER, facts),
    ]
    second = HEAD + STEP * len(above) + 0.34
    sheet = sheet_of("money", facts, second + HEAD + STEP * len(below) + 0.24)
    for rows, at, head in ((above, 0.0, "in_dkk"), (below, second, "in_days")):
        sheet.text(0.12, at + 0.11, say(f"esbjerg_money.{head}"), weight="bold", size=9)
        axes = sheet.axes(LEFT, at + HEAD, WIDE, STEP * len(rows))
        axes.set_xlim(0.0, 1.05 * max(max(r.value, r.high if r.high > 0 else 0.0) for r in rows))
        ranges(sheet, axes, rows, at + HEAD, STEP, 0.12, RIGHT)
    return sheet


def _row(
    line: pd.Series, name: str, colour: str, facts: Facts, unit: float = 1.0, bar: bool = False
) -> Row:
    column = "value" if "value" in line and "days" not in line else "days"
    ends = ("low", "high") if column == "value" else ("days_low", "days_high")
    value, low, high = (float(line[c]) / unit for c in (column, *ends))
    place = -1 if unit > 1.0 else 0
    text = rounded(value, 0 if value == round(value) else -1)
    span = f"{rounded(low, place)} to {rounded(high, place)}"
    if bar:
        text = span
    elif math.isfinite(low):
        text = f"{text} ({rounded(low, 0)} to {rounded(high, 0)})"
    return Row(say(f"esbjerg_money.{name}", **facts), value, low, high, text, colour, bar=bar)
