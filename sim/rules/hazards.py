"""Baseline rates by spell day: piecewise constant, Weibull, or a researcher's own function.

A *line* is one baseline: the line of a target group and an exit has the number
``4 * group + exit``. Flat tables (see ``rulebook``) hold its kind, its knots (spell days at which
the rate jumps or has a kink) and the rate per day from each knot on. A Weibull or a plugged-in
rate has knots with the value 1, which multiply it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log
from typing import Any

from sim.rules.effects import ADDITIVE, CONCAVE, NO_EFFECT, PLUGIN, factor
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


def baseline_at(w, line: int, spell_day: float) -> float:
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


def weighted_factor(p, w, from_day: float, to_day: float) -> float:
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
    if weibull and shape < 1.0:
        low, middle, high = (a / scale) ** shape, (bend / scale) ** shape, (b / scale) ** shape
        if a < bend < b:
            return adaptive(_by_sum, (p, w), low, middle) + adaptive(_by_sum, (p, w), middle, high)
        return adaptive(_by_sum, (p, w), low, high)
    if a < bend < b:
        return adaptive(_by_day, (p, w), a, bend) + adaptive(_by_day, (p, w), bend, b)
    return adaptive(_by_day, (p, w), a, b)


def _by_sum(about, h: float) -> float:
    """The effect where a Weibull baseline has summed up to ``h``."""
    p, w = about
    shape, scale = w.line_shape[p.line], w.line_scale[p.line]
    return _factor_on(p, w, p.entry_day + scale * h ** (1.0 / shape))


def _by_day(about, s: float) -> float:
    """Baseline times effect on a spell day."""
    p, w = about
    return baseline_at(w, p.line, s) * _factor_on(p, w, p.entry_day + s)


def _bend_day(p, w) -> float:
    """The day on which the effect falls below its cap, or is above nothing again; or inf."""
    y = p.excess
    edge = inf
    if w.effect_kind == CONCAVE and w.cap > 0.0:
        edge = y / w.cap
    elif w.effect_kind == ADDITIVE:
        edge = -y
    return p.at_day + log(edge) / w.decay if 1.0 < edge < inf and w.decay > 0.0 else inf


def _factor_on(p, w, day: float) -> float:
    """The effect on a later day of the present piece."""
    if w.effect_kind == NO_EFFECT or p.excess == 0.0:
        return 1.0
    if w.effect_kind == PLUGIN:
        stock = p.stock * exp(-(day - p.stock_day) * w.stock_decay)
        return plugged_effect(w, p.chi, stock)
    return factor(w.effect_kind, w.cap, p.excess * exp(-w.decay * (day - p.at_day)))


def adaptive(f: Callable[[Any, float], float], about: Any, a: float, b: float) -> float:
    """The integral of ``f(about, x)`` over x from a to b by halving until halves and whole agree.

    They need not agree to more digits than the whole integral has, or a kink would never end.
    """
    whole = _gauss(f, about, a, b)
    return _refine(f, about, a, b, whole, 0, RELATIVE_ERROR * abs(whole))


def _refine(
    f: Callable[[Any, float], float], about: Any, a: float, b: float,
    whole: float, depth: int, small: float,
) -> float:  # fmt: skip
    middle = 0.5 * (a + b)
    left, right = _gauss(f, about, a, middle), _gauss(f, about, middle, b)
    both = left + right
    error = abs(both - whole)
    if error <= small or error <= RELATIVE_ERROR * abs(both) or depth >= DEEPEST:
        return both
    return _refine(f, about, a, middle, left, depth + 1, small) + _refine(
        f, about, middle, b, right, depth + 1, small
    )


def _gauss(f: Callable[[Any, float], float], about: Any, a: float, b: float) -> float:
    half, middle = 0.5 * (b - a), 0.5 * (a + b)
    total = 0.0
    for node, weight in NODES:
        total += weight * (f(about, middle - half * node) + f(about, middle + half * node))
    return half * total


def excess_of(w, chi: float, stock: float) -> float:
    """The excess for a stock of meetings (for a plugged-in effect: the stock itself)."""
    kind = w.effect_kind
    if kind == PLUGIN:
        return stock
    if stock <= 0.0 or kind == NO_EFFECT:
        return 0.0
    if w.rho != 1.0:
        stock **= w.rho
    return w.strength * chi * stock
