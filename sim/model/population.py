"""Who comes, when, and with which luck: the people of one replication, the same in every arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from math import inf
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from sim.model.enrolment import (
    NOT_ENROLLED,
    Enrolled,
    arms_by_share,
    exact_numbers,
    takes_the_place_of,
)
from sim.model.inflow import entries_of
from sim.model.settings import Settings
from sim.model.streams import (
    exponentials,
    gamma_frailty,
    key_of,
    lattice,
    uniforms,
)
from sim.rules.entering import first_spell
from sim.rules.people import EDUCATION, GROUPS, JOB, OTHER, RECALL, Spell, person_number
from sim.rules.rulebook import Rulebook


@dataclass(frozen=True)
class People:
    """First spells in order of entry (ties: person number), as columns of equal length.

    A column that no lever of the study asks for is None.
    """

    person: np.ndarray
    group: np.ndarray
    arm: np.ndarray | None
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

    def some(self, who: np.ndarray) -> People:
        """Some of them, by a mask or by places."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in KINDS}
        for name, column in columns.items():
            columns[name] = None if column is None else column[who]
        return People(**columns)


KINDS = {
    "person": np.int32, "group": np.int8, "arm": np.int8, "entry_day": float, "frailty": float,
    "thresholds": float, "day_time": float, "score": float, "caseworker": float,
    "episode_from": float, "episode_to": float, "spread": float,
}  # fmt: skip
AT_A_TIME = 8192
FEW_AT_A_TIME = 256


class Block(NamedTuple):
    """People of one group whose numbers follow one another from ``first``, in this order."""

    group: int
    first: int
    entry_day: np.ndarray
    arm: np.ndarray | None = None
    points: np.ndarray | None = None


def _people(settings: Settings, seed: int, replication: int, blocks: list[Block]) -> People:
    """The people of all blocks with their luck, in order of entry.

    Filled a few thousand at a time, so that nothing but the columns themselves takes memory.
    """
    n = sum(len(block.entry_day) for block in blocks)
    whole = {
        name: np.empty((n, 4) if name == "thresholds" else n, kind)
        for name, kind in KINDS.items()
        if name not in settings.unused_luck
    }
    at = 0
    for block in blocks:
        for start in range(0, len(block.entry_day), AT_A_TIME):
            part = slice(start, start + AT_A_TIME)
            entry = block.entry_day[part]
            here = None if block.points is None else block.points[part]
            first = block.first + start
            some = _some_people(settings, seed, replication, block.group, first, entry, here)
            some["arm"] = NOT_ENROLLED if block.arm is None else block.arm[part]
            for name, column in whole.items():
                column[at : at + len(entry)] = some[name]
            at += len(entry)
    order = np.lexsort((whole["person"], whole["entry_day"]))
    for name in whole:
        whole[name] = whole[name][order]
    unused: dict[str, Any] = dict.fromkeys(settings.unused_luck)
    return People(**unused, **whole)


def _lattice(settings: Settings, group: int, people: int, more: int = 0) -> np.ndarray:
    """Points for the thresholds of the group's exits, then its frailty, then ``more``."""
    used = sum(settings.line_on[4 * group + e] for e in (JOB, EDUCATION, RECALL, OTHER))
    return lattice(people, max(1, used + (settings.frailty_variance > 0.0)) + more)


def _some_people(
    settings: Settings, seed: int, replication: int, group: int, first: int, entry: np.ndarray,
    points: np.ndarray | None,
) -> dict[str, Any]:  # fmt: skip
    """Neighbouring people of a group; ``points`` replace the luck that moves the spell."""
    n = len(entry)
    luck, about, episode = (
        uniforms(key_of(seed, replication, purpose), first, n)
        for purpose in ("threshold", "person", "episode")
    )
    used = [e for e in (JOB, EDUCATION, RECALL, OTHER) if settings.line_on[4 * group + e]]
    frailty_draw = about[:, 0]
    thresholds = np.full((n, 4), inf)
    if points is None:
        thresholds[:, used] = exponentials(luck[:, used])
    else:
        thresholds[:, used] = exponentials(points[:, : len(used)])
        if settings.frailty_variance > 0.0:
            frailty_draw = points[:, len(used)]
    frailty = gamma_frailty(frailty_draw, settings.frailty_variance)
    found = {
        "person": first + np.arange(n),
        "group": np.full(n, group),
        "entry_day": entry,
        "frailty": frailty,
        "thresholds": thresholds,
        "day_time": about[:, 1],
        "caseworker": about[:, 3],
        "spread": episode[:, 2],
    }
    if "score" not in settings.unused_luck:
        noise = settings.risk_score_noise * ndtri(about[:, 2])
        with np.errstate(divide="ignore"):
            found["score"] = noise - np.log(frailty) + settings.group_risk[group]
    if "episode_from" not in settings.unused_luck:
        share, start, length = settings.episode[group]
        has = episode[:, 0] < share
        begin = episode[:, 1] * start
        found["episode_from"] = np.where(has, begin, inf)
        found["episode_to"] = np.where(has, begin + length, inf)
    if settings.area_shares:
        found["caseworker"] = _in_area(about[:, 3], settings.area_shares)
    return found


