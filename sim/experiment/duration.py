"""How long a run will take on this machine, said before it starts."""

from __future__ import annotations

import time
from dataclasses import replace
from math import inf

from sim.model.demand import lives
from sim.model.engines import COMPILED
from sim.model.inflow import expected_entrants
from sim.model.population import entrants
from sim.model.replication import worlds_of
from sim.model.settings import (
    STANDARD,
    Study,
    plain_standard,
    registry_of,
    rulebook_of,
    settings_of,
)

SAMPLE_PEOPLE = {COMPILED: 20_000}
FEW_PEOPLE = 400
"""People who live alone on a stopwatch, by engine (else a few: they take longer)."""

WORLD_OVER_ALONE = 4.0
"""What a person costs in a world, with its queue, weeks, checks and tables, over a life alone."""

TABLES_SECONDS_A_PERSON = 4e-6
SECONDS_TO_START_AND_DRAW = 9.0


def estimate_seconds(study: Study, workers: int) -> float:
    """Seconds that a run takes of so many workers: some people live alone on a stopwatch, the rest is arithmetic.

    Right to about a third; a busy machine takes longer.
    """
    rounds = -(-study.replications // max(1, min(workers, study.replications)))
    a_replication = people_lived(study) * (seconds_a_person(study) + TABLES_SECONDS_A_PERSON)
    return rounds * a_replication + SECONDS_TO_START_AND_DRAW


def people_lived(study: Study) -> float:
    """Lives of one replication: people times worlds."""
    settings = settings_of(study)
    people = settings.inflow_people
    if settings.inflow_kind == "poisson":
        a_day = sum(settings.inflow_per_day)
        caseworkers = study.caseworkers[study.arms[0]][0][1]
        people = int(expected_entrants(settings, settings.horizon_days)) + int(
            study.reference_spells_per_caseworker * caseworkers
            if settings.warm_start and caseworkers < inf
            else a_day * 250.0 * settings.warm_start
        )
    return float(people * (len(worlds_of(study, settings)) + (settings.enrolment is not None)))


def seconds_a_person(study: Study) -> float:
    """Processor seconds of a life in a world with all that goes with it, without its tables."""
    settings = settings_of(study)
    shares = settings.shares
    if settings.inflow_kind == "poisson":
        a_day = sum(settings.inflow_per_day)
        shares = tuple(rate / a_day for rate in settings.inflow_per_day)
    number = SAMPLE_PEOPLE.get(study.engine, FEW_PEOPLE)
    sample = replace(
        settings, grid=False, inflow_kind="cohort", inflow_people=number, shares=shares,
        enrolment=None,
    )  # fmt: skip
    cohort = entrants(sample, 0, 0)
    w = rulebook_of(plain_standard(study), STANDARD, registry_of(study))
    began = time.perf_counter()
    lives(study.engine, w, cohort, settings.horizon_days)
    return (time.perf_counter() - began) / len(cohort) * WORLD_OVER_ALONE
