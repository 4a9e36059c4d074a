"""When the next meeting is due: schedules, the meeting clock, and dates in which levers change.

The *meeting clock* of a person counts spell days. It runs at the pace that the allocation gives
the person, slower or not at all in an episode (treatment, a small job), and stands still while a
window stops it. Schedules speak of clock days; people are called on calendar days.
"""

from __future__ import annotations

from math import inf, log

from sim.rules.leaving import advance, set_piece
from sim.rules.people import OTHER, Spell, Table
from sim.rules.plugged import plugged_schedule

NONE, GRID, EVERY, LIST, AGREED, RANDOM, PLUGGED = range(7)
MANDATORY, VOLUNTARY = 0, 1

SMALLEST_GAP_DAYS = 1e-6

Luck = tuple[float, float, float, float]
NO_LUCK = (0.5, 1.0, 0.5, 1.0)
"""Luck of a plan in which nothing is drawn: mean gap, no self-booking, no sanction."""


def clock_at(p: Spell, w: Table, day: float) -> float:
    """What the person's meeting clock shows on a calendar day, in days."""
    if p.stopped_day < day:
        day = p.stopped_day
    active = day - p.entry_day - p.lost_days
    if active > p.episode_from:
        speed = w.episode_pace[p.row]
        if active < p.episode_to:
            active = p.episode_from + speed * (active - p.episode_from)
        else:
            active -= (1.0 - speed) * (p.episode_to - p.episode_from)
    return active * p.pace


def in_episode(p: Spell, day: float) -> bool:
    """Whether a calendar day lies in the person's episode (treatment, a small job)."""
    active = day - p.entry_day - p.lost_days
    return p.episode_from <= active < p.episode_to


def day_of(p: Spell, w: Table, clock_days: float) -> float:
    """The calendar day on which the person's meeting clock shows ``clock_days``."""
    active = clock_days / p.pace
    if active > p.episode_from:
        speed = w.episode_pace[p.row]
        length = p.episode_to - p.episode_from
        if speed > 0.0 and active <= p.episode_from + speed * length:
            active = p.episode_from + (active - p.episode_from) / speed
        else:
            active += (1.0 - speed) * length
    return p.entry_day + p.lost_days + active


