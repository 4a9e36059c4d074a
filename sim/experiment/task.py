"""One replication of a study as a task: simulated, checked, hashed and reduced in one process."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import backlog, ledger, metrics, rows
from sim.experiment.outcomes import Reduction, reduce, worse_off
from sim.experiment.profiles import thirty_people, thirty_spells
from sim.experiment.queue_day import queue_day
from sim.experiment.timing import spent
from sim.experiment.trial import Found, evaluate
from sim.model.settings import TRIAL

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows

World = Callable[["Study", int], Mapping[str, "ArmRows"]]
Tables = dict[str, dict[str, np.ndarray]]

NOBODY = np.empty(0)


@dataclass(frozen=True)
class Job:
    """What all replications of a study share; ``world`` makes the rows of one replication."""

    study: Study
    world: World


@dataclass(frozen=True)
class Replicated:
    """What is left of one replication.

    ``values`` holds the metrics by (arm, group, metric), ``tables`` the rows by arm where they
    are kept, ``thirty`` the spells of thirty people in the first two arms of the first
    replication, ``queue`` one day of its queue in two arms, ``trial`` what a trial gives. ``checks`` counts what held, ``extras`` are single figures by (arm, name),
    ``seconds`` is the processor time by what it was spent on.
    """

    replication: int
    values: dict[tuple[str, str, str], float]
    reductions: dict[str, Reduction]
    digests: dict[str, str]
    checks: dict[str, int]
    extras: dict[tuple[str, str], float]
    tables: dict[str, Tables]
    thirty: dict[str, Tables]
    queue: dict[str, Tables]
    trial: Found | None
    backlog: dict[str, dict[str, float]]
    """By arm with a suspension: what `backlog.measure` finds."""
    seconds: dict[str, float]


def shipped_world(study: Study, replication: int) -> Mapping[str, ArmRows]:
    """The simulated world; imported here, so that reading results does not need SimPy."""
    from sim.model.replication import run_replication

    return run_replication(study, replication)


def replicate(job: Job, replication: int) -> Replicated:
    """Simulate every arm of one replication and keep what the tables need.

    Raises CheckError where the rows break what they promise.
    """
    study = job.study
    began = time.process_time()
    simulated = job.world(study, replication)
    world_seconds = time.process_time() - began
    checks: Counter[str] = Counter()
    values: dict[tuple[str, str, str], float] = {}
    digests: dict[str, str] = {}
    kept: dict[str, Tables] = {}
    reductions: dict[str, Reduction] = {}
    share = ledger.staff_share(study, simulated[study.arms[0]])
    for world in study.kept_worlds:
        checks.update(simulated[world].checks)
        typed = {table: rows.columns(simulated[world], table) for table in rows.SCHEMA}
        digests[world] = rows.digest(world, replication, typed)
        if keeps_rows(study, replication):
            kept[world] = typed
        checks["rows in key order"] += len(rows.SCHEMA)
    for arm in study.arms:
        of_arm = simulated[arm]
        reductions[arm] = found = reduce(study, arm, of_arm, partial(ledger.account, share=share))
        values |= {(arm, *key): value for key, value in found.values.items()}
        checks["ledger adds up to the øre"] += 1
        checks["counted spells followed long enough"] += len(found.person)
    pairs = _pairs(study, reductions, simulated)
    checks["arms hold the same people"] += len(study.arms) - 1
    people = thirty_people(simulated[study.arms[0]])
    return Replicated(
        replication=replication,
        values=values | pairs,
        reductions={arm: _slim(found) for arm, found in reductions.items()},
        digests=digests,
        checks=dict(checks),
        extras={
            (world, name): value
            for world in study.kept_worlds
            for name, value in simulated[world].extras.items()
        },
        tables=kept,
        thirty={
            arm: thirty_spells(simulated[arm], people, study.follow_up_days)
            for arm in study.arms[:2]
            if replication == 0
        },
        queue=queue_day(study, simulated) if replication == 0 else {},
        trial=evaluate(study, simulated) if TRIAL in simulated else None,
        backlog={
            arm: backlog.measure(study, arm, simulated[arm], simulated[study.arms[0]])
            for arm in study.arms[1:]
            if backlog.suspensions(study, arm)
        },
        seconds=spent(simulated.values(), world_seconds, time.process_time() - began),
    )


def keeps_rows(study: Study, replication: int) -> bool:
    """Whether the rows of this replication go into the run folder."""
    which = study.values["design"]["keep_rows"]
    return which == "all" or (which == "first" and replication == 0)


def _pairs(
    study: Study, reductions: Mapping[str, Reduction], simulated: Mapping[str, ArmRows]
) -> dict[tuple[str, str, str], float]:
    """What only a pair of arms has: people made worse off, and days saved without load effect."""
    baseline, *others = study.arms
    found: dict[str, dict[str, dict[str, float]]] = {metric: {} for metric in metrics.PER_PAIR}
    for arm in others:
        found["worse_off_share"][arm] = dict(worse_off(reductions[arm], reductions[baseline]))
    if baseline + metrics.ZERO_LOAD in simulated:
        means = {arm: reduce_days(study, simulated[arm + metrics.ZERO_LOAD]) for arm in study.arms}
        for arm in others:
            found["days_saved_zero_load"][arm] = {
                label: means[baseline][label] - means[arm][label] for label in means[arm]
            }
    unfit = metrics.left_out(study.follow_up_days)
    return {
        (arm, label, metric): value
        for metric, by_arm in found.items()
        if metric not in unfit
        for arm, by_label in by_arm.items()
        for label, value in by_label.items()
        if np.isfinite(value)
    }


def reduce_days(study: Study, of_arm: ArmRows) -> dict[str, float]:
    """Restricted mean of 728 days by group, of rows that are needed for nothing else."""
    from sim.experiment.sums import Sums

    counted = of_arm.spells["counted"]
    sums = Sums(of_arm.spells["group"][counted], study.groups)
    days = np.minimum(of_arm.spells["duration_days"][counted], metrics.FULL_DAYS)
    return dict(zip(sums.labels, sums.mean(days).tolist(), strict=True))


def _slim(found: Reduction) -> Reduction:
    """A reduction without what only pairing needs, which would travel between processes."""
    return replace(found, person=NOBODY, group=NOBODY, limited_days=NOBODY)
