"""All parameters drawn at once: the band of what is not known, and who pays for themselves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import qmc

from sim.experiment.points import unit
from sim.experiment.sensitivity.tornado import chance_half

BAND = (2.5, 50.0, 97.5)
"""Percentiles of the draws: the ends of the 95 % band, and its middle."""

COLUMNS = [
    "arm", "metric", "unit", "configured", "chance_low", "chance_high", "unknown_low",
    "unknown_middle", "unknown_high", "probability_positive", "draws",
]  # fmt: skip


def cube(number: int, parameters: int, seed: int) -> np.ndarray:
    """Points in the unit cube (draw, parameter): a Latin hypercube, so each range is covered evenly."""
    return qmc.LatinHypercube(parameters, rng=np.random.default_rng(seed)).random(number)


def bands(
    base: Mapping[tuple[str, str], np.ndarray],
    drawn: Mapping[tuple[str, str], np.ndarray],
    replications: int,
) -> pd.DataFrame:
    """bands.csv: by arm and metric the outcome as configured, the band of chance, that of the draws.

    ``probability_positive`` is the share of draws with an outcome above 0; of a net saving, the
    probability that the arm pays for itself.

    Args:
        base: the study as configured: (replication,).
        drawn: (draw, replication).
    """
    rows = []
    for (arm, metric), known in base.items():
        draws = drawn[arm, metric].mean(axis=-1)
        outcome, half = float(np.mean(known[:replications])), chance_half(known, replications)
        low, middle, high = np.percentile(draws, BAND)
        positive = float(np.mean(draws > 0.0))
        rows.append([
            arm, metric, unit(metric), outcome, outcome - half, outcome + half, low, middle, high,
            positive, len(draws),
        ])  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
