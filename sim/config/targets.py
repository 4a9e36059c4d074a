"""Targets of a calibration: their files, what the command line changes, the study they start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from sim.config import strict_yaml
from sim.config.catalogue import Library
from sim.config.configuration import Configuration
from sim.config.target_study import composed, with_changes
from sim.config.target_words import EVERY, Asked, plain, understand
from sim.experiment.calibration.reading import Reader, check_arms, stop_if
from sim.experiment.calibration.shapes import check_shapes, suggest
from sim.experiment.calibration.target import Ridge, Target
from sim.rules.parameters import judge

GROUP = "target"
RIDGE_VALUES = (14.0, 28.0, 42.0, 56.0, 70.0, 84.0, 120.0)


def calibration(
    words: Sequence[str], plugins: Sequence[Path] = (), folder: Path | None = None
) -> tuple[Target, Configuration]:
    """The target that the words of the command ask for, and the study it is emulated on.

    Raises:
        InputError: with everything that is wrong, if anything is.
    """
    asked = understand(words)
    stop_if(asked.problems)
    library = Library(folder or Path.cwd())
    file = library.file(GROUP, asked.target)
    if file is None:
        raise_unknown(asked.target, library)
    assert file is not None
    document = library.read(file)
    stop_if(document.problems)
    tree = deepcopy(document.values)
    reader = Reader(file.stem, document.name)
    check_shapes(tree, reader.say)
    stop_if(reader.problems)
    _change(tree, asked, reader)
    stop_if(reader.problems)
    study, configuration = composed(tree, document.name, asked.study, plugins, folder)
    target = _target(file.stem, tree, asked, reader, configuration, document)
    return with_changes(target, study, configuration, reader), configuration


def raise_unknown(name: str, library: Library) -> None:
    """Say which targets there are.

    Raises:
        InputError: always.
    """
    stop_if([library.unknown(GROUP, name, "on the command line")])


def _change(tree: dict[str, Any], asked: Asked, reader: Reader) -> None:
    """Bring what the command line says about figures into the target."""
    figures = tree["figures"]
    for name in asked.only:
        if name not in figures:
            reader.say(f"unknown figure {name}{suggest(name, figures)}")
            return
    if asked.only:
        tree["figures"] = figures = {name: figures[name] for name in asked.only}
    if EVERY in asked.figures:
        if len(figures) > 1:
            reader.say(
                f"value: there are several figures; write figures.NAME.value=… ({', '.join(figures)})."
            )
            return
        only = next(iter(figures))
        asked.figures.setdefault(only, {}).update(asked.figures.pop(EVERY))
        asked.sources[only] = asked.sources.pop(EVERY)
    for name, changes in asked.figures.items():
        if name not in figures:
            reader.say(f"unknown figure {name}{suggest(name, figures)}")
            continue
        if "value" in changes:
            for key in ("over", "less"):
                figures[name].pop(key, None)
        figures[name].update(changes)


def _target(
    name: str, tree: Mapping[str, Any], asked: Asked, reader: Reader,
    configuration: Configuration, document: strict_yaml.Document,
) -> Target:  # fmt: skip
    sources = {
        figure: str(document.notes.get(("figures", figure, "value"), {}).get("source", ""))
        for figure in tree["figures"]
    } | asked.sources
    figures = reader.figures(tree["figures"], sources)
    beside = reader.figures(tree.get("beside") or {}, {})
    check_arms(figures, configuration.values["arms"], reader.say)
    check_arms(beside, configuration.values["arms"], reader.say, fitted=False)
    given = tree.get("fit") or {}
    keys = asked.fit or list(given)
    if not keys:
        reader.say("fit names no parameter; say which: fit=effect.alpha.")
    within = {**given, **asked.within}
    if "" in within:
        within[keys[0] if keys else ""] = within.pop("")
    ranges = [reader.range(key, within.get(key), configuration.parameters) for key in keys]
    for key in asked.within:
        if key and key not in keys:
            reader.say(f"within: {key} is not fitted; fit={','.join(keys)}.")
    method = reader.method(str(tree.get("method", "auto")))
    ridge = _ridge(tree, asked, reader, configuration)
    stop_if(reader.problems)
    fit = tuple(one for one in ranges if one is not None)
    if len(fit) > 1 and len(figures) == 1:
        reader.say(
            "one figure cannot tell several parameters apart; fit the first and let the ridge show "
            f"the second: fit={fit[0].key} ridge={fit[1].key}:LOW,…,HIGH."
        )
    if ridge and [one.key for one in fit] == [ridge.key]:
        reader.say(f"ridge: {ridge.key} is what is fitted; name another parameter, or ridge=none.")
    stop_if(reader.problems)
    return Target(
        name=name,
        title=str(tree.get("title", name)),
        about=str(tree.get("about", "")),
        method=method,
        fit=fit,
        ridge=ridge,
        figures=figures,
        beside=beside,
    )


def _ridge(
    tree: Mapping[str, Any], asked: Asked, reader: Reader, configuration: Configuration
) -> Ridge | None:
    """The second parameter and its values: `KEY:14,60,120` or `none` on the command line."""
    if asked.ridge == "none":
        return None
    if asked.ridge is not None:
        key, _, text = asked.ridge.rpartition(":")
        key = key or "effect.tau_days"
        values: Any = [plain(one.strip(), "ridge", asked) for one in text.split(",")]
        for problem in asked.problems:
            reader.say(problem)
    else:
        given = tree.get("ridge") or {}
        key, values = next(iter(given.items()), ("effect.tau_days", list(RIDGE_VALUES)))
    parameter = reader.parameter("ridge", key, configuration.parameters)
    if not isinstance(values, list):
        reader.say(f"ridge: {key} is {values!r}; write a list of values.")
    if parameter is None or not isinstance(values, list):
        return None
    before = len(reader.problems)
    numbers = sorted({reader.number(f"ridge of {key}", one) for one in values})
    for one in numbers if len(reader.problems) == before else ():
        if problem := judge(parameter, one).problem:
            reader.say(f"ridge: {key} is {problem}; it must be {parameter.allowed}.")
    if len(reader.problems) > before:
        return None
    if len(numbers) < 2:
        reader.say(f"ridge: {key} needs at least two values: ridge={key}:14,60,120.")
        return None
    return Ridge(key, tuple(numbers))