def _in_area(draw: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """The same draw for areas of equal width: area i of n where it lies from i/n to (i + 1)/n."""
    ends = np.cumsum(shares)[:-1]
    return (np.searchsorted(ends, draw, side="right") + 0.5) / len(shares)


def entrants(settings: Settings, seed: int, replication: int) -> People:
    """Everyone who enters in [0, horizon), in a trial with the arm of each."""
    blocks = []
    plan = settings.enrolment
    for group, entry in enumerate(entries_of(settings, seed, replication)):
        points = _lattice(settings, group, len(entry)) if settings.grid else None
        block = Block(group, person_number(group, 0), entry, None, points)
        if plan is not None:
            arm = arms_by_share(plan, seed, replication, group, block.first, entry)
            block = block._replace(arm=arm)
        blocks.append(block)
    if plan is not None and plan.people:
        blocks += [_enrolled(settings, one) for one in exact_numbers(plan, seed, replication)]
    people = _people(settings, seed, replication, blocks)
    if plan is None or not plan.people:
        return people
    away = np.zeros(len(people), dtype=bool)
    for group in plan.groups:
        away |= (people.group == group) & takes_the_place_of(plan, group, people.entry_day)
    return people.some(~away | (people.arm != NOT_ENROLLED))


def _enrolled(settings: Settings, one: Enrolled) -> Block:
    """The people of an arm of exact size; on a grid their days of entry are on it too."""
    entry, points = one.entry_day, None
    if settings.grid and len(entry):
        plan = settings.enrolment
        assert plan is not None
        points = _lattice(settings, one.group, len(entry), 1)
        from_day, to_day = plan.from_day[one.arm], plan.to_day[one.arm]
        entry = from_day + points[:, -1] * (to_day - from_day)
    arm = np.full(len(entry), one.arm, dtype=np.int8)
    return Block(one.group, one.first, entry, arm, points)


def past_entrants(
    settings: Settings, seed: int, replication: int, since: tuple[float, ...]
) -> People:
    """Everyone who would have entered before day 0 and might still matter then.

    Args:
        since: days to go back, by group.
    """
    key = key_of(seed, replication, "past")
    blocks = []
    for g in range(len(GROUPS)):
        rate = settings.inflow_per_day[g]
        entry = np.empty(0)
        if rate > 0.0:
            mean = rate * since[g]
            wanted = int(mean + 8.0 * mean**0.5 + 50)
            gaps = exponentials(uniforms(key, person_number(g, 0, True), wanted)[:, 0])
            entry = -np.cumsum(gaps) / rate
            entry = entry[entry > -since[g]]
        blocks.append(Block(g, person_number(g, 0, True), entry))
    return _people(settings, seed, replication, blocks)


class Entrant(NamedTuple):
    """One of the people, as plain numbers; see ``People``."""

    person: int
    group: int
    arm: int
    entry_day: float
    frailty: float
    thresholds: list[float]
    day_time: float
    score: float
    caseworker: float
    episode_from: float
    episode_to: float
    spread: float


UNUSED = {"arm": NOT_ENROLLED, "day_time": 0.0, "score": 0.0, "caseworker": 0.0, "spread": 0.0,
          "episode_from": inf, "episode_to": inf}  # fmt: skip
"""What stands for a draw that no lever of the study asks for."""


def all_entrants(people: People) -> Iterator[Entrant]:
    """Everybody in order, made some hundred at a time."""
    for start in range(0, len(people), FEW_AT_A_TIME):
        part = slice(start, start + FEW_AT_A_TIME)
        size = len(people.person[part])
        columns = []
        for name in Entrant._fields:
            column = getattr(people, name)
            columns.append(repeat(UNUSED[name], size) if column is None else column[part].tolist())
        yield from map(Entrant._make, zip(*columns, strict=True))


def spell_from(q: Entrant, w: Rulebook) -> Spell:
    """The first spell of an entrant, on the day of entry."""
    p = Spell()
    p.alarm = None
    first_spell(p, q, w)
    return p
