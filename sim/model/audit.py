"""The second computation: what the rows of a finished world must show of themselves.

The cumulative job rate of a sample of exits is put together anew from rows and rulebook and
integrated by quadrature; nothing of the integrator that found the exits is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.books import MOST_SPELLS, check_rows, keys_of
from sim.model.streams import key_of, uniforms
from sim.rules.effects import ADDITIVE, CONCAVE, PLUGIN
from sim.rules.errors import CheckError
from sim.rules.hazards import RULE, WEIBULL, line_number
from sim.rules.meetings import HELD, NO_SHOW
from sim.rules.people import JOB, Spell
from sim.rules.regimes import MANDATORY
from sim.rules.rulebook import Rulebook

EVERY = 100
"""One person in so many is integrated anew."""

RATE_ERROR = 1e-9
SMALL_THRESHOLD = 1e-3
"""Below this the error is absolute: a calendar day has no more digits."""

STEPS_PER_TAU = 4.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Leaver:
    """What the rows do not hold of someone who left for a job."""

    person: int
    spell: int
    threshold: float
    quality: float
    pool: int
    planned_due_day: float
    planned_duty: int


class Audit:
    """Keeps what is needed while a world runs, and checks its rows at the end."""

    def __init__(self, w: Rulebook, seed: int, replication: int, every: int = EVERY) -> None:
        self._w = w
        self._luck = key_of(seed, replication, "plan")
        self.every = every
        self._leavers: list[Leaver] = []
        self._week_day: list[float] = []
        self._week_factors: list[list[float]] = []

    def week(self, day: float, factors: list[float]) -> None:
        """Keep the load and market factor of every pool from a day on."""
        self._week_day.append(day)
        self._week_factors.append(factors)

    def keep(self, p: Spell) -> None:
        """Keep what the rows will not tell of a person who leaves for a job."""
        self.add(Leaver(p.person, p.spell, p.threshold, p.quality, p.pool, p.due_day, p.duty))

    def add(self, q: Leaver) -> None:
        """Keep what the rows will not tell of somebody."""
        self._leavers.append(q)

    def check(self, spells: Columns, meetings: Columns) -> dict[str, int]:
        """How many checks held.

        Raises:
            CheckError: one did not; the message names the person.
        """
        first = check_rows(spells, meetings, self._w.exit_breaks_meeting)
        keys = keys_of(spells)
        integrated = skipped = 0
        for q in self._leavers:
            row = int(np.searchsorted(keys, q.person * MOST_SPELLS + q.spell))
            if self._is_foreign(spells, row):
                skipped += 1
                continue
            own = slice(int(first[row]), int(first[row + 1]))
            total = self._integral(q, spells, row, {k: v[own] for k, v in meetings.items()})
            if abs(total - q.threshold) > RATE_ERROR * max(q.threshold, SMALL_THRESHOLD):
                raise CheckError(
                    f"person {q.person}, spell {q.spell}: the job rate put together from the rows "
                    f"adds up to {total!r} at the exit, the threshold is {q.threshold!r}"
                )
            integrated += 1
        return {
            "meetings_within_spells": len(meetings["person"]),
            "due_equals_held_and_missed": len(spells["person"]),
            "rate_integrated_anew": integrated,
            "rate_not_integrated_anew": skipped,
        }

    def _is_foreign(self, spells: Columns, row: int) -> bool:
        """Whether the rows do not tell this life: begun before day 0, a window, a plug-in."""
        w = self._w
        entry, end = spells["entry_day"][row], spells["exit_day"][row]
        line = line_number(int(spells["group"][row]), JOB)
        windows = zip(w.window_from_day, w.window_to_day, strict=True)
        return bool(
            entry < 0.0
            or w.effect_kind == PLUGIN
            or w.line_kind[line] == RULE
            or any(start < end and entry < to for start, to in windows)
        )

    def _integral(self, q: Leaver, spells: Columns, row: int, m: Columns) -> float:
        """The job rate from entry to exit, by quadrature between all of its kinks."""
        w = self._w
        entry, end = float(spells["entry_day"][row]), float(spells["exit_day"][row])
        group = int(spells["group"][row])
        line = line_number(group, JOB)
        chi = w.responsiveness[group] * float(spells["frailty"][row]) ** w.frailty_power
        held = m["outcome"] == HELD
        held &= m["end_day"] < end
        days = m["end_day"][held]
        weights = self._weights(q, group, m["form"][held], m["duty"][held])
        threats = self._threats(q, group, entry, end, m)
        sanctions = self._sanctions(q, group, m)
        if len(sanctions) != int(spells["sanctions"][row]):
            raise CheckError(
                f"person {q.person}, spell {q.spell}: {len(sanctions)} no-shows were to be "
                f"sanctioned, {int(spells['sanctions'][row])} were"
            )
        knots = np.array(w.knot_day[w.line_first[line] : w.line_end[line]]) + entry
        rates = np.array(w.knot_rate[w.line_first[line] : w.line_end[line]])
        weeks = np.array(self._week_day)
        kinks = np.concatenate([
            knots, w.cycle_day, weeks, days, threats.ravel(), sanctions.ravel(),
            self._bends(chi, days, weights), _steps(entry, end, w.stock_decay, len(days) > 0),
        ])  # fmt: skip
        if w.line_kind[line] == WEIBULL:  # not smooth at the entry: ever finer towards it
            kinks = np.append(kinks, entry + 2.0 ** np.arange(-30, 14))
        edges = np.unique(np.concatenate([[entry, end], kinks[(kinks > entry) & (kinks < end)]]))
        a, b = edges[:-1], edges[1:]
        middle = 0.5 * (a + b)
        level = float(spells["frailty"][row]) * rates[_place(knots, middle)]
        level = level * np.array(w.cycle_factor)[_place(w.cycle_day, middle) + 1]
        if len(weeks):
            factors = np.array([1.0] + [week[q.pool] for week in self._week_factors])
            level = level * factors[_place(weeks, middle) + 1]
        level = level * np.where(_inside(threats, middle), 1.0 + w.threat, 1.0)
        level = level * np.where(_inside(sanctions, middle), w.sanction_factor, 1.0)
        if w.line_kind[line] == WEIBULL:  # in the variable (s / scale)**shape
            scale, shape = w.line_scale[line], w.line_shape[line]
            low, high = ((a - entry) / scale) ** shape, ((b - entry) / scale) ** shape
            half, centre = 0.5 * (high - low), 0.5 * (high + low)
            at = entry + scale * (centre[:, None] + half[:, None] * NODES) ** (1.0 / shape)
        else:
            half = 0.5 * (b - a)
            at = middle[:, None] + half[:, None] * NODES
        before = days <= middle[:, None]
        since = at[:, :, None] - days
        gone = np.exp(-w.stock_decay * np.where(before[:, None, :], since, 0.0))
        stock = (gone * (weights * before)[:, None, :]).sum(axis=2)
        return float((level * half * (self._effect(chi, stock) @ WEIGHTS)).sum())

    def _weights(self, q: Leaver, group: int, form: np.ndarray, duty: np.ndarray) -> np.ndarray:
        w = self._w
        weight = w.quality[group] * q.quality * np.array(w.form_weight)[3 * group + form]
        return np.where(duty == MANDATORY, weight, weight * w.voluntary_weight[group])

    def _effect(self, chi: float, stock: np.ndarray) -> np.ndarray:
        """The effect by its definition (model section 3)."""
        w = self._w
        if w.effect_kind == ADDITIVE:
            return np.maximum(0.0, 1.0 + w.strength * chi * stock)
        if w.effect_kind == CONCAVE:
            return np.exp(np.minimum(w.cap, w.strength * chi * stock**w.rho))
        return np.ones_like(stock)

    def _bends(self, chi: float, days: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Where the effect falls below its cap, or rises above nothing, between two meetings."""
        w = self._w
        edge = w.cap if w.effect_kind == CONCAVE else -1.0
        strength = w.strength * chi
        if w.stock_decay == 0.0 or strength == 0.0 or not 0.0 < edge / strength < np.inf:
            return np.empty(0)
        bend = (edge / strength) ** (1.0 / w.rho)
        found, stock, last = [], 0.0, 0.0
        for day, weight in zip(days.tolist(), weights.tolist(), strict=True):
            stock = stock * np.exp(-w.stock_decay * (day - last)) + weight
            last = day
            if stock > bend:
                found.append(day + np.log(stock / bend) / w.stock_decay)
        return np.array(found)

    def _threats(self, q: Leaver, group: int, entry: float, end: float, m: Columns) -> np.ndarray:
        """Days on which a mandatory meeting was ahead: array of shape (meetings, 2)."""
        w = self._w
        if w.threat == 0.0 or not w.available[group]:
            return np.empty((0, 2))
        due, duty = m["due_day"], m["duty"]
        told = np.concatenate([[entry], m["end_day"]])
        if q.planned_due_day >= end:
            due, duty = np.append(due, q.planned_due_day), np.append(duty, q.planned_duty)
        told = told[: len(due)]
        spans = np.stack([np.maximum(due - w.threat_days, told), due], axis=1)
        return spans[duty == MANDATORY]

    def _sanctions(self, q: Leaver, group: int, m: Columns) -> np.ndarray:
        """Days of sanctions: array of shape (sanctions, 2)."""
        w = self._w
        found = []
        missed = (m["outcome"] == NO_SHOW) & (m["duty"] == MANDATORY)
        if w.sanction_risk[group] > 0.0:
            for number, day in zip(m["number"][missed], m["end_day"][missed], strict=True):
                u = uniforms(self._luck, q.person, 1, int(number), q.spell)[0, 3]
                if u < w.sanction_risk[group]:
                    found.append((day, day + w.sanction_days))
        return np.array(found).reshape(-1, 2)


def _steps(entry: float, end: float, decay: float, meets: bool) -> np.ndarray:
    """Further edges, so that the effect is smooth between any two."""
    if decay == 0.0 or not meets:
        return np.empty(0)
    return np.arange(entry, end, 1.0 / (STEPS_PER_TAU * decay))


def _place(edges: np.ndarray | tuple[float, ...], at: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.asarray(edges), at, side="right") - 1


def _inside(spans: np.ndarray, at: np.ndarray) -> np.ndarray:
    return ((spans[:, :1] <= at) & (at < spans[:, 1:])).any(axis=0)
