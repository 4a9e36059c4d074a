"""All arms of one replication: worlds apart with the same people, luck and calendar."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sim.model.engines import COMPILED
from sim.model.journal import ArmRows
from sim.model.luck import Luck
from sim.model.memory import give_back
from sim.model.population import People, entrants
from sim.model.settings import (
    STANDARD,
    Settings,
    Study,
    plain_standard,
    registry_of,
    rulebook_of,
    settings_of,
)
from sim.model.stock import keeps_plan, stock_on_day_0
from sim.model.world import World
from sim.rules.people import FIELDS, GROUPS, Spell
from sim.rules.rulebook import Rulebook

GC_POLICY = "off while a replication runs"

ZERO_LOAD = "|zero_load"
"""Ends the name of an arm's twin that is run with a load elasticity (kappa) of 0."""

Run = Callable[[Settings, Rulebook, str], ArmRows]
"""Runs the world of an arm."""


def run_replication(study: Study, replication: int) -> dict[str, ArmRows]:
    """All arms of one replication: each its own world, with the same people and luck."""
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
    run = make(study, settings, before, replication, people)
    worlds = dict.fromkeys(study.arms, settings)
    if study.values["design"]["zero_load_twin"] and settings.load_elasticity > 0.0:
        twin = replace(settings, load_elasticity=0.0)
        worlds |= {arm + ZERO_LOAD: twin for arm in study.arms}
    rows = {}
    for name, settings in worlds.items():
        arm = name.removesuffix(ZERO_LOAD)
        rows[name] = run(settings, rulebook_of(study, arm, registry), arm)
    return rows


def _by_simpy(
    study: Study, settings: Settings, before: Rulebook | None, replication: int, people: People
) -> Run:
    luck = Luck(study.seed, replication)
    stock: list[Spell] = []
    later: list[tuple[float, Spell]] = []
    if before is not None:
        stock, later = stock_on_day_0(study, settings, before, luck, replication)

    def run(settings: Settings, w: Rulebook, arm: str) -> ArmRows:
        keeps = keeps_plan(before, w) if before is not None else (False,) * len(GROUPS)
        world = World(study, settings, w, arm, replication, luck)
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


def _compiled(
    study: Study, settings: Settings, before: Rulebook | None, replication: int, people: People
) -> Run:
    from sim.model.compiled import driver

    stock = None
    if before is not None:
        stock = driver.stock_on_day_0(study, settings, before, replication)

    def run(settings: Settings, w: Rulebook, arm: str) -> ArmRows:
        return driver.run_world(study, settings, w, arm, replication, people, stock)

    return run
