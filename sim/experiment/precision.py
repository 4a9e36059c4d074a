"""As many replications as a wanted half-width takes: fixed by a pilot, or by a confidence sequence.

Never by looking at t intervals until one is narrow or clear of 0: such a run finds a difference
where there is none in far more than 5 % of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment import metrics
from sim.experiment.estimates import Outcomes, paired_values
from sim.experiment.intervals import estimate
from sim.experiment.validity import FIXED, PILOT, SEQUENCE, Way, sequence_multiplier, t_quantile
from sim.rules.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sim.experiment.study import Study

NONE = "none"
FEWEST_FIRST = 8
"""Replications of the smallest pilot, and before the first look.

Fewer say little of the spread, and what a replication of few people gives is not normal: where
outcomes are as skewed as exponential ones, a sequence looked at from the 5th replication on misses
in 14 % of runs, from the 10th in 11 %, from the 20th in 8 %; where they are normal, in 4 %.
"""

METRICS = tuple(
    name
    for name in (*metrics.UNITS, *metrics.PAIRED_UNITS)
    if name not in ("median_days", metrics.RATIO[0])
)
"""What can be asked for: a mean of differences. Medians may not be reached, ratios have no mean."""

AHEAD = 0.8
"""Which share of what seems to be lacking is run before a confidence sequence is looked at again."""


@dataclass(frozen=True)
class Precision:
    """How precise a difference is to be.

    ``half_width`` is of the 95 % interval of ``metric`` against the first arm, in its unit, of
    every other arm; ``first`` replications are the pilot, or come before the first look; there
    are at most ``most``.
    """

    kind: str
    metric: str
    half_width: float
    first: int
    most: int

    @property
    def way(self) -> Way:
        """Why the intervals of such a run hold."""
        return Way(PILOT if self.kind == PILOT else SEQUENCE, self.first)

    def needed(self, values: np.ndarray) -> int:
        """Replications that a pilot asks for: enough for the arm whose difference varies most.

        The least n with t(first - 1) s / sqrt(n) no larger than the half-width, at least the
        pilot's own.

        Args:
            values: the metric in the pilot, (arm, replication).
        """
        spread = float(np.max(np.std(values, axis=-1, ddof=1)))
        quantile = float(t_quantile(np.array(self.first)))
        return max(self.first, ceil((quantile * spread / self.half_width) ** 2 - 1e-9))

    def half_widths(self, values: np.ndarray) -> np.ndarray:
        """The half-width of each arm's interval."""
        found = estimate(values, way=self.way)
        return np.asarray((found.high - found.low) / 2.0)

    def is_reached(self, values: np.ndarray) -> bool:
        """Whether no arm's interval is wider than was asked for."""
        return bool(np.all(self.half_widths(values) <= self.half_width * (1.0 + 1e-9)))

    def stop(self, values: np.ndarray, looked: int) -> int | None:
        """The first number of replications, after those looked at, at which a sequence stops."""
        for number in range(max(looked + 1, self.first), values.shape[-1] + 1):
            if self.is_reached(values[:, :number]):
                return number
        return None

    def lacking(self, values: np.ndarray) -> int:
        """How many more replications to run before a sequence is looked at again."""
        number = values.shape[-1]
        spread = float(np.max(np.std(values, axis=-1, ddof=1)))
        n = np.arange(number, self.most + 1)
        half = sequence_multiplier(n, self.first) * spread / np.sqrt(n)
        fit = np.flatnonzero(half <= self.half_width)
        target = number + AHEAD * int(fit[0]) if len(fit) else self.most
        return max(1, min(ceil(target), self.most) - number)


def precision_of(study: Study) -> Precision | None:
    """What a study asks for; None where its number of replications is given."""
    design = study.values["design"]
    asked: Mapping[str, Any] = design.get("precision") or {"kind": NONE}
    if asked["kind"] == NONE:
        return None
    return Precision(
        str(asked["kind"]), str(asked["metric"]), float(asked["half_width"]),
        int(design["replications"]), int(asked["most_replications"]),
    )  # fmt: skip


def most_replications(study: Study) -> int:
    """How many replications a study may have."""
    asked = precision_of(study)
    return study.replications if asked is None else asked.most


def way_of(study: Study) -> Way:
    """Why the intervals of a study hold."""
    asked = precision_of(study)
    return FIXED if asked is None else asked.way


def differences_of(
    study: Study, metric: str, values: Sequence[Mapping[tuple[str, str, str], float]]
) -> np.ndarray:
    """A metric of each arm against the first, all groups together: (arm, replication).

    Args:
        values: outcomes of replications 0, 1, 2, ... by (arm, group, metric).
    Raises InputError where it has no value in some replication.
    """
    outcomes = Outcomes.of(study.arms, (metrics.ALL,), {
        number: {key: value for key, value in one.items() if key[1] == metrics.ALL}
        for number, one in enumerate(values)
    })  # fmt: skip
    found = paired_values(outcomes)[metric][:, 0, :]
    if np.isnan(found).any():
        raise InputError(
            f"design.precision.metric is {metric}, which has no value in some replication of this "
            "study, so no precision can be asked of it; choose another, such as days_saved"
        )
    return np.asarray(found)


def replications_until(
    asked: Precision, run: Callable[[int], np.ndarray], settle: Callable[[int], None]
) -> int:
    """Run as many replications as it takes; how many that are.

    Args:
        run: makes sure that so many are there, and gives the metric of them: (arm, replication).
        settle: is told that the run will have at least so many.
    """
    settle(asked.first)
    values = run(asked.first)
    if asked.kind == PILOT:
        number = min(asked.needed(values), asked.most)
        settle(number)
        run(number)
        return number
    looked = 0
    while (stop := asked.stop(values, looked)) is None and values.shape[-1] < asked.most:
        looked = values.shape[-1]
        settle(looked)
        values = run(looked + asked.lacking(values))
    number = asked.most if stop is None else stop
    settle(number)
    return number


def told(asked: Precision, arms: Sequence[str], values: np.ndarray) -> dict[str, Any]:
    """What the manifest says of it.

    Args:
        values: the metric, (arm, replication).
    """
    found = asked.half_widths(values)
    return {
        "kind": asked.kind,
        "metric": asked.metric,
        "half_width": asked.half_width,
        "first_replications": asked.first,
        "most_replications": asked.most,
        "replications": values.shape[-1],
        "half_widths": dict(zip(arms[1:], found.tolist(), strict=True)),
        "is_reached": asked.is_reached(values),
    }
