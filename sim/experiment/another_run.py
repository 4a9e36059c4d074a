"""By which settings a finished run differs from the one that was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sim.rules.parameters import leaves

MOST = 10
"""Settings that are listed; of more, the number is told."""

NOT_SET = "not set"


def different(
    then: Mapping[str, Any],
    now: Mapping[str, Any],
    used: Mapping[str, str],
    plugins: Mapping[str, str],
) -> list[str]:
    """A line for each setting that differs: its dotted name, that run's value, and this one's.

    Args:
        then: the composed study of that run, but for what need not be the same.
        now: the same of this one.
        used: names of the plug-in files of that run and the SHA-256 of each.
        plugins: those of this one.
    """
    was, asked = (leaves(_plain(study)) for study in (then, now))
    rows = [(".".join(name), _shown(was, name), _shown(asked, name)) for name in {**was, **asked}]
    rows += [
        (f"plug-in {name}", used.get(name, "not used")[:12], plugins.get(name, "not used")[:12])
        for name in {**used, **plugins}
    ]
    lines = [f"{name}: {before}, not {after}" for name, before, after in rows if before != after]
    more = len(lines) - MOST
    return [*lines[:MOST], f"and {more} more"] if more > 0 else lines


def _plain(values: Any) -> Any:
    """Values as they come out of a file: dates as text, tuples as lists, every key as text."""
    return json.loads(json.dumps(values, default=str))


def _shown(flat: Mapping[tuple[str, ...], Any], name: tuple[str, ...]) -> str:
    if name not in flat:
        return NOT_SET
    value = flat[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
