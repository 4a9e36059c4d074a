"""The tables of the report: numbers from the CSVs, with their intervals, as cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim.report.cells import NOTHING, OF_PEOPLE, Cell, cell_of, points, price
from sim.report.digits import last_place, plain, show
from sim.report.folder import Arm, Run, clean, matching
from sim.report.words import find, name_of, say
from sim.rules.costs import ACCOUNTS

DURATIONS = ("rmst_728_days", "rmst_364_days", "rmst_182_days")
SHARES = frozenset(
    ["exit_job_share", "worse_off_share", "late_share", "offered_load", "utilisation"]
)
LOW_MARKS = ("assumption", "known-l", "missing", "judgement")
PRICE = "dkk_per_day_saved"
WITHOUT_MEETINGS = ("waiting_days_mean", "late_share")
WITHOUT_OFFICE = (*WITHOUT_MEETINGS, "offered_load", "utilisation")
"""Metrics that mean nothing where nobody is met, or where there are no caseworkers."""
MILLION = 1e6


@dataclass(frozen=True)
class Line:
    """A row of a table: its key, its name, what it is, and a cell an arm."""

    key: str
    name: str
    about: str
    cells: tuple[Cell, ...]


def about_of(metric: str) -> str:
    """What a metric is, in a few words; empty where its name says it."""
    about = find(f"metric_about.{metric}")
    return about if isinstance(about, str) else ""


def _pick(frame: pd.DataFrame, arm: Arm, **where: str) -> pd.Series | None:
    if frame.empty:
        return None
    chosen = matching(frame, arm=arm.name, **where)
    return frame.iloc[int(np.argmax(chosen))] if chosen.any() else None


def _finest(rows: list[pd.Series | None], column: str, factor: float) -> int | None:
    """The last digit of the number of a row that has the most: arms are to be compared."""
    places = [
        last_place(*(float(row[name]) * factor for name in (column, "ci_low", "ci_high")))
        for row in rows
        if row is not None and math.isfinite(float(row[column])) and float(row[column]) != 0.0
    ]
    return min(places) if places else None


def line_of(run: Run, table: str, metric: str, column: str, group: str = "all") -> Line:
    """The row of a metric for a group: a cell an arm, from a column of a table."""
    frame = run.table(table)
    share = metric in SHARES
    rows = [_pick(frame, arm, group=group, metric=metric) for arm in run.arms]
    place = _finest(rows, column, 100.0 if share else 1.0) if table == "summary" else None
    if place is not None and metric in DURATIONS:
        place = min(place, -1)  # arms are told apart by tenths of a day
    of: Callable[[pd.Series], Cell] = partial(cell_of, column=column, share=share, place=place)
    if table == "differences" and metric == PRICE:
        of = price
        days = [_pick(frame, arm, group=group, metric="days_saved") for arm in run.arms]
        # Runs made before gave a price to days lost, too.
        rows = [
            None if day is not None and not day["ci_low"] > 0 else row
            for row, day in zip(rows, days, strict=True)
        ]
    elif table == "differences" and metric != OF_PEOPLE and _is_share(frame, metric):
        of = points
    cells = [NOTHING if row is None else of(row) for row in rows]
    if metric in WITHOUT_OFFICE and group == "all":
        cells = [_of_office(run, arm, metric, c) for arm, c in zip(run.arms, cells, strict=True)]
    return Line(metric, name_of("metric", metric), about_of(metric), tuple(cells))


def _is_share(frame: pd.DataFrame, metric: str) -> bool:
    return not frame.empty and bool(
        (frame[matching(frame, metric=metric)]["unit"] == "share").any()
    )


def _of_office(run: Run, arm: Arm, metric: str, cell: Cell) -> Cell:
    """The cell, or words where it has no meaning: nobody was met, or there are no caseworkers."""
    if metric in WITHOUT_MEETINGS:
        held = _pick(run.table("summary"), arm, group="all", metric="held_per_person")
        due = _pick(run.table("summary"), arm, group="all", metric="due_per_person")
        if held is not None and due is not None and held["mean"] == 0.0 < due["mean"]:
            return Cell(math.nan, say("cell.never_met"))
        return cell
    weeks = run.table("office_by_week")
    own = weeks[weeks["arm"] == arm.name]["caseworkers"] if not weeks.empty else weeks
    nobody = len(own) > 0 and bool((own == 0.0).all())
    return Cell(math.nan, say("cell.no_staff")) if nobody else cell


def saving(run: Run, account: str) -> Line:
    """What an account saves per spell under each arm, against the first."""
    frame = run.table("account_differences")
    cells = []
    for arm in run.arms:
        row = _pick(frame, arm, account=account)
        cells.append(
            NOTHING if row is None else cell_of(row, "net_saving_dkk_per_spell", whole=True)
        )
    name = say("brief.net_saving", account=name_of("account", account))
    return Line(f"net_saving_{account}", name, name_of("account_about", account), tuple(cells))


def _says_anything(line: Line) -> bool:
    return any(cell.text != NOTHING.text for cell in line.cells)


def main_table(run: Run) -> list[Line]:
    """Days, jobs, meetings, waiting, load, money by account and who is worse off, an arm a column."""
    summary = run.table("summary")
    known = set(summary["metric"])
    lines = [line_of(run, "summary", m, "mean") for m in DURATIONS if m in known][:1]
    lines.append(line_of(run, "differences", "days_saved", "difference"))
    for metric in ("exit_job_share", "held_per_person", "waiting_days_mean", "offered_load"):
        lines.append(line_of(run, "summary", metric, "mean"))
    lines += _caseworkers(run)
    shown = {line.key for line in lines}
    asked = dict.fromkeys(str(one["metric"]) for one in run.scenario.get("beside") or [])
    lines += [line_of(run, "summary", metric, "mean") for metric in asked if metric not in shown]
    lines += [saving(run, account) for account in ACCOUNTS]
    lines.append(line_of(run, "differences", "worse_off_share", "difference"))
    return [line for line in lines if _says_anything(line)]


def difference_table(run: Run) -> list[Line]:
    """Every metric of differences.csv for all groups together."""
    frame = run.rows("differences", group="all")
    metrics = [] if frame.empty else list(dict.fromkeys(frame["metric"]))
    lines = [line_of(run, "differences", metric, "difference") for metric in metrics]
    return [line for line in lines if _says_anything(line)]


def cost_table(run: Run) -> list[tuple[str, list[Line]]]:
    """Kroner of the whole office over the whole run, in millions, by account and item."""
    frame = run.table("costs")
    if frame.empty:
        return []
    sums = frame.groupby(["account", "item", "arm"], sort=False)["dkk_mean"].sum()
    accounts = []
    for account in [a for a in ACCOUNTS if a in set(frame["account"])]:
        items = list(dict.fromkeys(frame[frame["account"] == account]["item"]))
        lines = []
        for item in items:
            values = [float(sums.get((account, item, a.name), math.nan)) for a in run.arms]
            if not any(math.isfinite(v) and v for v in values):
                continue
            cells = tuple(Cell(v, show(v / MILLION)) for v in values)
            lines.append(Line(item, name_of("item", item), "", cells))
        accounts.append((name_of("account", account), lines))
    return accounts


def _caseworkers(run: Run) -> list[Line]:
    """How many there are under each arm; none where the weeks are not told."""
    weeks = run.table("office_by_week")
    if weeks.empty:
        return []
    means = weeks.groupby("arm")["caseworkers"].mean()
    values = [float(means.get(arm.name, math.nan)) for arm in run.arms]
    cells = tuple(Cell(v, show(v)) for v in values)
    return [Line("caseworkers", name_of("metric", "caseworkers"), about_of("caseworkers"), cells)]


def office_table(run: Run) -> list[Line]:
    """Caseworkers and what they cost, and how busy and late the office is."""
    costs = run.table("costs")
    lines = _caseworkers(run)
    if not costs.empty:
        staff = costs[(costs["account"] == "municipality") & (costs["item"] == "caseworkers")]
        sums = staff.groupby("arm")["dkk_mean"].sum()
        values = [float(sums.get(arm.name, math.nan)) for arm in run.arms]
        cells = tuple(Cell(v, show(v / MILLION)) for v in values)
        name = name_of("metric", "caseworkers_dkk")
        lines.append(Line("caseworkers_dkk", name, about_of("caseworkers_dkk"), cells))
    for metric in ("offered_load", "utilisation", "waiting_days_mean", "late_share"):
        lines.append(line_of(run, "summary", metric, "mean"))
    return [line for line in lines if _says_anything(line)]


def parameter_rows(run: Run, only: str) -> list[dict[str, Any]]:
    """Rows of parameters.csv: those that differ from the default, or those that rest on little."""
    frame = run.table("parameters")
    rows: list[dict[str, Any]] = [] if frame.empty else frame.to_dict("records")
    if only == "changed":
        default = {str(row[0]): clean(row[1]) for row in run.facts.get("differences") or []}
        changed = [r for r in rows if str(r["differs_from_default"]).lower() in ("true", "1")]
        return [_shown({**row, "default": default.get(row["name"], "")}) for row in changed]
    found = []
    for row in rows:
        marks = f"{row.get('mark', '')} {row.get('source', '')}".lower()
        if any(mark in marks for mark in LOW_MARKS):
            found.append(_shown(row))
    return found


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of parameters.csv with its numbers as the language writes them."""
    numbers = {
        key: _configured(row[key]) for key in ("value", "default", "low", "high") if key in row
    }
    return {**row, **numbers}


def key_rows(run: Run, names: Sequence[str]) -> list[dict[str, str]]:
    """What the answer rests on, in words: value, range and source of the named parameters."""
    frame = run.table("parameters")
    rows: list[dict[str, Any]] = [] if frame.empty else frame.to_dict("records")
    known = {str(row["name"]): row for row in rows}
    found = []
    for name in (name for name in names if name in known):
        row = known[name]
        ends = [_configured(row[end]) for end in ("low", "high")]
        found.append(
            {
                "name": name,
                "about": name_of("assumption", name.replace(".", "_")),
                "value": f"{_configured(row['value'])} {name_of('unit', row.get('unit') or '')}".strip(),
                "range": say("digits.span", low=ends[0], high=ends[1]) if all(ends) else "",
                "source": f"{row['source']}" + (f" ({row['mark']})" if row.get("mark") else ""),
            }
        )
    return found


def _configured(value: object) -> str:
    """A number as the language writes it; other values as they are."""
    try:
        return plain(float(str(value)))
    except ValueError:
        return clean(value)
