"""The backlog of a suspension: meetings that were not held, who is owed one, how it drains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.experiment.intervals import estimate
from sim.experiment.precision import way_of
from sim.experiment.rows import spell_rows
from sim.model.settings import dates_from
from sim.rules.lever_rows import levers_of
from sim.rules.meetings import HELD, MANDATORY, SUSPENDED, VOLUNTARY

if TYPE_CHECKING:
    from sim.model.journal import ArmRows
    from sim.model.settings import Study

FILE = "backlog.csv"
LEFT_SHARE = 0.01
"""A backlog is drained when so many of those who were owed a meeting are still owed it."""
SAME_QUEUE_SHARE = 0.10
LONGER_QUEUE_SHARE = 0.05
"""A queue is longer when its excess over the first arm's is more than so much of the caseload, and
back when the excess has fallen to a tenth of its peak."""
YEAR_DAYS = 364.0
LEAST_DAYS = 56.0
"""A year's meetings are told from the days before the suspension where there are so many."""
MINUTES_PER_HOUR = 60.0

UNITS: dict[str, str] = {
    "not_held_meetings": "meetings",
    "offers_held_meetings": "meetings",
    "owed_people": "people",
    "met_share": "share",
    "drained_days": "days",
    "queue_longer_days": "days",
    "catch_up_hours": "hours",
    "spared_hours": "hours",
    "more_hours": "hours",
}
"""What is told of an arm:

- ``not_held_meetings``: mandatory meetings that the first arm holds in the window and it does not;
- ``offers_held_meetings``: voluntary ones that it holds there;
- ``owed_people``: open spells on the last day with a meeting suspended, in an arm that catches up
  (0 where what was missed is dropped, or no meeting fell due because the clock stood still);
- ``met_share``: of these, who are met before they leave unemployment;
- ``drained_days``: after the window, until a hundredth of them is neither met nor gone;
- ``queue_longer_days``: after the window, until the queue's excess over the first arm's has fallen
  to a tenth of its peak (blank where it is never longer by a twentieth of the caseload);
- ``catch_up_hours``: caseworker time of the meetings held to catch up (who comes to the ordinary
  meeting before, or instead, costs nothing more);
- ``spared_hours``: caseworker time in the window that the first arm uses and it does not;
- ``more_hours``: caseworker time over the whole run that it uses and the first arm does not.
"""

COUNTS = ("not_held_meetings", "offers_held_meetings", "owed_people", "catch_up_hours",
          "spared_hours", "more_hours")  # fmt: skip
"""What grows with the office, and so can be scaled to a country."""


def suspensions(study: Study, arm: str) -> list[tuple[float, float]]:
    """First day and day after the last of the windows in which an arm suspends meetings."""
    return [(begin, end) for begin, end, _ in _suspending(study, arm)]


def _suspending(study: Study, arm: str) -> list[tuple[float, float, bool]]:
    """The same windows, and whether what is missed in them is caught up on."""
    days = dates_from(study.start_date)
    return [
        (max(days(window["from"]), 0.0), days(window["to"]), window["missed"] == "catch_up")
        for window in levers_of(study.values, arm)["windows"]
        if window["mandatory"] == "suspended" and 0.0 < days(window["to"]) < study.horizon_days
    ]


def measure(study: Study, arm: str, rows: ArmRows, first: ArmRows) -> dict[str, float]:
    """The backlog of an arm's last suspension in one replication."""
    begin, end, catches_up = _suspending(study, arm)[-1]
    m, exit_day = rows.meetings, rows.spells["exit_day"]
    spell = spell_rows(rows)
    missed = (m["outcome"] == SUSPENDED) & (m["due_day"] >= begin) & (m["due_day"] < end)
    owed = np.zeros(len(exit_day), dtype=bool)
    owed[spell[missed]] = catches_up
    owed &= exit_day >= end
    after = (m["outcome"] == HELD) & (m["duty"] == MANDATORY) & (m["end_day"] >= end)
    settles = np.flatnonzero(after & owed[spell])
    _, once = np.unique(spell[settles], return_index=True)
    settles = settles[once]
    met_day = np.full(len(exit_day), np.inf)
    met_day[spell[settles]] = m["end_day"][settles]
    number = int(owed.sum())
    cleared = np.sort(np.minimum(met_day, exit_day)[owed]) - end
    place = int(np.ceil((1.0 - LEFT_SHARE) * number)) - 1
    extra = settles[~_is_ordinary(m["planned"], spell, settles)]
    return {
        "not_held_meetings": _held(first, MANDATORY, begin, end) - _held(rows, MANDATORY, begin, end),
        "offers_held_meetings": _held(rows, VOLUNTARY, begin, end),
        "owed_people": float(number),
        "met_share": len(settles) / number if number else np.nan,
        "drained_days": float(cleared[place]) if number else np.nan,
        "queue_longer_days": _queue_longer(rows, first, end),
        "catch_up_hours": float(m["minutes"][extra].sum()) / MINUTES_PER_HOUR,
        "spared_hours": _hours(first, begin, end) - _hours(rows, begin, end),
        "more_hours": _hours(rows) - _hours(first),
        "first_arm_meetings_per_year": _per_year(first, suspensions(study, arm)[0][0]),
    }  # fmt: skip


