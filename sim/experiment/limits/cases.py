"""Limiting cases with exact answers: how they are written down, and what an answer is."""

from __future__ import annotations

import csv
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import groupby
from math import inf
from pathlib import Path
from typing import Any

from scipy.stats import t as student_t


class NotExpressible(Exception):
    """A case that this model has no words for."""


@dataclass(frozen=True)
class Case:
    """One limiting case: its parameters, and its exact answers by quantity."""

    case_id: str
    family: str
    title: str
    params: dict[str, Any]
    exact: dict[str, float]


def read_cases(file: Path) -> list[Case]:
    """The cases of a table with the columns case_id, family, title, params, quantity, value."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    cases = []
    for (case_id, params), own in groupby(rows, lambda r: (r["case_id"], r["params"])):
        group = list(own)
        exact = {r["quantity"]: float(r["value"]) for r in group}
        title = group[0]["title"]
        cases.append(Case(case_id, group[0]["family"], title, json.loads(params), exact))
    return cases


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error (0 where no draw is in it), with the error's own freedom.

    An error that comes from few batches is itself unsure: ``freedom`` counts its degrees.
    """

    value: float
    error: float = 0.0
    freedom: float = inf

    def chance_of(self, exact: float) -> float:
        """How likely an error at least as large is, if the exact figure is right (Student's t)."""
        return 2.0 * float(student_t.sf(abs(self.value - exact) / self.error, self.freedom))


Estimates = dict[str, Estimate]


class Answer(ABC):
    """The model's answers to one case; ``more`` adds one replication where luck is in it."""

    by_luck = True
    tolerance = 0.0
    """How far an answer without a standard error may be off, if by more than 1e-6 of it."""

    def more(self) -> None:  # noqa: B027 (many answers need no luck)
        """Simulate one more replication."""

    @abstractmethod
    def estimates(self) -> Estimates:
        """The answers so far, by quantity."""
