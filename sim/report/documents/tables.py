"""docs/parameters.md and docs/assumptions.md: every value with its notes, and what is assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from sim.report.documents.noted import Noted, declaration
from sim.report.documents.used import places
from sim.report.words import say
from sim.rules.parameters import Parameter

READ = ("READ", "DERIVED")
"""Marks of what a source says; all others are assumed, or known without a source."""

MARKS = ("READ", "DERIVED", "KNOWN-H", "KNOWN-M", "KNOWN-L", "assumption")


def parameters(found: Sequence[Noted], declared: tuple[Parameter, ...]) -> str:
    """The page of all values, a table a file."""
    lines = [say("documents.made"), "", f"# {say('documents.parameters_title')}", ""]
    lines += [say("documents.parameters_lead"), ""]
    heads = _heads("name", "value", "range", "unit", "meaning", "allowed", "source", "mark")
    for file, of_file in groupby(found, key=lambda one: one.file):
        lines += [f"## [{file}](../{file})", "", *heads]
        for one in of_file:
            own = declaration(one, declared)
            lines.append(
                _row(
                    f"`{one.full_name}`",
                    _value(one.value),
                    _range(one),
                    own.unit if own else "",
                    own.meaning if own else "",
                    own.allowed if own else "",
                    one.source,
                    one.mark,
                )
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def assumptions(found: Sequence[Noted], known: Mapping[str, frozenset[str]]) -> str:
    """The log of what is assumed or known without a source: with range, reason and place of use."""
    open_ones = [one for one in found if one.mark not in READ]
    lines = [say("documents.made"), "", f"# {say('documents.assumptions_title')}", ""]
    lines += [say("documents.assumptions_lead", open=len(open_ones), all=len(found)), ""]
    lines += _heads("mark", "values", "says")
    counted = Counter(one.mark for one in found)
    lines += [
        _row(mark, str(counted[mark]), say(f"documents.mark_{mark.replace('-', '_').lower()}"))
        for mark in MARKS
    ]
    lines.append("")
    for file, of_file in groupby(open_ones, key=lambda one: one.file):
        lines += [f"## [{file}](../{file})", ""]
        lines += _heads("name", "value", "range", "source", "mark", "used_in")
        for one in of_file:
            where = ", ".join(
                f"[{Path(at).name}](../sim/{at})" for at in places(one.full_name, known)
            )
            lines.append(
                _row(
                    f"`{one.full_name}`",
                    _value(one.value),
                    _range(one),
                    one.source,
                    one.mark,
                    where,
                )
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _heads(*names: str) -> list[str]:
    told = [say(f"documents.head_{name}") for name in names]
    return [_row(*told), f"|{'---|' * len(told)}"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |"


def _range(one: Noted) -> str:
    if one.low is None:
        return ""
    return say("documents.range", low=_value(one.low), high=_value(one.high))


def _value(value: Any) -> str:
    """A value on one line, as YAML would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return str(value)
