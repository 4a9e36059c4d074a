"""The tables of a fit: rates by piece, curves as observed and as fitted, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment import provenance
from sim.experiment.fit.fitting import (
    Fit,
    GroupFit,
    observed_incidence,
    observed_rate,
    observed_survival,
)
from sim.experiment.fit.judging import Judged
from sim.experiment.fit.observed import Curve
from sim.experiment.fit.reading import Table
from sim.rules.people import EXITS, JOB

WEEK_DAYS = 7.0
MOST_POINTS = 300
UNEMPLOYED = "unemployed"
"""What the curve of survival is called beside the names of exits."""


def baselines(found: Fit, factors: Mapping[str, np.ndarray] | None = None) -> pd.DataFrame:
    """A row a piece: rates a week of a person of frailty 1, with 95 % intervals.

    Args:
        factors: by group, what of the job rate of each piece was divided out (see `fit.under`).
    """
    rows = []
    for group in found.groups:
        for one in group.baselines:
            out = np.ones(len(one.starts))
            if factors and one.exit == EXITS[JOB]:
                out = factors[group.group]
            ends = np.append(one.starts[1:], np.inf)
            columns = (
                one.rates.exits,
                one.rates.days,
                one.rates.rate,
                one.rates.low,
                one.rates.high,
            )
            for start, end, exits, days, rate, low, high, by in zip(
                one.starts, ends, *columns, out, strict=True
            ):
                rows.append([
                    group.group, one.exit, start, end, int(exits), days,
                    rate * WEEK_DAYS, low * WEEK_DAYS, high * WEEK_DAYS, by, one.variance,
                ])  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=[
            "group", "exit", "from_day", "to_day", "exits", "days_at_risk",
            "rate_per_week", "ci_low", "ci_high", "divided_out", "frailty_variance",
        ],
    )  # fmt: skip


def curves(found: Fit) -> pd.DataFrame:
    """The table behind the figure: shares still unemployed, or who left by an exit, by spell day."""
    parts = []
    for group in found.groups:
        days = _days(group)
        parts.append(
            _beside(group, UNEMPLOYED, days, observed_survival(group), 1.0, group.survival(days))
        )
        for one in group.baselines:
            shown = observed_incidence(group, one.exit)
            fitted = group.incidence(one.exit, days)
            parts.append(_beside(group, one.exit, days, shown, 0.0, fitted))
    return pd.concat(parts, ignore_index=True)


def cumulative_rates(found: Fit) -> pd.DataFrame:
    """Nelson and Aalen's cumulative rates of those still there, and the fitted ones."""
    parts = []
    for group in found.groups:
        days = _days(group)
        first = np.array([group.first_day])
        for one in group.baselines:
            fitted = one.total(days) - one.total(first)
            shown = observed_rate(group, one.exit)
            parts.append(_beside(group, one.exit, days, shown, 0.0, fitted))
    return pd.concat(parts, ignore_index=True)


def _days(group: GroupFit) -> np.ndarray:
    """Whole days from the first to the last that anyone was seen on, not too many."""
    span = np.linspace(group.first_day, group.longest_day, MOST_POINTS)
    return np.unique(np.append(np.round(span[:-1]), group.longest_day))


def _beside(
    group: GroupFit, what: str, days: np.ndarray, shown: Curve, before: float, fitted: np.ndarray
) -> pd.DataFrame:
    value, low, high = shown.at(days, before)
    place = np.searchsorted(shown.day, days, side="left")
    at_risk = np.append(shown.at_risk, 0)[place]
    return pd.DataFrame({
        "group": group.group, "what": what, "spell_day": days, "observed": value,
        "ci_low": low, "ci_high": high, "fitted": fitted, "at_risk_at_next_exit": at_risk,
    })  # fmt: skip


def manifest(
    found: Fit, table: Table, judged: Judged, unit: str, command: str, hazard: dict[str, str],
    under: str | None, seconds: float,
) -> dict[str, Any]:  # fmt: skip
    """What the folder says of how it was made.

    Args:
        hazard: name and SHA-256 of the hazard file that was written.
        under: the regime that was divided out.
    """
    frailty = found.frailty
    return {
        **provenance.made_by(command),
        "wall_seconds": round(seconds, 3),
        "table": {
            "name": table.name, "kind": table.kind, "sha256": table.sha256, "unit": unit,
            "rows": table.rows, "spells": sum(len(one.spells) for one in found.groups),
        },
        "hazard": hazard,
        "divided_out": under,
        "frailty_variance": found.variance,
        "frailty_profile": None if frailty is None else {
            "best": frailty.best, "low": frailty.low, "high": frailty.high,
            "verdict": frailty.verdict,
        },
        "left_out": [list(one) for one in judged.left_out],
        "packages": provenance.packages(),
    }  # fmt: skip
