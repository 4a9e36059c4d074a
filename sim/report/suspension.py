"""What a suspension of meetings leaves, and what arms plan: lines of tables and sentences."""

from __future__ import annotations

import math

import pandas as pd

from sim.report.cells import NOTHING, Cell, verdict
from sim.report.digits import MINUS, localised, rounded, show, show_interval
from sim.report.folder import Arm, Run
from sim.report.tables import Line
from sim.report.words import name_of, say

OF_OWED = ("met_share", "drained_days")
"""What has no number where nobody is owed a meeting."""


def _value(run: Run, arm: Arm, metric: str, column: str = "mean") -> float:
    rows = run.rows("backlog", arm=arm.name, metric=metric)
    return math.nan if rows.empty else _number(rows.iloc[0][column])


def _number(cell: object) -> float:
    """A cell of a table that may have been read as text; empty is not a number."""
    return float(str(cell)) if str(cell) else math.nan


def _shown(run: Run, arm: Arm, metric: str) -> str:
    value, low, high = (_value(run, arm, metric, column) for column in ("mean", "low", "high"))
    return show(value, low, high, share=metric.endswith("_share"), whole=True)


def _cell(run: Run, arm: Arm, metric: str) -> Cell:
    value, low, high = (_value(run, arm, metric, column) for column in ("mean", "low", "high"))
    if not math.isfinite(value):
        owes_none = metric in OF_OWED and _value(run, arm, "owed_people") == 0.0
        return Cell(math.nan, say("backlog.nothing_owed")) if owes_none else NOTHING
    share = metric.endswith("_share")
    span = show_interval(value, low, high, share, whole=True)
    return Cell(value, _shown(run, arm, metric), span)


def backlog_lines(run: Run) -> list[Line]:
    """A line for each figure of backlog.csv, and below it the same scaled to the country."""
    table = run.table("backlog")
    lines: list[Line] = []
    for metric in [] if table.empty else list(dict.fromkeys(table["metric"])):
        name = say(f"backlog.{metric}", baseline=run.baseline.title)
        cells = tuple(_cell(run, arm, metric) for arm in run.arms)
        lines.append(Line(metric, name, "", cells))
        scaled = [_value(run, arm, metric, "in_country") for arm in run.arms]
        if any(math.isfinite(value) for value in scaled):
            cells = tuple(Cell(value, show(value)) for value in scaled)
            lines.append(Line(f"{metric}_in_country", say("backlog.in_country"), "", cells))
    return lines


def suspension_sentences(run: Run) -> list[str]:
    """A sentence an arm with a suspension: what was not held, how long it drains, what it costs."""
    if run.table("backlog").empty:
        return []
    asked = (run.scenario.get("checks") or {}).get("backlog") or {}
    yearly, published = (
        asked.get(key) for key in ("country_meetings_per_year", "country_not_held_meetings")
    )
    found = []
    for arm in run.arms:
        if not math.isfinite(_value(run, arm, "not_held_meetings")):
            continue
        scaled = show(_value(run, arm, "not_held_meetings", "in_country"))
        told = say("backlog.told", meetings=rounded(float(published), 0)) if published else ""
        country = (
            say("backlog.country", number=scaled, yearly=rounded(float(yearly), 0), told=told)
            if yearly
            else ""
        )
        found.append(
            say(
                "backlog.sentence", arm=arm.title, country=_apart(country),
                number=_shown(run, arm, "not_held_meetings"),
                drained=_drained(run, arm), longer=_longer(run, arm),
            )
        )  # fmt: skip
    if yearly:
        found.append(say("backlog.scale"))
    return found


def _drained(run: Run, arm: Arm) -> str:
    if _value(run, arm, "owed_people") == 0.0:
        return say("backlog.nothing_drains")
    scaled = _value(run, arm, "catch_up_hours", "in_country")
    country = say("backlog.hours_in_country", hours=show(scaled)) if math.isfinite(scaled) else ""
    return say(
        "backlog.drains", days=_shown(run, arm, "drained_days"),
        hours=_shown(run, arm, "catch_up_hours"), country=_apart(country),
    )  # fmt: skip


def _apart(text: str) -> str:
    return f" {text}" if text else ""


def _longer(run: Run, arm: Arm) -> str:
    """How much longer or shorter people of an arm are unemployed than those of the first."""
    rows = run.rows("differences", arm=arm.name, group="all", metric="days_saved")
    if rows.empty or not math.isfinite(float(rows.iloc[0]["difference"])):
        return ""
    row = rows.iloc[0]
    saved, low, high = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
    if verdict(row["is_noise"]) == say("noise.noise"):
        span = show_interval(saved, low, high)
        return say("backlog.as_long", span=span, baseline=run.baseline.title)
    days = show(saved, low, high).lstrip(MINUS)
    key = "backlog.shorter" if saved > 0 else "backlog.longer"
    return say(key, days=days, baseline=run.baseline.title)


def planned_lines(run: Run) -> list[Line]:
    """Planned meetings a person-year of every arm, overall and by group, against the first arm's."""
    table = run.table("planned_meetings")
    lines = []
    for group in [] if table.empty else list(dict.fromkeys(table["group"])):
        rows = table[table["group"] == group].set_index("arm")
        first = float(rows["baseline_per_year"].iloc[0])
        cells = [
            Cell(first, show(first, place=-2))
            if arm.name not in rows.index
            else _planned(rows.loc[arm.name])
            for arm in run.arms
        ]
        lines.append(Line(group, name_of("group", group), "", tuple(cells)))
    return lines


def _signed(value: float) -> str:
    return localised(f"{value:+.1f}".replace("-", MINUS))


def _planned(row: pd.Series) -> Cell:
    more = float(row["ratio"]) - 1.0
    kept = str(row["is_kept"]).lower() in ("true", "1", "1.0")
    said = say("planned.kept") if kept else say(f"planned.{row['role']}")
    value = float(row["planned_per_year"])
    return Cell(value, show(value, place=-2), f"{_signed(100 * more)} %", said)
