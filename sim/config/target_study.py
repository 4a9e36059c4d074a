"""The study of a target: its base and own keys, the command line's, and what a figure changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from sim.config.catalogue import GROUPS
from sim.config.configuration import Configuration
from sim.config.loading import load
from sim.config.overrides import COMMAND_LINE
from sim.config.precision import refuse
from sim.experiment.calibration import emulation
from sim.experiment.calibration.reading import Reader, stop_if
from sim.experiment.calibration.target import EXPECTED, Figure, Range, Ridge, Target
from sim.rules.errors import InputError

_FILE = Path(emulation.__file__).with_name("data") / f"{EXPECTED}.yaml"

Compose = Callable[[Sequence[str]], Configuration]
"""The study with more words behind those that it has."""


def composed(
    tree: Mapping[str, Any], name: str, words: Sequence[str], plugins: Sequence[Path] = (),
    folder: Path | None = None,
) -> tuple[Compose, Configuration]:  # fmt: skip
    """The study of a target, and how to compose it anew.

    Args:
        tree: the target, its ``study`` a mapping.
        name: what the target's file is called.
        words: the study's words on the command line, which come last.
    Raises:
        InputError: with everything that is wrong, and whether in the file or on the command line.
    """
    study = tree.get("study") or {}
    own = [*_base(tree), *map(_word, study.items())]

    def compose(more: Sequence[str]) -> Configuration:
        return load([*own, *words, *more], plugins, folder)

    try:
        found = compose([])
    except InputError as error:
        of_file = _problems(lambda: load(own, plugins, folder))
        raise InputError(
            [_in(name, one) if one in of_file else one for one in error.problems]
        ) from None
    refuse(found.values, "samtale calibrate")
    found.notes.extend(_overruled(study, words, name))
    return compose, found


def with_changes(
    target: Target, compose: Compose, configuration: Configuration, reader: Reader
) -> Target:  # fmt: skip
    """The target with the study of each figure that changes it; every key is in every study."""
    seed = f"design.seed={configuration.values['design']['seed']}"
    moved: list[tuple[str, Range | Ridge, float]] = [("fit", one, one.low) for one in target.fit]
    moved += [("ridge", target.ridge, target.ridge.values[0])] if target.ridge else []

    def whole(figure: Figure) -> Figure:
        words = [_word(item) for item in figure.changes.items()]
        if words:
            try:
                figure = replace(figure, study=compose([seed, *words]).values)
            except InputError as error:
                for problem in error.problems:
                    reader.say(f"figures.{figure.name}.changes: {_in(reader.where, problem)}")
                return figure
        for what, one, value in moved:
            values = configuration.values if figure.study is None else figure.study
            for problem in _problems(
                lambda: emulation.changed(values, {one.key: value}, what)  # noqa: B023
            ):
                reader.say(problem)
        return figure

    figures, beside = (tuple(map(whole, of)) for of in (target.figures, target.beside))
    stop_if(reader.problems)
    return replace(target, figures=figures, beside=beside)


def _base(tree: Mapping[str, Any]) -> list[str]:
    """The words that name the study a target starts from."""
    base = str(tree.get("base", EXPECTED))
    return [f"scenarios={_FILE if base == EXPECTED else base}"]


def _word(item: tuple[str, Any]) -> str:
    """A value of the study as a word of the command line."""
    key, value = item
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return f"{key}={text.removesuffix('...' + chr(10)).strip()}"


def _problems(composed: Callable[[], object]) -> Sequence[str]:
    """What is wrong with a study."""
    try:
        composed()
    except InputError as error:
        return error.problems
    return ()


def _in(place: str, problem: str) -> str:
    """A problem of words that stand in a target, not on the command line."""
    return problem.replace(f"on {COMMAND_LINE}", f"in {place}")


def _overruled(study: Mapping[str, Any], words: Sequence[str], name: str) -> Iterator[str]:
    """Choices of the command line on top of which the target sets keys of its own."""
    for word in words:
        group = word.partition("=")[0].strip()
        own = [key for key in study if key.startswith(f"{group}.")]
        if group in GROUPS and own:
            yield (
                f"{word} on {COMMAND_LINE}: {name} sets {', '.join(own)} on top of that choice; "
                "set single keys to change them"
            )
