"""The metrics of a comparison: names, units, and how long a spell must be followed for each."""

from __future__ import annotations

import math

YEAR_DAYS = 364.0
MONTHS_PER_YEAR = 12
FULL_DAYS = 728.0
"""104 weeks: the span of the full metrics and of the money."""

LATE_DAYS = 7.0
WORSE_DAYS = 1e-6

RMST_DAYS = (182, 364, 728)
SURVIVAL_DAYS = (91, 182, 364, 728)
EXIT_SHARES = ("job", "education", "recall", "other", "open")
MONEY = ("benefit_dkk", "municipality_dkk", "public_dkk", "society_dkk")

WEEKS = 104
MONTHS = 24
MONTH_DAYS = FULL_DAYS / MONTHS
"""A spell month: a 24th of 104 weeks."""

UNITS: dict[str, str] = {
    **{f"rmst_{days}_days": "days" for days in RMST_DAYS},
    "median_days": "days",
    **{f"survival_{days}": "share" for days in SURVIVAL_DAYS},
    **{f"exit_{name}_share": "share" for name in EXIT_SHARES},
    "jobs_per_month": "jobs a month",
    "employed_weeks_104": "weeks",
    "due_per_person": "meetings",
    "held_per_person": "meetings",
    "waiting_days_mean": "days",
    "late_share": "share",
    "offered_load": "share",
    "utilisation": "share",
    **{name: "DKK per spell" for name in MONEY},
}
"""Metrics of one arm, in the order of the tables."""

SHARES_OF_PEOPLE = (
    *(f"survival_{days}" for days in SURVIVAL_DAYS),
    *(f"exit_{name}_share" for name in EXIT_SHARES),
    "late_share",
)
"""Shares that cannot lie outside of 0 to 1, nor their differences outside of -1 to 1.

Student's t does not know this: with few replications an interval reaches beyond. Its ends are cut
off at what can be. The true mean lies there too, so the cut interval covers it just as often.
"""

PAIRED_UNITS: dict[str, str] = {
    "days_saved": "days",
    "dkk_per_day_saved": "DKK per day",
    "net_saving_municipality_dkk": "DKK per spell",
    "net_saving_public_dkk": "DKK per spell",
    "worse_off_share": "share",
    "days_saved_zero_load": "days",
}
"""Metrics that exist only as an arm against the first arm."""

PER_PAIR = ("worse_off_share", "days_saved_zero_load")
"""Paired metrics that each replication already gives for an arm (they are in outcomes.csv)."""

TURNED = {
    "days_saved": "rmst_728_days",
    "net_saving_municipality_dkk": "municipality_dkk",
    "net_saving_public_dkk": "public_dkk",
}
"""Paired metrics that are the baseline minus the arm, so that better is positive."""

RATIO = ("dkk_per_day_saved", "public_dkk", "rmst_728_days")
"""The public purse's extra cost of an arm by each day that it saves; blank where it is not certain
that it saves any."""

ALL = "all"
ZERO_LOAD = "|zero_load"
"""What follows an arm's name when it was run again without an effect of the caseload."""

BOUNDS: dict[str, tuple[float, float]] = {
    **{name: (0.0, math.inf) for name in UNITS if name not in MONEY},
    **{f"rmst_{days}_days": (0.0, float(days)) for days in RMST_DAYS},
    "employed_weeks_104": (0.0, 104.0),
    **dict.fromkeys(SHARES_OF_PEOPLE, (0.0, 1.0)),
}
"""Between what the mean of a metric of one arm can lie, where that is not everything."""

PAIRED_BOUNDS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(SHARES_OF_PEOPLE, (-1.0, 1.0)),
    "worse_off_share": (0.0, 1.0),
}
"""The same for an arm against the first arm."""

NEEDED_DAYS: dict[str, float] = {
    **{f"rmst_{days}_days": float(days) for days in RMST_DAYS},
    **{f"survival_{days}": float(days) for days in SURVIVAL_DAYS},
    **{f"exit_{name}_share": FULL_DAYS for name in EXIT_SHARES},
    "employed_weeks_104": FULL_DAYS,
    **{name: FULL_DAYS for name in MONEY},
    **{name: FULL_DAYS for name in PAIRED_UNITS},
}
"""Days that each spell must be followed, or the metric would be biased; the others need none."""


def left_out(follow_up_days: float) -> dict[str, str]:
    """Metrics that this follow-up is too short for, and why, in words."""
    return {
        metric: f"needs {days:g} days of follow-up; this study follows {follow_up_days:g}"
        for metric, days in NEEDED_DAYS.items()
        if days > follow_up_days
    }
