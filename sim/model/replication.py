"""All worlds of one replication: apart, with the same people, luck and calendar."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from sim.model.areas import NATIONAL, area_of_people, in_area, study_of, together
from sim.model.engines import COMPILED
from sim.model.enrolment import NOT_ENROLLED
from sim.model.journal import ArmRows
from sim.model.memory import give_back
from sim.model.population import People, entrants
from sim.model.remembered import Memory, can_remember, key_of, of_world
from sim.model.settings import (
    STANDARD,
    TRIAL,
    Settings,
    Study,
    Teams,
    plain_standard,
    registry_of,
    rulebook_of,
    settings_of,
)
from sim.model.simpy_engine import Simpy
from sim.rules.rulebook import Rulebook

GC_POLICY = "off while a replication runs"

ZERO_LOAD = "|zero_load"
"""Ends the name of an arm's twin that is run with a load elasticity (kappa) of 0."""

ALONE = "|alone"
"""Ends the name of an arm's twin in which nobody moves the labour market or the caseload: what the
arm does to one person while all others live as they would have."""


@dataclass(frozen=True)
class Part:
    """The rows of one world in one area; where there is one office, all rows of the world."""

    world: str
    area: int
    rows: ArmRows


@dataclass(frozen=True)
class Office:
    """The people of an office: its study, who enters, and who is there on day 0.

    ``stock`` is as the engine has it.
    """

    study: Study
    people: People
    stock: Any


@dataclass(frozen=True)
class OneArm:
    """A world in which everybody is in one arm: its name, the arm, and its office and market."""

    name: str
    arm: str
    settings: Settings


class Engine(Protocol):
    """What moves time in the worlds of one replication."""

    def stock(self) -> Any:
        """Who is there on day 0, or will come back."""

    def stock_in(self, stock: Any, area: int, areas: int) -> Any:
        """Those of an area."""

    def run(self, office: Office, world: OneArm, w: Rulebook, teams: Teams = ()) -> ArmRows:
        """The rows of an office that nobody elsewhere touches."""

    def in_step(
        self, whole: Office, offices: Sequence[Office], world: OneArm, w: Rulebook
    ) -> Iterator[ArmRows]:
        """The rows of offices that share a labour market, one office after the other."""


def run_parts(study: Study, replication: int, memory: Memory | None = None) -> Iterator[Part]:
    """The rows of every world of one replication, world by world and in each area by area.

    All worlds have the same people and luck. Each arm has a world of its own, named like it; twins
    of it end in ZERO_LOAD or ALONE. Where the study is a trial, all arms live together in the world
    TRIAL besides. A part is given away: nothing here keeps it.

    Args:
        memory: worlds that were lived before and need not be again, where they can be known.
    """
    with no_collection():
        if memory is None:
            yield from _replication(study, replication)
        else:
            yield from _remembered(study, replication, memory)


def run_replication(study: Study, replication: int) -> dict[str, ArmRows]:
    """The rows of every world of one replication, whole: areas are put together."""
    found: dict[str, list[ArmRows]] = {}
    for part in run_parts(study, replication):
        found.setdefault(part.world, []).append(part.rows)
    return {world: together(parts) for world, parts in found.items()}


