"""What the two headline figures imply together: 19 days in kroner, 3.2 million kroner in days."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from sim.experiment.esbjerg.curves import HORIZON_DAYS, Insured, Pair
from sim.experiment.esbjerg.predicted import Z, claimed
from sim.rules.costs import Tariff
from sim.rules.people import GROUPS
from sim.rules.published import Published

STAFF_YEARS = (1.0, 1.5)
"""For how long the extra caseworkers had been paid: the texts give no date of the account. From
January 2017 the 5,117 people of the trial need a year and a half of Esbjerg's inflow."""


def municipal_share(pair: Pair, tariff: Tariff) -> float:
    """The municipality's part of the benefit of the days that a pair saves.

    The state bears less the longer a spell has lasted; a day saved is one late in a spell.
    """
    steps = [day for day in tariff.refund_until_days if day < HORIZON_DAYS]
    edges = [0.0, *steps, HORIZON_DAYS]
    saved = [
        pair.control.restricted_mean(end, start) - pair.treated.restricted_mean(end, start)
        for start, end in pairwise(edges)
    ]
    shares = [1.0 - share for share in tariff.state_share]
    return sum(d * s for d, s in zip(saved, shares, strict=False)) / sum(saved)


def money(
    insured: Insured, benefit_dkk_per_day: tuple[float, float], published: Published
) -> pd.DataFrame:
    """A row a quantity, with its lowest and highest value.

    Args:
        benefit_dkk_per_day: of an average recipient, and the largest there is.

    Columns ``what``, ``unit``, ``value``, ``low``, ``high``: the municipality's share of a day
    saved; kroner it saves a day at average and at the largest benefit; the gross saving that 19
    days imply (the interval is that of chance); staff; the gross saving that the reported net
    saving implies; the days a person which that is worth.
    """
    tariff = Tariff.of(insured.values["costs"])
    pair = claimed(insured, published)
    share = municipal_share(pair, tariff)
    treated = published["esbjerg_treated_people"].number
    days = published["esbjerg_days_saved"].number
    half = Z * pair.standard_error(published["esbjerg_control_people"].number, treated)
    staff = [
        published["esbjerg_extra_caseworkers"].number * years * tariff.caseworker_dkk_per_year
        for years in STAFF_YEARS
    ]
    gross = [published["esbjerg_net_saving_dkk"].number + paid for paid in staff]
    rows: list[tuple[str, str, float, float | None, float | None]] = [
        ("municipal_share", "share", share, None, None),
        ("staff", "DKK", sum(staff) / 2.0, min(staff), max(staff)),
        ("gross_reported", "DKK", sum(gross) / 2.0, min(gross), max(gross)),
    ]
    for name, benefit in zip(("average", "largest"), benefit_dkk_per_day, strict=True):
        a_day = share * benefit
        low, middle, high = (treated * a_day * d for d in (days - half, days, days + half))
        implied = [dkk / (treated * a_day) for dkk in gross]
        rows += [
            (f"saving_a_day_{name}", "DKK", a_day, None, None),
            (f"gross_claimed_{name}", "DKK", middle, low, high),
            (f"days_implied_{name}", "days", sum(implied) / 2.0, min(implied), max(implied)),
        ]
    return pd.DataFrame(rows, columns=["what", "unit", "value", "low", "high"])


def benefits(insured: Insured, highest: float) -> tuple[float, float]:
    """Benefit of the insured a day: shipped (of an average recipient), and the largest."""
    return Tariff.of(insured.values["costs"]).benefit_dkk_per_day[GROUPS.index("ui")], highest
