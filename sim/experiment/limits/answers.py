"""How the model answers a limiting case: by which way of asking.

By exact integration (A, B, G), by solving for an exit (U), in a world with evenly spread luck
(D01), or by simulation that can go on until it is precise enough (A14, C, D05).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.experiment.limits.cases import Answer, Case, NotExpressible
from sim.experiment.limits.integrated import ExitDays, Integrated
from sim.experiment.limits.simulated import Elapsed, Exposure, Pairs, Queue, Stock, Stream

Values = Mapping[str, Any]


def answer(values: Values, case: Case, people: int = 40_000, seed: int = 1) -> Answer:
    """How the model answers a case.

    Args:
        people: how many there are in one replication, about.
    Raises:
        NotExpressible: the model has no words for the case.
    """
    if case.family == "U":
        return ExitDays(values, case)
    if case.family in "ABG" and "poisson_rate" not in case.params:
        return Integrated(values, case)
    if "poisson_rate" in case.params:
        return Stream(values, case, people, seed)
    if case.family == "D" and "regime2" in case.params:
        return Pairs(values, case, people)
    if case.family == "D" and "P(event)/E[exposure]" in case.exact:
        return Exposure(values, case, people, seed)
    if case.family == "C" and "d" in case.params:
        if "lam" in case.params:
            return Stock(values, case, seed)
        return Elapsed(values, case, people, seed)
    if case.family == "C":
        return Queue(values, case, people, seed)
    raise NotExpressible(f"no way to ask for {case.title}")