def _is_ordinary(planned: np.ndarray, spell: np.ndarray, settles: np.ndarray) -> np.ndarray:
    """Which meetings are those of the plan, not called to catch up.

    After one to catch up on, the planned meeting that was kept follows, with the same number in
    the plan; after that one the next number. Of those who leave first, none is taken as ordinary.
    """
    following = np.minimum(settles + 1, len(spell) - 1)
    goes_on = (spell[following] == spell[settles]) & (following > settles)
    return np.asarray(goes_on & (planned[following] > planned[settles]))


def _per_year(first: ArmRows, begin: float) -> float:
    """Meetings a year of the first arm as before the suspension, when times were ordinary."""
    days = begin if begin >= LEAST_DAYS else YEAR_DAYS
    return _held(first, MANDATORY, 0.0, days) * 365.25 / days


def _held(rows: ArmRows, duty: int, begin: float, end: float) -> float:
    m = rows.meetings
    held = (m["outcome"] == HELD) & (m["duty"] == duty)
    return float((held & (m["end_day"] >= begin) & (m["end_day"] < end)).sum())


def _hours(rows: ArmRows, begin: float = -np.inf, end: float = np.inf) -> float:
    """Hours of caseworkers used in meetings between two days; without them, over the run."""
    day = rows.office["day"]
    used = rows.office["minutes_used"][(day >= begin) & (day < end)]
    return float(used.sum()) / MINUTES_PER_HOUR


def _queue_longer(rows: ArmRows, first: ArmRows, end: float) -> float:
    """Days after the window until the queue's excess falls to a tenth of its peak."""
    late = rows.office["day"] >= end
    excess = (rows.office["waiting"] - first.office["waiting"])[late].astype(float)
    entry, left = rows.spells["entry_day"], rows.spells["exit_day"]
    caseload = float(((entry < end) & (left >= end)).sum())
    if not len(excess) or excess.max() <= LONGER_QUEUE_SHARE * caseload:
        return float("nan")
    peak = int(excess.argmax())
    back = np.flatnonzero(excess[peak:] <= SAME_QUEUE_SHARE * excess[peak])
    return float(rows.office["day"][late][peak + back[0]] - end) if len(back) else float("nan")


def table(study: Study, found: Sequence[dict[str, dict[str, float]]]) -> pd.DataFrame:
    """The rows of ``backlog.csv``: arm, metric, mean and interval over replications.

    ``in_country`` scales a count by the meetings a year of the country (``checks.backlog``) over
    those that the first arm holds in a year at its pace before the suspension (of its first year
    where that begins in the first eight weeks).
    """
    asked = (study.values.get("checks") or {}).get("backlog") or {}
    country = asked.get("country_meetings_per_year")
    has_luck = study.values["design"]["luck"] != "grid"
    rows = []
    for arm in study.arms:
        each = [one[arm] for one in found if one.get(arm)]
        if not each:
            continue
        yearly = float(np.mean([one["first_arm_meetings_per_year"] for one in each]))
        for metric, unit in UNITS.items():
            of = estimate(np.array([[one[metric] for one in each]]), has_luck, way_of(study))
            scale = country / yearly if country and yearly and metric in COUNTS else np.nan
            rows.append({
                "arm": arm, "baseline": study.arms[0], "metric": metric, "unit": unit,
                "mean": of.mean[0], "se": of.se[0], "low": of.low[0], "high": of.high[0],
                "in_country": of.mean[0] * scale, "replications": len(each),
            })  # fmt: skip
    return pd.DataFrame(rows)
