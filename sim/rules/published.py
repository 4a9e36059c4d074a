"""Published figures: what a text says, in which unit, and how sure we are that it says so."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sim.rules.errors import InputError

MARKS = ("READ", "DERIVED", "KNOWN-H", "KNOWN-M", "KNOWN-L")
"""From the surest to the least sure."""
BOUNDS = ("about", "at_least", "at_most")
KEYS = frozenset(
    {"value", "unit", "low", "high", "standard_error", "bound", "what", "why", "source", "mark"}
    | {"claim"}
)
NEEDED = ("value", "unit", "what", "source", "mark")


@dataclass(frozen=True)
class Figure:
    """One published figure.

    `value` is a number in `unit`, a date (YYYY-MM-DD), or None where the text gives none; then
    `why` tells what it says. `low` and `high` are the band that the text gives, `standard_error`
    its own. `bound` says how the text puts it (about, at_least, at_most, or nothing). `claim` is
    the number of the claim in the texts that the project starts from, None for research. `row`
    is the source's id, `source` the id with its short reference, `text` what else is known of it.
    """

    key: str
    value: float | int | str | None
    unit: str
    what: str
    row: str
    source: str
    text: str
    mark: str
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    bound: str = ""
    why: str = ""
    claim: int | None = None

    @property
    def number(self) -> float:
        """The value of a figure that is a number.

        Raises:
            InputError: it is a date, or the text gives none.
        """
        if not isinstance(self.value, (int, float)):
            raise InputError(
                f"the published figure {self.key} is no number ({self.value or self.why})."
            )
        return float(self.value)


class Published(dict[str, Figure]):
    """The published figures by key, in the order of their file; an unknown key is an InputError."""

    def __missing__(self, key: str) -> Figure:
        raise InputError(self.unknown(key))

    def unknown(self, key: str) -> str:
        """The message for a key that does not exist."""
        close = difflib.get_close_matches(key, list(self), 1)
        hint = f" – did you mean {close[0]}?" if close else "."
        alike = [one for one in self if one.partition("_")[0] == key.partition("_")[0]]
        return (
            f"unknown published figure {key}{hint} configs/published.yaml has "
            f"{', '.join(alike or self)}{' and others' if alike else ''}."
        )


def figures(tree: Mapping[str, Any]) -> Published:
    """The figures of a file with `sources` and `figures`.

    Raises:
        InputError: with everything that is wrong in it.
    """
    sources, given = tree.get("sources"), tree.get("figures")
    if not isinstance(sources, Mapping) or not isinstance(given, Mapping):
        raise InputError("published figures need the two mappings `sources` and `figures`.")
    problems = [
        f"published source {row}: must be {{cite: text, text: text}}."
        for row, one in sources.items()
        if not isinstance(one, Mapping)
        or set(one) != {"cite", "text"}
        or not all(isinstance(text, str) and text for text in one.values())
    ]
    for key, one in given.items():
        problems += [f"published figure {key}: {what}." for what in _wrong(one, sources)]
    if problems:
        raise InputError(problems)
    return Published((key, _figure(key, one, sources)) for key, one in given.items())


def _figure(key: str, one: Mapping[str, Any], sources: Mapping[str, Any]) -> Figure:
    row = one["source"]
    rest = {name: one[name] for name in one if name != "source"}
    cite, text = sources[row]["cite"], sources[row]["text"]
    return Figure(key=key, row=row, source=f"{row} {cite}", text=text, **rest)


def _wrong(one: Any, sources: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(one, Mapping):
        yield "must be a mapping (value, unit, what, source, mark)"
        return
    missing = [key for key in NEEDED if key not in one]
    unknown = sorted(set(one) - KEYS)
    if missing or unknown:
        yield f"lacks {', '.join(missing) or 'nothing'}; does not know {', '.join(unknown) or '-'}"
        return
    yield from _wrong_value(one)
    if one["source"] not in sources:
        yield f"source {one['source']!r} is not among the sources of the file"
    if one["mark"] not in MARKS:
        yield f"mark {one['mark']!r}; allowed are {', '.join(MARKS)}"
    if one.get("bound", "about") not in BOUNDS:
        yield f"bound {one['bound']!r}; allowed are {', '.join(BOUNDS)}"
    if not isinstance(one["what"], str) or not one["what"]:
        yield "`what` must say what was measured"
    claim = one.get("claim")
    if claim is not None and (not isinstance(claim, int) or claim < 1):
        yield f"claim {claim!r} must be a whole number from 1"


def _wrong_value(one: Mapping[str, Any]) -> Iterator[str]:
    value = one["value"]
    if value is None and not one.get("why"):
        yield "has no value, so `why` must say what the text gives instead"
    if value is not None and "why" in one:
        yield "has a value and a `why`; `why` is for figures without one"
    if isinstance(value, bool) or not isinstance(value, (int, float, str, type(None))):
        yield f"value {value!r} must be a number, a date or null"
    for key in ("value", "low", "high", "standard_error"):
        number = one.get(key)
        if isinstance(number, (int, float)) and not isfinite(number):
            yield f"{key} {number} must be finite"
    low, high = one.get("low"), one.get("high")
    if (low is None) != (high is None):
        yield "low and high belong together"
    elif low is not None and high is not None and not low <= value <= high:
        yield f"value {value} must lie from low {low} to high {high}"
    if one.get("standard_error", 1) <= 0:
        yield f"standard_error {one['standard_error']} must be above 0"
