"""What the rows of spells and meetings must agree on (model section 13)."""

from __future__ import annotations

import numpy as np

from sim.rules.errors import CheckError
from sim.rules.meetings import BROKEN_OFF, CANCELLED, HELD, NO_SHOW, PENDING
from sim.rules.people import OPEN

Columns = dict[str, np.ndarray]

WAIT_ERROR = 1e-6
AT_A_TIME = 4096
NOTHING = np.zeros(0, dtype=bool)
NO_SPELL = "a meeting belongs to no spell"
MOST_SPELLS = 10_000
"""More spells than one person can have."""


def keys_of(columns: Columns) -> np.ndarray:
    """One number for each (person, spell)."""
    return columns["person"].astype(np.int64) * MOST_SPELLS + columns["spell"]


def check_rows(spells: Columns, meetings: Columns, exit_breaks_meeting: bool) -> np.ndarray:
    """Check meetings against their spells, some thousand people at a time.

    Returns:
        Where the meetings of each spell begin: array of shape (spells + 1,).
    Raises:
        CheckError: with the person (see ``_check_people``).
    """
    people, of = spells["person"], meetings["person"]
    first = [np.zeros(0, dtype=np.int64)]
    at = done = 0
    while at < len(people):
        end = int(np.searchsorted(people, people[min(at + AT_A_TIME, len(people)) - 1], "right"))
        low, high = np.searchsorted(of, people[at]), np.searchsorted(of, people[end - 1], "right")
        _refuse(np.arange(len(of)) == done if low != done else NOTHING, meetings, NO_SPELL)
        some = {name: column[at:end] for name, column in spells.items()}
        theirs = {name: column[low:high] for name, column in meetings.items()}
        first.append(_check_people(some, theirs, exit_breaks_meeting)[:-1] + low)
        at, done = end, high
    _refuse(np.arange(len(of)) == done if done != len(of) else NOTHING, meetings, NO_SPELL)
    return np.append(np.concatenate(first), len(of))


def _check_people(spells: Columns, meetings: Columns, exit_breaks_meeting: bool) -> np.ndarray:
    """Check the meetings of some people against their spells.

    Every meeting is of a spell and none comes after its exit; due = held + missed, and each has
    one outcome that fits its times; waits and minutes add up. What the people of day 0 did
    before it is in their spells, but in no row.

    Returns:
        Where the meetings of each spell begin: array of shape (spells + 1,).
    Raises:
        CheckError: with the person.
    """
    keys, person, spell = keys_of(spells), meetings["person"], meetings["spell"]
    starts_spell = np.ones(len(person), dtype=bool)
    starts_spell[1:] = (person[1:] != person[:-1]) | (spell[1:] != spell[:-1])
    begins = np.flatnonzero(starts_spell)
    number = np.diff(begins, append=len(person))
    of = keys_of({"person": person[begins], "spell": spell[begins]})
    row = np.minimum(np.searchsorted(keys, of), max(len(keys) - 1, 0))
    if len(of):
        _refuse(np.repeat(keys[row] != of, number), meetings, NO_SPELL)

    def of_spell(amounts: np.ndarray) -> np.ndarray:
        """Sum over the meetings of each spell."""
        sums = np.zeros(len(keys))
        if len(of):
            sums[row] = np.add.reduceat(amounts, begins)
        return sums

    count = np.zeros(len(keys), dtype=np.int64)
    count[row] = number
    first = np.append(0, np.cumsum(count))
    new = spells["entry_day"] >= 0.0
    _refuse(new & (count != spells["due"]), spells, "meetings that fell due are not all in rows")
    held = of_spell((meetings["outcome"] == HELD).astype(np.int64))
    wrong = np.where(new, held != spells["held"], held > spells["held"])
    _refuse(wrong, spells, "held meetings in rows are not those of the spell")
    before_first = (spells["due"] - count)[row] + 1 - begins
    in_order = np.arange(len(person)) + np.repeat(before_first, number)
    _refuse(meetings["number"] != in_order, meetings, "meetings are not numbered in order")
    left = {name: np.repeat(spells[name][row], number) for name in ("exit_day", "exit")}
    begun = ~np.isnan(meetings["start_day"])
    _check_times(meetings, left, starts_spell, begun, exit_breaks_meeting)
    until = np.where(begun, meetings["start_day"], meetings["end_day"])
    waited = of_spell(until - meetings["due_day"])
    _refuse(np.abs(waited - spells["waiting_days"]) > WAIT_ERROR, spells, "waits do not add up")
    used = of_spell(meetings["minutes"])
    _refuse(new & (np.abs(used - spells["minutes"]) > WAIT_ERROR), spells, "minutes do not add up")
    return first


def _check_times(
    m: Columns, s: Columns, starts_spell: np.ndarray, begun: np.ndarray, exit_breaks_meeting: bool
) -> None:
    """Check the times of meetings; those that never began compare as false with any."""
    due, start, end, outcome = m["due_day"], m["start_day"], m["end_day"], m["outcome"]
    left = s["exit"] != OPEN
    _refuse(due >= s["exit_day"], m, "a meeting falls due after the exit")
    _refuse(start >= s["exit_day"], m, "a meeting begins after the exit")
    if exit_breaks_meeting:
        _refuse(end > s["exit_day"], m, "a meeting ends after the exit")
    _refuse((end < due) | (start < due) | (end < start), m, "times are out of order")
    _refuse(~starts_spell[1:] & (due[1:] < end[:-1]), m, "two meetings at a time", 1)
    took_place = (outcome == HELD) | (outcome == NO_SHOW) | (outcome == BROKEN_OFF)
    may_have = took_place | (outcome == PENDING)
    _refuse((took_place & ~begun) | (begun & ~may_have), m, "an outcome without its times")
    cut = (outcome == CANCELLED) | (outcome == BROKEN_OFF)
    _refuse(cut & ~(left & (end == s["exit_day"])), m, "a meeting cut short without an exit")
    if exit_breaks_meeting:
        _refuse((outcome == PENDING) & left, m, "a meeting of someone who has left is pending")


def _refuse(wrong: np.ndarray, columns: Columns, what: str, offset: int = 0) -> None:
    """Raise with the first person for whom something is wrong."""
    if wrong.any():
        at = int(np.argmax(wrong)) + offset
        person, spell = int(columns["person"][at]), int(columns["spell"][at])
        raise CheckError(f"person {person}, spell {spell}: {what}")
