"""The rows of a compiled world, written into columns as things happen; see ``sim.model.journal``."""

from __future__ import annotations

from math import nan

from sim.model.compiled.layout import (
    DUTY_CODES,
    FORM_CODES,
    LEAVER,
    ONE_BYTE,
    ONE_PLACE,
    ONE_REAL,
    ONE_SHORT,
    ONE_YES,
)
from sim.model.compiled.pointers import record_at
from sim.rules.meetings import HELD, minutes_of_caseworkers


def spell_row(g, p):
    """A spell is over (or open at the end of the run)."""
    i = g.spell_rows
    g.spell_rows += 1
    record_at(g.spell_person, i, ONE_PLACE).v = p.person
    record_at(g.spell_spell, i, ONE_SHORT).v = p.spell
    record_at(g.spell_group, i, ONE_BYTE).v = p.group
    record_at(g.spell_entry_day, i, ONE_REAL).v = p.entry_day
    record_at(g.spell_exit_day, i, ONE_REAL).v = p.exit_day
    record_at(g.spell_exit, i, ONE_BYTE).v = p.exit
    record_at(g.spell_frailty, i, ONE_REAL).v = p.frailty
    record_at(g.spell_due, i, ONE_SHORT).v = p.due
    record_at(g.spell_held, i, ONE_SHORT).v = p.held
    record_at(g.spell_waiting_days, i, ONE_REAL).v = p.waiting_days
    record_at(g.spell_counted, i, ONE_YES).v = p.counted
    record_at(g.spell_sanctions, i, ONE_SHORT).v = p.sanctions
    record_at(g.spell_minutes, i, ONE_REAL).v = p.minutes_used
    record_at(g.spell_serial, i, ONE_PLACE).v = p.serial


def no_meeting(g, p, outcome, day):
    """A meeting that fell due ends without having begun."""
    _meeting_row(g, p, nan, outcome, 0.0, day - p.asked_day, day)


def met(g, p, outcome, day):
    """A meeting that began is over."""
    minutes = minutes_of_caseworkers(p, outcome, day)
    if outcome == HELD and p.exit_day <= day:
        p.held += 1
    _meeting_row(g, p, p.start_day, outcome, minutes, p.start_day - p.asked_day, day)


def _meeting_row(g, p, start, outcome, minutes, wait, day):
    p.waiting_days += wait
    g.waited_days += wait
    p.minutes_used += minutes
    i = g.meeting_rows
    g.meeting_rows += 1
    record_at(g.meeting_serial, i, ONE_PLACE).v = p.serial
    record_at(g.meeting_number, i, ONE_SHORT).v = p.number
    record_at(g.meeting_planned, i, ONE_SHORT).v = p.asked_planned
    record_at(g.meeting_due_day, i, ONE_REAL).v = p.asked_day
    record_at(g.meeting_start_day, i, ONE_REAL).v = start
    record_at(g.meeting_end_day, i, ONE_REAL).v = day
    kind = p.form + FORM_CODES * (p.asked_duty + DUTY_CODES * outcome)
    record_at(g.meeting_kind, i, ONE_BYTE).v = kind
    record_at(g.meeting_minutes, i, ONE_REAL).v = minutes


def keep_leaver(g, p):
    """Keep what the rows will not tell of a person who leaves for a job."""
    q = record_at(g.leavers, g.leavers_count, LEAVER)
    g.leavers_count += 1
    q.person = p.person
    q.spell = p.spell
    q.threshold = p.threshold
    q.quality = p.quality
    q.pool = p.pool
    q.planned_due_day = p.due_day
    q.planned_duty = p.duty
    q.arm = p.arm


def order_meetings(spells, meetings, number, found):
    """The places of all meetings by spell, in the order of the spells given.

    Args:
        spells: the serial numbers of spells in order.
        meetings: the serial number of each meeting's spell; the meetings are in order of time.
        number: how many meetings each serial number has (it is used up).
        found: filled with the places of meetings.
    """
    at = 0
    for serial in spells:
        size = number[serial]
        number[serial] = at
        at += size
    for place in range(len(meetings)):
        serial = meetings[place]
        found[number[serial]] = place
        number[serial] += 1
