"""Where each value comes from: the layers of a study, from the weakest to the strongest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.config.overrides import COMMAND_LINE
from sim.config.strict_yaml import Document
from sim.rules.parameters import leaves

Key = tuple[str, ...]


@dataclass(frozen=True)
class Layer:
    """A file (or the command line) and the place in the study at which its values stand."""

    name: str
    flat: Mapping[Key, Any]
    prefix: Key = ()
    document: Document | None = None

    def note(self, path: Key, what: str) -> Any:
        """A note (source, range, ...) beside a value, or beside the mapping around it."""
        if self.document is None:
            return None
        own = path[len(self.prefix) :]
        while own:
            if what in self.document.notes.get(own, {}):
                return self.document.notes[own][what]
            own = own[:-1]
        return None

    def where(self, path: Key) -> str:
        """In words: the file and its line, or the command line."""
        if self.document is None:
            return f"on {self.name}" if self.name == COMMAND_LINE else f"in {self.name}"
        return f"in {self.document.where(path[len(self.prefix) :])}"


def layer(document: Document, prefix: Key = (), values: Mapping[str, Any] | None = None) -> Layer:
    """The layer of a file whose values stand at a prefix."""
    tree = document.values if values is None else values
    return Layer(
        document.name, {(*prefix, *k): v for k, v in leaves(tree).items()}, prefix, document
    )


def plain_layer(name: str, tree: Mapping[str, Any], prefix: Key = ()) -> Layer:
    """The layer of values that stand in no file of ours."""
    return Layer(name, {(*prefix, *k): v for k, v in leaves(tree).items()}, prefix)


@dataclass
class Origins:
    """The layers of one study, the weakest first."""

    layers: list[Layer] = field(default_factory=list)

    def rank(self, path: Key) -> int:
        """The number of the strongest layer that says something at, below or above a path."""
        for number in range(len(self.layers) - 1, -1, -1):
            if _touches(self.layers[number].flat, path):
                return number
        return -1

    def where(self, path: Key) -> str:
        """Where a value is set, in words that follow 'It is set'."""
        number = self.rank(path)
        return self.layers[number].where(path) if number >= 0 else "nowhere"

    def of(self, path: Key, value: Any) -> Layer | None:
        """The layer that made a value what it is: the first of those that agree on it.

        None if the strongest does not: then the program gave the value.
        """
        found = None
        for one in reversed(self.layers):
            given = one.flat.get(path, _NOTHING)
            if given is _NOTHING:
                continue
            if given != value:
                break
            found = one
        return found

    def note(self, path: Key, what: str) -> Any:
        """The strongest note of a kind about a path (its range, say)."""
        for one in reversed(self.layers):
            if (note := one.note(path, what)) is not None:
                return note
        return None


_NOTHING: Any = object()


def _touches(flat: Mapping[Key, Any], path: Key) -> bool:
    if path in flat:
        return True
    length = len(path)
    if any(path[:i] in flat for i in range(1, length)):
        return True
    return any(key[:length] == path for key in flat)
