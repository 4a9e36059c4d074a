"""The closed schema: no key that is not declared, none missing, each of its kind and in range."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sim.rules.parameters import ITEM, WILDCARDS, Parameter, judge, matches

Key = tuple[str, ...]
Where = Callable[[Key], str]

_LIST_SHORTEST = 12


@dataclass
class Node:
    """A place in the tree of declared names."""

    leaves: list[Parameter] = field(default_factory=list)
    children: dict[str, Node] = field(default_factory=dict)

    def child(self, key: str) -> tuple[str, Node] | None:
        """The child that a key fits, by its own name before a wildcard."""
        if key in self.children and key != ITEM:
            return key, self.children[key]
        for component, node in self.children.items():
            if component in WILDCARDS and matches(component, key):
                return component, node
        return None

    def keys(self) -> list[str]:
        """Every key that may stand here, as far as it is known."""
        names: list[str] = []
        for component in self.children:
            if component == ITEM:
                continue
            names.extend(WILDCARDS.get(component, (component,)) or ())
        return names

    def may_be_left_out(self, kind: object) -> bool:
        """Whether nothing here is needed (given the kind of the mapping around it)."""
        if ITEM in self.children and not self.leaves:
            return all(p.optional for node in self.children.values() for p in _below(node))
        if self.leaves:
            return all(p.optional or not in_use(p, kind) for p in self.leaves)
        return all(node.may_be_left_out(None) for node in self.children.values())


def _below(node: Node) -> list[Parameter]:
    return [*node.leaves, *(p for child in node.children.values() for p in _below(child))]


def in_use(parameter: Parameter, kind: object) -> bool:
    return not parameter.of or kind in parameter.of


class Schema:
    """The declared parameters as a tree."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.root = Node()
        for parameter in self.parameters:
            node = self.root
            for component in parameter.path:
                node = node.children.setdefault(component, Node())
            node.leaves.append(parameter)
        levers = self.root.children["regimes"].children["<regime>"]
        self.root.children["arms"].children["<arm>"].children["levers"] = levers

    def check(self, values: dict[str, Any], where: Where) -> tuple[dict[str, Any], list[str]]:
        """The values in one type each (the wrong ones left out), and every problem."""
        walk = _Walk(self, where)
        clean = walk.mapping(values, self.root, (), partial=False)
        return clean, walk.problems


