"""The ledger: what one arm costs, by payer and item, per counted spell and for the whole office.

Per counted spell everything counts from the person's entry to 728 days later, later spells of the
same person included. For the whole office everything counts from day 0 to the end of the run, by
calendar year. The staff's cost, idle time included, is borne as ``sim.experiment.staff`` says.
Accounts and items are those of ``sim.rules.costs``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.cashflows import (
    Array,
    Flows,
    Payments,
    Window,
    all_meetings,
    flows,
    held_payments,
    job_payments,
    lump_payments,
    money_levers,
    quality_dkk_by_group,
    staff_payments,
    window,
)
from sim.experiment.staff import counted_share, shared, staff
from sim.rules.costs import ACCOUNTS, Amounts, Tariff, accounts

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows

WINDOW_DAYS = 728.0
"""How long a counted spell is followed in money."""

TOLERANCE_DKK = 0.005
"""The ledger adds up to the øre."""

Lines = dict[str, dict[str, Any]]
"""By account and item: kroner, one number or one a counted spell."""


@dataclass(frozen=True)
class Accounts:
    """The ledger of one arm in one replication; arrays have one element a counted spell."""

    arm: str
    price_year: int
    window_days: float
    person: NDArray[np.integer[Any]]
    benefit_dkk: Array
    """Benefit paid: after what sanctions withheld, before tax."""
    municipality_dkk: Array
    public_dkk: Array
    society_dkk: Array
    lines: Lines
    yearly: list[tuple[str, str, int, float]]
    """(account, item, calendar year, dkk) of the whole office."""
    whole: Lines
    """The whole office over the whole run, worked out without cutting it into years."""
    benefit_by_payer_dkk: tuple[float, float, float]
    """Benefit of the whole office: all of it, the municipality's share, the state's share."""
    flags: tuple[str, ...]

    @property
    def items(self) -> dict[str, dict[str, float]]:
        """Mean kroner per counted spell, by account and item."""
        return {
            account: {item: _mean(dkk) for item, dkk in lines.items()}
            for account, lines in self.lines.items()
        }

    def total(self, account: str) -> Array:
        """Kroner of one account, one a counted spell."""
        totals: Array = getattr(self, f"{account}_dkk")
        return totals

    def breaches(self) -> tuple[str, ...]:
        """In which way the ledger does not add up to the øre; empty if it does."""
        found = []

        def same(what: str, one: float, other: float) -> None:
            if not abs(one - other) < TOLERANCE_DKK:
                found.append(f"{self.arm}: {what}: {one:.4f} DKK against {other:.4f} DKK")

        for account in ACCOUNTS:
            parts = sum(float(dkk.sum()) for dkk in self.lines[account].values())
            same(f"items of {account} against its total", parts, float(self.total(account).sum()))
            for item, dkk in self.whole[account].items():
                years = sum(row[3] for row in self.yearly if row[:2] == (account, item))
                same(f"years of {account}, {item}, against the whole run", years, dkk)
        benefit, municipal, state = self.benefit_by_payer_dkk
        same("benefit of municipality and state against all benefit", municipal + state, benefit)
        return tuple(found)

    def adds_up(self) -> bool:
        """Whether items sum to totals, years to the whole run, and payers to the benefit."""
        return not self.breaches()


def staff_share(study: Study, rows: ArmRows) -> float:
    """The part of the staff's cost that counted spells bear, if these rows are the first arm's."""
    tariff = Tariff.of(study.values["costs"])
    followed = window(rows, _window_days(study))
    meetings = all_meetings(rows)
    theirs = meetings.where(followed.owner[meetings.row] < followed.number)
    return counted_share(tariff, rows, followed, theirs)


def account(
    study: Study, arm: str, rows: ArmRows, share: float | None = None, of_lump: float = 1.0
) -> Accounts:
    """The accounts of an arm from its rows; a study without 728 days of follow-up says so.

    Args:
        share: the part of the staff's cost that counted spells bear (without it, `staff_share`
            of these rows, as for a first arm).
        of_lump: the part of the programme's lump sum that is paid here.
    """
    tariff = Tariff.of(study.values["costs"])
    levers = money_levers(study.values, arm)
    cost = staff(study, tariff, rows)
    money = flows(study, tariff, rows)
    quality_dkk = quality_dkk_by_group(study.values, levers)
    by_job = job_payments(tariff, rows, float(levers["programme"]["dkk_per_job"]))
    lump_dkk = of_lump * float(levers["programme"]["lump_dkk"])
    lump = lump_payments(study, rows, lump_dkk)

    window_days = _window_days(study)
    followed = window(rows, window_days)
    meetings = all_meetings(rows)
    theirs = meetings.where(followed.owner[meetings.row] < followed.number)
    borne = counted_share(tariff, rows, followed, theirs) if share is None else share
    fixed = shared(borne * cost.fixed_dkk, tariff, rows, followed, theirs)
    paid = [*held_payments(tariff, rows, quality_dkk, theirs), by_job, lump]
    if cost.dkk_per_minute > 0.0:
        paid.append(staff_payments(tariff, rows, cost.dkk_per_minute, theirs))
    per_spell = _per_counted_spell(tariff, followed, money, paid, fixed)
    lines = accounts(tariff, per_spell)
    totals = {name: np.sum(list(lines[name].values()), axis=0) for name in ACCOUNTS}

    no_row = np.zeros(1, dtype=np.intp)
    office = list(held_payments(tariff, rows, quality_dkk, meetings))
    office += [by_job, Payments("caseworkers", no_row, cost.day, cost.dkk)]
    office += [Payments("programme", no_row, np.zeros(1), np.array([lump_dkk]))]
    horizon_days = float(study.horizon_days)

    def in_office(from_day: float, to_day: float) -> Amounts:
        return _whole_office(tariff, money, office, from_day, to_day, to_day >= horizon_days)

    whole = in_office(0.0, horizon_days)
    states = replace(tariff, state_share=tuple(1.0 - share for share in tariff.state_share))
    state_dkk = money.municipal_benefit_dkk(states, horizon_days)

    flags = []
    if window_days < WINDOW_DAYS:
        flags.append(
            f"money covers {window_days:g} days from entry, not {WINDOW_DAYS:g}: "
            f"design.follow_up_days is {study.follow_up_days:g}"
        )
    if cost.unlimited:
        flags.append("unlimited caseworkers are charged by the minutes that they gave")
    if cost.fixed_dkk > 0.0 and not rows.meetings["minutes"].any():
        flags.append("no meeting used a minute: staff is shared by days in unemployment")
    return Accounts(
        arm=arm,
        price_year=tariff.price_year,
        window_days=window_days,
        person=rows.spells["person"][rows.spells["counted"]],
        benefit_dkk=per_spell.benefit - per_spell.withheld,
        municipality_dkk=totals["municipality"],
        public_dkk=totals["public"],
        society_dkk=totals["society"],
        lines=lines,
        yearly=[
            (account, item, year, dkk + 0.0)
            for year, from_day, to_day in calendar_years(study.start_date, horizon_days)
            for account, items in accounts(tariff, in_office(from_day, to_day)).items()
            for item, dkk in items.items()
        ],
        whole=accounts(tariff, whole),
        benefit_by_payer_dkk=(whole.benefit, whole.municipal_benefit, state_dkk),
        flags=tuple(flags),
    )


def calendar_years(start_date: date, horizon_days: float) -> list[tuple[int, float, float]]:
    """(year, first day, day after its last) of a run, cut off at day 0 and at its end."""
    years = []
    year, from_day = start_date.year, 0.0
    while from_day < horizon_days:
        next_day = float((date(year + 1, 1, 1) - start_date).days)
        years.append((year, from_day, min(next_day, float(horizon_days))))
        year, from_day = year + 1, next_day
    return years


def _window_days(study: Study) -> float:
    return min(WINDOW_DAYS, float(study.follow_up_days))


def _per_counted_spell(
    tariff: Tariff, followed: Window, money: Flows, payments: list[Payments], staff_dkk: Array
) -> Amounts:
    """Kroner of each counted spell and of its person's later ones, within the window."""
    kept = followed.rows
    by = followed.owner[kept]
    flowing = money.take(kept).between(tariff, followed.from_day[by], followed.to_day[by])
    number = followed.number
    sums: dict[str, Any] = {item: np.bincount(by, dkk, number) for item, dkk in flowing.items()}
    sums["caseworkers"] = staff_dkk
    for paid in payments:
        sums[paid.item] = sums.get(paid.item, 0.0) + followed.paid(paid)
    return Amounts(**sums)


def _whole_office(
    tariff: Tariff,
    money: Flows,
    payments: list[Payments],
    from_day: float,
    to_day: float,
    last: bool,
) -> Amounts:
    """Kroner of all spells from one day to before another; the ``last`` part has its end too."""
    flowing = money.between(tariff, from_day, to_day)
    sums = {item: float(dkk.sum()) for item, dkk in flowing.items()}
    for paid in payments:
        inside = paid.day >= from_day
        if not last:
            inside &= paid.day < to_day
        paid_dkk = paid.dkk if inside.all() else paid.dkk[inside]
        sums[paid.item] = sums.get(paid.item, 0.0) + float(paid_dkk.sum())
    return Amounts(**sums)


def _mean(dkk: Array) -> float:
    return float(dkk.mean()) if len(dkk) else float("nan")
