"""Which arms differ from each other in one lever only: what that lever does can be read off them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.rules.levers import with_changes


def arms_apart_by(values: Mapping[str, Any], lever: str) -> dict[str, float]:
    """The value of a lever by arm, in the order of its values.

    The arms are the most there are, the first left out, that have every other lever in common;
    empty where there are no two.
    """
    sets: list[tuple[dict[str, Any], dict[str, float]]] = []
    for name in list(values["arms"])[1:]:
        arm = values["arms"][name]
        levers = with_changes(values["regimes"][arm["regime"]], arm.get("levers") or {})
        value = levers.pop(lever, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        for key in ("title", "about"):
            levers.pop(key, None)
        known = next((arms for others, arms in sets if others == levers), None)
        if known is None:
            sets.append((levers, known := {}))
        known[name] = float(value)
    most = max((arms for _, arms in sets), key=len, default={})
    ordered = dict(sorted(most.items(), key=lambda item: item[1]))
    return ordered if len(set(ordered.values())) == len(ordered) > 1 else {}
