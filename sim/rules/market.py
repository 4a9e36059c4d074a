"""The labour market and the caseworkers' load: two factors on every job rate, renewed weekly."""

from __future__ import annotations

from math import inf

WEEK_DAYS = 7.0
EFFORT_UNIT = 2.0**-40
"""Efforts are added as whole multiples of this, so that their sum has no order."""


def market_factor(
    effort_per_day: float, reference_per_day: float, pool_share: float, displacement: float
) -> float:
    """(E/E_ref)**-delta with E/E_ref = pool_share * E_sim/E_ref_sim + 1 - pool_share.

    Vacancies are fixed: more search by the simulated makes every search less likely to end in a
    job (model section 7). 1 where nobody searches or ``displacement`` is 0.
    """
    if displacement == 0.0 or reference_per_day <= 0.0:
        return 1.0
    ratio = pool_share * effort_per_day / reference_per_day + 1.0 - pool_share
    if ratio <= 0.0:
        return 1.0
    return ratio**-displacement


def lost_in_a_week(market: float, reference_per_day: float, pool_share: float) -> float:
    """Jobs that the unsimulated lose in a week in which their market factor is ``market``."""
    if pool_share <= 0.0:
        return 0.0
    others = reference_per_day * (1.0 - pool_share) / pool_share
    return WEEK_DAYS * others * (1.0 - market)


def load_factor(open_spells: int, caseworkers: float, reference: float, elasticity: float) -> float:
    """(open spells per caseworker / reference)**-kappa; 1 with zero or unlimited caseworkers."""
    if elasticity == 0.0 or caseworkers <= 0.0 or caseworkers == inf or open_spells == 0:
        return 1.0
    return (open_spells / caseworkers / reference) ** -elasticity
