"""Cells of the report's tables: a number of a CSV and how it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from sim.report.digits import show, show_interval
from sim.report.words import say

OF_PEOPLE = "worse_off_share"
"""A share of people that stands among the differences without being one."""


@dataclass(frozen=True)
class Cell:
    """A number of a CSV and how it is shown; `value` is not a number where there is none."""

    value: float
    text: str
    span: str = ""
    verdict: str = ""

    @property
    def data(self) -> str:
        """The number in full, for those who read the page by machine."""
        return repr(self.value) if math.isfinite(self.value) else ""


NOTHING = Cell(math.nan, "–")


def verdict(is_noise: object) -> str:
    """Whether a difference is more than noise, in words; `not defined` with one replication."""
    text = str(is_noise).strip().lower()
    if text in ("true", "1", "1.0"):
        return say("noise.noise")
    if text in ("false", "0", "0.0"):
        return say("noise.more")
    return say("noise.undefined")


def cell_of(
    row: pd.Series, column: str, share: bool = False, whole: bool = False, place: int | None = None
) -> Cell:
    """A number with its interval and whether it is noise; `share` prints per cent."""
    value, low, high = (float(row[name]) for name in (column, "ci_low", "ci_high"))
    said = verdict(row["is_noise"]) if "is_noise" in row.index else ""
    if row.get("metric") == OF_PEOPLE:
        said = ""  # a share of people, not a difference that could be chance
    return Cell(
        value,
        show(value, low, high, share, whole, place),
        show_interval(value, low, high, share, whole, place) if math.isfinite(value) else "",
        said if math.isfinite(value) else "",
    )


def points(row: pd.Series) -> Cell:
    """The difference of two shares, in percentage points."""
    value, low, high = (100 * float(row[name]) for name in ("difference", "ci_low", "ci_high"))
    if not math.isfinite(value):
        return NOTHING
    unit, span = say("unit.pp"), show_interval(value, low, high)
    return Cell(
        float(row["difference"]),
        f"{show(value, low, high)} {unit}",
        f"{span} {unit}" if span else "",
        verdict(row["is_noise"]),
    )


def price(row: pd.Series) -> Cell:
    """What a day saved costs: a number only where it costs anything, else words.

    It is blank in differences.csv where it is not certain that days are saved.
    """
    value, high = float(row["difference"]), float(row["ci_high"])
    if not math.isfinite(value) or value > 0:
        return cell_of(row, "difference", whole=True)
    return Cell(value, say("cell.saves_both" if high < 0 else "cell.no_clear_cost"))
