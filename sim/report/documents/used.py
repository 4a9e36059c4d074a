"""Where a parameter is used: the files of the rules, the model and the experiments that name it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from sim.rules.parameters import WILDCARDS

FLOORS = ("rules", "model", "experiment")
DECLARATIONS = ("rules/declared.py", "rules/levers.py")
NOT_TOLD = frozenset(["kind", "default", "value"])
MOST = 3

_STAND_FOR_MANY = frozenset(key for keys in WILDCARDS.values() if keys for key in keys)


def words(package: Path) -> dict[str, frozenset[str]]:
    """By file below the package: the words that it names as text."""
    found = {}
    for floor in FLOORS:
        for file in sorted((package / floor).rglob("*.py")):
            label = file.relative_to(package).as_posix()
            if label not in DECLARATIONS:
                tree = ast.parse(file.read_text(encoding="utf-8"))
                found[label] = frozenset(
                    node.value
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                )
    return found


def places(name: str, known: Mapping[str, frozenset[str]]) -> list[str]:
    """The first few files that name a parameter; those that a reader learns most from come first."""
    path = [key for key in name.split(".") if key not in _STAND_FOR_MANY | NOT_TOLD]
    for key in reversed(path[1:]):
        files = [file for file, texts in known.items() if key in texts]
        if files:
            return files[:MOST]
    return [file for file, texts in known.items() if path and path[0] in texts][:MOST]
