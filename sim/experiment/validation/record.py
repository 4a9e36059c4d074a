"""A judged row as a row of validation.csv: numbers in full, texts left to the report."""

from __future__ import annotations

from typing import Any

from sim.experiment.validation.judging import Row
from sim.experiment.validation.verdict import ALMOST_INSIDE, INSIDE

COLUMNS = (
    "claim", "id", "source", "mark", "what", "unit", "published", "published_low",
    "published_high", "published_se", "bound", "published_in_words", "read_as", "kind", "measure",
    "experiment", "people", "people_assumed", "replications", "simulated", "low_90", "high_90", "low_99",
    "high_99", "chance_sd", "simulation_se", "verdict", "if_not_fitted", "enters_at", "why", "note",
)  # fmt: skip


def record(row: Row) -> dict[str, Any]:
    """A row of validation.csv, without the columns of the second reading and the texts."""
    figure, prediction = row.figure, row.prediction
    low, high = row.band
    found: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    found |= {
        "claim": figure.claim or "",
        "id": figure.key,
        "source": figure.source,
        "mark": figure.mark,
        "what": figure.what,
        "unit": figure.unit,
        "published": "" if figure.value is None else figure.value,
        "published_low": low,
        "published_high": high,
        "published_se": figure.standard_error or "",
        "bound": figure.bound,
        "published_in_words": figure.why,
        "read_as": row.expected,
        "kind": row.kind,
        "measure": row.measure,
        "experiment": row.experiment,
        "people": " ".join(str(n) for n in row.people),
        "people_assumed": row.assumed if row.people else "",
        "replications": row.replications or "",
        "verdict": row.verdict,
        "if_not_fitted": row.unfitted,
        "enters_at": row.where,
    }
    if prediction is not None:
        found["simulated"] = prediction.mean
    if prediction is not None and not prediction.constant:
        found["low_90"], found["high_90"] = prediction.interval(INSIDE)
        found["low_99"], found["high_99"] = prediction.interval(ALMOST_INSIDE)
        found["chance_sd"], found["simulation_se"] = prediction.chance, prediction.error
    return found
