"""When a spell ends: the cumulative job rate against its threshold, without a time step.

The job rate on calendar day c and spell day s is (model section 3)

    frailty * baseline(s) * cycle(c) * common * threat * sanction * effect(stock of meetings)

All but the effect (and a Weibull or plugged-in baseline) are constant on *pieces*; a piece ends
where the baseline, the cycle, the threat, a sanction or the weekly ``common`` factor (load and
market) jumps. A record is summed up to ``at_day``; sums are only ever split at ends of pieces and
where a meeting changes the rate, so the same life gives the same bits in every regime.
"""

from __future__ import annotations

from math import exp, inf

from sim.rules.effects import NO_EFFECT, PLUGIN, factor, factor_sum
from sim.rules.hazards import PIECEWISE, baseline_at, excess_of, weighted_factor
from sim.rules.people import JOB, Spell, Table, other_lines
from sim.rules.plugged import plugged_effect

NEWTON_STEPS = 60
LOOK_AHEAD_DAYS = 1000.0

SAFELY = 1.000000001
"""A threshold that lies above the highest possible sum by this factor is not reached."""


def start_line(p: Spell, w: Table, day: float) -> None:
    """Begin to sum the rate of ``p.line`` on the day of entry."""
    p.at_day = day
    p.summed = 0.0
    p.knot = w.line_first[p.line]
    p.excess = 0.0
    p.excess_sum = 0.0
    p.top = 1.0
    p.closed = w.line_kind[p.line] == PIECEWISE and w.effect_kind != PLUGIN
    p.stock = 0.0
    p.stock_day = day
    set_piece(p, w)


def set_piece(p: Spell, w: Table) -> None:
    """The multiplier on ``p.at_day``, and the day on which its piece ends."""
    day = p.at_day
    line = p.line
    knot = p.knot
    last = w.line_end[line] - 1
    end = inf
    while knot < last:
        end = p.entry_day + w.knot_day[knot + 1]
        if day < end:
            break
        knot += 1
        end = inf
    p.knot = knot
    own = p.frailty * w.knot_rate[knot]
    if day < p.threat_from_day:
        if p.threat_from_day < end:
            end = p.threat_from_day
    elif day < p.threat_to_day:
        own *= 1.0 + w.threat
        if p.threat_to_day < end:
            end = p.threat_to_day
    if day < p.sanction_to_day:
        own *= w.sanction_factor
        if p.sanction_to_day < end:
            end = p.sanction_to_day
    p.own = own
    if w.cycle_count and line % 4 == JOB:
        i = 0
        while i < w.cycle_count and day >= w.cycle_day[i]:
            i += 1
        own *= w.cycle_factor[i]
        if i < w.cycle_count and w.cycle_day[i] < end:
            end = w.cycle_day[i]
    p.level = own
    p.piece_day = end


def gain(p: Spell, w: Table, day: float) -> float:
    """The cumulative rate from ``p.at_day`` to ``day``, which lies in the same piece."""
    days = day - p.at_day
    if not p.closed:
        if p.excess != 0.0 or w.line_kind[p.line] != PIECEWISE:
            return p.level * w.common_factor[p.common] * weighted_factor(p, w, p.at_day, day)
        return p.level * w.common_factor[p.common] * days
    y = p.excess
    if y == 0.0:
        return p.level * w.common_factor[p.common] * days
    if w.decay == 0.0:
        return p.level * w.common_factor[p.common] * days * factor(w.effect_kind, w.cap, y)
    y *= exp(-w.decay * days)
    return (
        p.level
        * w.common_factor[p.common]
        * (days + (p.excess_sum - factor_sum(w.effect_kind, w.cap, y)) / w.decay)
    )


def _sum_to(p: Spell, w: Table, day: float) -> None:
    """Sum the rate up to a day in the present piece."""
    y = p.excess
    if y == 0.0 or not p.closed or w.decay == 0.0:
        p.summed += gain(p, w, day)
        if y != 0.0:
            if w.effect_kind == PLUGIN:
                p.excess = p.stock * exp((p.stock_day - day) * w.stock_decay)
            elif w.decay != 0.0:
                p.excess = y * exp(-w.decay * (day - p.at_day))
                p.excess_sum = factor_sum(w.effect_kind, w.cap, p.excess)
        p.at_day = day
        return
    days = day - p.at_day
    y *= exp(-w.decay * days)
    later = factor_sum(w.effect_kind, w.cap, y)
    p.summed += p.level * w.common_factor[p.common] * (days + (p.excess_sum - later) / w.decay)
    p.at_day = day
    if -1e-17 < y < 1e-17:
        y = later = 0.0
    p.excess = y
    p.excess_sum = later


def advance(p: Spell, w: Table, day: float) -> None:
    """Sum the rate up to ``day``, piece by piece."""
    while p.piece_day <= day:
        if p.piece_day > p.at_day:
            _sum_to(p, w, p.piece_day)
        set_piece(p, w)
    if day > p.at_day:
        _sum_to(p, w, day)


