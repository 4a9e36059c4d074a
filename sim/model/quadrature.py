"""The cumulative job rate of people who left, put together anew from rows and rulebook.

The rate is written down by its definition (model section 3) on pieces between all of its kinks,
and integrated by Gauss and Legendre. Nothing of the integrator that found the exits is used.
"""

from __future__ import annotations

import numpy as np

from sim.model.leavers import Held, Lives, Spans, Weeks, before, held_meetings, threats, times
from sim.rules.effects import ADDITIVE, CONCAVE
from sim.rules.hazards import WEIBULL, line_number
from sim.rules.people import GROUPS, JOB
from sim.rules.rulebook import Rulebook

STEPS_PER_TAU = 4.0
"""No piece is longer than this part of the stock's mean life, so that the effect is smooth on it."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)
WEIBULL_NODES, WEIBULL_WEIGHTS = np.polynomial.legendre.leggauss(10)
WEIBULL_KINKS = 2.0 ** np.arange(-30, 14)
"""Days from entry: a Weibull rate is not smooth there, so pieces are ever finer towards it."""

Kinks = tuple[np.ndarray, np.ndarray]


def job_rate_sums(w: Rulebook, weeks: Weeks, lives: Lives, sanctions: Spans) -> np.ndarray:
    """The integral of each one's job rate from entry to exit."""
    held, threat = held_meetings(w, lives), threats(w, lives)
    line = np.array([line_number(group, JOB) for group in range(len(GROUPS))])[lives.group]
    of, a, b = _pieces(lives, _kinks(w, weeks, lives, line, held, [threat, sanctions]))
    middle = 0.5 * (a + b)
    at = times(of, middle)
    rate = lives.frailty[of] * _knot_rates(w, line[of], middle - lives.entry[of])
    rate *= np.array(w.cycle_factor)[np.searchsorted(w.cycle_day, middle, side="right")]
    if len(weeks.day):
        week = np.searchsorted(weeks.day, middle, side="right")
        rate *= np.where(week > 0, weeks.factor[week - 1, lives.q.pool[of]], 1.0)
    rate[threat.covers(at)] *= 1.0 + w.threat
    rate[sanctions.covers(at)] *= w.sanction_factor
    last = np.cumsum(np.bincount(before(at, held.of, held.day), minlength=len(at) + 1)[:-1]) - 1
    met = last >= 0
    met[met] = held.of[last[met]] == of[met]
    changes = met if w.stock_decay > 0.0 else np.zeros_like(met)
    parts = np.where(changes, np.ceil((b - a) * (STEPS_PER_TAU * w.stock_decay)), 1).astype(int)
    if (parts > 1).any():
        a, b = _parted(a, b, parts)
        of, rate, met, last = (np.repeat(x, parts) for x in (of, rate, met, last))
    stock = np.zeros(len(a))
    stock[met] = held.stock[last[met]] * np.exp(-w.stock_decay * (a[met] - held.day[last[met]]))
    is_weibull = np.array(w.line_kind)[line[of]] == WEIBULL
    sums = np.empty(len(a))
    for weibull in np.unique(is_weibull):
        rows = np.flatnonzero(is_weibull == weibull)
        lasting = a[rows], b[rows], stock[rows], lives.chi[of[rows]]
        if weibull:
            sums[rows] = _by_weibull(w, line[of[rows]], lives.entry[of[rows]], *lasting)
        else:
            sums[rows] = _by_day(w, *lasting)
    return np.bincount(of, rate * sums, len(lives.who))


def _kinks(
    w: Rulebook, weeks: Weeks, lives: Lives, line: np.ndarray, held: Held, spans: list[Spans]
) -> list[Kinks]:
    """Whose rate may jump or bend on which days."""
    found = [(held.of, held.day), _bends(w, lives, held)]
    for span in spans:
        found += [(span.of, span.start), (span.of, span.end)]
    for number in np.unique(line):
        mine = lives.who[line == number]
        from_entry = np.array(w.knot_day[w.line_first[number] : w.line_end[number]])
        if w.line_kind[number] == WEIBULL:
            from_entry = np.append(from_entry, WEIBULL_KINKS)
        day = lives.entry[mine][:, None] + from_entry
        found.append((np.repeat(mine, len(from_entry)), day.ravel()))
    # Days on the calendar: only those within each spell.
    calendar = np.sort(np.concatenate([w.cycle_day, weeks.day]))
    begin = np.searchsorted(calendar, lives.entry, side="right")
    number = np.maximum(np.searchsorted(calendar, lives.end) - begin, 0)
    place = np.arange(number.sum()) + np.repeat(begin - (np.cumsum(number) - number), number)
    return [*found, (np.repeat(lives.who, number), calendar[place])]


