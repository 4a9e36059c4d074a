"""What the stock of meetings does to a rate: the effect, and its exact integral over time.

Between meetings the stock K decays as exp(-t/tau). Write the *excess* y for

- ``additive``: y = boost * chi * K, the rate is multiplied by max(0, 1 + y);
- ``concave``: y = alpha * chi * K**rho, the rate is multiplied by exp(min(cap, y)).

Both decay exponentially themselves, y(u) = y(0) * exp(-decay * u), with decay = 1/tau and
rho/tau. So the integral of the factor over u days is u + (G(y(0)) - G(y(u))) / decay, where
G'(y) = (factor(y) - 1) / y. For ``concave`` below the cap G is the entire exponential integral
Ein(y) = sum of y**k / (k * k!) over k >= 1; above it, and for ``additive``, it is elementary.
"""

from __future__ import annotations

from math import exp, expm1, factorial, log

NO_EFFECT, ADDITIVE, CONCAVE, PLUGIN = range(4)
EFFECTS = ("none", "additive", "concave")

EULER_GAMMA = 0.5772156649015329


SERIES = tuple(1.0 / (k * factorial(k)) for k in range(1, 23))
"""Coefficients of the power series of Ein: 1 / (k * k!)."""

(C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C18) = SERIES[:18]


def entire_exponential_integral(y: float) -> float:
    """Ein(y) = the integral of (exp(x) - 1) / x from 0 to y, to a relative 1e-15.

    Power series; for small and moderate y written out, since every week of every spell asks for
    it. Below -15, where its terms cancel, Ein(y) = -(gamma + log(-y) + E1(-y)) with E1 by its
    continued fraction (Abramowitz and Stegun 5.1.22).
    """
    # the longer polynomials are summed in pairs and fours (Estrin): their terms need not wait for
    # each other
    if -0.06 < y < 0.06:
        return y * (C1 + y * (C2 + y * (C3 + y * (C4 + y * (C5 + y * (C6 + y * (C7 + y * C8)))))))
    if -0.5 < y < 0.5:
        square = y * y
        fourth = square * square
        low = (C1 + y * C2) + square * (C3 + y * C4)
        middle = (C5 + y * C6) + square * (C7 + y * C8)
        high = (C9 + y * C10) + square * (C11 + y * C12) + fourth * C13
        return y * (low + fourth * (middle + fourth * high))
    if -1.25 < y < 1.25:
        square = y * y
        fourth = square * square
        low = (C1 + y * C2) + square * (C3 + y * C4)
        middle = (C5 + y * C6) + square * (C7 + y * C8)
        high = (C9 + y * C10) + square * (C11 + y * C12)
        top = (C13 + y * C14) + square * (C15 + y * C16) + fourth * (C17 + y * C18)
        return y * (low + fourth * (middle + fourth * (high + fourth * top)))
    if y < -15.0:
        x = -y
        fraction = 0.0
        for n in range(40, 0, -1):
            fraction = n / (1.0 + n / (x + fraction))
        return -(EULER_GAMMA + log(x) + exp(-x) / (x + fraction))
    total = y
    power = y
    k = 1.0
    while True:
        k += 1.0
        power *= y / k
        term = power / k
        total += term
        if abs(term) < 1e-17 * abs(total):
            return total


def factor(kind: int, cap: float, y: float) -> float:
    """The multiplier of the rate at excess ``y``."""
    if kind == CONCAVE:
        return exp(y) if y < cap else exp(cap)
    if kind == ADDITIVE:
        return 1.0 + y if y > -1.0 else 0.0
    return 1.0


def factor_sum(kind: int, cap: float, y: float) -> float:
    """G(y): see the formula at the top of this file."""
    if y == 0.0:
        return 0.0
    if kind == CONCAVE:
        if y <= cap:
            return entire_exponential_integral(y)
        if cap == 0.0:
            return 0.0
        return entire_exponential_integral(cap) + expm1(cap) * log(y / cap)
    return y if y >= -1.0 else -1.0 - log(-y)
