"""Who is in the office on day 0: the stock of an office that has been open for long."""

from __future__ import annotations

from math import inf

import numpy as np

from sim.model.alone import live_spell
from sim.model.luck import Luck, plan_luck
from sim.model.population import People, all_entrants, past_entrants, spell_from
from sim.model.settings import Settings, Study
from sim.model.streams import WORDS, exponentials
from sim.rules.effects import PLUGIN
from sim.rules.entering import again, days_in_work, set_pace
from sim.rules.hazards import RULE, WEIBULL
from sim.rules.leaving import advance
from sim.rules.people import EDUCATION, GROUPS, JOB, OTHER, RECALL, Spell
from sim.rules.regimes import AGREED, LIST, NONE, RANDOM, clock_at, next_clock_day, plan_next
from sim.rules.rulebook import Rulebook


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
    for q in all_entrants(past.some(np.array(_who_may_matter(past, w, luck), dtype=int))):
        p = spell_from(q, w)
        p.row = p.group
        while True:
            if not live_spell(p, w, luck, 0.0, [0.0, 0.0]):
                advance(p, w, 0.0)
                here.append(p)
                break
            gap = days_in_work(w, p.exit, luck.work(p.person, p.spell))
            if gap == inf:
                break
            if p.exit_day + gap >= 0.0:
                later.append((p.exit_day + gap, p))
                break
            again(p, w, p.exit_day + gap, luck.thresholds(p.person, p.spell + 1))
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
        gap = np.array([days_in_work(w, JOB, luck.work(person, spell)) for person in persons])
        rest, gap = rest[gap < inf], gap[gap < inf]
        spell += 1
        persons = past.person[rest].tolist()
        draws = [luck.thresholds(person, spell) for person in persons]
        thresholds = exponentials(np.array(draws).reshape(-1, WORDS))
        latest[rest] += gap + _longest_days(past, w, rest, thresholds)
        matters[rest] = latest[rest] > -1.0
        rest = rest[~matters[rest]]
    return np.flatnonzero(matters).tolist()


def _longest_days(past: People, w: Rulebook, who: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """How long spells last without meetings (inf where that has no closed form)."""
    longest = np.full(len(who), inf)
    group, frailty = past.group[who], past.frailty[who]
    for g in range(len(GROUPS)):
        own = group == g
        for exit_code in (JOB, EDUCATION, RECALL, OTHER):
            line = 4 * g + exit_code
            if not w.line_on[line] or w.line_kind[line] == RULE:
                continue
            need = thresholds[own, exit_code]
            if exit_code == JOB:
                need = need / frailty[own]
            if w.line_kind[line] == WEIBULL:
                days = w.line_scale[line] * need ** (1.0 / w.line_shape[line])
                longest[own] = np.minimum(longest[own], days)
                continue
            knots = np.array(w.knot_day[w.line_first[line] : w.line_end[line]])
            rates = np.array(w.knot_rate[w.line_first[line] : w.line_end[line]])
            sums = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(knots))])
            piece = np.searchsorted(sums, need, side="right") - 1
            with np.errstate(divide="ignore", invalid="ignore"):
                days = knots[piece] + (need - sums[piece]) / rates[piece]
            days = np.where(rates[piece] > 0.0, days, inf)
            longest[own] = np.minimum(longest[own], days)
    return longest


PLAN_LEVERS = (
    "latest_first_day", "fund_meeting", "fund_wait_days", "recall_pause_days", "episode_pace",
    "duty", "booking_share", "booking_window_days",
)  # fmt: skip
"""Levers outside all windows that a plan depends on, beside the schedule and the pace."""


ANEW = -1
"""What ``keeps_plan`` gives for a group whose meetings are planned anew."""


def keeps_plan(before: Rulebook, w: Rulebook) -> tuple[int, ...]:
    """By group: where its schedule began in the rulebook of before day 0, if the (first) arm plans
    its meetings as was done then; else ANEW."""
    same_pace = (before.pace_high[0], before.pace_low[0]) == (w.pace_high[0], w.pace_low[0])
    return tuple(
        before.phase_start[g]
        if same_pace
        and all(getattr(before, name)[g] == getattr(w, name)[g] for name in PLAN_LEVERS)
        and _schedule(before, g) == _schedule(w, g)
        else ANEW
        for g in range(len(GROUPS))
    )


def _schedule(w: Rulebook, group: int) -> list[tuple[object, ...]]:
    """The phases of a group's schedule, to the one in which nothing is planned any more."""
    found: list[tuple[object, ...]] = []
    i = w.phase_start[group]
    while True:
        first = w.phase_list[i]
        days = w.list_day[first : first + w.phase_count[i]] if w.phase_kind[i] == LIST else ()
        found.append((
            w.phase_kind[i], w.phase_origin[i], w.phase_a[i], w.phase_b[i], w.phase_count[i],
            w.phase_until[i], days, w.phase_rule[i],
            w.offered_step[w.phase_offers[i] : w.phase_offers[i] + w.phase_offers_count[i]],
        ))  # fmt: skip
        if w.phase_kind[i] == NONE:
            return found
        i += 1


def take_over(p: Spell, w: Rulebook, luck: Luck, began: int) -> None:
    """A person of the stock goes on under an arm's regime.

    The next meeting stays where it is if the arm plans as was done before, and no meeting
    is being held on the stroke of day 0; else the plan is made anew, from the
    next meeting on where gaps are agreed or drawn at each.

    Args:
        began: of the group, as ``keeps_plan`` gives it.
    """
    set_pace(p, w)
    if began != ANEW and p.due_day >= 0.0:
        p.phase += w.phase_start[p.row] - began
        return
    shown = clock_at(p, w, 0.0)
    p.phase = w.phase_start[p.row]
    p.step = 0
    p.planned = 0
    while True:
        phase, step = p.phase, p.step
        day = next_clock_day(p, w, 0.0, 0.5)
        kind = w.phase_kind[p.phase]
        if day > shown:
            p.phase = phase
            p.step = step
            break
        p.planned += 1
    if (kind == AGREED or kind == RANDOM) and 0.0 <= p.due_day < inf:
        # gaps are counted from a meeting: the one that was agreed on before stands
        p.planned += 1
        return
    plan_next(p, w, 0.0, plan_luck(luck, p, w))
