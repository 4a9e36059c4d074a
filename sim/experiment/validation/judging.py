"""The table of verdicts: a row for each published figure, or more where it can be read in more ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf, isnan, nan
from typing import Any

import numpy as np

from sim.experiment.pool import Pool, Progress, no_progress
from sim.experiment.validation.experiments import Experiment, experiment, read_rules
from sim.experiment.validation.measures import MEASURED_IN, MEASURES
from sim.experiment.validation.verdict import (
    CONTRADICTED,
    FITTED,
    INPUT,
    OUTSIDE,
    STRAINED,
    VERDICTS,
    Prediction,
    of_replications,
    reading,
    verdict,
)
from sim.experiment.validation.worked import WORKED, Known
from sim.experiment.validation.worlds import simulated
from sim.rules.errors import CheckError
from sim.rules.published import Figure, Published
from sim.rules.registry import Plugin

REPLICATIONS_OF_A_STUDY, REPLICATIONS_OF_A_FLOW = 2.0, 0.5
"""For each of design.replications: small worlds cost little, whole jobcentres more."""

FEWEST = 4
NOBODY = "nobody"
ABOVE_0 = "above 0"
SIMULATED, ARITHMETIC = "simulated", "arithmetic"
KINDS = (SIMULATED, ARITHMETIC)
FIT = re.compile(r"\b(fit|fitted|calibrated)\b")


@dataclass(frozen=True)
class Reading:
    """One effect of meetings under which everything is judged.

    `values` is the composed study, `sources` and `ranges` what stands beside its values by dotted
    name, and `plugins` the files of its plug-ins.
    """

    name: str
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    ranges: Mapping[str, tuple[float, float]]
    plugins: Sequence[Plugin] = ()

    def fitted(self, published: Published) -> frozenset[str]:
        """The figures that a value of this study was fitted to: its source names them."""
        return frozenset(
            key
            for source in self.sources.values()
            if FIT.search(source)
            for key in re.findall(r"\w+", source)
            if key in published
        )


@dataclass(frozen=True)
class Row:
    """A published figure (or one way to read it), what the model gives, and the verdict.

    `expected` is the number that a figure in words stands for; `prediction` is None where nothing
    is simulated. `people` tells the sizes of the arms, `assumed` that they are ours.
    """

    figure: Figure
    measure: str
    experiment: str
    prediction: Prediction | None
    verdict: str
    expected: str = ""
    where: str = ""
    why: str = ""
    note: str = ""
    people: tuple[int, ...] = ()
    assumed: bool = False
    replications: int = 0
    arithmetic: bool = False
    """Whether published figures are compared with one another, so that the model is not tried."""
    unfitted: str = ""
    """What a figure that is `fitted` would be if it had not been used in the fit."""

    @property
    def kind(self) -> str:
        """What the verdict rests on; nothing where there is none."""
        if self.verdict in (INPUT, OUTSIDE):
            return ""
        return ARITHMETIC if self.arithmetic else SIMULATED

    @property
    def band(self) -> tuple[float, float]:
        """Between what the published number lies; NaN where there is none."""
        if self.expected:
            return (0.0, inf) if self.expected == ABOVE_0 else (float(self.expected),) * 2
        if isinstance(self.figure.value, (int, float)):
            return reading(self.figure)
        return nan, nan


@dataclass(frozen=True)
class Judged:
    """All rows under one reading of the evidence."""

    name: str
    rows: tuple[Row, ...]

    def counts(self, kind: str) -> dict[str, int]:
        """How many rows of a kind (none: inputs and what is outside) have each verdict."""
        found = Counter(row.verdict for row in self.rows if row.kind == kind)
        return {word: found[word] for word in VERDICTS if found[word]}

    def not_reached(self, kind: str) -> dict[str, int]:
        """Of a kind's rows that are fitted: how many would be strained or contradicted if not."""
        fitted = (row for row in self.rows if row.verdict == FITTED and row.kind == kind)
        found = Counter(row.unfitted for row in fitted)
        return {word: found[word] for word in (STRAINED, CONTRADICTED)}


def replications_of(one: Experiment, replications: int) -> int:
    """How many times an experiment is run."""
    times = REPLICATIONS_OF_A_FLOW if one.flow else REPLICATIONS_OF_A_STUDY
    return max(FEWEST, round(times * replications))


