"""The band of what is not known in a figure of differences: wide and grey, behind the interval."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from sim.report.folder import Run

HEIGHT, COLOUR = 0.8, "#D9D9D9"


def bands(table: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    """The ends of the band by arm and metric, from the rows of not_known.csv."""
    return {
        (str(row.arm), str(row.metric)): (float(row.unknown_low), float(row.unknown_high))
        for row in table.itertuples(index=False)
    }


def ends(run: Run, metrics: Sequence[str]) -> list[float]:
    """All ends of the bands of some metrics, for the reach of an axis."""
    found = bands(run.table("not_known"))
    return [end for (_, metric), both in found.items() if metric in metrics for end in both]


def draw(axes: Axes, run: Run, arm: str, metric: str, y: float) -> None:
    """Draw the band of an arm, where there is one, around the height ``y``."""
    band = bands(run.table("not_known")).get((arm, metric))
    if band is not None:
        low, high = band
        axes.barh(y, high - low, left=low, height=HEIGHT, color=COLOUR, linewidth=0, zorder=0)
