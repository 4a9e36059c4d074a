"""Worlds that are not lived again: the same rows, and only where nothing that moves them differs."""

from __future__ import annotations

import pytest

from sim.config import load
from sim.experiment.study import build
from sim.experiment.task import Job, replicate, shipped_world
from sim.model.remembered import Memory
from sim.model.replication import run_parts

SMALL = ["design=quick", "population.scale=0.02", "engine=simpy", "design.observation_days=14",
         "design.follow_up_days=182", "~arms.flexible"]  # fmt: skip
"""Three arms: standard, intensified and the lockdown."""


@pytest.mark.parametrize(
    ("change", "remembered"),
    [
        ("costs.wage_dkk_per_month=31000", 3),  # prices move nobody
        ("regimes.intensified.quality=1.2", 2),  # the world of one arm
        ("effect.alpha=0.2", 0),
        ("design.seed=2", 0),
        ("office.rebook_days=9", 0),
    ],
)
def test_only_worlds_that_a_change_does_not_move_are_remembered_and_give_the_same_rows(
    change: str, remembered: int
) -> None:
    memory = Memory()
    before = build(load(SMALL).values)
    assert len(list(run_parts(before, 0, memory))) == 3
    study = build(load([*SMALL, change]).values)
    rows = {part.world: part.rows for part in run_parts(study, 0, memory)}
    lived = [world for world, of in rows.items() if of.checks]
    assert len(rows) - len(lived) == remembered
    told = replicate(Job(study, lambda of, number: run_parts(of, number, memory)), 0)
    anew = replicate(Job(study, shipped_world), 0)
    assert told.values == anew.values and told.digests == anew.digests


def test_no_more_is_kept_than_there_is_room_for() -> None:
    memory = Memory(most=2)
    for key in (b"a", b"b", b"a", b"c"):
        assert memory.get(key, lambda key=key: key.upper()) == key.upper()  # type: ignore[misc]
    assert memory.found == 1
    memory.get(b"a", lambda: b"A")
    assert memory.found == 2
    memory.get(b"b", lambda: b"again")
    assert memory.found == 2
