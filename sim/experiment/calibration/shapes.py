"""What stands under each key of a target, before anything in it is read."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

METHODS = ("auto", "exact", "worlds")

SHAPES: Mapping[str, tuple[type, str]] = {
    "title": (str, "text"),
    "about": (str, "text"),
    "base": (str, "the name of a scenario"),
    "method": (str, f"one of {', '.join(METHODS)}"),
    "study": (Mapping, "a mapping of dotted keys and values"),
    "fit": (Mapping, "a mapping of parameters and the ranges to search, {effect.alpha: [0, 1]}"),
    "ridge": (Mapping, "a mapping of one parameter and its values, {effect.rho: [0.5, 1]}"),
    "figures": (Mapping, "a mapping with at least one figure"),
    "beside": (Mapping, "a mapping of figures"),
}
"""What stands under each key of a target, and how to say so."""


def check_shapes(tree: Mapping[str, Any], say: Callable[[str], None]) -> None:
    """Every key of a target is known and holds the kind of value that it must."""
    for key, given in tree.items():
        if key not in SHAPES:
            say(f"unknown key {key}{suggest(key, SHAPES)}")
        elif given is not None and not isinstance(given, SHAPES[key][0]):
            say(f"{key} is {given!r}; it must be {SHAPES[key][1]}.")
    if not tree.get("figures"):
        say(f"figures must be {SHAPES['figures'][1]}.")
    for name, one in _mapping(tree.get("figures")).items():
        if not isinstance(one, Mapping):
            say(f"figures.{name} must be a mapping with quantity, arm and value.")
    if len(_mapping(tree.get("ridge"))) > 1:
        say(f"ridge names {', '.join(tree['ridge'])}; it must be {SHAPES['ridge'][1]}.")


def suggest(word: str, known: Iterable[str]) -> str:
    """` - did you mean X?`, and what there is."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"{f' – did you mean {close[0]}?' if close else '.'} There are: {', '.join(names)}."


def _mapping(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