def _bends(w: Rulebook, lives: Lives, held: Held) -> Kinks:
    """Where the effect falls below its cap, or rises above nothing, between two meetings."""
    strength = w.strength * lives.chi[held.of]
    with np.errstate(divide="ignore", invalid="ignore"):
        edge = (w.cap if w.effect_kind == CONCAVE else -1.0) / strength
        bend = np.where(edge > 0.0, edge, np.inf) ** (1.0 / w.rho)
        above = (held.stock > bend) & (w.stock_decay > 0.0)
        day = held.day + np.log(held.stock / bend) / w.stock_decay
    return held.of[above], day[above]


def _pieces(lives: Lives, kinks: list[Kinks]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whose, from when, to when: between neighbouring kinks within the spell."""
    of = np.concatenate([whose for whose, _ in kinks])
    day = np.concatenate([days for _, days in kinks])
    inside = (day > lives.entry[of]) & (day < lives.end[of])
    ends = times(lives.who, lives.entry), times(lives.who, lives.end)
    edges = np.sort(np.concatenate([times(of[inside], day[inside]), *ends]))
    whose, days = edges.real.astype(int), np.ascontiguousarray(edges.imag)
    kept = np.flatnonzero((whose[1:] == whose[:-1]) & (days[1:] > days[:-1]))
    return whose[kept], days[kept], days[kept + 1]


def _parted(a: np.ndarray, b: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces cut into so many equal parts each."""
    step = np.repeat((b - a) / parts, parts)
    turn = np.arange(len(step)) - np.repeat(np.cumsum(parts) - parts, parts)
    start = np.repeat(a, parts)
    return start + turn * step, start + (turn + 1) * step


def _knot_rates(w: Rulebook, line: np.ndarray, spell_day: np.ndarray) -> np.ndarray:
    """The rate of the baseline's knot, by line and spell day."""
    rates = np.empty(len(line))
    for number in np.unique(line):
        mine, own = line == number, slice(w.line_first[number], w.line_end[number])
        place = np.searchsorted(w.knot_day[own], spell_day[mine], side="right") - 1
        rates[mine] = np.array(w.knot_rate[own])[place]
    return rates


def _by_day(
    w: Rulebook, a: np.ndarray, b: np.ndarray, stock: np.ndarray, chi: np.ndarray
) -> np.ndarray:
    """The integral of the effect from a to b; ``stock`` is that at a."""
    sums = (b - a) * _effect(w, chi, stock)
    if w.stock_decay > 0.0:
        moves = np.flatnonzero(stock)
        half = 0.5 * (b - a)[moves][:, None]
        left = stock[moves][:, None] * np.exp(-w.stock_decay * half * (1.0 + NODES))
        sums[moves] = half[:, 0] * (_effect(w, chi[moves][:, None], left) @ WEIGHTS)
    return sums


def _by_weibull(
    w: Rulebook, line: np.ndarray, entry: np.ndarray, a: np.ndarray, b: np.ndarray,
    stock: np.ndarray, chi: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """The same times a Weibull rate, in the variable (s / scale)**shape."""
    scale, shape = np.array(w.line_scale)[line], np.array(w.line_shape)[line]
    low, high = ((a - entry) / scale) ** shape, ((b - entry) / scale) ** shape
    half, centre = 0.5 * (high - low)[:, None], 0.5 * (high + low)[:, None]
    power = (centre + half * WEIBULL_NODES) ** (1.0 / shape)[:, None]
    since = np.maximum(entry[:, None] + scale[:, None] * power - a[:, None], 0.0)
    left = stock[:, None] * np.exp(-w.stock_decay * since)
    sums: np.ndarray = half[:, 0] * (_effect(w, chi[:, None], left) @ WEIBULL_WEIGHTS)
    return sums


def _effect(w: Rulebook, chi: np.ndarray, stock: np.ndarray) -> np.ndarray:
    """The effect by its definition (model section 3)."""
    if w.effect_kind == ADDITIVE:
        return np.maximum(0.0, 1.0 + w.strength * chi * stock)
    if w.effect_kind == CONCAVE:
        return np.exp(np.minimum(w.cap, w.strength * chi * stock**w.rho))
    return np.ones_like(stock)
