"""Once a week: everybody's search effort is added up, and the load and market factors renewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp

from sim.rules.effects import CONCAVE, entire_exponential_integral, factor, factor_sum
from sim.rules.leaving import SAFELY, advance, find_exit, rate
from sim.rules.market import EFFORT_UNIT


def add_up_effort(spells: Iterable, w, day: float) -> int:
    """Sum everybody's rate up to ``day``; returns the search effort in ``EFFORT_UNIT`` per day.

    Effort is frailty * baseline * effect * threat * sanction of the open spells (model section
    7). It is added in whole units, so that the sum does not depend on the order of the spells.
    """
    units = 0
    decay, kind, cap = w.decay, w.effect_kind, w.cap
    per_unit = 1.0 / EFFORT_UNIT
    for p in spells:
        if not p.closed or day >= p.piece_day or p.others is not None or decay == 0.0:
            p.effort = _effort_the_long_way(p, w, day)
        else:
            # the same sums as in leaving.advance, written out: this is everybody's every week
            days = day - p.at_day
            p.at_day = day
            y = p.excess
            if y == 0.0:
                p.summed += p.multiplier * days
                p.effort = p.own
            else:
                y *= exp(-decay * days)
                if kind == CONCAVE and 0.0 < y <= cap:
                    later = entire_exponential_integral(y)
                    p.effort = p.own * (exp(y) if y < cap else exp(cap))
                else:
                    later = factor_sum(kind, cap, y)
                    p.effort = p.own * factor(kind, cap, y)
                p.summed += p.multiplier * (days + (p.excess_sum - later) / decay)
                if -1e-17 < y < 1e-17:
                    y = later = 0.0
                p.excess = y
                p.excess_sum = later
        units += int(p.effort * per_unit + 0.5)
    return units


def _effort_the_long_way(p, w, day: float) -> float:
    advance(p, w, day)
    if p.others is not None:
        for line in p.others:
            advance(line, w, day)
    if p.multiplier <= 0.0:
        return 0.0
    return rate(p, w, day) * (p.own / p.multiplier)


def take_up(spells: Iterable, w, common: Sequence[float], until: float) -> list:
    """Go on with the week's factors; returns whoever may leave before ``until``.

    Args:
        common: load factor times market factor, by pool.
        until: the day of the next renewal.
    """
    may_leave = []
    for p in spells:
        factors = p.common = common[p.pool]
        factors *= p.cycle
        p.multiplier = p.own * factors
        limit = until if until < p.limit_day else p.limit_day
        if (
            p.piece_day < limit
            or p.excess < 0.0
            or p.others is not None
            or not p.closed
            or p.threshold - p.summed <= p.effort * factors * (limit - p.at_day) * SAFELY
        ):
            find_exit(p, w, limit)
            if p.exit_day < limit:
                may_leave.append(p)
    return may_leave
