"""Days saved against kroner: who is dominated, and what a further day costs on the frontier."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

import pandas as pd

ON, DOMINATED, EXTENDED = "frontier", "dominated", "extended"
COLUMNS = ["arm", "days_saved", "cost_dkk", "status", "dkk_per_further_day"]


def frontier(days: Mapping[str, float], cost: Mapping[str, float]) -> pd.DataFrame:
    """frontier.csv: every arm with its status, by days saved.

    An arm is dominated if another saves at least as many days for at most as much money (and one
    of the two is better); extendedly dominated if a mixture of two others does. On the frontier the
    price of a further day is the extra cost over the extra days against the arm before it.
    (Incremental cost-effectiveness, as in Drummond et al., Methods for the Economic Evaluation of
    Health Care Programmes, ch. 4.)

    Args:
        days: days saved a spell, by arm.
        cost: extra cost in DKK a spell, by arm (negative: money is saved).
    """
    order = sorted(days, key=lambda arm: (days[arm], -cost[arm]))
    status = {arm: DOMINATED if _dominated(arm, days, cost) else ON for arm in order}
    while out := _extended([arm for arm in order if status[arm] == ON], days, cost):
        status[out] = EXTENDED
    rows = []
    before: str | None = None
    for arm in order:
        price = nan
        if status[arm] == ON:
            price = nan if before is None else _price(before, arm, days, cost)
            before = arm
        rows.append([arm, days[arm], cost[arm], status[arm], price])
    return pd.DataFrame(rows, columns=COLUMNS)


def _dominated(arm: str, days: Mapping[str, float], cost: Mapping[str, float]) -> bool:
    return any(
        days[other] >= days[arm]
        and cost[other] <= cost[arm]
        and (days[other] > days[arm] or cost[other] < cost[arm])
        for other in days
    )


def _extended(kept: list[str], days: Mapping[str, float], cost: Mapping[str, float]) -> str | None:
    """An arm that costs more a further day than the next one does, if there is any."""
    for before, arm, after in zip(kept, kept[1:], kept[2:], strict=False):
        if _price(before, arm, days, cost) > _price(arm, after, days, cost):
            return arm
    return None


def _price(before: str, arm: str, days: Mapping[str, float], cost: Mapping[str, float]) -> float:
    further = days[arm] - days[before]
    return (cost[arm] - cost[before]) / further if further else nan
