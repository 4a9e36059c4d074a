"""All worlds of one replication: apart, with the same people, luck and calendar."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from sim.model.engines import COMPILED
from sim.model.enrolment import NOT_ENROLLED
from sim.model.journal import ArmRows
from sim.model.luck import Luck
from sim.model.memory import give_back
from sim.model.population import People, entrants
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
from sim.model.stock import ANEW, keeps_plan, stock_on_day_0
from sim.model.world import World
from sim.rules.people import FIELDS, GROUPS, Spell
from sim.rules.rulebook import Rulebook

GC_POLICY = "off while a replication runs"

ZERO_LOAD = "|zero_load"
"""Ends the name of an arm's twin that is run with a load elasticity (kappa) of 0."""

ALONE = "|alone"
"""Ends the name of an arm's twin in which nobody moves the labour market or the caseload: what the
arm does to one person while all others live as they would have."""

Run = Callable[[Settings, Rulebook, str, People, Teams], ArmRows]
"""Runs a world: its settings and rules, whose caseworkers it has, who enters, the arms' teams."""


def run_replication(study: Study, replication: int) -> dict[str, ArmRows]:
    """The rows of every world of one replication, all with the same people and luck.

    Each arm has a world of its own, named like it; twins of it end in ZERO_LOAD or ALONE. Where
    the study is a trial, all arms live together in the world TRIAL besides.
    """
    with no_collection():
        return _replication(study, replication)


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


def _replication(study: Study, replication: int) -> dict[str, ArmRows]:
    settings = settings_of(study)
    registry = registry_of(study)
    people = entrants(settings, study.seed, replication)
    give_back()
    before = rulebook_of(plain_standard(study), STANDARD, registry) if settings.warm_start else None
    make = _compiled if study.engine == COMPILED else _by_simpy
    run = make(study, settings, before, replication)
    in_one_arm = replace(people, arm=None)
    rows = {
        world.name: run(
            world.settings, rulebook_of(study, world.arm, registry), world.arm, in_one_arm, ()
        )
        for world in worlds_of(study, settings)
    }
    if settings.enrolment is not None:
        w = rulebook_of(study, study.arms, registry)
        together = run(settings, w, TRIAL, people, study.teams)
        rows[TRIAL] = replace(together, enrolled=_enrolled(people))
    return rows


def _enrolled(people: People) -> dict[str, np.ndarray]:
    """Who takes part in the trial, by person, and in which arm."""
    assert people.arm is not None
    taken = np.flatnonzero(people.arm != NOT_ENROLLED)
    taken = taken[np.argsort(people.person[taken])]
    return {"person": people.person[taken], "arm": people.arm[taken]}


@dataclass(frozen=True)
class OneArm:
    """A world in which everybody is in one arm: its name, the arm, and its office and market."""

    name: str
    arm: str
    settings: Settings


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


def _by_simpy(study: Study, settings: Settings, before: Rulebook | None, replication: int) -> Run:
    luck = Luck(study.seed, replication)
    stock: list[Spell] = []
    later: list[tuple[float, Spell]] = []
    if before is not None:
        stock, later = stock_on_day_0(study, settings, before, luck, replication)

    def run(settings: Settings, w: Rulebook, name: str, people: People, teams: Teams) -> ArmRows:
        keeps = keeps_plan(before, w) if before is not None else (ANEW,) * len(GROUPS)
        world = World(study, settings, w, name, replication, luck, teams)
        return world.run(
            people, [_own(p) for p in stock], [(day, _own(p)) for day, p in later], keeps
        )

    return run


def _own(p: Spell) -> Spell:
    """A copy of a record, so that every arm starts from the same."""
    q = Spell()
    for name in FIELDS:
        setattr(q, name, getattr(p, name))
    q.others = tuple(_own(line) for line in p.others)
    return q


def _compiled(study: Study, settings: Settings, before: Rulebook | None, replication: int) -> Run:
    from sim.model.compiled import driver

    stock = None
    if before is not None:
        stock = driver.stock_on_day_0(study, settings, before, replication)

    def run(settings: Settings, w: Rulebook, name: str, people: People, teams: Teams) -> ArmRows:
        return driver.run_world(study, settings, w, name, replication, people, stock, teams)

    return run
