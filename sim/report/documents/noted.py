"""Values of the configuration files with the notes beside them, by file and by full name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sim.rules.parameters import Parameter, find
from sim.rules.published import Published

PUBLISHED = "published.yaml"
STUDY = "study"
TEXTS = ("title", "about", "question", "defaults")
LISTED = (
    "population",
    "hazard",
    "effect",
    "office",
    "market",
    "costs",
    "regime",
    "design",
    "compute",
)
"""Folders of configs/ in the order in which a reader meets them."""


@dataclass(frozen=True)
class Noted:
    """One value of a file, with its range, its source and its mark."""

    file: str
    name: str
    value: Any
    low: Any
    high: Any
    source: str
    mark: str

    @property
    def full_name(self) -> str:
        """The name in a study, such as `effect.alpha` or `regimes.early.schedule.ui`."""
        folder, _, stem = self.file.removeprefix("configs/").removesuffix(".yaml").partition("/")
        if folder == STUDY:
            return self.name
        return f"regimes.{stem}.{self.name}" if folder == "regime" else f"{folder}.{self.name}"


def noted(configs: Path, published: Published) -> list[Noted]:
    """Every value of configs/ that has notes, by file."""
    files = [configs / f"{STUDY}.yaml"]
    files += [file for folder in LISTED for file in sorted((configs / folder).glob("*.yaml"))]
    found = []
    for file in files:
        label = f"configs/{file.relative_to(configs).as_posix()}"
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, leaf in _leaves(tree, ""):
            low, high = leaf.get("range") or (None, None)
            value, source, mark = leaf.get("value"), leaf.get("source", ""), leaf.get("mark", "")
            if "published" in leaf:
                figure = published[leaf["published"]]
                value, source, mark = figure.value, figure.source, figure.mark
            found.append(Noted(label, name, _plain(value, published), low, high, source, mark))
    return found


def declaration(one: Noted, parameters: tuple[Parameter, ...]) -> Parameter | None:
    """The declaration of a value: of its own name, or of what stands inside it."""
    own = find(parameters, one.full_name)
    return own or find(parameters, f"{one.full_name}.[]")


def _leaves(tree: Mapping[str, Any], before: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, branch in tree.items():
        name = f"{before}.{key}" if before else str(key)
        if not isinstance(branch, dict) or key in TEXTS:
            continue
        if "value" in branch or set(branch) <= {"published", "range"}:
            yield name, branch
        else:
            yield from _leaves(branch, name)


def _plain(value: Any, published: Published) -> Any:
    """The value with published figures in their places."""
    if isinstance(value, dict):
        if set(value) == {"published"}:
            return published[value["published"]].value
        return {key: _plain(inner, published) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, published) for inner in value]
    return value
