"""The draws that people need on their way: gaps, attendance, returns, thresholds."""

from __future__ import annotations

from math import inf, log

from sim.model.streams import ChunkedLuck
from sim.rules.people import JOB, Spell
from sim.rules.rulebook import Rulebook


class Luck:
    """The draws that people need on their way, by purpose; the same for all arms."""

    def __init__(self, seed: int, replication: int) -> None:
        self._plan = ChunkedLuck(seed, replication, "plan")
        self._meeting = ChunkedLuck(seed, replication, "meeting")
        self._return = ChunkedLuck(seed, replication, "return")
        self.threshold = ChunkedLuck(seed, replication, "threshold")

    def plan(self, p: Spell, w: Rulebook) -> tuple[float, ...] | None:
        """(gap, self-booking, booked date, sanction) of what follows meeting ``p.number``.

        None where nothing of it is drawn (a draw costs as much as the plan itself).
        """
        if w.plan_luck or p.absent:
            return self._plan.draw(p.person, p.number, p.spell)
        return None

    def meeting(self, p: Spell, w: Rulebook) -> tuple[float, ...] | None:
        """(attendance, form, acceptance, minutes) of the meeting after ``p.number``, or None."""
        return self._meeting.draw(p.person, p.number, p.spell) if w.meeting_luck else None

    def gap_days(self, person: int, spell: int, w: Rulebook) -> float:
        """Days in work after a job exit until the person is unemployed again; inf if not at all.

        A person returns at a constant rate for a number of weeks (model section 3).
        """
        if w.reentry_per_day <= 0.0:
            return inf
        days = -log(self._return.draw(person, 0, spell)[0]) / w.reentry_per_day
        return days if days < w.reentry_days else inf

    def returns_after_days(self, p: Spell, w: Rulebook) -> float:
        """Days until the person returns; only after a job (a recall goes to the old employer)."""
        return self.gap_days(p.person, p.spell, w) if p.exit == JOB else inf
