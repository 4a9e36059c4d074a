"""What tests of the Esbjerg story share: its tables, made once."""

from __future__ import annotations

from functools import cache

import pandas as pd

from sim.cli.esbjerg import ranges_of
from sim.config import load
from sim.config.catalogue import published_figures
from sim.experiment.esbjerg.curves import SCENARIO, Insured
from sim.experiment.esbjerg.tables import tables


@cache
def story() -> dict[str, pd.DataFrame]:
    """All tables of the story; not to be changed in place."""
    configuration = load([f"scenarios={SCENARIO}"])
    return tables(configuration.values, ranges_of(configuration), published_figures())


@cache
def insured() -> Insured:
    """The insured of the story."""
    return Insured.of(load([f"scenarios={SCENARIO}"]).values)
