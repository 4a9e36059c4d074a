"""A composed and checked study, and what can be told about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from sim.config.origins import Origins
from sim.config.overrides import COMMAND_LINE
from sim.config.schema import dotted
from sim.rules.parameters import Parameter, find, leaves
from sim.rules.registry import Plugin, Registry

SEED = ("design", "seed")

Key = tuple[str, ...]
Difference = tuple[str, Any, Any, str]


@dataclass
class Configuration:
    """What a run needs to know: `values` is the study, the rest tells about it.

    `warnings` are what is odd though allowed, `notes` what was filled in unasked; `out` is the folder of the user's choice, or None;
    `registry` holds what plug-ins have added, and `plugins` the plug-ins.
    """

    values: dict[str, Any]
    scenario: str
    warnings: list[str]
    notes: list[str]
    origins: Origins
    parameters: tuple[Parameter, ...]
    registry: Registry
    default: Callable[[], Configuration] = field(repr=False)
    out: Path | None = None

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """The plug-ins, which the model loads again; worker processes can do so with files only."""
        return tuple(self.registry.plugins)

    @cached_property
    def sources(self) -> dict[str, str]:
        """By full name: the source noted beside the value, or else where it was set."""
        return {dotted(path): self._source(path, value) for path, value in self._flat.items()}

    @cached_property
    def differences(self) -> list[Difference]:
        """What differs from the default study: (name, default, value, where it is set)."""
        default = self.default()._flat
        found: list[Difference] = []
        for path, value in self._flat.items():
            usual = default.get(path, _NOTHING)
            if usual is _NOTHING and path[0] == "regimes":
                usual = self._as_shipped(path)
            if usual is _NOTHING or usual != value:
                shown = None if usual is _NOTHING else usual
                found.append((dotted(path), shown, value, self._where(path, value)))
        for path, usual in default.items():
            if path not in self._flat and path[0] == "arms" and path[2:] == ("regime",):
                found.append((dotted(path), usual, None, COMMAND_LINE))
        return found

    @cached_property
    def table(self) -> list[dict[str, Any]]:
        """A row a parameter: name, value, unit, low, high, source, differs_from_default."""
        different = {name for name, *_ in self.differences}
        rows = []
        for path, value in self._flat.items():
            name = dotted(path)
            parameter = find(self.parameters, ".".join(path))
            low, high = self._range(path)
            rows.append(
                {
                    "name": name,
                    "value": value,
                    "unit": parameter.unit if parameter else "",
                    "low": low,
                    "high": high,
                    "source": self.sources[name],
                    "differs_from_default": name in different,
                }
            )
        return rows

    def to_yaml(self) -> str:
        """The whole study as YAML: as a scenario file it gives the same rows again.

        A cluster is left out: a file may not say to whom a computer connects.
        """
        values = dict(self.values)
        if values["compute"]["backend"] == "dask":
            del values["compute"]
        return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)

    @cached_property
    def _flat(self) -> dict[Key, Any]:
        return leaves(self.values)

    def _where(self, path: Key, value: Any) -> str:
        origin = self.origins.of(path, value)
        if origin is None:
            return "drawn" if path == SEED else "its regime" if path[0] == "arms" else "its file"
        return origin.name

    def _source(self, path: Key, value: Any) -> str:
        origin = self.origins.of(path, value)
        if origin is None:
            return self._where(path, value)
        source = origin.note(path, "source")
        if source is None:
            return origin.name
        mark = origin.note(path, "mark")
        return f"{source} [{mark}]" if mark else str(source)

    def _range(self, path: Key) -> tuple[Any, Any]:
        """The plausible range beside the value, lowest and highest."""
        limits = self.origins.note(path, "range")
        if isinstance(limits, list) and len(limits) == 2:
            return limits[0], limits[1]
        return None, None

    def _as_shipped(self, path: Key) -> Any:
        """A lever as the regime's own file has it, before scenario and command line."""
        value = _NOTHING
        for layer in self.origins.layers:
            if layer.name != COMMAND_LINE and layer.prefix[:1] == ("regimes",):
                value = layer.flat.get(path, value)
        return value


_NOTHING: Any = object()


def plain(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of nested mappings and lists as dicts and lists."""
    return {key: _plain(value) for key, value in tree.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
