"""A group meeting in the making."""

from __future__ import annotations

from scipy.special import pdtrc

from sim.rules.meetings import WAITS
from sim.rules.people import Spell


class Gathering:
    """A group meeting in the making: who waits for it, and the one place it takes in a queue."""

    __slots__ = ("due_day", "entry_day", "group", "members", "minutes", "open", "person", "score")

    def __init__(self, first: Spell) -> None:
        self.members = [(first, first.ticket)]
        self.person = first.person
        self.minutes = first.minutes
        self.due_day = first.due_day
        self.entry_day = first.entry_day
        self.score = first.score
        self.group = first.group
        self.open = True

    def present(self) -> list[Spell]:
        """Who still waits for this meeting (and not for another one by now)."""
        return [p for p, ticket in self.members if p.state == WAITS and p.ticket == ticket]


def mean_group_size(per_day: float, most: int, gather_days: float) -> float:
    """Mean size of a group meeting: E min(most, 1 + N), N Poisson with mean per_day * gather_days.

    Args:
        per_day: people who are called to a group meeting, per day.
    """
    mean = per_day * gather_days
    return 1.0 + float(sum(pdtrc(k, mean) for k in range(most - 1)))
