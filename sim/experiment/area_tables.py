"""The tables by area: every jobcentre's metrics and differences, where there is more than one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.experiment.estimates import Outcomes, differences, summary
from sim.model.areas import names_of

if TYPE_CHECKING:
    from sim.experiment.replicated import Replicated
    from sim.experiment.study import Study

AREAS, AREA_DIFFERENCES = "areas.csv", "area_differences.csv"


def area_tables(
    study: Study, done: Sequence[Replicated], has_luck: bool
) -> dict[str, pd.DataFrame]:
    """The rows of summary.csv and differences.csv for each area in place of each group, of all
    groups together; none where there is one jobcentre."""
    names = names_of(study)
    if not names:
        return {}
    outcomes = Outcomes.of(
        study.arms, names, {one.replication: one.areas for one in done}, has_luck
    )
    found = {AREAS: summary(outcomes)}
    if len(study.arms) > 1:
        found[AREA_DIFFERENCES] = differences(outcomes)
    return {name: table.rename(columns={"group": "area"}) for name, table in found.items()}
