"""A life without a queue: the same rules where every meeting starts when it is due.

Serves what must be known before a world is run: who is in the office on day 0, how many minutes
a regime asks for, and how much its people search. With unlimited caseworkers and no load or
market effect a world gives the same life to the last bit (a test insists).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, log

import numpy as np

from sim.model.gathering import mean_group_size
from sim.model.population import People, again, entrants, first_spell, past_entrants
from sim.model.settings import Settings, Study
from sim.model.streams import WORDS, ChunkedLuck, exponentials
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.effects import PLUGIN
from sim.rules.hazards import PIECEWISE
from sim.rules.leaving import advance, find_exit, start_line
from sim.rules.meetings import (
    GATHERS,
    IS_DECLINED,
    IS_SUSPENDED,
    after_contact,
    begin,
    fall_due,
    finish,
)
from sim.rules.people import EDUCATION, GROUPS, JOB, OTHER, RECALL, Spell
from sim.rules.rulebook import Rulebook

LONG_RUN_DAYS = 7300.0
"""Twenty years: how long people are followed for the demand of a regime."""


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


def live_spell(
    p: Spell, w: Rulebook, luck: Luck, until: float, groups: list[float] | None = None
) -> bool:
    """Live one spell from its entry to its exit (True) or to the day ``until`` (False).

    Args:
        groups: (number, minutes) of group meetings are added to it, as they are shared.
    """
    start_line(p, w, p.entry_day)
    begin(p, w, p.entry_day, luck.plan(p, w), p.spread)
    now = p.entry_day
    while True:
        stop = p.due_day if p.due_day < until else until
        find_exit(p, w, stop)
        if p.exit_day <= stop:
            return p.exit_day < until
        if p.due_day >= until:
            return False
        now = p.due_day
        what = fall_due(p, w, luck.meeting(p, w))
        if what == IS_DECLINED or what == IS_SUSPENDED:
            after_contact(p, w, now, luck.plan(p, w))
            continue
        end = now + p.minutes / MINUTES_PER_DAY
        find_exit(p, w, end if end < until else until)
        if p.exit_day <= end:
            if p.exit_day >= until:
                return False
            p.minutes_used += 0.0 if p.partner else (p.exit_day - now) * MINUTES_PER_DAY
            return True
        if end >= until:
            return False
        if what == GATHERS and groups is not None:
            groups[0] += 1.0
            groups[1] += p.minutes
        elif not p.partner:
            p.minutes_used += p.minutes
        finish(p, w, end, luck.plan(p, w))


@dataclass(frozen=True)
class Demand:
    """What a regime asks of an office in the long run, with unlimited caseworkers.

    Per day, over all groups: ``minutes`` of caseworkers asked for, search ``effort`` (job rates
    of all open spells, at market and load factors of 1) and, as a stock, ``open_spells``.
    """

    minutes_per_day: float
    effort_per_day: float
    open_spells: float


def live_through(p: Spell, w: Rulebook, luck: Luck, until: float) -> tuple[float, ...]:
    """What becomes of a person's spells up to the day ``until``.

    Returns:
        Days unemployed, minutes of a caseworker alone, effort, group meetings and their minutes.
    """
    days = minutes = effort = 0.0
    groups = [0.0, 0.0]
    while True:
        over = live_spell(p, w, luck, until, groups)
        end = p.exit_day if over else until
        advance(p, w, end)
        days += end - p.entry_day
        minutes += p.minutes_used
        effort += p.summed
        gap = luck.returns_after_days(p, w) if over else inf
        if end + gap >= until:
            return days, minutes, effort, *groups
        again(p, w, end + gap, luck.threshold)


def long_run(study: Study, settings: Settings, w: Rulebook, people: int) -> Demand:
    """The demand of a regime outside its windows, from some people of each group.

    The same evenly spread luck serves every regime, so that demands compare.

    Args:
        people: number of people a group.
    """
    per_day = settings.inflow_per_day
    if settings.inflow_kind != "poisson":
        span = settings.inflow_days if settings.inflow_kind == "even" else settings.horizon_days
        per_day = tuple(settings.inflow_people * s / max(span, 1.0) for s in settings.shares)
    sample = replace(
        settings, grid=True, inflow_kind="cohort", inflow_people=people * len(GROUPS),
        shares=tuple(1.0 / len(GROUPS) for _ in GROUPS),
    )  # fmt: skip
    cohort = entrants(sample, 0, 0)
    luck = Luck(0, 0)
    until = LONG_RUN_DAYS if settings.inflow_kind == "poisson" else settings.horizon_days
    totals = np.zeros((len(GROUPS), 5))
    counts = np.bincount(cohort.group, minlength=len(GROUPS))
    for i in range(len(cohort)):
        g = int(cohort.group[i])
        if per_day[g] > 0.0:
            p = first_spell(cohort, i, w)
            p.row = g
            totals[g] += live_through(p, w, luck, until)
    means = totals / counts[:, None]
    days, minutes, effort, groups, shared = (np.array(per_day) @ means).tolist()
    minutes += shared / mean_group_size(groups, settings.group_size, settings.gather_days)
    return Demand(minutes_per_day=minutes, effort_per_day=effort, open_spells=days)


def backwards_days(w: Rulebook, settings: Settings) -> tuple[float, ...]:
    """How far back entries can still matter on day 0, by group.

    So far that fewer than 1 in 2,000 spells last so long without any meeting (frailty
    integrated out by its Laplace transform), twice that where people return after a job.
    """
    found = []
    variance = settings.frailty_variance
    for g in range(len(GROUPS)):
        days, most = 0.0, min(w.benefit_limit_days[g], 9000.0)
        if settings.inflow_per_day[g] > 0.0:
            while days < most:
                days += 91.0
                sums = [_cumulated(w, 4 * g + e, days) for e in (JOB, 1, RECALL, 3)]
                job = sums[0]
                alive = (1.0 + variance * job) ** (-1.0 / variance) if variance else np.exp(-job)
                if alive * np.exp(-sum(sums[1:])) < 0.0005:
                    break
        days = min(days, most)
        found.append(days + w.reentry_days + min(days, 728.0) if w.reentry_per_day else days)
    return tuple(found)


def _cumulated(w: Rulebook, line: int, days: float) -> float:
    """The cumulative baseline of a line, roughly (weekly rectangle sums for a plugged-in one)."""
    if not w.line_on[line]:
        return 0.0
    if w.line_kind[line] == 1:
        return (days / w.line_scale[line]) ** w.line_shape[line]
    if w.line_kind[line] == 2:
        rule = w.line_rule[line]
        return sum(7.0 * rule(7.0 * k + 3.5) for k in range(int(days // 7)))  # type: ignore[misc]
    total = 0.0
    for k in range(w.line_first[line], w.line_end[line]):
        end = w.knot_day[k + 1] if k + 1 < w.line_end[line] else inf
        total += w.knot_rate[k] * max(0.0, min(days, end) - w.knot_day[k])
    return total


def stock_on_day_0(
    study: Study, settings: Settings, w: Rulebook, luck: Luck, replication: int
) -> tuple[list[Spell], list[tuple[float, Spell]]]:
    """Who is in the office on day 0, and who is in work and will return (day, person).

    Everyone who entered in the years before lives alone under the standard regime to day 0: so
    the stock has the elapsed durations, the frailty, the meetings and the used-up luck of a
    stationary office, without a warm-up.
    """
    past = past_entrants(settings, study.seed, replication, backwards_days(w, settings))
    here: list[Spell] = []
    later: list[tuple[float, Spell]] = []
    for i in _who_may_matter(past, w, luck):
        p = first_spell(past, i, w)
        p.row = p.group
        while True:
            if not live_spell(p, w, luck, 0.0):
                advance(p, w, 0.0)
                here.append(p)
                break
            gap = luck.returns_after_days(p, w)
            if gap == inf:
                break
            if p.exit_day + gap >= 0.0:
                later.append((p.exit_day + gap, p))
                break
            again(p, w, p.exit_day + gap, luck.threshold)
    return here, later


def _who_may_matter(past: People, w: Rulebook, luck: Luck) -> list[int]:
    """Leave out who was surely gone by day 0, returns after a job included.

    Meetings only shorten spells (unless an effect is negative: then everybody is kept), so a
    spell ends at the latest when it would have ended without any; whether and after how long a
    person returns is known from their luck alone.
    """
    negative = min(w.responsiveness) < 0.0 or w.strength < 0.0 or w.sanction_factor < 1.0
    slump = min(w.cycle_factor) < 1.0 and min(w.cycle_day, default=0.0) < 0.0
    if negative or slump or w.effect_kind == PLUGIN:
        return list(range(len(past)))
    latest = past.entry_day + _longest_days(past, w, np.arange(len(past)), past.thresholds)
    matters = latest > -1.0
    rest, spell = np.flatnonzero(~matters), 1
    while len(rest):
        persons = past.person[rest].tolist()
        gap = np.array([luck.gap_days(person, spell, w) for person in persons])
        rest, gap = rest[gap < inf], gap[gap < inf]
        spell += 1
        persons = past.person[rest].tolist()
        draws = [luck.threshold.draw(person, 0, spell) for person in persons]
        thresholds = exponentials(np.array(draws).reshape(-1, WORDS))
        latest[rest] += gap + _longest_days(past, w, rest, thresholds)
        matters[rest] = latest[rest] > -1.0
        rest = rest[~matters[rest]]
    return np.flatnonzero(matters).tolist()


def _longest_days(
    past: People, w: Rulebook, who: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """How long spells last without meetings (inf where that has no closed form)."""
    longest = np.full(len(who), inf)
    group, frailty = past.group[who], past.frailty[who]
    for g in range(len(GROUPS)):
        own = group == g
        for exit_code in (JOB, EDUCATION, RECALL, OTHER):
            line = 4 * g + exit_code
            if not w.line_on[line] or w.line_kind[line] != PIECEWISE:
                continue
            need = thresholds[own, exit_code]
            if exit_code == JOB:
                need = need / frailty[own]
            knots = np.array(w.knot_day[w.line_first[line] : w.line_end[line]])
            rates = np.array(w.knot_rate[w.line_first[line] : w.line_end[line]])
            sums = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(knots))])
            piece = np.searchsorted(sums, need, side="right") - 1
            with np.errstate(divide="ignore", invalid="ignore"):
                days = knots[piece] + (need - sums[piece]) / rates[piece]
            days = np.where(rates[piece] > 0.0, days, inf)
            longest[own] = np.minimum(longest[own], days)
    return longest
