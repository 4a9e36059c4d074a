"""Targets of a calibration: their files, what the command line changes, the study they start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.config import strict_yaml
from sim.config.catalogue import Library
from sim.config.configuration import Configuration
from sim.config.loading import load
from sim.experiment.calibration import emulation
from sim.experiment.calibration.reading import TARGET_KEYS, Reader, check_arms, stop_if, suggest
from sim.experiment.calibration.target import EXPECTED, Ridge, Target

GROUP = "target"
RIDGE_VALUES = (14.0, 28.0, 42.0, 56.0, 70.0, 84.0, 120.0)
_FILE = Path(emulation.__file__).with_name("data") / f"{EXPECTED}.yaml"


@dataclass
class Asked:
    """The words of the command, sorted: those of the target, and those of the study."""

    target: str = ""
    fit: list[str] = field(default_factory=list)
    within: dict[str, Any] = field(default_factory=dict)
    ridge: str | None = None
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    value: Any = None
    study: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


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
    for key in tree:
        if key not in TARGET_KEYS:
            reader.say(f"unknown key {key}{suggest(key, TARGET_KEYS)}")
    _change(tree, asked, reader)
    stop_if(reader.problems)
    study = tree.get("study") or {}
    if not isinstance(study, dict):
        reader.say("study must be a mapping of dotted keys and values.")
        stop_if(reader.problems)
    configuration = load([*_base(tree), *map(_word, study.items()), *asked.study], plugins, folder)
    return _target(file.stem, tree, asked, reader, configuration, document), configuration


def understand(words: Sequence[str]) -> Asked:
    """Sort the words of the command."""
    asked = Asked()
    for word in words:
        key, equals, text = word.partition("=")
        key, text = key.strip(), text.strip()
        if key == "target":
            asked.target = text
        elif key == "fit":
            asked.fit = [part.strip() for part in text.split(",") if part.strip()]
            if not asked.fit:
                asked.problems.append("fit is empty; name a parameter: fit=effect.alpha.")
        elif key == "within":
            _within(text, asked)
        elif key == "ridge":
            asked.ridge = text
        elif key == "figures":
            asked.only = [part.strip() for part in text.split(",") if part.strip()]
        elif key == "value":
            asked.value = _plain(text, key, asked)
        elif key.startswith("figures."):
            parts = key.split(".", 2)
            if len(parts) < 3 or not equals:
                asked.problems.append(f"{word!r} is not understood; write figures.NAME.KEY=VALUE.")
            else:
                asked.figures.setdefault(parts[1], {})[parts[2]] = _plain(text, key, asked)
        else:
            asked.study.append(word)
    if not asked.target:
        asked.problems.append("name a target: samtale calibrate target=NAME (see configs/target/).")
    return asked


def _within(text: str, asked: Asked) -> None:
    """`0,10` for the first parameter, or `KEY:0,10` (several parted by `;`)."""
    for part in text.split(";"):
        key, colon, ends = part.rpartition(":")
        numbers = [_plain(one.strip(), "within", asked) for one in ends.split(",")]
        if len(numbers) != 2 or (colon and not key):
            asked.problems.append(
                f"within={text} is not understood; write within=LOW,HIGH or within=KEY:LOW,HIGH."
            )
            return
        asked.within[key.strip()] = numbers


def _plain(text: str, key: str, asked: Asked) -> Any:
    """A value of the command line, read as YAML is."""
    document = strict_yaml.parse(f"given: {text}", strict_yaml.Document("the command line"))
    asked.problems.extend(f"{key}: {problem}" for problem in document.problems)
    return document.values.get("given")


def raise_unknown(name: str, library: Library) -> None:
    """Say which targets there are.

    Raises:
        InputError: always.
    """
    stop_if([library.unknown(GROUP, name, "on the command line")])


def _change(tree: dict[str, Any], asked: Asked, reader: Reader) -> None:
    """Bring what the command line says about figures into the target."""
    figures = tree.get("figures")
    if not isinstance(figures, dict) or not figures:
        reader.say("figures must be a mapping with at least one figure.")
        return
    for name in asked.only:
        if name not in figures:
            reader.say(f"unknown figure {name}{suggest(name, figures)}")
            return
    if asked.only:
        tree["figures"] = figures = {name: figures[name] for name in asked.only}
    if asked.value is not None:
        if len(figures) > 1:
            reader.say(
                f"value: there are several figures; write figures.NAME.value=… ({', '.join(figures)})."
            )
        else:
            asked.figures.setdefault(next(iter(figures)), {})["value"] = asked.value
    for name, changes in asked.figures.items():
        if name not in figures:
            reader.say(f"unknown figure {name}{suggest(name, figures)}")
            continue
        if "value" in changes:
            for key in ("over", "less"):
                figures[name].pop(key, None)
        figures[name].update(changes)


def _base(tree: Mapping[str, Any]) -> list[str]:
    """The words that name the study a target starts from."""
    base = str(tree.get("base", EXPECTED))
    return [f"scenarios={_FILE if base == EXPECTED else base}"]


def _word(item: tuple[str, Any]) -> str:
    """A value of the study as a word of the command line."""
    key, value = item
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return f"{key}={text.removesuffix('...' + chr(10)).strip()}"


def _target(
    name: str, tree: Mapping[str, Any], asked: Asked, reader: Reader,
    configuration: Configuration, document: strict_yaml.Document,
) -> Target:  # fmt: skip
    sources = {
        figure: str(document.notes.get(("figures", figure, "value"), {}).get("source", ""))
        for figure in tree["figures"]
    }
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
    if asked.ridge in ("none", ""):
        return None
    if asked.ridge is not None:
        key, _, text = asked.ridge.rpartition(":")
        key = key or "effect.tau_days"
        values: Any = [_plain(one.strip(), "ridge", asked) for one in text.split(",")]
        for problem in asked.problems:
            reader.say(problem)
    else:
        given = tree.get("ridge") or {}
        if not isinstance(given, Mapping):
            reader.say("ridge must name a parameter and its values.")
            return None
        key, values = next(iter(given.items()), ("effect.tau_days", list(RIDGE_VALUES)))
    before = len(reader.problems)
    numbers = sorted({reader.number(f"ridge of {key}", one) for one in values})
    if len(reader.problems) > before:
        return None
    if len(numbers) < 2:
        reader.say(f"ridge: {key} needs at least two values: ridge={key}:14,60,120.")
        return None
    reader.range(key, [numbers[0], numbers[-1]], configuration.parameters)
    return Ridge(key, tuple(numbers))
