"""The words of `samtale calibrate`, sorted: those of the target, and those of the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.config import strict_yaml
from sim.config.catalogue import published_figures
from sim.config.overrides import COMMAND_LINE


@dataclass
class Asked:
    """The words of the command, sorted; `sources` are those of published values by figure."""

    target: str = ""
    fit: list[str] = field(default_factory=list)
    within: dict[str, Any] = field(default_factory=dict)
    ridge: str | None = None
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    study: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


EVERY = ""
"""Stands for the only figure of a target, and for the first parameter that is fitted."""


def understand(words: Sequence[str]) -> Asked:
    """Sort the words of the command."""
    asked = Asked()
    for word in words:
        key, equals, text = word.partition("=")
        key, text = key.strip(), text.strip()
        if key in _EMPTY and not text.strip(", "):
            asked.problems.append(f"{key} is empty; {_EMPTY[key]}")
        elif key == "target":
            asked.target = text
        elif key == "fit":
            asked.fit = _names(text)
        elif key == "within":
            _within(text, asked)
        elif key == "ridge":
            asked.ridge = text
        elif key == "figures":
            asked.only = _names(text)
        elif key == "value":
            _figure(EVERY, key, text, key, asked)
        elif key.startswith("figures."):
            parts = key.split(".", 2)
            if len(parts) < 3 or not equals:
                asked.problems.append(f"{word!r} is not understood; write figures.NAME.KEY=VALUE.")
            else:
                _figure(parts[1], parts[2], text, key, asked)
        else:
            asked.study.append(word)
    if not asked.target and not asked.problems:
        asked.problems.append(_EMPTY["target"])
    return asked


_EMPTY = {
    "target": "name a target: samtale calibrate target=NAME (see configs/target/).",
    "fit": "name a parameter: fit=effect.alpha.",
    "ridge": "name a parameter and its values, ridge=effect.tau_days:14,60,120, or write ridge=none.",
    "figures": "name figures of the target: figures=NAME,NAME.",
    "value": "give a number or {published: KEY}: value=19.",
}
"""Words that mean nothing without a value, and what to write."""


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _figure(name: str, what: str, text: str, key: str, asked: Asked) -> None:
    """A value of a figure, with its source where it is a published one."""
    document = _read(text, key, asked)
    asked.figures.setdefault(name, {})[what] = document.values.get("given")
    if what == "value":
        asked.sources[name] = str(document.notes.get(("given",), {}).get("source", ""))


def _within(text: str, asked: Asked) -> None:
    """`0,10` for the first parameter, or `KEY:0,10` (several parted by `;`)."""
    for part in text.split(";"):
        key, colon, ends = part.rpartition(":")
        numbers = [plain(one.strip(), "within", asked) for one in ends.split(",")]
        if len(numbers) != 2 or (colon and not key):
            asked.problems.append(
                f"within={text} is not understood; write within=LOW,HIGH or within=KEY:LOW,HIGH."
            )
            return
        asked.within[key.strip()] = numbers


def plain(text: str, key: str, asked: Asked) -> Any:
    """A value of the command line, read as YAML is; what is wrong goes to the problems."""
    return _read(text, key, asked).values.get("given")


def _read(text: str, key: str, asked: Asked) -> strict_yaml.Document:
    given = strict_yaml.Document(COMMAND_LINE)
    document = strict_yaml.parse(f"given: {text}", given, published_figures())
    asked.problems.extend(
        f"{key} on {problem.replace(', line 1', '')}" for problem in document.problems
    )
    return document
