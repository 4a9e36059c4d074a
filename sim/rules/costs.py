"""Prices, and the accounts that they make of weeks, meetings and wages.

The formulas take a number or an array of numbers, so that one person by hand and an office of
thousands go through the same lines. Kroner are of the tariff's price year; costs are positive.

Three accounts, never added up, since money that moves between payers stands in several of them:

- ``municipality``: its share of benefit and of after-exit cost, staff, programmes. Marginal: at
  a national roll-out the block grants would take a saving back.
- ``public`` (state and municipality): benefit and after-exit cost less the tax on them, less the
  tax on wages, staff, programmes.
- ``society``: staff and programmes less output; benefit and tax only change hands.

Items: ``benefit``; ``withheld`` (benefit not paid because of sanctions, negative);
``after_exit`` (pension, flex job or study grant of those who left other than for a job);
``benefit_tax`` and ``wage_tax`` (negative); ``output`` (negative); ``displaced`` (jobs lost by the
unsimulated to the simulated: benefit after tax and wage tax, or output); ``caseworkers`` (by
FTE-year, idle time included); ``meetings`` (overhead of held meetings); ``quality`` (content of
held meetings); ``programme`` (lump sum, and per job).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, log
from typing import Any, NamedTuple

from sim.rules.people import EXITS, GROUPS

Quantity = Any
"""A number, or an array of numbers."""

DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12.0

ACCOUNTS = ("municipality", "public", "society")
SPENDING = ("caseworkers", "meetings", "quality", "programme")
"""Items that every account bears in full."""
ITEMS = {
    "municipality": ("benefit", "withheld", "after_exit", *SPENDING),
    "public": (
        "benefit", "withheld", "after_exit", "benefit_tax", "wage_tax", "displaced", *SPENDING,
    ),
    "society": ("output", "displaced", *SPENDING),
}  # fmt: skip
"""Items of each account, in the order in which tables list them."""


class Amounts(NamedTuple):
    """What was paid and earned, before anybody's account of it; all in kroner."""

    benefit: Quantity
    municipal_benefit: Quantity
    withheld: Quantity
    municipal_withheld: Quantity
    after_exit: Quantity
    wages: Quantity
    displaced_wages: Quantity
    displaced_benefit: Quantity
    caseworkers: Quantity
    meetings: Quantity
    quality: Quantity
    programme: Quantity


@dataclass(frozen=True)
class Tariff:
    """Prices of one price year; what differs by group stands in the order of ``GROUPS``."""

    price_year: int
    benefit_dkk_per_day: tuple[float, ...]
    refund_until_days: tuple[float, ...]
    state_share: tuple[float, ...]
    caseworker_dkk_per_year: float
    overhead_dkk_per_meeting: float
    after_exit_dkk_per_day: tuple[tuple[float, ...], ...]
    """By group, then by exit in the order of ``EXITS``; 0 for exits that cost nothing."""
    benefit_tax_share: float
    wage_dkk_per_month: float
    wage_tax_share: float
    output_per_wage: float
    sanction_days_without_benefit: tuple[float, ...]
    discount_rate_per_year: float

    @classmethod
    def of(cls, costs: Mapping[str, Any]) -> Tariff:
        """The tariff of a study's ``costs``."""
        benefit = costs["benefit_dkk_per_day"]
        after_exit = costs["after_exit_dkk_per_day"]
        sanction_days = costs["sanction_days_without_benefit"]
        return cls(
            price_year=int(costs["price_year"]),
            benefit_dkk_per_day=tuple(float(benefit[group]) for group in GROUPS),
            refund_until_days=tuple(
                DAYS_PER_WEEK * float(weeks) for weeks in costs["refund"]["until_weeks"]
            ),
            state_share=tuple(float(share) for share in costs["refund"]["state_share"]),
            caseworker_dkk_per_year=float(costs["caseworker_dkk_per_year"]),
            overhead_dkk_per_meeting=float(costs["overhead_dkk_per_meeting"]),
            after_exit_dkk_per_day=tuple(
                tuple(float(after_exit[group].get(way, 0.0)) for way in EXITS) for group in GROUPS
            ),
            benefit_tax_share=float(costs["benefit_tax_share"]),
            wage_dkk_per_month=float(costs["wage_dkk_per_month"]),
            wage_tax_share=float(costs["wage_tax_share"]),
            output_per_wage=float(costs["output_per_wage"]),
            sanction_days_without_benefit=tuple(float(sanction_days[group]) for group in GROUPS),
            discount_rate_per_year=float(costs["discount_rate_per_year"]),
        )

    @property
    def wage_dkk_per_day(self) -> float:
        """Wage of a calendar day in work."""
        return self.wage_dkk_per_month * MONTHS_PER_YEAR / DAYS_PER_YEAR

    @property
    def caseworker_dkk_per_day(self) -> float:
        """Full cost of one caseworker a calendar day, open or not."""
        return self.caseworker_dkk_per_year / DAYS_PER_YEAR

    @property
    def municipal_share_after_exit(self) -> float:
        """Municipality's share of what goes on after an exit: the state pays its lowest share."""
        return 1.0 - min(self.state_share)

    def discount(self, day: Quantity) -> Quantity:
        """Worth on day 0 of a krone on calendar day ``day``: (1 + rate)^-(day / 365.25)."""
        if self.discount_rate_per_year == 0.0:
            return 1.0 + 0.0 * day
        return (1.0 + self.discount_rate_per_year) ** (-day / DAYS_PER_YEAR)

    def days(self, start_day: Quantity, end_day: Quantity) -> Quantity:
        """Discounted days from ``start_day`` to ``end_day``: the integral of ``discount``."""
        if self.discount_rate_per_year == 0.0:
            return end_day - start_day
        force_per_day = log(1.0 + self.discount_rate_per_year) / DAYS_PER_YEAR
        return (self.discount(start_day) - self.discount(end_day)) / force_per_day

    def municipal_days(
        self, start_day: Quantity, end_day: Quantity, clock_zero_day: Quantity
    ) -> Quantity:
        """Discounted benefit days from start to end (start <= end) weighted by municipal share.

        The ladder's clock stood at zero on calendar day ``clock_zero_day`` (which may lie before
        the start: weeks on benefit earlier on count). The share jumps by j at clock day c, so
        the sum is share * days(start, end) + sum of j * days(clip(zero + c), end).
        """
        total = (1.0 - self.state_share[0]) * self.days(start_day, end_day)
        steps = zip(self.refund_until_days, self.state_share, self.state_share[1:], strict=False)
        for until_days, share, next_share in steps:
            jump_day = clock_zero_day + until_days
            from_day = end_day - _ramp(end_day - start_day - _ramp(jump_day - start_day))
            total = total + (share - next_share) * self.days(from_day, end_day)
        return total

    def withheld_share(self, group_days: Quantity, sanctions: Quantity, days: Quantity) -> Quantity:
        """Share of a spell's benefit that sanctions withhold, at most all of it.

        ``group_days`` is ``sanction_days_without_benefit`` of the group. On which day a sanction
        falls is not recorded: the days are taken evenly out of the ``days`` of the spell.
        """
        lost_days = sanctions * group_days
        lost_days = lost_days - _ramp(lost_days - days)
        return lost_days / (days + (days == 0.0))


