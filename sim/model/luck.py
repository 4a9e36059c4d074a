"""The draws that people need on their way: gaps, attendance, returns, thresholds."""

from __future__ import annotations

from sim.model.streams import ChunkedLuck
from sim.rules.people import Spell
from sim.rules.regimes import NO_LUCK
from sim.rules.regimes import Luck as Draws
from sim.rules.rulebook import Rulebook


class Luck:
    """The draws that people need on their way, by purpose; the same for all arms."""

    def __init__(self, seed: int, replication: int) -> None:
        self._plan = ChunkedLuck(seed, replication, "plan")
        self._meeting = ChunkedLuck(seed, replication, "meeting")
        self._return = ChunkedLuck(seed, replication, "return")
        self._threshold = ChunkedLuck(seed, replication, "threshold")

    def plan(self, p: Spell, w: Rulebook) -> Draws:
        """(gap, self-booking, booked date, sanction) of what follows meeting ``p.number``.

        NO_LUCK where nothing of it is drawn (a draw costs as much as the plan itself).
        """
        if w.plan_luck or p.absent:
            return self._plan.draw(p.person, p.number, p.spell)
        return NO_LUCK

    def meeting(self, p: Spell, w: Rulebook) -> Draws:
        """(attendance, form, acceptance, minutes) of the meeting after ``p.number``."""
        if w.meeting_luck:
            return self._meeting.draw(p.person, p.number, p.spell)
        return NO_LUCK

    def work(self, person: int, spell: int) -> float:
        """The luck of the days in work after a spell."""
        return self._return.draw(person, 0, spell)[0]

    def thresholds(self, person: int, spell: int) -> Draws:
        """The luck of the thresholds of a spell, one for each kind of exit."""
        return self._threshold.draw(person, 0, spell)


# The compiled engine draws by itself: it replaces the four functions below by its own.


def plan_luck(luck: Luck, p: Spell, w: Rulebook) -> Draws:
    """See ``Luck.plan``."""
    return luck.plan(p, w)


def meeting_luck(luck: Luck, p: Spell, w: Rulebook) -> Draws:
    """See ``Luck.meeting``."""
    return luck.meeting(p, w)


def work_luck(luck: Luck, p: Spell) -> float:
    """See ``Luck.work``."""
    return luck.work(p.person, p.spell)


def threshold_luck(luck: Luck, p: Spell) -> Draws:
    """The luck of the thresholds of the person's next spell."""
    return luck.thresholds(p.person, p.spell + 1)
