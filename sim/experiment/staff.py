"""What the staff of an arm costs, and how much of it each counted spell bears.

A caseworker costs the same busy or idle. So the counted spells bear a share of the staff's cost
that is the same in every arm: the part of its minutes that they use under the first arm. Arms with
as many caseworkers then cost as much, and an arm with more of them costs more, however the time is
spent; only between the spells of an arm is the cost divided by the minutes that each used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.cashflows import Array, Meetings, Window, staff_payments
from sim.rules.costs import Tariff

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows


@dataclass(frozen=True)
class Staff:
    """What the staff of an arm costs over the whole run."""

    day: Array
    dkk: Array
    """By day, discounted."""
    fixed_dkk: float
    """Caseworkers by FTE-year, busy or idle; not discounted."""
    dkk_per_minute: float
    """Price of a minute of unlimited caseworkers; zero where there are none."""
    unlimited: bool


def staff(study: Study, tariff: Tariff, rows: ArmRows) -> Staff:
    """Caseworkers by FTE-year, busy or idle; unlimited ones by the minutes that they gave."""
    office = rows.office
    day = office["day"].astype(float)
    end_day = np.maximum(np.minimum(day + 1.0, study.horizon_days), day)
    unlimited = np.isinf(office["caseworkers"])
    number = np.where(unlimited, 0.0, office["caseworkers"])
    minute_dkk = tariff.caseworker_dkk_per_year / float(
        study.values["office"]["minutes_per_caseworker_year"]
    )
    paid = np.where(unlimited, minute_dkk * office["minutes_used"], 0.0)
    per_day = tariff.caseworker_dkk_per_day
    used = float(rows.meetings["minutes"].sum())
    return Staff(
        day=day,
        dkk=number * per_day * tariff.days(day, end_day) + paid * tariff.discount(day + 0.5),
        fixed_dkk=float((number * per_day * (end_day - day)).sum()),
        dkk_per_minute=float(paid.sum()) / used if used > 0.0 else 0.0,
        unlimited=bool(unlimited.any()),
    )


def counted_share(tariff: Tariff, rows: ArmRows, window: Window, theirs: Meetings) -> float:
    """The counted spells' part of the minutes used in the run, or of its days in unemployment.

    ``theirs`` are the meetings of people who have a counted spell.

    Days count where nobody used a minute. What is discounted is their part, not the whole.
    """
    used = float(rows.meetings["minutes"].sum())
    if used > 0.0:
        return float(_minutes(tariff, rows, window, theirs).sum()) / used
    spells = rows.spells
    lived = float((spells["exit_day"] - np.maximum(spells["entry_day"], 0.0)).sum())
    return float(_days(tariff, rows, window).sum()) / lived if lived > 0.0 else 0.0


def shared(dkk: float, tariff: Tariff, rows: ArmRows, window: Window, theirs: Meetings) -> Array:
    """Kroner divided among the counted spells by minutes used, or days, or else equally."""
    for weight in (_minutes(tariff, rows, window, theirs), _days(tariff, rows, window)):
        if (total := float(weight.sum())) > 0.0:
            return dkk * weight / total
    return np.full(window.number, dkk / max(window.number, 1))


def _minutes(tariff: Tariff, rows: ArmRows, window: Window, theirs: Meetings) -> Array:
    """Minutes of caseworkers that each counted spell used, discounted as money is."""
    return window.paid(staff_payments(tariff, rows, 1.0, theirs))


def _days(tariff: Tariff, rows: ArmRows, window: Window) -> Array:
    """Days in unemployment of each counted spell, discounted."""
    kept = window.rows
    by = window.owner[kept]
    start, left = (
        np.clip(rows.spells[name][kept], window.from_day[by], window.to_day[by])
        for name in ("entry_day", "exit_day")
    )
    days: Array = np.bincount(by, tariff.days(start, left), window.number).astype(float)
    return days