def accounts(tariff: Tariff, amounts: Amounts) -> dict[str, dict[str, Quantity]]:
    """What each account makes of the amounts, by item; the sum over items is its total."""
    a = amounts
    spending = {name: getattr(a, name) for name in SPENDING}
    local = tariff.municipal_share_after_exit
    taxed = tariff.benefit_tax_share
    return {
        "municipality": {
            "benefit": a.municipal_benefit,
            "withheld": 0.0 - a.municipal_withheld,
            "after_exit": local * a.after_exit,
            **spending,
        },
        "public": {
            "benefit": a.benefit,
            "withheld": 0.0 - a.withheld,
            "after_exit": a.after_exit,
            "benefit_tax": 0.0 - taxed * (a.benefit - a.withheld + a.after_exit),
            "wage_tax": 0.0 - tariff.wage_tax_share * a.wages,
            "displaced": tariff.wage_tax_share * a.displaced_wages
            + (1.0 - taxed) * a.displaced_benefit,
            **spending,
        },
        "society": {
            "output": 0.0 - tariff.output_per_wage * a.wages,
            "displaced": tariff.output_per_wage * a.displaced_wages,
            **spending,
        },
    }


def problems(costs: Mapping[str, Any]) -> list[str]:
    """What is wrong with ``costs`` beyond the bounds of each single price; empty if nothing."""
    found = []
    for name in ("benefit_dkk_per_day", "after_exit_dkk_per_day", "sanction_days_without_benefit"):
        missing = [group for group in GROUPS if group not in costs[name]]
        if missing:
            found.append(f"costs.{name} has no price for {', '.join(missing)}; give one for each.")
    until = [float(weeks) for weeks in costs["refund"]["until_weeks"]]
    shares = costs["refund"]["state_share"]
    if len(until) != len(shares):
        found.append(
            f"costs.refund.until_weeks has {len(until)} steps and costs.refund.state_share "
            f"{len(shares)}; give one share for each step."
        )
    if not until or until[-1] != inf:
        found.append(
            f"costs.refund.until_weeks is {until}; its last step must be .inf, so that every week "
            "has a payer."
        )
    rising = all(first < second for first, second in zip([0.0, *until], until, strict=False))
    if not rising or not all(isfinite(weeks) for weeks in until[:-1]):
        found.append(f"costs.refund.until_weeks is {until}; its steps must rise from above 0.")
    return found


def _ramp(x: Quantity) -> Quantity:
    """max(x, 0), of a number or of an array."""
    return x * (x > 0.0)
