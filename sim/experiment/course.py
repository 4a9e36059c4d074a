"""What lies before one person who waits for nobody: cumulative rates and meetings by spell day.

The person is a record that the rulebook leads through its meetings with a threshold that is never
reached; the rate summed so far is kept on the way, and read off at any day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from copy import copy
from itertools import pairwise
from math import exp, inf, log

from scipy.integrate import quad

from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.effects import ADDITIVE, CONCAVE
from sim.rules.errors import InputError
from sim.rules.hazards import line_number
from sim.rules.leaving import advance, gain, rate, start_line
from sim.rules.meetings import ASKS, begin, fall_due, finish
from sim.rules.people import EXITS, JOB, Spell, blank_spell, person_number
from sim.rules.regimes import NO_LUCK
from sim.rules.rulebook import Rulebook


class Line:
    """The cumulative rate of one way out, by spell day: records kept at the start of each piece."""

    def __init__(self, p: Spell, w: Rulebook) -> None:
        self._live, self._w = p, w
        self.starts: list[float] = []
        self._kept: list[Spell] = []

    def keep(self) -> None:
        """Remember the record as it is now."""
        p = self._live
        if self.starts and self.starts[-1] == p.at_day:
            self._kept[-1] = copy(p)
        else:
            self.starts.append(p.at_day)
            self._kept.append(copy(p))

    def advance(self, day: float) -> None:
        """Sum up to a day, and remember every piece that begins on the way."""
        p = self._live
        while p.piece_day <= day:
            advance(p, self._w, p.piece_day)
            self.keep()
        advance(p, self._w, day)
        self.keep()

    def sum_to(self, day: float) -> float:
        """The cumulative rate from entry to a day."""
        p = self._kept[bisect_right(self.starts, day) - 1]
        return p.summed + gain(p, self._w, day) if day > p.at_day else p.summed

    def rate_on(self, day: float) -> float:
        """The rate per day on a day."""
        return rate(self._kept[bisect_right(self.starts, day) - 1], self._w, day)

    def bends(self) -> list[float]:
        """Days on which the effect falls below its cap, or rises above nothing again."""
        w, found = self._w, []
        for p in self._kept:
            edge = -p.excess if w.effect_kind == ADDITIVE else 0.0
            if w.effect_kind == CONCAVE and w.cap > 0.0:
                edge = p.excess / w.cap
            if 1.0 < edge < inf and w.decay > 0.0:
                found.append(p.at_day + log(edge) / w.decay)
        return found


class Course:
    """What lies before one person who never leaves: cumulative rates and meetings to a horizon.

    ``meetings`` holds (number planned, day) of each meeting that is held if the person is still
    there on that day: its end, or its start where an exit does not break a meeting off.
    ``job`` is the line of the job, ``others`` are those of the other exits; ``job_times``
    multiplies the job's rate.
    """

    def __init__(
        self, w: Rulebook, group: int, frailty: float, until: float, served: bool = True
    ) -> None:
        p = blank_spell()
        p.person, p.group, p.row, p.spell = person_number(group, 0), group, group, 1
        p.line, p.frailty = line_number(group, JOB), frailty
        p.chi = w.responsiveness[group] * (frailty**w.frailty_power if w.frailty_power else 1.0)
        p.others = tuple(self._other(w, p, e) for e in range(1, len(EXITS) - 1))
        self.ends_day = w.benefit_limit_days[group]
        self.until = until
        self.job_times = 1.0
        self.meetings: list[tuple[int, float]] = []
        start_line(p, w, 0.0)
        self.job, *self.others = self._lines = [Line(one, w) for one in (p, *p.others)]
        begin(p, w, 0.0, NO_LUCK, 0.5)
        self._keep()
        while served and p.due_day < until:
            now = p.due_day
            self._advance(now)
            if fall_due(p, w, NO_LUCK) != ASKS:
                raise InputError([f"a meeting on day {now} is not simply held"])
            end = now + p.minutes / MINUTES_PER_DAY
            if end >= until:
                break
            self._advance(end)
            self.meetings.append((p.asked_planned, end if w.exit_breaks_meeting else now))
            finish(p, w, end, NO_LUCK)
            self._keep()
        self._advance(until)

    @staticmethod
    def _other(w: Rulebook, p: Spell, exit_code: int) -> Spell:
        q = blank_spell()
        q.group, q.line = p.group, line_number(p.group, exit_code)
        q.chi = p.chi * w.other_response
        start_line(q, w, 0.0)
        return q

    def _keep(self) -> None:
        for line in self._lines:
            line.keep()

    def _advance(self, day: float) -> None:
        for line in self._lines:
            line.advance(day)

    def scaled(self, times: float) -> Course:
        """The same course with a job rate so many times as high: by frailty or by the market."""
        course = copy(self)
        course.job_times *= times
        return course

    def sum_of_others_to(self, day: float) -> float:
        """The cumulative rate of all exits but the job; infinite once the right has ended."""
        return inf if day >= self.ends_day else sum(line.sum_to(day) for line in self.others)

    def sum_to(self, day: float) -> float:
        """The cumulative rate of all ways out; infinite once the right to the benefit has ended."""
        return self.job_times * self.job.sum_to(day) + self.sum_of_others_to(day)

    def survival(self, day: float) -> float:
        """The share who are still unemployed on a spell day."""
        return exp(-self.sum_to(day))

    def edges(self, to_day: float) -> set[float]:
        """Where pieces of the rate begin and end, from 0 to a day."""
        edges = {0.0, to_day, min(self.ends_day, to_day)}
        return edges.union(day for line in self._lines for day in line.starts if day < to_day)

    def integral(self, f: Callable[[float], float], to_day: float) -> float:
        """The integral of f(day) * survival(day), piece by piece of the rate."""
        return sum(
            quad(lambda day: f(day) * self.survival(day), a, b, epsabs=1e-12, epsrel=1e-11)[0]
            for a, b in pairwise(sorted(self.edges(to_day)))
            if a < self.ends_day
        )
