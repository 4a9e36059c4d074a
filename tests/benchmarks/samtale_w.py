"""Workload W by Samtale itself, the way `run` goes: configuration, study, replication."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from peers.common import Spells

if TYPE_CHECKING:
    from sim.model.settings import Study

SCENARIO = Path(__file__).with_name("workload_w.yaml")
ARM = "workload_w"


def build(people: int, caseworkers: int, seed: int) -> Study:
    """The study of workload W for so many people."""
    import sim.config
    import sim.experiment.study

    configuration = sim.config.load(
        [
            f"scenarios={SCENARIO}",
            f"population.inflow.people={people}",
            f"arms.{ARM}.levers.caseworkers={caseworkers}",
            f"design.seed={seed}",
        ]
    )
    return sim.experiment.study.build(configuration.values)


def simulate(study: Study) -> Spells:
    """Run its one replication, rows and self-checks included."""
    import sim.model.replication

    spells = sim.model.replication.run_replication(study, 0)[ARM].spells
    return Spells(
        duration_days=np.asarray(spells["duration_days"], dtype=float),
        held=np.asarray(spells["held"], dtype=np.int64),
        waiting_days=np.asarray(spells["waiting_days"], dtype=float),
    )
