"""The second computation: what the rows of a finished world must show of themselves.

The cumulative job rate of a sample of exits is put together anew from rows and rulebook and
integrated by quadrature (see ``quadrature``).
"""

from __future__ import annotations

import time

import numpy as np

from sim.model.books import MOST_SPELLS, check_rows, keys_of
from sim.model.leavers import Leavers, Lives, Spans, Weeks
from sim.model.quadrature import job_rate_sums
from sim.model.streams import key_of, uniforms
from sim.rules.effects import PLUGIN
from sim.rules.errors import CheckError
from sim.rules.hazards import RULE, line_number
from sim.rules.meetings import NO_SHOW
from sim.rules.people import GROUPS, JOB, Spell
from sim.rules.regimes import MANDATORY
from sim.rules.rulebook import Rulebook

EVERY = 100
"""One person in so many is integrated anew."""

RATE_ERROR = 1e-9
SMALL_THRESHOLD = 1e-3
"""Below this the error is absolute: a calendar day has no more digits."""

AT_A_TIME = 1024
"""People who are integrated at once: enough to be fast, few enough to take no memory."""

Columns = dict[str, np.ndarray]


class Audit:
    """Keeps what is needed while a world runs, and checks its rows at the end.

    An engine that has the leavers and weeks as arrays gives them to `with_leavers` instead of
    telling them one by one.
    """

    def __init__(self, w: Rulebook, seed: int, replication: int, every: int = EVERY) -> None:
        self._w = w
        self._luck = key_of(seed, replication, "plan")
        self.every = every
        self.seconds = 0.0
        """Processor time that `check` took."""
        self._kept: list[tuple[float, ...]] = []
        self._week_day: list[float] = []
        self._week_factors: list[list[float]] = []
        self._leavers: Leavers | None = None
        self._weeks: Weeks | None = None

    @classmethod
    def with_leavers(
        cls, w: Rulebook, seed: int, replication: int, leavers: Leavers, weeks: Weeks
    ) -> Audit:
        """An audit of these people, who left for a job, under these weekly factors."""
        audit = cls(w, seed, replication)
        audit._leavers, audit._weeks = leavers, weeks
        return audit

    def week(self, day: float, factors: list[float]) -> None:
        """Keep the load and market factor of every pool from a day on."""
        self._week_day.append(day)
        self._week_factors.append(factors)

    def keep(self, p: Spell) -> None:
        """Keep what the rows will not tell of a person who leaves for a job."""
        self._kept.append(
            (p.person, p.spell, p.threshold, p.quality, p.pool, p.due_day, p.duty, p.arm)
        )

    def _told(self) -> tuple[Leavers, Weeks]:
        """The leavers and weeks, as arrays."""
        if self._leavers is not None and self._weeks is not None:
            return self._leavers, self._weeks
        person, spell, threshold, quality, pool, due_day, duty, arm = (
            np.array(self._kept, dtype=float).reshape(-1, 8).T
        )
        leavers = Leavers(
            person.astype(np.int64), spell.astype(np.int64), threshold, quality,
            pool.astype(np.int64), due_day, duty.astype(np.int64), arm.astype(np.int64),
        )  # fmt: skip
        days = np.array(self._week_day, dtype=float)
        return leavers, Weeks(days, np.array(self._week_factors, dtype=float))

    def check(self, spells: Columns, meetings: Columns) -> dict[str, int]:
        """How many checks held.

        Raises:
            CheckError: one did not; the message names the person.
        """
        began = time.process_time()
        first = check_rows(spells, meetings, self._w.exit_breaks_meeting)
        leavers, weeks = self._told()
        row = np.searchsorted(keys_of(spells), leavers.person * MOST_SPELLS + leavers.spell)
        told = np.flatnonzero(~self._is_foreign(spells, row, leavers.arm))
        for at in range(0, len(told), AT_A_TIME):
            some = told[at : at + AT_A_TIME]
            q = leavers.take(some)
            lives = Lives(self._w, q, spells, row[some], meetings, first)
            sanctions = self._sanctions(lives, spells["sanctions"][row[some]])
            sums = job_rate_sums(self._w, weeks, lives, sanctions)
            _compare(q, sums)
        self.seconds += time.process_time() - began
        return {
            "meetings_within_spells": len(meetings["person"]),
            "due_equals_held_and_missed": len(spells["person"]),
            "rate_integrated_anew": len(told),
            "rate_not_integrated_anew": len(row) - len(told),
        }

    def _is_foreign(self, spells: Columns, row: np.ndarray, arm: np.ndarray) -> np.ndarray:
        """Whose life the rows do not tell: begun before day 0, a window, a plug-in."""
        w = self._w
        entry, end = spells["entry_day"][row], spells["exit_day"][row]
        lines = [line_number(group, JOB) for group in range(len(GROUPS))]
        by_rule = np.array([w.line_kind[line] == RULE for line in lines])
        foreign = (entry < 0.0) | by_rule[spells["group"][row]] | (w.effect_kind == PLUGIN)
        windows = zip(w.window_from_day, w.window_to_day, w.window_arm, strict=True)
        for start, to, of_arm in windows:
            foreign |= (start < end) & (entry < to) & (arm == of_arm)
        return foreign

    def _sanctions(self, lives: Lives, told: np.ndarray) -> Spans:
        """Days of sanctions, drawn anew from the luck of each no-show; ``told`` is their number.

        Raises:
            CheckError: the rows tell another number.
        """
        w, m, q = self._w, lives.meetings, lives.q
        risk = np.array(w.sanction_risk)[lives.row[lives.of]]
        missed = (m["outcome"] == NO_SHOW) & (m["duty"] == MANDATORY) & (risk > 0.0)
        found = [
            place
            for place in np.flatnonzero(missed).tolist()
            if self._sanction_luck(m, int(q.spell[lives.of[place]]), place) < risk[place]
        ]
        of, day = lives.of[found], m["end_day"][found]
        number = np.bincount(of, minlength=len(told))
        if (number != told).any():
            who = int(np.argmax(number != told))
            raise CheckError(
                f"person {q.person[who]}, spell {q.spell[who]}: {number[who]} no-shows were to be "
                f"sanctioned, {told[who]} were"
            )
        return Spans(of, day, day + w.sanction_days)

    def _sanction_luck(self, m: Columns, spell: int, place: int) -> float:
        person, number = int(m["person"][place]), int(m["number"][place])
        return float(uniforms(self._luck, person, 1, number, spell)[0, 3])


def _compare(q: Leavers, sums: np.ndarray) -> None:
    """Refuse the first whose sum is not the threshold."""
    wrong = np.abs(sums - q.threshold) > RATE_ERROR * np.maximum(q.threshold, SMALL_THRESHOLD)
    if wrong.any():
        who = int(np.argmax(wrong))
        raise CheckError(
            f"person {q.person[who]}, spell {q.spell[who]}: the job rate put together from the "
            f"rows adds up to {float(sums[who])!r} at the exit, the threshold is "
            f"{float(q.threshold[who])!r}"
        )
