"""The life of a meeting: it falls due, is asked for, held or missed, and what it leaves behind."""

from __future__ import annotations

from math import inf, log

from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.leaving import advance, change_stock, set_piece
from sim.rules.people import Spell, Table
from sim.rules.regimes import (
    MANDATORY,
    VOLUNTARY,
    Luck,
    call,
    call_kept,
    enter_window,
    in_episode,
    leave_window,
    next_in_window,
    plan_next,
)

FORMS = ("physical", "distance", "group")
DUTIES = ("mandatory", "voluntary")
OUTCOMES = ("held", "no_show", "declined", "cancelled", "broken_off", "suspended", "pending")
HELD, NO_SHOW, DECLINED, CANCELLED, BROKEN_OFF, SUSPENDED, PENDING = range(7)

PHYSICAL, DISTANCE, GROUP = range(3)
FIXED, UNIFORM, EXPONENTIAL = range(3)
MINUTES_KINDS = ("fixed", "uniform", "exponential")

ASKS, GATHERS, WITH_PARTNER, IS_DECLINED, IS_SUSPENDED = range(5)
"""What a person whose meeting falls due does next."""

SEARCHES, WAITS, MEETS, WITHDRAWN = range(4)
"""The state of a spell: between meetings, waiting for one, in one, told that it is suspended."""


def fall_due(p: Spell, w: Table, u: Luck) -> int:
    """A planned meeting falls due: its form, whether the person comes, how long it will take.

    Args:
        u: luck of (attendance, form, acceptance, minutes); any where no lever needs it.
    Returns:
        What happens next: ASKS, GATHERS, WITH_PARTNER, IS_DECLINED or IS_SUSPENDED.
    """
    row = p.row
    p.number += 1
    p.due += 1
    p.absent = p.partner = p.ticket = 0
    p.asked_duty = p.duty
    p.asked_planned = p.planned
    p.form = PHYSICAL
    p.minutes = w.minutes_physical[row]
    if w.suspended[row] and p.duty == MANDATORY:
        p.minutes = 0.0
        p.owed = 1
        return IS_SUSPENDED
    if not w.meeting_luck:
        return ASKS
    share = w.share_physical[row]
    distance = w.share_distance[row]
    hindered = in_episode(p, p.due_day)
    if hindered and w.episode_distance_share[row] > 0.0:
        moved = share * w.episode_distance_share[row]
        share -= moved
        distance += moved
    within = u[1] / share if u[1] < share else 0.0
    if u[1] >= share:
        if u[1] < share + distance:
            p.form = DISTANCE
            p.minutes = w.minutes_distance[row]
            within = (u[1] - share) / distance
        else:
            p.form = GROUP
            p.minutes = w.minutes_group[row]
            share += distance
            within = (u[1] - share) / (1.0 - share)
    if p.duty == VOLUNTARY and u[2] >= w.accepted[row]:
        p.minutes = 0.0
        return IS_DECLINED
    missing = w.no_show[3 * row + p.form]
    if p.booked:
        missing *= w.booking_no_show_factor[row]
    if hindered and p.form == PHYSICAL:
        missing *= w.episode_no_show_factor[row]
    if p.duty == MANDATORY and u[0] < missing:
        p.absent = 1
    if within < w.partner_share[row]:
        p.partner = 1
    if p.form == GROUP and not p.absent and not p.partner:
        return GATHERS
    if p.absent:
        p.minutes = w.no_show_minutes
    elif w.minutes_kind[row] == UNIFORM:
        p.minutes *= 0.5 + u[3]
    elif w.minutes_kind[row] == EXPONENTIAL:
        p.minutes *= -log(u[3])
    return WITH_PARTNER if p.partner else ASKS


def finish(p: Spell, w: Table, day: float, u: Luck) -> int:
    """The meeting is over: a held one adds to the stock, a missed one may be sanctioned.

    Args:
        u: luck of (gap, self-booking, booked date, sanction) for what comes next.
    Returns:
        HELD or NO_SHOW.
    """
    row = p.row
    if p.absent:
        if p.duty == MANDATORY and u[3] < w.sanction_risk[row]:
            p.sanctions += 1
            if w.sanction_factor != 1.0:
                advance(p, w, day)
                p.sanction_to_day = day + w.sanction_days
                set_piece(p, w)
        if w.suspended[row]:
            after_contact(p, w, day, u)
        else:
            call(p, w, day, day + w.rebook_days, p.duty)
        return NO_SHOW
    p.held += 1
    weight = w.quality[row] * p.quality * w.form_weight[3 * row + p.form]
    if p.duty == VOLUNTARY:
        weight *= w.voluntary_weight[row]
    change_stock(p, w, day, weight)
    after_contact(p, w, day, u)
    return HELD


def minutes_of_caseworkers(p: Spell, outcome: int, day: float) -> float:
    """Minutes of caseworkers that a meeting which ends on ``day`` has taken, a group's shared."""
    if p.partner:
        return 0.0
    if p.ticket < 0:
        return p.minutes / -p.ticket
    if outcome != HELD and outcome != NO_SHOW:
        return (day - p.start_day) * MINUTES_PER_DAY
    return p.minutes


def after_contact(p: Spell, w: Table, day: float, u: Luck) -> None:
    """Plan what follows a meeting that is over, declined or suspended."""
    if w.suspended[p.row]:
        if p.duty == MANDATORY or p.kept_due_day == inf:
            plan_next(p, w, day, u)
            p.kept_due_day = p.due_day
        if p.offer_day < inf and p.offer_day <= day:
            p.offer_day = day + w.offer_every_days[p.row]
        next_in_window(p, w, day)
    elif p.kept_due_day < inf:
        call_kept(p, w, day)
    else:
        plan_next(p, w, day, u)


def begin(p: Spell, w: Table, day: float, u: Luck, spread: float) -> None:
    """Plan the first meeting of a spell, also for those who enter while a window holds."""
    p.phase = w.phase_start[p.row]
    plan_next(p, w, day, u)
    if w.suspended[p.row] or w.benefit_stops[p.row]:
        enter_window(p, w, day, p.row, False, spread)


def change_window(
    p: Spell, w: Table, day: float, row: int, starts: bool, busy: bool, u: Luck, spread: float
) -> bool:
    """Other levers hold from now on; returns True where the meeting waited for is suspended.

    Args:
        busy: waiting for a meeting or in one.
        u: luck of the next plan.
        spread: spreads first offers and meetings that are caught up on.
    """
    if not starts:
        leave_window(p, w, day, row, busy, spread)
        return False
    gone = busy and p.state == WAITS and w.suspended[row] and p.duty == MANDATORY
    if gone:
        p.owed = 1
        plan_next(p, w, day, u)
    enter_window(p, w, day, row, busy and not gone, spread)
    return gone
