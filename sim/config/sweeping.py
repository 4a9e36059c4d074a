"""The words of a sweep: which keys take several values, and the points of their grid."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, Override
from hydra.errors import HydraException

from sim.config.catalogue import GROUPS, REGIME, SCENARIOS, Library
from sim.config.overrides import COMMAND_LINE, is_sweep
from sim.rules.errors import InputError
from sim.rules.parameters import find
from sim.rules.registry import Registry, load_entry_points, load_plugin

_LEADING_ZERO = re.compile(r"[+-]?0\d+")
_LONG_NUMBER = re.compile(r"[+-]?\d*\.\d{13,}(e[+-]?\d+)?", re.IGNORECASE)
_CHANCE = re.compile(r"\s*(tag\s*\(.*)?shuffle\s*\(")
_ARMS_REGIME = re.compile(r"arms\.[^.]+\.regime")
_EMPTY = re.compile(r",(\s*,)+|^\s*,|,\s*$")
DIGITS = 12
"""Significant digits of the values of a range: 0.1 + 0.2 means 0.3."""


@dataclass(frozen=True)
class Axis:
    """A key and its values, as they would stand on the command line of a run."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """The grid that a command asks for; ``fixed`` are the words that hold for every point."""

    axes: tuple[Axis, ...]
    fixed: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of points: the product of the numbers of values."""
        return prod(len(axis.values) for axis in self.axes)

    def points(self) -> Iterator[dict[str, str]]:
        """Every point as key -> value, the last axis going fastest."""
        keys = [axis.key for axis in self.axes]
        for values in itertools.product(*(axis.values for axis in self.axes)):
            yield dict(zip(keys, values, strict=True))

    def words(self, point: Mapping[str, str]) -> list[str]:
        """The overrides of a run of this point."""
        return [*self.fixed, *(f"{key}={value}" for key, value in point.items())]


def understand_sweep(words: list[str], plugins: list[Path], folder: Path | None = None) -> Sweep:
    """Sort the words into axes and what all points share; later words for a key replace earlier.

    Raises:
        InputError: with every word that is wrong; where no key has several values.
    """
    registry = Registry()
    load_entry_points(registry)
    for file in plugins:
        load_plugin(Path(file), registry)
    parameters = registry.parameters()
    library = Library(Path(folder) if folder else Path.cwd())
    axes: dict[str, Axis] = {}
    fixed: list[str] = []
    problems: list[str] = []
    for word in words:
        key, equals, text = word.partition("=")
        parameter = find(parameters, key.lstrip("+"))
        is_text = parameter is not None and parameter.kind == "text" and not _names_regime(key)
        axes.pop(key, None)
        if not equals or key == "out" or is_text or not is_sweep(text):
            if _EMPTY.search(text) and not is_text and key != "out":
                problems.append(
                    f"{key} is {text!r} on {COMMAND_LINE}, in which a value is empty; write "
                    f"{key}={_EMPTY.sub(',', text).strip(',')}."
                )
            fixed.append(word)
            continue
        fixed = [other for other in fixed if other.partition("=")[0] != key]
        try:
            axes[key] = Axis(key, tuple(_values(key, text, library)))
        except InputError as error:
            problems += error.problems
    if not problems and not axes:
        problems = [
            "a sweep needs a key with several values: effect.alpha=0.1,0.2,0.3 or "
            "key=range(1,5) or scenarios=glob(esbjerg*). For one study there is samtale run."
        ]
    if problems:
        raise InputError(problems)
    return Sweep(tuple(axes.values()), tuple(fixed))


def _values(key: str, text: str, library: Library) -> list[str]:
    """The values of one axis, in order."""
    given = f"{key} is {text!r} on {COMMAND_LINE}"
    if _CHANCE.match(text):
        raise InputError([f"{given}: shuffle is refused, since the grid is run as a whole."])
    try:
        override = OverridesParser.create().parse_override(f"key={text}")
        raw = override.value()
        if isinstance(raw, Glob):
            found = _globbed(key, raw, library)
        else:
            found = _enumerated(override)
    except HydraException as error:
        first = str(error).splitlines()[0]
        raise InputError(
            [f"{given}, which is not understood ({first}); give a list a,b,c or range(1,5)."]
        ) from None
    found = [_short(value) for value in found]
    for before, value in itertools.pairwise(found):
        if _LEADING_ZERO.fullmatch(value):
            raise InputError(
                [f"{given}: the values {', '.join(found)} – decimal comma? write {before}.{value}"]
            )
    twice = sorted(value for value, number in Counter(found).items() if number > 1)
    if twice:
        raise InputError(
            [f"{given}: {', '.join(twice)} stands there more than once – decimal comma?"]
        )
    if not found:
        why = "nothing has such a name; see samtale list" if isinstance(raw, Glob) else (
            "its start lies beyond its end"
        )  # fmt: skip
        raise InputError([f"{given}, which has no value: {why}."])
    return found


def _enumerated(override: Override) -> list[str]:
    return list(override.sweep_string_iterator())


def _globbed(key: str, pattern: Glob, library: Library) -> list[str]:
    group = REGIME if _names_regime(key) else key
    if group not in (SCENARIOS, REGIME, *GROUPS):
        choices = ", ".join((SCENARIOS, *GROUPS, "arms.ARM.regime"))
        raise InputError([f"{key} on {COMMAND_LINE}: glob is for files of a group: {choices}."])
    return [str(name) for name in pattern.filter(library.names(group))]


def _names_regime(key: str) -> bool:
    """Whether a key is text that names a file: the regime of an arm."""
    return bool(_ARMS_REGIME.fullmatch(key))


def _short(value: str) -> str:
    """A number without the last binary digits that a range adds up to."""
    return f"{float(value):.{DIGITS}g}" if _LONG_NUMBER.fullmatch(value) else value
