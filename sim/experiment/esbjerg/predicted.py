"""What the literature predicts: days saved by 11 instead of 6 meetings over the declared ranges."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm, qmc

from sim.experiment.esbjerg.curves import Insured, Pair
from sim.experiment.esbjerg.needed import pair_that_saves
from sim.rules.published import Published

ALPHA, TAU, RHO = "effect.alpha", "effect.tau_days", "effect.rho"
FRAILTY, RATE = "population.frailty_variance", "hazard.ui.job.rate_per_week"
TOGETHER = (ALPHA, TAU, FRAILTY, RATE)
"""Varied at once; not rho, which decides alone whether many meetings still count."""
DRAWS_LOG2 = 8
Z = float(norm.ppf(0.975))
COLUMNS = ("what", "value", "low", "high", "days", "days_low", "days_high", "by_chance_share")

Ranges = Mapping[str, tuple[float, float]]
"""By name of a parameter: the lowest and the highest plausible value."""


def predicted(insured: Insured, ranges: Ranges, published: Published) -> pd.DataFrame:
    """A row a kind of doubt, then what the trial asked for and claims, in days saved.

    Columns: ``what`` (``shipped``, a parameter, ``together``, ``criterion``, ``claim``); ``value``,
    ``low``, ``high`` of the parameter; ``days``; ``days_low`` and ``days_high``: at the ends of the
    parameter's range, the middle 95 % of evenly spread draws of four parameters at once
    (``together``), or the 95 % interval of chance between people (``claim``); ``by_chance_share``:
    of trials in which chance shows the claim or more if ``days`` are true (``together``:
    ``days_high``).
    """
    usual = insured.pair().days_saved
    claim = published["esbjerg_days_saved"].number
    error = standard_error(insured, published)

    def by_chance(days: float) -> float:
        return float(norm.sf((claim - days) / error))

    rows: list[dict[str, object]] = [
        {"what": "shipped", "days": usual, "by_chance_share": by_chance(usual)}
    ]
    for name in (ALPHA, TAU, FRAILTY, RATE, RHO):
        ends = [_days(insured, {name: end}) for end in ranges[name]]
        rows.append({
            "what": name, "value": _value(insured, name), "low": ranges[name][0],
            "high": ranges[name][1], "days": usual,
            "days_low": min(ends), "days_high": max(ends),
        })  # fmt: skip
    low, high = np.quantile(_draws(insured, ranges), [0.025, 0.975])
    rows.append({
        "what": "together", "days": usual, "days_low": low, "days_high": high,
        "by_chance_share": by_chance(high),
    })  # fmt: skip
    rows.append({"what": "criterion", "days": published["esbjerg_criterion_days"].number})
    rows.append({
        "what": "claim", "days": claim,
        "days_low": claim - Z * error, "days_high": claim + Z * error,
    })  # fmt: skip
    return pd.DataFrame(rows)[list(COLUMNS)]


def claimed(insured: Insured, published: Published) -> Pair:
    """Both arms if 19 days are true and the effect fades as shipped."""
    tau_days = float(insured.values["effect"]["tau_days"])
    return pair_that_saves(insured, published["esbjerg_days_saved"].number, tau_days)[1]


def standard_error(insured: Insured, published: Published) -> float:
    """Of the claimed days, from chance alone, if everybody was assigned by lot and followed."""
    return claimed(insured, published).standard_error(
        published["esbjerg_control_people"].number, published["esbjerg_treated_people"].number
    )


def _value(insured: Insured, name: str) -> float:
    place: object = insured.values
    for key in name.split("."):
        place = place[key]  # type: ignore[index]
    return float(place)  # type: ignore[arg-type]


def _days(insured: Insured, changes: Mapping[str, float]) -> float:
    """Days saved with other values and all else as shipped, the baseline rate too."""
    return insured.pair(changes, anchored=False).days_saved


def _draws(insured: Insured, ranges: Ranges) -> np.ndarray:
    """Days saved at points spread evenly over the ranges of four parameters."""
    # Unscrambled, so that the same points come everywhere; the first, a corner, is left out.
    points = qmc.Sobol(len(TOGETHER), scramble=False).random_base2(DRAWS_LOG2)[1:]
    lows, highs = zip(*(ranges[name] for name in TOGETHER), strict=True)
    return np.array([
        _days(insured, dict(zip(TOGETHER, map(float, point), strict=True)))
        for point in qmc.scale(points, lows, highs)
    ])  # fmt: skip
