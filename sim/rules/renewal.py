"""Once a week: a person's search effort, and whether the person may leave before the next renewal."""

from __future__ import annotations

from math import exp, inf

from sim.rules.effects import CONCAVE, entire_exponential_integral, factor, factor_sum
from sim.rules.leaving import SAFELY, advance, rate
from sim.rules.market import EFFORT_UNIT, WEEK_DAYS
from sim.rules.people import Spell, other_lines
from sim.rules.rulebook import Rulebook

UNITS_PER_EFFORT = 1.0 / EFFORT_UNIT


def sum_up_week(p: Spell, w: Rulebook, day: float, until: float, rise: float) -> tuple[int, bool]:
    """Sum a person's rate up to ``day``; the search effort, and whether the exit may be near.

    Effort is frailty * baseline * effect * threat * sanction per day of an open spell (model
    section 7). It is counted in whole ``EFFORT_UNIT``, so that a sum over people has no order.

    Args:
        until: the day of the next renewal.
        rise: by how much the load and market factor may rise today, at most.
    Returns:
        Effort in ``EFFORT_UNIT``, and whether the spell may end before ``until`` with such a rise.
    """
    y = p.excess
    if not p.closed or day >= p.piece_day or p.others or y < 0.0 or w.decay == 0.0:
        return int(_effort_the_long_way(p, w, day) * UNITS_PER_EFFORT + 0.5), True
    # the same sums as in leaving.advance, written out: this is everybody's every week
    days = day - p.at_day
    p.at_day = day
    effort = p.own
    level = p.level * w.common_factor[p.common]
    if y == 0.0:
        p.summed += level * days
    else:
        # most have not been touched for a week
        y *= w.week_decay if days == WEEK_DAYS else exp(-w.decay * days)
        if w.effect_kind == CONCAVE and y < w.cap:
            later = entire_exponential_integral(y)
            rise_by = exp(y)
        else:
            later = factor_sum(w.effect_kind, w.cap, y)
            rise_by = factor(w.effect_kind, w.cap, y)
        p.summed += level * (days + (p.excess_sum - later) / w.decay)
        if y < 1e-17:
            y = 0.0
            later = 0.0
        p.excess = y
        p.excess_sum = later
        effort *= rise_by
        level *= rise_by
    limit = until if until < p.limit_day else p.limit_day
    most = level * (limit - day) * rise * SAFELY
    if p.piece_day < limit:
        most = most * w.line_rise[p.line] if w.line_rise[p.line] < inf else inf
    may_leave = p.threshold - p.summed <= most or p.fixed_day < limit
    return int(effort * UNITS_PER_EFFORT + 0.5), may_leave


def _effort_the_long_way(p: Spell, w: Rulebook, day: float) -> float:
    advance(p, w, day)
    if p.others:
        for line in other_lines(p, w):
            advance(line, w, day)
    if p.level <= 0.0:
        return 0.0
    return rate(p, w, day) / (p.level * w.common_factor[p.common]) * p.own
