"""The numbers that the brief's own script draws from: days, survival and money by group and arm."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from sim.report import tables
from sim.report.cells import NOTHING, Cell, cell_of
from sim.report.digits import LOCALES
from sim.report.folder import Run, matching
from sim.report.tables import Line
from sim.report.words import find, name_of, spoken
from sim.rules.costs import ACCOUNTS

EVERYBODY = "all"
OF_GROUP = (
    ("summary", "exit_job_share", "mean"),
    ("summary", "held_per_person", "mean"),
    ("summary", "waiting_days_mean", "mean"),
    ("differences", "worse_off_share", "difference"),
)


def brief_data(run: Run) -> dict[str, Any]:
    """Everything that can be chosen on the page; numbers as in the CSVs, with how they are shown."""
    groups = _groups(run)
    return {
        "locale": LOCALES[spoken()].replace("_", "-"),
        "words": find("explore"),
        "arms": [{"name": a.name, "title": a.title, "about": a.about} for a in run.arms],
        "groups": [{"name": g, "title": name_of("group", g)} for g in groups],
        "accounts": [
            {
                "name": account,
                "title": name_of("account", account),
                "about": name_of("account_about", account),
            }
            for account in ACCOUNTS
        ],
        "money": {
            group: {account: _cells(run, _net(run, account, group)) for account in ACCOUNTS}
            for group in groups
        },
        "days": {group: _cells(run, _days(run, group)) for group in groups},
        "table": {group: _table(run, group) for group in groups},
        "survival": {group: _survival(run, group) for group in groups},
    }


def _groups(run: Run) -> list[str]:
    found = list(dict.fromkeys(g for name in ("survival", "summary") for g in _column(run, name)))
    return sorted(found, key=lambda group: group != EVERYBODY)


def _column(run: Run, table: str) -> list[str]:
    frame = run.table(table)
    return [] if frame.empty else list(frame["group"])


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


Row = tuple[Cell, float, float]
"""A cell with the ends of its interval."""

NO_ROW: Row = (NOTHING, math.nan, math.nan)


def _days(run: Run, group: str) -> list[Row]:
    return _rows(run, "days_saved", "days_saved", group=group)


def _net(run: Run, account: str, group: str) -> list[Row]:
    """Net savings; of a target group they are its spells' costs, which fall."""
    if group == EVERYBODY:
        return _rows(
            run, "account_differences", "net_saving_dkk_per_spell", whole=True, account=account
        )
    costs = run.rows("differences", group=group, metric=f"{account}_dkk")
    if costs.empty:
        return [NO_ROW] * len(run.arms)
    ends = {"ci_low": -costs["ci_high"], "ci_high": -costs["ci_low"]}
    saved = costs.assign(net_saving=-costs["difference"], **ends)
    return _of_arms(run, saved, "net_saving", whole=True)


def _rows(run: Run, table: str, column: str, whole: bool = False, **where: str) -> list[Row]:
    return _of_arms(run, run.rows(table, **where), column, whole)


def _of_arms(run: Run, frame: pd.DataFrame, column: str, whole: bool = False) -> list[Row]:
    found = []
    for arm in run.arms:
        own = frame[matching(frame, arm=arm.name)] if not frame.empty else frame
        if own.empty:
            found.append(NO_ROW)
            continue
        row = own.iloc[0]
        cell = cell_of(row, column, whole=whole)
        found.append((cell, float(row["ci_low"]), float(row["ci_high"])))
    return found


def _cells(run: Run, rows: list[Row]) -> dict[str, Any]:
    return {
        arm.name: {
            **_shown(cell), "low": _number(low), "high": _number(high), "verdict": cell.verdict,
        }
        for arm, (cell, low, high) in zip(run.arms, rows, strict=True)
    }  # fmt: skip


def _shown(cell: Cell) -> dict[str, Any]:
    return {"value": _number(cell.value), "text": cell.text, "span": cell.span}


def _table(run: Run, group: str) -> list[dict[str, Any]]:
    """The outcomes of a group, a row each, an arm a cell."""
    known = set(run.table("summary")["metric"])
    duration = [("summary", m, "mean") for m in tables.DURATIONS if m in known][:1]
    lines = [tables.line_of(run, *what, group=group) for what in (*duration, *OF_GROUP)]
    return [_listed(run, line) for line in lines if any(c.text != NOTHING.text for c in line.cells)]


def _listed(run: Run, line: Line) -> dict[str, Any]:
    cells = {arm.name: _shown(c) for arm, c in zip(run.arms, line.cells, strict=True)}
    return {"key": line.key, "name": line.name, "about": line.about, "cells": cells}


def _survival(run: Run, group: str) -> dict[str, Any]:
    """By arm the weeks and the share still unemployed, with the ends of its interval."""
    frame = run.rows("survival", group=group)
    found = {}
    for arm in run.arms:
        own = frame[matching(frame, arm=arm.name)] if not frame.empty else frame
        if own.empty or not own["survival"].notna().any():
            continue
        own = own[own["survival"].notna()].sort_values("week")
        found[arm.name] = {
            "weeks": [int(week) for week in own["week"]],
            **{
                key: [_number(float(value)) for value in own[column]]
                for key, column in (("share", "survival"), ("low", "ci_low"), ("high", "ci_high"))
            },
        }
    return found
