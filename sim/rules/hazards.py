"""Baseline rates by spell day: piecewise constant, Weibull, or a researcher's own function.

A *line* is one baseline: the line of a target group and an exit has the number
``4 * group + exit``. Flat tables (see ``rulebook``) hold its kind, its knots (spell days at which
the rate jumps or has a kink) and the rate per day from each knot on. A Weibull or a plugged-in
rate has knots with the value 1, which multiply it.
"""

from __future__ import annotations

from math import exp, inf, log

from sim.rules.effects import ADDITIVE, CONCAVE, NO_EFFECT, PLUGIN, factor
from sim.rules.people import Spell, Table
from sim.rules.plugged import plugged_effect, plugged_hazard

PIECEWISE, WEIBULL, RULE = range(3)

RELATIVE_ERROR = 1e-11
DEEPEST = 30

# Gauss-Legendre abscissae and weights on [-1, 1], ten points (symmetric halves).
NODES = (
    (0.14887433898163122, 0.2955242247147529),
    (0.4333953941292472, 0.26926671930999635),
    (0.6794095682990244, 0.21908636251598204),
    (0.8650633666889845, 0.14945134915058059),
    (0.9739065285171717, 0.06667134430868814),
)


def line_number(group: int, exit_code: int) -> int:
    """The line of a group's baseline for one exit."""
    return 4 * group + exit_code


def jumps_hint(w: Table, line: int) -> str:
    """What to do if a sum misses its threshold, where a plug-in may be the reason."""
    if w.line_kind[line] != RULE:
        return ""
    return (
        "; this hazard is a plug-in: if its rate jumps or bends, register the spell days as `kinks`, "
        "or write it as kind: piecewise"
    )


def baseline_at(w: Table, line: int, spell_day: float) -> float:
    """The baseline without its knot value, per day, on a spell day."""
    if w.line_kind[line] == WEIBULL:
        shape = w.line_shape[line]
        scale = w.line_scale[line]
        if spell_day <= 0.0:
            spell_day = 1e-12
        return shape / scale * (spell_day / scale) ** (shape - 1.0)
    if w.line_kind[line] == RULE:
        return plugged_hazard(w, line, spell_day)
    return 1.0


def weighted_factor(p: Spell, w: Table, from_day: float, to_day: float) -> float:
    """The integral of baseline times effect from ``p.at_day`` on, where no closed form serves.

    Weibull without an effect is closed: (b/scale)**shape - (a/scale)**shape. Otherwise adaptive
    ten-point Gauss-Legendre to a relative 1e-11; for a Weibull shape below 1 in the variable
    h = (s/scale)**shape, which takes its pole at 0 away.
    """
    line = p.line
    a, b = from_day - p.entry_day, to_day - p.entry_day
    shape, scale = w.line_shape[line], w.line_scale[line]
    weibull = w.line_kind[line] == WEIBULL
    if weibull and p.excess == 0.0:
        return (b / scale) ** shape - (a / scale) ** shape
    bend = _bend_day(p, w) - p.entry_day
    by_sum = weibull and shape < 1.0
    about = (p, w, by_sum)
    if by_sum:
        a, bend, b = (a / scale) ** shape, (bend / scale) ** shape, (b / scale) ** shape
    if a < bend < b:
        return adaptive(about, a, bend) + adaptive(about, bend, b)
    return adaptive(about, a, b)


def _weight(about: tuple[Spell, Table, bool], x: float) -> float:
    """What is integrated: baseline times effect on spell day ``x``; or, by the sum, the effect
    where a Weibull baseline has summed up to ``x``."""
    p, w, by_sum = about
    line = p.line
    if by_sum:
        shape, scale = w.line_shape[line], w.line_scale[line]
        return _factor_on(p, w, p.entry_day + scale * x ** (1.0 / shape))
    return baseline_at(w, line, x) * _factor_on(p, w, p.entry_day + x)


def _bend_day(p: Spell, w: Table) -> float:
    """The day on which the effect falls below its cap, or is above nothing again; or inf."""
    y = p.excess
    edge = inf
    if w.effect_kind == CONCAVE and w.cap > 0.0:
        edge = y / w.cap
    elif w.effect_kind == ADDITIVE:
        edge = -y
    return p.at_day + log(edge) / w.decay if 1.0 < edge < inf and w.decay > 0.0 else inf


def _factor_on(p: Spell, w: Table, day: float) -> float:
    """The effect on a later day of the present piece."""
    if w.effect_kind == NO_EFFECT or p.excess == 0.0:
        return 1.0
    if w.effect_kind == PLUGIN:
        stock = p.stock * exp(-(day - p.stock_day) * w.stock_decay)
        return plugged_effect(w, p.chi, stock)
    return factor(w.effect_kind, w.cap, p.excess * exp(-w.decay * (day - p.at_day)))


def adaptive(about: tuple[Spell, Table, bool], a: float, b: float) -> float:
    """The integral of the weight from a to b: parts are halved until halves and whole agree.

    They need not agree to more digits than the whole integral has, or a kink would never end.

    Args:
        about: the record, the rulebook, and whether the variable is the Weibull sum.
    """
    small = RELATIVE_ERROR * abs(_gauss(about, a, b))
    total = 0.0
    # parts from left to right; part ``place`` of the 2**depth into which [a, b] is cut
    depth, place, size = 0, 0, b - a
    while True:
        low = a + place * size
        middle, high = low + 0.5 * size, low + size
        both = _gauss(about, low, middle) + _gauss(about, middle, high)
        error = abs(both - _gauss(about, low, high))
        if error > small and error > RELATIVE_ERROR * abs(both) and depth < DEEPEST:
            depth += 1
            place *= 2
            size *= 0.5
            continue
        total += both
        place += 1
        while depth > 0 and place % 2 == 0:
            depth -= 1
            place //= 2
            size *= 2.0
        if depth == 0:
            return total


def _gauss(about: tuple[Spell, Table, bool], a: float, b: float) -> float:
    half, middle = 0.5 * (b - a), 0.5 * (a + b)
    total = 0.0
    for node, share in NODES:
        total += share * (
            _weight(about, middle - half * node) + _weight(about, middle + half * node)
        )
    return half * total


def excess_of(w: Table, chi: float, stock: float) -> float:
    """The excess for a stock of meetings (for a plugged-in effect: the stock itself)."""
    kind = w.effect_kind
    if kind == PLUGIN:
        return stock
    if stock <= 0.0 or kind == NO_EFFECT:
        return 0.0
    if w.rho != 1.0:
        stock **= w.rho
    return w.strength * chi * stock