def _measure(experiments: Mapping[str, Experiment], item: tuple[str, int]) -> dict[str, float]:
    """All measures of one replication of an experiment: a task for a worker."""
    name, replication = item
    outcome = simulated(experiments[name], replication)
    found = {}
    for measure in MEASURED_IN[name]:
        try:
            found[measure] = MEASURES[measure](outcome)
        except ZeroDivisionError:  # the study has nobody of the group
            found[measure] = nan
    return found


def judged(
    study: Reading, published: Published, pool: Pool | None = None, progress: Progress = no_progress
) -> list[Row]:
    """Every row under one reading, in the order of the published figures.

    Raises:
        CheckError: a figure has no rule, or a rule no figure.
    """
    rules = read_rules()
    check(rules, published)
    number = int(study.values["design"]["replications"])
    experiments = {
        name: experiment(spec, study.values, published, number, study.plugins)
        for name, spec in rules["experiments"].items()
    }
    items = [
        (name, replication)
        for name, one in experiments.items()
        for replication in range(replications_of(one, number))
    ]
    items.sort(key=lambda item: not experiments[item[0]].flow)
    found = (pool or Pool()).map(_measure, experiments, items, progress)
    gathered: dict[tuple[str, str], list[float]] = {}
    for (name, _), measured in zip(items, found, strict=True):
        for measure, value in measured.items():
            gathered.setdefault((name, measure), []).append(value)
    known = Known(
        published,
        study.values,
        study.ranges,
        experiments,
        {key: np.array(values) for key, values in gathered.items()},
        float(rules["dkk_per_eur"]),
    )
    fitted = study.fitted(published)
    return [
        _row(published[key], rule, known, fitted)
        for key, own in rules["rows"].items()
        for rule in own
    ]


def check(rules: Mapping[str, Any], published: Published) -> None:
    """Every figure has a rule, in the same order, and every rule says something that exists.

    Raises:
        CheckError: if not.
    """
    if list(rules["rows"]) != list(published):
        lacking = [key for key in published if key not in rules["rows"]]
        beyond = [key for key in rules["rows"] if key not in published]
        raise CheckError(
            f"data/rules.yaml must have the figures of configs/published.yaml in their order; it "
            f"lacks {', '.join(lacking) or 'none'} and has beyond them {', '.join(beyond) or 'none'}"
        )
    for key, own in rules["rows"].items():
        for rule in own:
            measure, where = rule.get("measure"), rule.get("in")
            if not ({"input", "outside", "measure"} & set(rule)):
                raise CheckError(f"data/rules.yaml: {key} has neither input, outside nor measure")
            if measure and measure not in WORKED and measure not in MEASURED_IN.get(where, ()):
                raise CheckError(f"data/rules.yaml: {key}: nothing measures {measure} in {where}")


def _row(figure: Figure, rule: Mapping[str, Any], known: Known, fitted: Iterable[str]) -> Row:
    measure, name = rule.get("measure", ""), rule.get("in", "")
    prediction, replications = None, 0
    if measure:
        if measure in WORKED:
            prediction = WORKED[measure](known)
        else:
            prediction = of_replications(known.measured[name, measure], figure.standard_error)
        if name:
            own = [values for (of, _), values in known.measured.items() if of == name]
            replications = len(own[0])
    made = partial(
        Row,
        figure,
        measure,
        name,
        prediction,
        expected=str(rule.get("expected", "")),
        where=rule.get("input", ""),
        why=rule.get("outside", ""),
        note=rule.get("note", ""),
        people=tuple(n for n in known.experiments[name].people.values() if n) if name else (),
        assumed=bool(name) and known.experiments[name].assumed,
        replications=replications,
        arithmetic=bool(measure) and (not name or bool(rule.get("arithmetic"))),
    )
    if rule.get("outside"):
        return made(verdict=OUTSIDE)
    if rule.get("input"):
        return made(verdict=INPUT)
    assert prediction is not None
    if isnan(prediction.mean):
        return made(verdict=OUTSIDE, why=NOBODY)
    found = verdict(made(verdict="").band, prediction)
    if {figure.key, rule.get("same_as")} & set(fitted):
        return made(verdict=FITTED, unfitted=found)
    return made(verdict=found)
