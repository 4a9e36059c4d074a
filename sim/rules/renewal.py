"""Once a week: everybody's search effort is added up, and the load and market factors renewed."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, inf

from sim.rules.effects import CONCAVE, entire_exponential_integral, factor, factor_sum
from sim.rules.leaving import SAFELY, advance, rate
from sim.rules.market import EFFORT_UNIT
from sim.rules.people import other_lines


def add_up_effort(spells: Iterable, w, day: float, until: float, rise: float) -> tuple[int, list]:
    """Sum everybody's rate up to ``day``; the search effort, and who may leave before ``until``.

    Effort is frailty * baseline * effect * threat * sanction per day of the open spells (model
    section 7). It is added in whole ``EFFORT_UNIT``, so that the sum has no order.

    Args:
        until: the day of the next renewal.
        rise: by how much the load and market factor may rise today, at most.
    Returns:
        Effort in ``EFFORT_UNIT``, and the spells that may end before ``until`` with such a rise.
    """
    units = 0
    may_leave = []
    decay, kind, cap = w.decay, w.effect_kind, w.cap
    per_unit = 1.0 / EFFORT_UNIT
    safely = rise * SAFELY
    for p in spells:
        y = p.excess
        if not p.closed or day >= p.piece_day or p.others or y < 0.0 or decay == 0.0:
            effort = _effort_the_long_way(p, w, day)
            may_leave.append(p)
        else:
            # the same sums as in leaving.advance, written out: this is everybody's every week
            days = day - p.at_day
            p.at_day = day
            effort = p.own
            level = p.level * w.common_factor[p.common]
            if y == 0.0:
                p.summed += level * days
            else:
                y *= exp(-decay * days)
                if kind == CONCAVE and y < cap:
                    later = entire_exponential_integral(y)
                    rise_by = exp(y)
                else:
                    later = factor_sum(kind, cap, y)
                    rise_by = factor(kind, cap, y)
                p.summed += level * (days + (p.excess_sum - later) / decay)
                if y < 1e-17:
                    y = later = 0.0
                p.excess = y
                p.excess_sum = later
                effort *= rise_by
                level *= rise_by
            limit = until if until < p.limit_day else p.limit_day
            most = level * (limit - day) * safely
            if p.piece_day < limit:
                most = most * w.line_rise[p.line] if w.line_rise[p.line] < inf else inf
            if p.threshold - p.summed <= most or p.fixed_day < limit:
                may_leave.append(p)
        units += int(effort * per_unit + 0.5)
    return units, may_leave


def _effort_the_long_way(p, w, day: float) -> float:
    advance(p, w, day)
    if p.others:
        for line in other_lines(p, w):
            advance(line, w, day)
    if p.level <= 0.0:
        return 0.0
    return rate(p, w, day) / (p.level * w.common_factor[p.common]) * p.own
