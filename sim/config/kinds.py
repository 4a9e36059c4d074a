"""Before and after merging: shapes that cannot be merged, and what another kind makes void."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sim.config.origins import Layer
from sim.config.schema import Key, Node, Schema, dotted, in_use
from sim.rules.parameters import ITEM, as_regime


def misshapen(layer: Layer, schema: Schema) -> Iterator[str]:
    """Keys of a layer that hold a mapping where a list belongs, or the other way round."""
    for path, value in layer.flat.items():
        for length in range(1, len(path) + 1):
            node = _node(schema, path[:length])
            if node is None:
                break
            last = length == len(path)
            held = value if last else {}
            listed = ITEM in node.children or any(p.many for p in node.leaves)
            if listed and isinstance(held, dict):
                shape = "a list"
            elif isinstance(held, list) and not listed and not node.leaves:
                shape = f"a mapping ({', '.join(node.keys())})"
            else:
                continue
            here = path[:length]
            yield f"{dotted(here)} must be {shape}. It is set {layer.where(here)}."
            break


def outdated(
    values: dict[str, Any], schema: Schema, rank: Callable[[Key], int], path: Key = ()
) -> None:
    """Take out what a stronger layer has made void by naming another kind.

    A hazard of kind constant that a scenario turns into a weibull leaves its rate behind; a
    parameter that is set together with the kind, or after it, stays, to be refused if it does
    not fit.
    """
    node = _node(schema, path)
    kind = values.get("kind")
    if node is not None and isinstance(kind, str) and "kind" in node.children:
        strength = rank((*path, "kind"))
        for key in list(values):
            child = node.children.get(key)
            void = child and child.leaves and not any(in_use(p, kind) for p in child.leaves)
            if void and rank((*path, key)) < strength:
                del values[key]
    for key, value in values.items():
        if isinstance(value, dict):
            outdated(value, schema, rank, (*path, key))


def _node(schema: Schema, path: Key) -> Node | None:
    node: Node | None = schema.root
    for key in as_regime(path):
        found = node.child(key) if node else None
        node = found[1] if found else None
    return node
