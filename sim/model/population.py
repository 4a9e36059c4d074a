"""Who comes, when, and with which luck: the people of one replication, the same in every arm."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

import numpy as np
from scipy.special import ndtri

from sim.model.inflow import entries_of
from sim.model.settings import Settings
from sim.model.streams import (
    ChunkedLuck,
    exponentials,
    gamma_frailty,
    key_of,
    lattice,
    uniforms,
)
from sim.rules.hazards import line_number
from sim.rules.leaving import job_day, start_line
from sim.rules.people import (
    EDUCATION,
    FIELDS,
    GROUPS,
    JOB,
    OTHER,
    RECALL,
    Spell,
    blank_spell,
    person_number,
)
from sim.rules.regimes import set_right
from sim.rules.rulebook import Rulebook

KEPT = frozenset({
    "person", "group", "line", "row", "frailty", "chi", "day_time", "score", "pool", "spread",
    "caseworker_draw", "quality", "spell", "alarm", "pace", "shared",
})  # fmt: skip
"""What a person keeps from spell to spell."""

FRESH = tuple(name for name in FIELDS if name not in KEPT)

FAR_DAYS = 40_000.0
"""No spell is looked at beyond this; a plugged-in rate is integrated up to here at most."""


@dataclass(frozen=True)
class People:
    """First spells in order of entry (ties: person number), as columns of equal length.

    A column that no lever of the study asks for is None.
    """

    person: np.ndarray
    group: np.ndarray
    entry_day: np.ndarray
    frailty: np.ndarray
    thresholds: np.ndarray
    day_time: np.ndarray | None
    score: np.ndarray | None
    caseworker: np.ndarray | None
    episode_from: np.ndarray | None
    episode_to: np.ndarray | None
    spread: np.ndarray | None

    def __len__(self) -> int:
        return len(self.person)


KINDS = {
    "person": np.int32, "group": np.int8, "entry_day": float, "frailty": float,
    "thresholds": float, "day_time": float, "score": float, "caseworker": float,
    "episode_from": float, "episode_to": float, "spread": float,
}  # fmt: skip
AT_A_TIME = 8192


def _people(
    settings: Settings, seed: int, replication: int, entries: list[np.ndarray], stock: bool
) -> People:
    """The people of all groups with their luck, in order of entry.

    Filled a few thousand at a time, so that nothing but the columns themselves takes memory.
    """
    n = sum(len(days) for days in entries)
    whole = {
        name: np.empty((n, 4) if name == "thresholds" else n, kind)
        for name, kind in KINDS.items()
        if name not in settings.unused_luck
    }
    at = 0
    for group, days in enumerate(entries):
        points = _lattice(settings, group, len(days)) if settings.grid and not stock else None
        for start in range(0, len(days), AT_A_TIME):
            entry = days[start : start + AT_A_TIME]
            here = None if points is None else points[start : start + AT_A_TIME]
            first = person_number(group, start, stock)
            some = _some_people(settings, seed, replication, group, first, entry, here)
            for name, column in whole.items():
                column[at : at + len(entry)] = some[name]
            at += len(entry)
    order = np.lexsort((whole["person"], whole["entry_day"]))
    for name in whole:
        whole[name] = whole[name][order]
    return People(**dict.fromkeys(settings.unused_luck), **whole)


def _lattice(settings: Settings, group: int, people: int) -> np.ndarray:
    """Points for the thresholds of the group's exits and, last, its frailty."""
    used = sum(settings.line_on[4 * group + e] for e in (JOB, EDUCATION, RECALL, OTHER))
    return lattice(people, max(1, used + (settings.frailty_variance > 0.0)))


