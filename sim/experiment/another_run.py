"""By which settings a finished run differs from the one that was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from sim.experiment.folder import RunFolder
from sim.experiment.provenance import of_results
from sim.rules.parameters import leaves

MOST = 10
"""Settings that are listed; of more, the number is told."""

NOT_SET = "not set"


def different(found: RunFolder, values: Mapping[str, Any], plugins: Mapping[str, str]) -> list[str]:
    """A line for each setting that differs: its dotted name, that run's value, and this one's.

    Seeds are not compared, nor what never changes results.

    Args:
        values: the composed study that was asked for.
        plugins: names of its plug-in files and the SHA-256 of each.
    """
    then = yaml.safe_load(found.text("scenario.yaml"))
    used = dict(found.manifest.get("plugins") or {})
    return between(of_results(then), of_results(values), used, plugins)


def between(
    then: Mapping[str, Any],
    values: Mapping[str, Any],
    used: Mapping[str, str],
    plugins: Mapping[str, str],
) -> list[str]:
    """A line for each setting and plug-in by which two studies differ."""
    was, now = (leaves(_plain(study)) for study in (then, values))
    rows = [(".".join(name), _shown(was, name), _shown(now, name)) for name in {**was, **now}]
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