def open_day(p: Spell, w: Table, day: float) -> float:
    """The person's own time on the first open day from ``day`` on (working calendar)."""
    whole = int(day // 1.0)
    place = whole - w.calendar_from
    if 0 <= place < w.calendar_days:
        whole = w.next_open[place]
    return whole + w.opens_at + p.day_time * w.window_days


def next_clock_day(p: Spell, w: Table, day: float, u: float) -> float:
    """The clock day of the next planned meeting; moves the plan on by one.

    Args:
        u: the luck of the gap, used by schedules that agree or draw it.
    """
    while True:
        i = p.phase
        kind = w.phase_kind[i]
        if kind == NONE:
            return inf
        p.step += 1
        k = p.step
        target = inf
        if kind == GRID:
            if k <= w.phase_count[i]:
                return w.phase_origin[i] + k * w.phase_a[i] / w.phase_count[i]
        elif kind == EVERY:
            target = w.phase_origin[i] + k * w.phase_a[i]
        elif kind == LIST:
            if k <= w.phase_count[i]:
                return w.list_day[w.phase_list[i] + k - 1]
        elif kind == AGREED:
            target = clock_at(p, w, day) + w.phase_a[i] + u * (w.phase_b[i] - w.phase_a[i])
        elif kind == RANDOM:
            target = clock_at(p, w, day) - w.phase_a[i] * log(u)
        else:
            now = clock_at(p, w, day)
            target = plugged_schedule(w, i, k, now)
            if target <= now and k > 1:
                target = now + SMALLEST_GAP_DAYS
        if target <= w.phase_until[i] and target < inf:
            return target
        p.phase += 1
        p.step = 0


def plan_next(p: Spell, w: Table, day: float, u: Luck) -> None:
    """Plan the next meeting: its number, duty and due day, and from when it is a threat.

    Args:
        u: luck of (gap, self-booking, booked date, sanction); NO_LUCK where no lever needs it.
    """
    row = p.row
    target = next_clock_day(p, w, day, u[0])
    while target < w.recall_pause_days[row]:
        target = next_clock_day(p, w, day, u[0])
    p.planned += 1
    if p.planned == 1 and target > w.latest_first_day[row]:
        target = w.latest_first_day[row]
    if p.planned == w.fund_meeting[row]:
        target += w.fund_wait_days[row]
    due = day_of(p, w, target) if target < inf else inf
    p.booked = 0
    if u[1] < w.booking_share[row]:
        p.booked = 1
        due -= u[2] * w.booking_window_days[row]
    call(p, w, day, due, planned_duty(p, w))


def planned_duty(p: Spell, w: Table) -> int:
    """The duty to come to the meeting that is planned now: some of a phase may be offered."""
    first = w.phase_offers[p.phase]
    for i in range(first, first + w.phase_offers_count[p.phase]):
        if w.offered_step[i] == p.step:
            return VOLUNTARY
    return int(w.duty[p.row])


def call(p: Spell, w: Table, day: float, due: float, duty: int) -> None:
    """Call the person for a due day (not before now, and within the window of an open day).

    Whose own time of today has passed is called at once, or after the window on the next open day.
    """
    if due < day:
        due = day
    if w.working and due < inf:
        due = open_day(p, w, due)
        if due < day:
            due = day
            if day % 1.0 >= w.opens_at + w.window_days:
                due = open_day(p, w, day + 1.0)
    p.due_day = due
    p.duty = duty
    if w.threat > 0.0:
        announce(p, w, day)


def announce(p: Spell, w: Table, day: float) -> None:
    """Set the days on which the coming meeting is a threat (from a week before it is due)."""
    if p.duty == MANDATORY and w.available[p.row] and p.due_day < inf:
        begin = p.due_day - w.threat_days
        end = p.due_day
        if begin < day:
            begin = day
    elif day < p.threat_to_day < inf:
        begin = inf
        end = inf
    else:
        return
    advance(p, w, day)
    p.threat_from_day = begin
    p.threat_to_day = end
    set_piece(p, w)


def enter_window(p: Spell, w: Table, day: float, row: int, busy: bool, u: float) -> None:
    """Dates begin in which other levers hold.

    Where mandatory meetings are suspended, the one that was planned is kept (and put off while
    the meeting clock stands still); voluntary contacts are offered instead.

    Args:
        busy: waiting for a meeting or in one, which is finished first.
        u: spreads the first offers evenly over their interval.
    """
    p.row = row
    if w.suspended[row]:
        if w.clock_stops[row]:
            p.stopped_day = day
        every = w.offer_every_days[row]
        p.offer_day = day + u * every if every < inf else inf
        if not busy:
            p.kept_due_day = p.due_day
            next_in_window(p, w, day)
    elif not busy:
        p.duty = planned_duty(p, w)
    if w.benefit_stops[row] and p.right_day < inf:
        p.right_left = p.right_day - day
        set_right(p, inf)
    if w.threat > 0.0:
        announce(p, w, day)


def next_in_window(p: Spell, w: Table, day: float) -> None:
    """In a suspension: the next offer, or the kept meeting where the clock runs on."""
    due = p.offer_day
    duty = VOLUNTARY
    if p.stopped_day == inf and p.kept_due_day <= due:
        due = p.kept_due_day
        duty = MANDATORY
    call(p, w, day, due, duty)
    if duty == VOLUNTARY:
        p.offer_day = p.due_day


def leave_window(p: Spell, w: Table, day: float, row: int, busy: bool, u: float) -> None:
    """The dates are over: clocks run again; what was missed is caught up on, or dropped.

    Args:
        busy: waiting for a meeting or in one, which is finished first.
        u: spreads the meetings that are caught up on evenly over ``catch_up_days``.
    """
    old = p.row
    p.row = row
    if w.suspended[old]:
        p.offer_day = inf
        if p.stopped_day < inf:
            p.kept_due_day += day - p.stopped_day
            p.lost_days += day - p.stopped_day
            p.stopped_day = inf
        catch_up = day + u * w.catch_up_days[old] if p.owed and w.catch_up[old] else inf
        p.owed = 0
        if not busy and catch_up < p.kept_due_day:
            call(p, w, day, catch_up, w.duty[row])
        elif not busy:
            call_kept(p, w, day)
    elif not busy:
        p.duty = planned_duty(p, w)
    if p.right_left < inf:
        set_right(p, day + p.right_left)
        p.right_left = inf
    if w.threat > 0.0 and not busy:
        announce(p, w, day)


def call_kept(p: Spell, w: Table, day: float) -> None:
    """Call the person for the meeting that was kept."""
    due = p.kept_due_day
    p.kept_due_day = inf
    call(p, w, day, due, planned_duty(p, w))


def set_right(p: Spell, day: float) -> None:
    """Move the day on which the right to the benefit ends."""
    p.right_day = day
    if p.other_day <= day:
        p.fixed_day = p.other_day
        p.fixed_exit = p.other_exit
    else:
        p.fixed_day = day
        p.fixed_exit = OTHER