def _some_people(
    settings: Settings, seed: int, replication: int, group: int, first: int, entry: np.ndarray,
    points: np.ndarray | None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Neighbouring people of a group; ``points`` replace the luck that moves the spell."""
    n = len(entry)
    luck = {
        purpose: uniforms(key_of(seed, replication, purpose), first, n)
        for purpose in ("threshold", "person", "episode")
    }
    thresholds = exponentials(luck["threshold"])
    frailty_draw = luck["person"][:, 0]
    if points is not None:
        used = [e for e in (JOB, EDUCATION, RECALL, OTHER) if settings.line_on[4 * group + e]]
        for column, exit_code in enumerate(used):
            thresholds[:, exit_code] = exponentials(points[:, column])
        if settings.frailty_variance > 0.0:
            frailty_draw = points[:, len(used)]
    frailty = gamma_frailty(frailty_draw, settings.frailty_variance)
    share, start, length = settings.episode[group]
    has = luck["episode"][:, 0] < share
    begin = luck["episode"][:, 1] * start
    noise = settings.risk_score_noise * ndtri(luck["person"][:, 2])
    with np.errstate(divide="ignore"):
        score = noise - np.log(frailty) + settings.group_risk[group]
    return {
        "person": first + np.arange(n),
        "group": np.full(n, group),
        "entry_day": entry,
        "frailty": frailty,
        "thresholds": thresholds,
        "day_time": luck["person"][:, 1],
        "score": score,
        "caseworker": luck["person"][:, 3],
        "episode_from": np.where(has, begin, inf),
        "episode_to": np.where(has, begin + length, inf),
        "spread": luck["episode"][:, 2],
    }


def entrants(settings: Settings, seed: int, replication: int) -> People:
    """Everyone who enters in [0, horizon)."""
    return _people(settings, seed, replication, entries_of(settings, seed, replication), False)


def past_entrants(
    settings: Settings, seed: int, replication: int, since: tuple[float, ...]
) -> People:
    """Everyone who would have entered before day 0 and might still matter then.

    Args:
        since: days to go back, by group.
    """
    key = key_of(seed, replication, "past")
    entries = []
    for g in range(len(GROUPS)):
        rate = settings.inflow_per_day[g]
        entry = np.empty(0)
        if rate > 0.0:
            mean = rate * since[g]
            wanted = int(mean + 8.0 * mean**0.5 + 50)
            gaps = exponentials(uniforms(key, person_number(g, 0, True), wanted)[:, 0])
            entry = -np.cumsum(gaps) / rate
            entry = entry[entry > -since[g]]
        entries.append(entry)
    return _people(settings, seed, replication, entries, True)


def first_spell(people: People, i: int, w: Rulebook) -> Spell:
    """The first spell of person ``i``, on the day of entry."""
    p = blank_spell()
    p.person = int(people.person[i])
    p.group = int(people.group[i])
    p.frailty = float(people.frailty[i])
    if people.day_time is not None:
        p.day_time = float(people.day_time[i])
    if people.score is not None:
        p.score = float(people.score[i])
    if people.caseworker is not None:
        p.caseworker_draw = float(people.caseworker[i])
    if people.spread is not None:
        p.spread = float(people.spread[i])
    if people.episode_from is not None and people.episode_to is not None:
        p.episode_from = float(people.episode_from[i])
        p.episode_to = float(people.episode_to[i])
    p.spell = 1
    p.pace = w.pace_high if p.score > w.risk_cut[p.group] else w.pace_low
    p.line = line_number(p.group, JOB)
    chi = w.responsiveness[p.group]
    p.chi = chi * p.frailty**w.frailty_power if w.frailty_power else chi
    enter_spell(p, w, float(people.entry_day[i]), people.thresholds[i].tolist(), 0.0)
    return p


def enter_spell(
    p: Spell, w: Rulebook, day: float, thresholds: list[float], benefit_used_days: float
) -> None:
    """Thresholds, right to benefit and exits that no meeting moves, on the day of entry."""
    p.entry_day = p.at_day = day
    p.threshold = thresholds[JOB] if w.line_on[p.line] else inf
    p.other_day, p.other_exit, p.others = inf, OTHER, None
    lines = []
    for exit_code in (EDUCATION, RECALL, OTHER):
        line = line_number(p.group, exit_code)
        if not w.line_on[line]:
            continue
        q = _other_line(p, w, line, thresholds[exit_code])
        if w.other_response > 0.0:
            lines.append(q)
            continue
        first = w.line_first[line]
        if w.line_end[line] == first + 1 and w.line_kind[line] == 0:
            fixed = day + q.threshold / w.knot_rate[first]
        else:
            fixed = job_day(q, w, day + FAR_DAYS)
        if fixed < p.other_day:
            p.other_day, p.other_exit = fixed, exit_code
    if lines:
        p.others = tuple(lines)
    set_right(p, day + max(0.0, w.benefit_limit_days[p.group] - benefit_used_days))


def _other_line(p: Spell, w: Rulebook, line: int, threshold: float) -> Spell:
    """A record that sums the rate of another exit."""
    q = blank_spell()
    q.person, q.group, q.line = p.person, p.group, line
    q.entry_day = p.entry_day
    q.threshold = threshold
    q.chi = p.chi * w.other_response
    start_line(q, w, p.entry_day)
    return q


def again(p: Spell, w: Rulebook, day: float, thresholds: ChunkedLuck) -> None:
    """The same person enters again: frailty is kept, the rest starts over (model section 3).

    Days of benefit used in the spell before count against the right to it.
    """
    limit = w.benefit_limit_days[p.group]
    left = p.right_left if p.right_left < inf else p.right_day - p.exit_day
    used = limit - left if limit < inf else 0.0
    fresh = blank_spell()
    for name in FRESH:
        setattr(p, name, getattr(fresh, name))
    p.spell += 1
    luck = [-log(u) for u in thresholds.draw(p.person, 0, p.spell)]
    enter_spell(p, w, day, luck, used)
