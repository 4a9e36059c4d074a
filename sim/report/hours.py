"""What is said of arms that have the caseworkers of the first: whose hours, and what becomes of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.experiment.hours import AS_CONFIGURED
from sim.report.digits import show, with_interval
from sim.report.folder import Arm, Run
from sim.report.words import join, say

PACE_DIGITS = 3
UNCHANGED = 0.005
"""A pace this close to 1 is not told: it is worked out to a thousandth."""


def plan_sentences(facts: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    """That all arms have the same caseworkers, and by how much schedules are stretched for it.

    Args:
        facts: `sim.experiment.hours.facts` of the study; empty in an older run folder.
        titles: what the arms are called, the first first.
    """
    if facts.get("kind", AS_CONFIGURED) == AS_CONFIGURED:
        return []
    first = next(iter(titles.values()))
    said = [say(f"hours.{facts['kind']}", number=_number(facts["caseworkers"]), first=first)]
    paces = [
        say("hours.pace", arm=titles[arm], pace=f"{pace:.{PACE_DIGITS}g}")
        for arm, pace in facts.get("pace_of_plan", {}).items()
        if abs(pace - 1.0) >= UNCHANGED
    ]
    return [*said, say("hours.paces", arms=join(paces))] if paces else said


def _number(steps: list[list[Any]]) -> str:
    """The caseworkers in words: a number, or the smallest and largest of those by date."""
    numbers = [number for _, number in steps]
    if "unlimited" in numbers:
        return say("hours.unlimited")
    low, high = min(numbers), max(numbers)
    return f"{low:g}" if low == high else say("hours.span", low=f"{low:g}", high=f"{high:g}")


def sentences(run: Run) -> list[str]:
    """The same of a finished run, and what each arm uses of its hours and how long people wait."""
    told = plan_sentences(run.facts.get("hours") or {}, {arm.name: arm.title for arm in run.arms})
    if not told:
        return []
    return [" ".join(told), *(used for arm in run.arms if (used := _used(run, arm)))]


def _used(run: Run, arm: Arm) -> str:
    shown = {
        metric: _shown(run, arm, metric)
        for metric in ("offered_load", "utilisation", "waiting_days_mean", "late_share")
    }
    if "" in shown.values():
        return ""
    saved = run.rows("differences", arm=arm.name, group="all", metric="days_saved")
    if arm == run.baseline or saved.empty or not math.isfinite(float(saved.iloc[0]["difference"])):
        return say("hours.used_first", arm=arm.title, **shown)
    days, low, high = (float(saved.iloc[0][c]) for c in ("difference", "ci_low", "ci_high"))
    return say("hours.used", arm=arm.title, days=with_interval(days, low, high), **shown)


def _shown(run: Run, arm: Arm, metric: str) -> str:
    rows = run.rows("summary", arm=arm.name, group="all", metric=metric)
    if rows.empty or not math.isfinite(float(rows.iloc[0]["mean"])):
        return ""
    row = rows.iloc[0]
    mean, low, high = (float(row[column]) for column in ("mean", "ci_low", "ci_high"))
    return show(mean, low, high, share=row["unit"] == "share")
