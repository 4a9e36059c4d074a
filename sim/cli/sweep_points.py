"""The points of a sweep, each composed, checked and built before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.rules.errors import InputError

if TYPE_CHECKING:
    from sim.config.sweeping import Sweep
    from sim.experiment.pool import Pool, Progress
    from sim.experiment.sweep.points import Point

MOST_POINTS_TOLD = 5


@dataclass(frozen=True)
class Asked:
    """What the checks of all points share; sent to each process once."""

    sweep: Sweep
    seed_word: tuple[str, ...]
    plugins: tuple[Path, ...]
    plugin_sums: Mapping[str, str]
    is_strict: bool
    builds: bool = True
    """Whether points are built too; if not, they are only composed and checked."""


@dataclass(frozen=True)
class Checked:
    """A point that can be run, or what is wrong with it."""

    settings: dict[str, str]
    point: Point | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def check(asked: Asked, item: tuple[int, dict[str, str]]) -> Checked:
    """Compose and build one point; what is wrong with it is no error yet."""
    from sim.config import load
    from sim.config.precision import refuse
    from sim.experiment.study import build
    from sim.experiment.sweep.points import point_of

    number, settings = item
    try:
        words = [*asked.sweep.words(settings), *asked.seed_word]
        configuration = load(words, plugins=asked.plugins)
        refuse(configuration.values, "samtale sweep")
        if configuration.warnings and asked.is_strict:
            raise InputError([*configuration.warnings, "(with --strict, warnings are errors)"])
        if not asked.builds:
            return Checked(settings, None, (), ())
        study = build(configuration.values, configuration.plugins)
    except InputError as error:
        return Checked(settings, None, error.problems, ())
    point = point_of(number, settings, study, asked.plugin_sums)
    return Checked(settings, point, (), tuple(configuration.warnings))


def check_all(
    asked: Asked, pool: Pool, progress: Progress
) -> tuple[list[Point], dict[str, list[int]]]:
    """Every point, built, and the warnings with the numbers of the points they are about.

    Raises InputError with the faults of all points.
    """
    items = list(enumerate(asked.sweep.points(), start=1))
    points: list[Any] = []
    problems: dict[str, list[int]] = {}
    warnings: dict[str, list[int]] = {}
    settings: dict[int, dict[str, str]] = {}
    for number, one in enumerate(pool.map(check, asked, items, progress), start=1):
        points.append(one.point)
        settings[number] = one.settings
        for found, texts in ((problems, one.problems), (warnings, one.warnings)):
            for text in texts:
                found.setdefault(text, []).append(number)
    if problems:
        raise InputError([f"{t} ({where(n, settings)})" for t, n in problems.items()])
    return points, warnings


def where(numbers: list[int], settings: Mapping[int, Mapping[str, str]]) -> str:
    """Points in words: the first by its settings, of more the numbers."""
    if len(numbers) == len(settings):
        return "every point"
    if len(numbers) == 1:
        first = ", ".join(f"{key}={value}" for key, value in settings[numbers[0]].items())
        return f"point {numbers[0]}: {first}"
    shown = ", ".join(map(str, numbers[:MOST_POINTS_TOLD]))
    more = len(numbers) - MOST_POINTS_TOLD
    return f"points {shown}" + (f" and {more} more" if more > 0 else "")
