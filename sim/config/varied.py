"""The words of `samtale sensitivity`: how, of what and over which parameters; checked at the ends."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.config import consistency
from sim.config.configuration import Configuration
from sim.config.loading import load
from sim.config.precision import refuse
from sim.experiment import hours, metrics
from sim.experiment.calibration.emulation import changed
from sim.experiment.points import known_metrics
from sim.experiment.sensitivity.answer import (
    DRAWS,
    HOURS_KEY,
    METHODS,
    MORRIS,
    SOBOL,
    TORNADO,
    Task,
    method_changes,
)
from sim.experiment.sensitivity.break_even import effect_of
from sim.experiment.sensitivity.ranges import LeftOut, Varied, chosen, ranges
from sim.experiment.study import build, plain
from sim.rules.errors import InputError

SIZES = {TORNADO: 0, MORRIS: 4, SOBOL: 64, DRAWS: 128}
"""Trajectories, points of a base sample, draws; a tornado has no size but its parameters."""

METRICS = ("days_saved", "net_saving_municipality_dkk")
DESIGN = {"design": "quick"}
SMALL = {"design.observation_days": "91", "design.replications": "2", "design.keep_rows": "none"}
"""A quarter of entrants twice over: enough under common luck, and few minutes for 200 parameters."""


@dataclass(frozen=True)
class Question:
    """What is asked, and of which study."""

    task: Task
    left: tuple[LeftOut, ...]
    configuration: Configuration
    hours_left: str = ""
    """Why the frontier is not shown with all arms paced to the same hours, where it cannot be."""


def question(
    words: Sequence[str], plugins: Iterable[Path] = (), folder: Path | None = None
) -> Question:
    """What the words of the command ask for.

    Raises:
        InputError: with everything that is wrong, if anything is.
    """
    own = {"method": TORNADO, "of": ",".join(METRICS), "over": "all", "size": ""}
    study: list[str] = []
    for word in words:
        key, equals, text = word.partition("=")
        if key in own and equals:
            own[key] = text.strip()
        else:
            study.append(word)
    problems = _problems(own)
    if problems:
        raise InputError(problems)
    configuration = load([*_small(study), *study], plugins, folder)
    refuse(configuration.values, "samtale sensitivity")
    wanted = tuple(dict.fromkeys(_parts(own["of"])))
    _comparable(configuration.values, wanted)
    values = configuration.values
    known, left = ranges(
        configuration.table, values, plain(values).groups, configuration.parameters
    )
    known, unfit = _fitting(configuration, known)
    left = [*left, *unfit]
    names = [str(row["name"]) for row in configuration.table]
    varied = chosen(_parts(own["over"]), known, left, names)
    method = own["method"]
    task = Task(
        method, int(own["size"] or SIZES[method]), wanted, tuple(varied), effect_of(known), values,
        configuration.plugins,
    )  # fmt: skip
    _check(configuration, method_changes(task))
    kinds, hours_left = _hours(configuration)
    return Question(replace(task, hours=kinds), tuple(left), configuration, hours_left)


def _hours(configuration: Configuration) -> tuple[tuple[str, ...], str]:
    """The ways to give all arms the same hours, beside the configured; why one is left out."""
    values, kinds, left = configuration.values, [], ""
    for kind in (hours.SAME, hours.PACED):
        if kind == hours.kind_of(values):
            continue
        try:
            build(changed(values, {HOURS_KEY: kind}) | {"checks": {}}, configuration.plugins)
            kinds.append(kind)
        except InputError as error:
            left = error.problems[0]
    return tuple(kinds), left


def _check(configuration: Configuration, points: Iterable[Mapping[str, Any]]) -> None:
    """Refuse points whose values do not fit together, before any is run.

    Raises:
        InputError: with what the first of them breaks.
    """
    for changes in points:
        if problems := _inconsistent(configuration, changes):
            raise InputError(
                [
                    "values within their ranges do not fit together; name others with over=",
                    *problems,
                ]
            )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _problems(own: Mapping[str, str]) -> list[str]:
    found = []
    if own["method"] not in METHODS:
        found.append(_unknown("method", own["method"], METHODS))
    found += [
        _unknown("of", name, known_metrics())
        for name in _parts(own["of"])
        if name not in known_metrics()
    ]
    if not _parts(own["of"]):
        found.append("of is empty; name a metric: of=days_saved.")
    if not _parts(own["over"]):
        found.append("over is empty; name parameters, or over=all.")
    if (size := own["size"]) and not found:
        method = own["method"]
        number = int(size) if size.isdigit() else 0
        if method == TORNADO:
            found.append("size: a tornado takes each parameter at its two ends; leave size out.")
        elif number < 2:
            found.append(f"size is {size}; it must be a whole number of at least 2.")
        elif method == SOBOL and number & (number - 1):
            found.append(f"size is {size}; sobol needs a power of 2, such as {SIZES[SOBOL]}.")
    return found


def _unknown(what: str, word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    hint = f" – did you mean {close[0]}?" if close else "."
    return f"{what}: unknown {word}{hint} There are: {', '.join(known)}."


def _small(study: Sequence[str]) -> list[str]:
    """The words of the small design, where the user asks for none."""
    named = {word.partition("=")[0] for word in study}
    small = {} if "design" in named else DESIGN | SMALL
    return [f"{key}={value}" for key, value in small.items() if key not in named]


def _comparable(values: Mapping[str, Any], wanted: Sequence[str]) -> None:
    if len(values["arms"]) < 2:
        raise InputError("sensitivity compares arms with the first; this study has one arm only.")
    short = metrics.left_out(float(values["design"]["follow_up_days"]))
    problems = [f"of: {name} {short[name]}." for name in wanted if name in short]
    if problems:
        raise InputError(problems)


def _fitting(
    configuration: Configuration, known: Sequence[Varied]
) -> tuple[list[Varied], list[LeftOut]]:
    """The parameters that can stand at both ends alone, and those that cannot."""
    fit: list[Varied] = []
    unfit: list[LeftOut] = []
    for one in known:
        ends = (one.at(one.low), one.at(one.high))
        problems = [text for end in ends for text in _inconsistent(configuration, end)]
        if problems:
            unfit.append(LeftOut(one.name, "fit", problems[0]))
        else:
            fit.append(one)
    return fit, unfit


def _inconsistent(configuration: Configuration, changes: Mapping[str, Any]) -> list[str]:
    values = changed(configuration.values, changes)
    problems, _ = consistency.check(
        values, configuration.origins, configuration.registry, whole=True
    )
    return problems
