"""People alone in a compiled world: before day 0, and where nobody waits."""

from __future__ import annotations

from math import inf

from sim.model.alone import live_spell, live_through
from sim.model.compiled.layout import ENTRANT, ONE_BYTE, ONE_PLACE, ONE_REAL
from sim.model.compiled.luck import threshold_luck, work_luck
from sim.model.compiled.people import spell_at
from sim.model.compiled.pointers import record_at
from sim.rules.entering import again, days_in_work, first_spell
from sim.rules.leaving import advance
from sim.rules.people import JOB

DONE, SHORT_OF_ROOM, PAUSED, WRONG, WEEK_ASKED = range(5)
"""Why compiled code comes back."""


def entrant_at(g, i):
    """One of the people; a column that nothing asks for is not there."""
    q = record_at(g.spare_entrant, 0, ENTRANT)
    q.person = record_at(g.entrant_person, i, ONE_PLACE).v
    q.group = record_at(g.entrant_group, i, ONE_BYTE).v
    q.entry_day = record_at(g.entrant_entry_day, i, ONE_REAL).v
    q.frailty = record_at(g.entrant_frailty, i, ONE_REAL).v
    for k in range(4):
        q.thresholds[k] = record_at(g.entrant_thresholds, 4 * i + k, ONE_REAL).v
    if g.entrant_arm:
        q.arm = record_at(g.entrant_arm, i, ONE_BYTE).v
    if g.entrant_day_time:
        q.day_time = record_at(g.entrant_day_time, i, ONE_REAL).v
    if g.entrant_score:
        q.score = record_at(g.entrant_score, i, ONE_REAL).v
    if g.entrant_caseworker:
        q.caseworker = record_at(g.entrant_caseworker, i, ONE_REAL).v
    if g.entrant_spread:
        q.spread = record_at(g.entrant_spread, i, ONE_REAL).v
    if g.entrant_episode_from:
        q.episode_from = record_at(g.entrant_episode_from, i, ONE_REAL).v
        q.episode_to = record_at(g.entrant_episode_to, i, ONE_REAL).v
    return q


def live_before(worlds, rulebooks, groups):
    """Live everybody alone to day 0; who is in the office, or will come back, keeps a place.

    ``is_open`` tells the two apart; ``due_day`` of who comes back is not used, ``entry_day`` is
    the day on which they do.
    """
    g, w = worlds[0], rulebooks[0]
    while g.next_entrant < g.entrants and not w.fault:
        if g.slots_taken + 2 > g.spells_room:
            return SHORT_OF_ROOM
        i = g.next_entrant
        g.next_entrant += 1
        p = spell_at(g, g.slots_taken)
        p.slot = g.slots_taken
        first_spell(p, entrant_at(g, i), w)
        p.row = p.group
        while True:
            if not live_spell(p, w, g, 0.0, groups):
                advance(p, w, 0.0)
                p.is_open = True
                g.slots_taken += 1
                break
            gap = days_in_work(w, p.exit, work_luck(g, p)) if p.exit == JOB else inf
            if gap == inf:
                break
            back = p.exit_day + gap
            again(p, w, back, threshold_luck(g, p))
            if back >= 0.0:
                p.is_open = False
                g.slots_taken += 1
                break
    return DONE


def live_alone(worlds, rulebooks, until, lived):
    """What becomes of every entrant to the day ``until`` without a queue; see ``live_through``."""
    g, w = worlds[0], rulebooks[0]
    p = spell_at(g, 0)
    p.slot = 0
    for i in range(g.entrants):
        if w.fault:
            break
        first_spell(p, entrant_at(g, i), w)
        p.row = p.group
        live_through(p, w, g, until, lived[i])