def _days_to(p: Spell, w: Table, need: float) -> float:
    """Days after ``p.at_day`` until the cumulative rate has grown by ``need``.

    Newton from the side on which the cumulative rate has its curvature, so that it converges
    without overshooting; exact in one step where the rate is constant.
    """
    if p.closed:
        level = p.level * w.common_factor[p.common]
        if p.excess == 0.0:
            return need / level
        now = factor(w.effect_kind, w.cap, p.excess)
        if w.decay == 0.0:
            return need / (level * now)
        days = need / (level * now) if now > 0.0 else need / level
    else:
        # where the rate begins with (nearly) nothing, look ahead in growing steps
        now = rate(p, w, p.at_day)
        days = need / now if need < now * LOOK_AHEAD_DAYS else 1.0
    low, high = 0.0, inf
    for _ in range(NEWTON_STEPS):
        here = p.at_day + days
        miss = gain(p, w, here) - need
        if miss > 0.0:
            high = days
        else:
            low = days
        slope = rate(p, w, here)
        step = miss / slope if slope > 0.0 else inf
        new = days - step
        if not low <= new <= high:
            new = 0.5 * (low + high) if high < inf else 2.0 * days + 1.0
        elif high == inf and not p.closed and new > 4.0 * days + LOOK_AHEAD_DAYS:
            new = 4.0 * days + LOOK_AHEAD_DAYS
        if abs(new - days) <= 1e-14 * (here if here > 1.0 else 1.0):
            return new
        days = new
    return days


def rate(p: Spell, w: Table, day: float) -> float:
    """The rate per day on a day in the present piece (all factors included)."""
    y = p.excess
    if w.effect_kind == PLUGIN:
        if y != 0.0:
            stock = p.stock * exp((p.stock_day - day) * w.stock_decay)
            y = plugged_effect(w, p.chi, stock)
        else:
            y = 1.0
    elif y != 0.0:
        y = factor(w.effect_kind, w.cap, y * exp(-w.decay * (day - p.at_day)))
    else:
        y = 1.0
    if w.line_kind[p.line] != PIECEWISE:
        y *= baseline_at(w, p.line, day - p.entry_day)
    return p.level * w.common_factor[p.common] * y


def job_day(p: Spell, w: Table, limit: float) -> float:
    """The day on which the sum reaches the threshold if that is before ``limit``, else inf.

    Looks ahead as if nothing changed until ``limit`` and leaves the record as it was.
    """
    if p.piece_day >= limit:
        return _crossing(p, w, limit)
    need = p.threshold - p.summed
    if need > _peak(p, w) * (limit - p.at_day) * SAFELY:
        return inf
    at_day, summed, own, level, piece_day, knot, y, y_sum = (
        p.at_day, p.summed, p.own, p.level, p.piece_day, p.knot, p.excess, p.excess_sum
    )  # fmt: skip
    while True:
        end = p.piece_day if p.piece_day < limit else limit
        day = _crossing(p, w, end)
        if day < inf or end >= limit:
            break
        _sum_to(p, w, end)
        set_piece(p, w)
    p.at_day, p.summed, p.own, p.level, p.piece_day, p.knot, p.excess, p.excess_sum = (
        at_day, summed, own, level, piece_day, knot, y, y_sum
    )  # fmt: skip
    return day


def _peak(p: Spell, w: Table) -> float:
    """A rate per day that is not exceeded until something changes (inf where none is known)."""
    if not p.closed:
        return inf
    peak = (
        p.frailty
        * w.knot_peak[p.knot]
        * w.cycle_peak
        * w.common_factor[p.common]
        * p.top
        * (1.0 + w.threat)
    )
    if p.at_day < p.sanction_to_day:
        peak *= w.sanction_peak
    return peak


def _crossing(p: Spell, w: Table, end: float) -> float:
    """The day before ``end``, in the present piece, on which the threshold is reached; or inf."""
    need = p.threshold - p.summed
    if need == inf or p.level * w.common_factor[p.common] == 0.0:
        return inf
    if p.closed and need > p.level * w.common_factor[p.common] * p.top * (end - p.at_day) * SAFELY:
        return inf
    if gain(p, w, end) < need:
        return inf
    day = p.at_day + _days_to(p, w, need)
    return day if day < end else end


def find_exit(p: Spell, w: Table, limit: float) -> None:
    """Set ``exit_day`` and ``exit``: the first of all ways out, the job's only before ``limit``."""
    p.exit_day = p.fixed_day
    p.exit = p.fixed_exit
    # most looks end here: even at its highest rate the sum stays below the threshold
    if not p.others and p.piece_day >= limit and p.closed:
        if (
            p.threshold - p.summed
            > p.level * w.common_factor[p.common] * p.top * (limit - p.at_day) * SAFELY
        ):
            return
    day = job_day(p, w, limit)
    if day <= p.fixed_day:
        p.exit_day = day
        p.exit = JOB
    if p.others:
        for line in other_lines(p, w):
            day = job_day(line, w, limit)
            if day < p.exit_day:
                p.exit_day = day
                p.exit = line.line % 4


def change_stock(p: Spell, w: Table, day: float, weight: float) -> None:
    """Add a held meeting of this weight to the stock at its end; sums are split only if it counts.

    Args:
        weight: quality * form * duty of the meeting (no unit).
    """
    if w.effect_kind == NO_EFFECT or weight == 0.0:
        return
    _add_to_stock(p, w, day, weight)
    if p.others:
        for line in other_lines(p, w):
            _add_to_stock(line, w, day, weight)


def _add_to_stock(p: Spell, w: Table, day: float, weight: float) -> None:
    stock = p.stock * exp((p.stock_day - day) * w.stock_decay) + weight
    y = excess_of(w, p.chi, stock) if p.chi != 0.0 else 0.0
    if y != 0.0 or p.excess != 0.0:
        if day < p.piece_day:
            if day > p.at_day:
                _sum_to(p, w, day)
        else:
            advance(p, w, day)
        p.excess = y
        p.excess_sum = factor_sum(w.effect_kind, w.cap, y)
        p.top = factor(w.effect_kind, w.cap, y) if y > 0.0 else 1.0
    p.stock = stock
    p.stock_day = day
