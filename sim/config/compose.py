"""Composing a study with Hydra's Compose API; nothing else in the project knows Hydra's ways.

Files are not found or read by Hydra: they come as plain values that `strict_yaml` has read, and
are put into Hydra's store for the time of one composition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from hydra import compose, initialize
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

STUDY = "study"
_COMMAND = "command"

_Stored = tuple[str | None, str, str | None, Mapping[str, Any]]
"""Group, name, package and values of a node in Hydra's store."""


@dataclass(frozen=True)
class Parts:
    """The values that a study is composed of, from the weakest to the strongest."""

    study: Mapping[str, Any]
    groups: dict[str, tuple[str, Mapping[str, Any]]]
    regimes: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)
    scenario: Mapping[str, Any] = field(default_factory=dict)
    command: Mapping[str, Any] = field(default_factory=dict)


class _Files:
    """Parts without what the command line says; equal where everything in them is."""

    def __init__(self, parts: Parts) -> None:
        self.parts = replace(parts, command={})
        self._text = repr(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def composed(parts: Parts) -> dict[str, Any]:
    """Merge the parts: mappings key by key, everything else as a whole.

    What the command line says comes last. The rest is kept: the points of a sweep share it.
    """
    whole = OmegaConf.merge(_composed(_Files(parts)), OmegaConf.create(dict(parts.command)))
    tree = OmegaConf.to_container(whole, resolve=False)
    assert isinstance(tree, dict)
    return {str(key): value for key, value in tree.items()}


@lru_cache(maxsize=8)
def _composed(files: _Files) -> DictConfig:
    parts = files.parts
    defaults: list[Any] = ["_self_"]
    nodes: list[_Stored] = []
    for group, (name, values) in parts.groups.items():
        defaults.append({group: name})
        nodes.append((group, name, None, values))
    for regime, chain in parts.regimes.items():
        defaults.append({f"regime@regimes.{regime}": [name for name, _ in chain]})
        nodes.extend(("regime", name, None, values) for name, values in chain)
    nodes = list({node[:2]: node for node in nodes}.values())  # standard is in every chain
    defaults.append({f"{_COMMAND}/scenario": "own"})
    nodes.append((f"{_COMMAND}/scenario", "own", "_global_", parts.scenario))
    nodes.append((None, STUDY, None, {"defaults": defaults, **parts.study}))
    with _stored(nodes), initialize(version_base="1.3", config_path=None):
        found = compose(STUDY)
    OmegaConf.set_struct(found, False)
    return found


@contextmanager
def _stored(
    nodes: list[_Stored],
) -> Iterator[None]:
    """Put values into Hydra's store, and take them out again."""
    store = ConfigStore.instance()
    before = store.repo
    store.repo = dict(before)
    GlobalHydra.instance().clear()
    try:
        for group, name, package, values in nodes:
            store.store(group=group, name=name, package=package, node=dict(values))
        yield
    finally:
        store.repo = before
        GlobalHydra.instance().clear()
