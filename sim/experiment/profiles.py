"""Curves and profiles behind the figures, from the rows of one arm in one replication."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import metrics
from sim.experiment.rows import Columns
from sim.experiment.sums import Sums
from sim.rules.people import OPEN

if TYPE_CHECKING:
    from sim.model.journal import ArmRows


THIRTY = 30


def at_risk_weeks(
    sums: Sums, duration: np.ndarray, ended: np.ndarray, follow_up_days: float
) -> np.ndarray:
    """People still unemployed at weeks 0..104, by label; NaN after the follow-up."""
    days = 7.0 * np.arange(metrics.WEEKS + 1)
    weeks = int(np.sum(days <= follow_up_days))
    at_risk = np.full((len(sums.labels), len(days)), np.nan)
    lasts = np.where(ended, duration, np.inf)
    for place, label in enumerate(sums.labels):
        chosen = np.sort(lasts[sums.select(label)])
        at_risk[place, :weeks] = len(chosen) - np.searchsorted(chosen, days[:weeks], side="right")
    return at_risk


def meeting_months(
    sums: Sums,
    spell: np.ndarray,
    spell_day: np.ndarray,
    held: np.ndarray,
    window: float,
    months: np.ndarray,
) -> None:
    """Write meetings that fell due, and of them held, by label and spell month into ``months``."""
    month = np.clip((spell_day / metrics.MONTH_DAYS).astype(np.int64), 0, metrics.MONTHS - 1)
    whole = int(window / metrics.MONTH_DAYS + 1e-9)
    due_and_held: tuple[slice | np.ndarray, ...] = (slice(None), held)
    for which, chosen in enumerate(due_and_held):
        number = sums.count(spell[chosen], month[chosen], metrics.MONTHS)
        months[:, :whole, which] = number[:, :whole]


def office_weeks(office: Columns) -> np.ndarray:
    """Caseload, waiting, minutes used, minutes open and caseworkers of each whole week.

    Stocks are means over the days of the week, minutes are sums; caseworkers are those of the
    open days, where there are any.
    """
    weeks = len(office["day"]) // 7
    days = {
        name: np.asarray(office[name][: weeks * 7], dtype=float).reshape(weeks, 7)
        for name in ("caseload", "waiting", "minutes_used", "minutes_open", "caseworkers")
    }
    is_open = days["minutes_open"] > 0
    at_work = np.where(is_open, days["caseworkers"], 0.0).sum(axis=1)
    any_day = days["caseworkers"].mean(axis=1)
    return np.column_stack(
        [
            days["caseload"].mean(axis=1),
            days["waiting"].mean(axis=1),
            days["minutes_used"].sum(axis=1),
            days["minutes_open"].sum(axis=1),
            np.where(is_open.any(axis=1), at_work / np.maximum(is_open.sum(axis=1), 1), any_day),
        ]
    )


def thirty_people(baseline: ArmRows) -> np.ndarray:
    """Thirty counted people from the shortest to the longest spell of the baseline, evenly."""
    counted = np.flatnonzero(baseline.spells["counted"])
    duration = baseline.spells["duration_days"][counted]
    number = min(THIRTY, len(counted))
    ranks = ((np.arange(number) + 0.5) / max(number, 1) * len(counted)).astype(np.int64)
    return baseline.spells["person"][counted][np.argsort(duration, kind="stable")[ranks]]


def thirty_spells(
    rows: ArmRows, people: np.ndarray, follow_up_days: float
) -> dict[str, dict[str, np.ndarray]]:
    """Spells and meetings of these people in one arm, cut off at 104 weeks or the follow-up.

    ``spells``: rank, person, group, exit, duration_days. ``meetings``: rank, spell_day (of the
    start, or where there was none when it fell due), outcome. Coded columns are codes.
    """
    limit = min(follow_up_days, metrics.FULL_DAYS)
    spells, meetings = rows.spells, rows.meetings
    counted = np.flatnonzero(spells["counted"])
    places = counted[np.searchsorted(spells["person"][counted], people)]
    duration = spells["duration_days"][places]

    order = np.argsort(people)
    found = np.searchsorted(people[order], meetings["person"])
    rank = np.append(order, 0)[found]
    known = people[np.minimum(rank, len(people) - 1)] if len(people) else meetings["person"] - 1
    start, due = meetings["start_day"], meetings["due_day"]
    entry = spells["entry_day"][places]
    day = np.where(np.isfinite(start), start, due) - (entry[rank] if len(people) else 0.0)
    chosen = (meetings["person"] == known) & (meetings["spell"] == 1) & (day <= limit)
    return {
        "spells": {
            "rank": np.arange(1, len(people) + 1),
            "person": people,
            "group": spells["group"][places],
            "exit": np.where(duration <= limit, spells["exit"][places], OPEN),
            "duration_days": np.minimum(duration, limit),
        },
        "meetings": {
            "rank": rank[chosen] + 1,
            "spell_day": day[chosen],
            "outcome": meetings["outcome"][chosen],
        },
    }