class _Walk:
    def __init__(self, schema: Schema, where: Where) -> None:
        self.schema = schema
        self.where = where
        self.problems: list[str] = []

    def say(self, path: Key, text: str) -> None:
        self.problems.append(text.replace("{where}", f"It is set {self.where(path)}."))

    def mapping(
        self, values: dict[str, Any], node: Node, path: Key, partial: bool
    ) -> dict[str, Any]:
        """Check each key of a mapping, then which ones it lacks."""
        kind = values.get("kind") if "kind" in node.children else None
        if not isinstance(kind, str):
            kind = None
        clean: dict[str, Any] = {}
        for key, value in values.items():
            place = (*path, key)
            found = node.child(key)
            if found is None:
                self.unknown(place, node, value)
                continue
            child = found[1]
            if child.leaves and not any(in_use(p, kind) for p in child.leaves):
                self.unused(place, kind, node)
                continue
            inside_arm = len(place) == 3 and place[0] == "arms" and key == "levers"
            checked = self.value(value, child, place, kind, partial or inside_arm)
            if checked is not _WRONG:
                clean[key] = checked
        if not partial:
            self.missing(values, node, path, kind)
        return clean

    def value(self, value: Any, node: Node, path: Key, kind: object, partial: bool) -> Any:
        """Check what stands at a key: one value, a list, or a mapping."""
        items = node.children.get(ITEM)
        if isinstance(value, list) and items is not None:
            return self.items(value, items, path)
        if node.leaves:
            parameter = next(p for p in node.leaves if in_use(p, kind))
            return self.leaf(value, parameter, path)
        if items is not None:
            self.say(path, f"{dotted(path)} must be a list of mappings. {{where}}")
            return _WRONG
        if value is None and all(c in WILDCARDS for c in node.children):
            value = {}
        if not isinstance(value, dict):
            self.say(
                path,
                f"{dotted(path)} is {value!r}; it must hold keys of its own: "
                f"{', '.join(node.keys()) or 'a name each'}. {{where}}",
            )
            return _WRONG
        return self.mapping(value, node, path, partial)

    def items(self, values: list[Any], node: Node, path: Key) -> Any:
        """Check each mapping of a list; a list with a wrong one is left out as a whole."""
        clean: list[Any] = []
        before = len(self.problems)
        for number, value in enumerate(values):
            place = (*path, str(number))
            if not isinstance(value, dict):
                self.say(
                    place,
                    f"{dotted(place)} is {value!r}; it must hold keys: "
                    f"{', '.join(node.keys())}. {{where}}",
                )
                continue
            clean.append(self.mapping(value, node, place, partial=False))
        return clean if len(self.problems) == before else _WRONG

    def leaf(self, value: Any, parameter: Parameter, path: Key) -> Any:
        verdict = judge(parameter, value)
        if not verdict.problem:
            return verdict.value
        unit = parameter.unit or "no unit"
        if parameter.kind not in ("number", "integer"):
            unit = ""
        advice = f" {verdict.advice}" if verdict.advice else ""
        self.say(
            path,
            f"{dotted(path)} is {verdict.problem}; the {parameter.meaning} must be "
            f"{parameter.allowed}{f' ({unit})' if unit else ''}. {{where}}{advice}",
        )
        return _WRONG

    def missing(self, values: dict[str, Any], node: Node, path: Key, kind: object) -> None:
        """Say which keys are needed and not given."""
        for component, child in node.children.items():
            if component == ITEM:
                continue
            if component == "<group or default>":
                needed: tuple[str, ...] = ("default",)
            elif component in WILDCARDS:
                needed = WILDCARDS[component] or ()
            else:
                needed = () if child.may_be_left_out(kind) else (component,)
            for key in needed:
                if key not in values:
                    self.say(
                        path,
                        f"{dotted((*path, key))} is not given; give it a value"
                        f"{_about(child, kind)}.",
                    )

    def unused(self, path: Key, kind: object, node: Node) -> None:
        """Say that a key does not belong to the kind of its mapping."""
        fitting = [
            key
            for key, child in node.children.items()
            if any(p.of and in_use(p, kind) for p in child.leaves)
        ]
        self.say(
            path,
            f"{dotted(path)} is no parameter of kind {kind}, which takes "
            f"{', '.join(fitting) or 'no parameter'}. {{where}}",
        )

    def unknown(self, path: Key, node: Node, value: Any) -> None:
        """Say that a key is not declared, and which was perhaps meant."""
        keys = node.keys()
        around, key = path[:-1], path[-1]
        below: Key = ()
        while isinstance(value, dict) and len(value) == 1:
            name, value = next(iter(value.items()))
            below = (*below, name)
        last = (key, *below)[-1]
        begins = [name for name in keys if name.startswith(f"{key}_")]
        close = begins if len(begins) == 1 else difflib.get_close_matches(key, keys, 1, 0.6)
        guess = "" if around or below else self.elsewhere(last, 1.0)
        if not guess and close:
            guess = dotted((*around, close[0], *below))
        if not guess and len(last) > 2:  # two letters are like too much
            guess = self.elsewhere(last, 0.75)
        hint = f" – did you mean {guess}?" if guess else "."
        listed = ""
        if len(keys) <= _LIST_SHORTEST and keys:
            listed = f" Choose one of the keys of {dotted(around) or 'a study'}: {', '.join(keys)}."
        self.say(path, f"unknown key {dotted((*path, *below))}{hint} {{where}}{listed}")

    def elsewhere(self, key: str, likeness: float) -> str:
        """The full name of the only declared parameter that ends like a short one."""
        by_end: dict[str, set[str]] = {}
        for parameter in self.schema.parameters:
            if ITEM not in parameter.path:
                by_end.setdefault(parameter.path[-1], set()).add(parameter.name)
        close = difflib.get_close_matches(key, by_end, 1, likeness)
        names = by_end[close[0]] if close else set()
        if len(names) != 1:
            return ""
        return names.pop().replace("regimes.<regime>", "arms.<arm>.levers")


_WRONG: Any = object()


def _about(node: Node, kind: object) -> str:
    for parameter in node.leaves:
        if in_use(parameter, kind):
            return f" ({parameter.meaning}: {parameter.allowed})"
    return ""


def dotted(path: Key) -> str:
    """A path as one name; the entries of a list are counted from 0, in brackets."""
    text = ""
    for part in path:
        text += f"[{part}]" if part.isdigit() and text else f".{part}" if text else part
    return text
