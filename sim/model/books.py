"""What the rows of spells and meetings must agree on (model section 13)."""

from __future__ import annotations

import numpy as np

from sim.rules.errors import CheckError
from sim.rules.meetings import BROKEN_OFF, CANCELLED, HELD, NO_SHOW, PENDING
from sim.rules.people import OPEN

Columns = dict[str, np.ndarray]

WAIT_ERROR = 1e-6
AT_A_TIME = 8192
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
    keys, of = keys_of(spells), keys_of(meetings)
    first = np.append(np.searchsorted(of, keys), len(of))
    count = np.searchsorted(of, keys, side="right") - first[:-1]
    row = np.minimum(np.searchsorted(keys, of), max(len(keys) - 1, 0))
    m, s = meetings, {name: spells[name][row] for name in ("exit_day", "exit")}
    if len(of):
        _refuse(keys[row] != of, m, NO_SPELL)
    new = spells["entry_day"] >= 0.0
    _refuse(new & (count != spells["due"]), spells, "meetings that fell due are not all in rows")
    held = np.bincount(row[m["outcome"] == HELD], minlength=len(keys))
    wrong = np.where(new, held != spells["held"], held > spells["held"])
    _refuse(wrong, spells, "held meetings in rows are not those of the spell")
    place = np.arange(len(of)) - first[row]
    number = spells["due"][row] - count[row] + 1 + place
    _refuse(m["number"] != number, m, "meetings are not numbered in order")
    _check_times(m, s, place, exit_breaks_meeting)
    until = np.where(np.isnan(m["start_day"]), m["end_day"], m["start_day"])
    waited = np.bincount(row, weights=until - m["due_day"], minlength=len(keys))
    _refuse(np.abs(waited - spells["waiting_days"]) > WAIT_ERROR, spells, "waits do not add up")
    used = np.bincount(row, weights=m["minutes"], minlength=len(keys))
    _refuse(new & (np.abs(used - spells["minutes"]) > WAIT_ERROR), spells, "minutes do not add up")
    return first


def _check_times(m: Columns, s: Columns, place: np.ndarray, exit_breaks_meeting: bool) -> None:
    due, start, end, outcome = m["due_day"], m["start_day"], m["end_day"], m["outcome"]
    begun = ~np.isnan(start)
    left = s["exit"] != OPEN
    _refuse(due >= s["exit_day"], m, "a meeting falls due after the exit")
    _refuse(begun & (start >= s["exit_day"]), m, "a meeting begins after the exit")
    if exit_breaks_meeting:
        _refuse(end > s["exit_day"], m, "a meeting ends after the exit")
    _refuse((end < due) | (begun & ((start < due) | (end < start))), m, "times are out of order")
    _refuse((place[1:] > 0) & (due[1:] < end[:-1]), m, "two meetings at a time", 1)
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
