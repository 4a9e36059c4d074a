"""How a spell begins: who enters, with which luck, and what follows them from an earlier spell."""

from __future__ import annotations

from math import inf, log
from typing import Any

from sim.rules.hazards import PIECEWISE, line_number
from sim.rules.leaving import job_day, start_line
from sim.rules.people import (
    EDUCATION,
    JOB,
    OTHER,
    RECALL,
    Spell,
    add_other_line,
    clear_other_lines,
    make_nobody,
    spare_line,
    start_over,
)
from sim.rules.regimes import Luck, set_right
from sim.rules.rulebook import Rulebook

FAR_DAYS = 40_000.0
"""No spell is looked at beyond this; a plugged-in rate is integrated up to here at most."""


def first_spell(p: Spell, q: Any, w: Rulebook) -> None:
    """Make ``p`` the first spell of an entrant, on the day of entry.

    Args:
        q: the entrant: ``person``, ``group``, ``arm`` (below 0 for who is in no trial), ``entry_day``, ``frailty``, ``thresholds`` (one unit
            exponential for each kind of exit) and the further luck of a person.
    """
    make_nobody(p)
    start_over(p)
    p.person = q.person
    p.group = q.group
    p.arm = q.arm if q.arm > 0 else 0
    p.frailty = q.frailty
    p.day_time = q.day_time
    p.score = q.score
    p.caseworker_draw = q.caseworker
    p.spread = q.spread
    p.episode_from = q.episode_from
    p.episode_to = q.episode_to
    p.spell = 1
    set_pace(p, w)
    p.line = line_number(p.group, JOB)
    chi = w.responsiveness[p.group]
    p.chi = chi * p.frailty**w.frailty_power if w.frailty_power else chi
    thresholds = q.thresholds
    enter_spell(
        p, w, q.entry_day, (thresholds[0], thresholds[1], thresholds[2], thresholds[3]), 0.0
    )


def set_pace(p: Spell, w: Rulebook) -> None:
    """The pace of the person's meeting clock, by risk where meetings are allocated so."""
    at_risk = p.score > w.risk_cut[p.group]
    p.pace = w.pace_high[p.arm] if at_risk else w.pace_low[p.arm]


def enter_spell(
    p: Spell,
    w: Rulebook,
    day: float,
    thresholds: tuple[float, float, float, float],
    benefit_used_days: float,
) -> None:
    """Thresholds, right to benefit and exits that no meeting moves, on the day of entry."""
    p.entry_day = day
    p.at_day = day
    p.threshold = thresholds[JOB] if w.line_on[p.line] else inf
    p.other_day = inf
    p.other_exit = OTHER
    clear_other_lines(p)
    for exit_code in (EDUCATION, RECALL, OTHER):
        line = line_number(p.group, exit_code)
        if not w.line_on[line]:
            continue
        if w.other_response > 0.0:
            _start_other_line(add_other_line(p, w), p, w, line, thresholds[exit_code])
            continue
        first = w.line_first[line]
        if w.line_end[line] == first + 1 and w.line_kind[line] == PIECEWISE:
            fixed = day + thresholds[exit_code] / w.knot_rate[first]
        else:
            q = spare_line(w)
            _start_other_line(q, p, w, line, thresholds[exit_code])
            fixed = job_day(q, w, day + FAR_DAYS)
        if fixed < p.other_day:
            p.other_day = fixed
            p.other_exit = exit_code
    set_right(p, day + max(0.0, w.benefit_limit_days[p.group] - benefit_used_days))


def _start_other_line(q: Spell, p: Spell, w: Rulebook, line: int, threshold: float) -> None:
    """Make ``q`` a record that sums the rate of another exit."""
    q.person = p.person
    q.group = p.group
    q.line = line
    q.entry_day = p.entry_day
    q.threshold = threshold
    q.chi = p.chi * w.other_response
    start_line(q, w, p.entry_day)


def days_in_work(w: Rulebook, exit_code: int, u: float) -> float:
    """Days after an exit until the person is unemployed again; inf if not at all.

    Only who left for a job returns (a recall goes to the old employer), at a constant rate for a
    number of weeks (model section 3).
    """
    if exit_code != JOB or w.reentry_per_day <= 0.0:
        return inf
    days = -log(u) / w.reentry_per_day
    return days if days < w.reentry_days else inf


def again(p: Spell, w: Rulebook, day: float, u: Luck) -> None:
    """The same person enters again: frailty is kept, the rest starts over (model section 3).

    Days of benefit used in the spell before count against the right to it.

    Args:
        u: luck of the thresholds of the new spell, one for each kind of exit.
    """
    limit = w.benefit_limit_days[p.group]
    left = p.right_left if p.right_left < inf else p.right_day - p.exit_day
    used = limit - left if limit < inf else 0.0
    start_over(p)
    p.spell += 1
    enter_spell(p, w, day, (-log(u[0]), -log(u[1]), -log(u[2]), -log(u[3])), used)