@contextmanager
def no_collection() -> Iterator[None]:
    """Leave Python's search for reference circles off: it costs a sixth, and finds none here."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _replication(study: Study, replication: int) -> Iterator[Part]:
    settings = settings_of(study)
    registry = registry_of(study)
    people = entrants(settings, study.seed, replication)
    give_back()
    before = rulebook_of(plain_standard(study), STANDARD, registry) if settings.warm_start else None
    engine = _engine(study, settings, before, replication)
    whole = Office(study, replace(people, arm=None), engine.stock())
    offices = _offices(whole, engine, len(settings.area_shares))
    in_step = bool(offices) and study.values["market"]["scope"] == NATIONAL
    if offices and study.engine == COMPILED:
        # of a whole country they take as much memory again as in the offices
        people = people.some(np.zeros(0, dtype=np.intp))
        whole = Office(study, people, None)
        give_back()
    for world in worlds_of(study, settings):
        w = rulebook_of(study, world.arm, registry)
        if not offices:
            yield Part(world.name, 0, in_area(engine.run(whole, world, w), 0))
            continue
        if in_step and world.settings.displacement > 0.0:
            rows = engine.in_step(whole, offices, world, w)
        else:
            rows = (engine.run(office, _of_one(world), w) for office in offices)
        for area, of_area in enumerate(rows):
            yield Part(world.name, area, in_area(of_area, area))
    if settings.enrolment is not None:
        w = rulebook_of(study, study.arms, registry)
        trial = OneArm(TRIAL, TRIAL, settings)
        lived = engine.run(replace(whole, people=people), trial, w, study.teams)
        yield Part(TRIAL, 0, in_area(replace(lived, enrolled=_enrolled(people)), 0))


def _remembered(study: Study, replication: int, memory: Memory) -> Iterator[Part]:
    """The same rows, of worlds that differ from all before only."""
    settings, registry = settings_of(study), registry_of(study)
    before = rulebook_of(plain_standard(study), STANDARD, registry)
    worlds = [(one, rulebook_of(study, one.arm, registry)) for one in worlds_of(study, settings)]
    if not all(can_remember(settings, w) for w in (before, *(w for _, w in worlds))):
        yield from _replication(study, replication)
        return
    began = before if settings.warm_start else None
    engine = _engine(study, settings, began, replication)

    def live() -> Office:
        people = entrants(settings, study.seed, replication)
        return Office(study, replace(people, arm=None), engine.stock())

    people = key_of("people", study.engine, study.seed, replication, settings, began)
    for world, w in worlds:
        key = key_of(world.settings, w, began, replication, *of_world(study, world.arm))
        rows = memory.rows(
            key,
            lambda world=world, w=w: engine.run(  # type: ignore[misc]
                replace(memory.get(people, live), study=study), world, w
            ),
        )
        yield Part(world.name, 0, in_area(rows, 0))


def _offices(whole: Office, engine: Engine, areas: int) -> list[Office]:
    """The office of each area; none where one serves all."""
    if not areas:
        return []
    area = area_of_people(whole.people, areas)
    return [
        Office(
            study_of(whole.study, a),
            whole.people.some(np.flatnonzero(area == a)),
            engine.stock_in(whole.stock, a, areas),
        )
        for a in range(areas)
    ]


def _of_one(world: OneArm) -> OneArm:
    """The same world as an office of one area sees it."""
    return replace(world, settings=replace(world.settings, area_shares=()))


def _enrolled(people: People) -> dict[str, np.ndarray]:
    """Who takes part in the trial, by person, and in which arm."""
    assert people.arm is not None
    taken = np.flatnonzero(people.arm != NOT_ENROLLED)
    taken = taken[np.argsort(people.person[taken])]
    return {"person": people.person[taken], "arm": people.arm[taken]}


def worlds_of(study: Study, settings: Settings) -> list[OneArm]:
    """The worlds of one arm each that a replication runs."""
    worlds = [OneArm(arm, arm, settings) for arm in study.arms]
    wanted = study.values["design"]["zero_load_twin"] or settings.enrolment is not None
    if wanted and settings.load_elasticity > 0.0:
        twin = replace(settings, load_elasticity=0.0)
        worlds += [OneArm(arm + ZERO_LOAD, arm, twin) for arm in study.arms]
    if settings.enrolment is not None:
        alone = replace(settings, load_elasticity=0.0, displacement=0.0)
        worlds += [OneArm(arm + ALONE, arm, alone) for arm in study.arms]
    return worlds


def _engine(study: Study, settings: Settings, before: Rulebook | None, replication: int) -> Engine:
    if study.engine == COMPILED:
        from sim.model.compiled.engine import Compiled

        return Compiled(study, settings, before, replication)
    return Simpy(study, settings, before, replication)
