"""All tables of the Esbjerg story: each is the table behind one figure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.experiment.esbjerg.curves import Insured
from sim.experiment.esbjerg.looks import looks
from sim.experiment.esbjerg.money import benefits, money
from sim.experiment.esbjerg.needed import needed
from sim.experiment.esbjerg.predicted import Ranges, predicted
from sim.experiment.esbjerg.rolled_out import rolled_out
from sim.rules.published import Published

BENEFIT = "costs.benefit_dkk_per_day.ui"


def tables(values: dict[str, Any], ranges: Ranges, published: Published) -> dict[str, pd.DataFrame]:
    """The tables by name, in the order in which the story is told.

    Args:
        values: the configuration of the scenario ``curves.SCENARIO``.
        ranges: lowest and highest plausible value by name of a parameter.
        published: the published figures.
    """
    insured = Insured.of(values)
    return {
        "needed": needed(insured, published),
        "predicted": predicted(insured, ranges, published),
        "looks": looks(insured),
        "rolled_out": rolled_out(insured, published),
        "money": money(insured, benefits(insured, ranges[BENEFIT][1]), published),
    }
