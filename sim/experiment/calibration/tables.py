"""The tables of a calibration: its solutions, its ridge, and the figures over the parameter."""

from __future__ import annotations

from math import nan
from typing import Any

import pandas as pd

from sim.experiment import provenance
from sim.experiment.calibration.results import Calibration, Solution

SOLUTIONS = (
    "solution", "kind", "role", "name", "value", "unit", "published", "difference", "misfit",
    "source", "assumptions",
)  # fmt: skip
PARAMETER, FIGURE, BESIDE = "parameter", "figure", "beside"
CONFIGURED = 0
"""The number of the point that is no solution: the parameters as configured."""


def solutions(found: Calibration) -> pd.DataFrame:
    """calibration.csv: a row for every parameter and figure of each solution, best first.

    Solution 0 is the study as configured, for comparison.
    """
    numbered = enumerate((found.configured, *found.solutions))
    return pd.DataFrame(
        [row for number, one in numbered for row in _rows(found, number, one)], columns=[*SOLUTIONS]
    )


def _rows(found: Calibration, number: int, one: Solution) -> list[list[Any]]:
    head = [number, one.kind]
    rows = [
        [*head, PARAMETER, key, value, "", nan, nan, one.misfit,
         "at the end of its range" if key in one.at_end else "", ""]
        for key, value in one.point.items()
    ]  # fmt: skip
    for figure in found.target.figures:
        value = one.simulated[figure.name]
        rows.append([
            *head, FIGURE, figure.name, value, figure.unit, figure.value, value - figure.value,
            one.misfit, figure.source, figure.assumptions,
        ])  # fmt: skip
    for figure in found.target.beside:
        value = one.beside[figure.name]
        rows.append([
            *head, BESIDE, figure.name, value, figure.unit, figure.value, value - figure.value,
            one.misfit, figure.source, figure.assumptions,
        ])  # fmt: skip
    return rows


def ridge(found: Calibration) -> pd.DataFrame:
    """ridge.csv: for each value of the second parameter, the fits with it; blank where none is.

    `as_good`: whether the pair fits as well as the solution does.
    """
    if found.target.ridge is None:
        return pd.DataFrame()
    keys = [one.key for one in found.target.fit if one.key != found.target.ridge.key]
    rows = [
        [pair.second, pair.number, *((pair.point or {}).get(key, nan) for key in keys),
         nan if pair.misfit is None else pair.misfit,
         found.as_good(pair),
         nan if pair.attainable is None else pair.attainable]
        for pair in found.ridge
    ]  # fmt: skip
    columns = [found.target.ridge.key, "solution", *keys, "misfit", "as_good", "nearest_attainable"]
    return pd.DataFrame(rows, columns=columns)


def scans(found: Calibration) -> pd.DataFrame:
    """The table behind the figure: each figure over the first parameter, the others as configured."""
    key = found.target.fit[0].key
    rows = [
        [figure.name, key, x, y, figure.value, figure.unit]
        for figure in found.target.figures
        for x, y in found.scans[figure.name].points
    ]
    return pd.DataFrame(rows, columns=["figure", "parameter", "x", "y", "published", "unit"])


def manifest(found: Calibration, values: dict[str, Any], command: str, plugins: dict[str, str],
             seconds: float) -> dict[str, Any]:  # fmt: skip
    """What the folder says of how it was made."""
    return {
        **provenance.made_by(command),
        "wall_seconds": round(seconds, 3),
        "target": found.target.name,
        "title": found.target.title,
        "method": found.method,
        "seed": values["design"]["seed"],
        "luck": values["design"]["luck"],
        "evaluations": found.tried,
        "fit": {one.key: [one.low, one.high] for one in found.target.fit},
        "plugins": plugins,
        "packages": provenance.packages(),
        "configuration_sha256": provenance.configuration_sha256(values, plugins),
    }
