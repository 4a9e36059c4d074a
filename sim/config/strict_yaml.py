"""YAML read as plain data: what other readers let pass in silence is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isinf
from pathlib import Path
from typing import Any

import yaml

from sim.rules.published import MARKS, Published

LARGEST_BYTES = 1_000_000
DEEPEST = 30
NOTES = frozenset({"value", "unit", "range", "source", "mark", "note", "price_year"})

PUBLISHED = "published"
BESIDE_PUBLISHED = frozenset({"range", "note"})

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d*)")
_FLOAT = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_INFINITE = re.compile(r"([+-]?)\.(inf|Inf|INF)")
_SEXAGESIMAL = re.compile(r"[+-]?\d+(:[0-5]?\d)+(\.\d*)?")
_OTHER_NUMBER = re.compile(r"[+-]?(0[xob][0-9a-fA-F_]+|0\d[\d_]*(\.\d*)?|\d[\d_]*_[\d_]*(\.\d*)?)")
_SWITCHES = {"yes", "no", "on", "off", "y", "n"}

Path_ = tuple[str, ...]


@dataclass
class Document:
    """What one file says: values, and beside them the line and the notes of each.

    `unread` says that reading stopped before the end, so that `values` mean nothing.
    """

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path_, int] = field(default_factory=dict)
    notes: dict[Path_, dict[str, Any]] = field(default_factory=dict)
    comment: str = ""
    problems: list[str] = field(default_factory=list)
    unread: bool = False

    def where(self, path: Path_) -> str:
        """The file, and the line that sets a value (or the nearest mapping around it)."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}, line {self.lines[path]}" if path else self.name


def read(file: Path, name: str, published: Published | None = None, notes: bool = True) -> Document:
    """Read one file; everything that is wrong with it stands in `problems`.

    Args:
        published: what `{published: KEY}` stands for.
        notes: whether `{value: 56, source: ...}` means 56 with notes; if not, it stays as it is.
    """
    document = Document(name, unread=True)
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        document.problems.append(f"{name} cannot be read ({error.strerror}).")
        return document
    if len(data) > LARGEST_BYTES:
        document.problems.append(f"{name} is larger than 1 MB; a configuration may have 1 MB.")
        return document
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        document.problems.append(f"{name}, line {line}: not UTF-8 text; save the file as UTF-8.")
        return document
    return parse(text, document, published, notes)


def parse(
    text: str, document: Document, published: Published | None = None, notes: bool = True
) -> Document:
    """Read the text of a file into its document, see `read`."""
    document.unread = True
    first = text.split("\n", 1)[0]
    document.comment = first.lstrip("# ").strip() if first.startswith("#") else ""
    try:
        tree = _Builder(document).build(yaml.parse(text, Loader=_Loader))
    except _Refused:
        return document
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f", line {mark.line + 1}" if mark else ""
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        document.problems.append(f"{document.name}{at}: not YAML ({why}).")
        return document
    if tree is None:
        tree = {}
    if not isinstance(tree, dict):
        document.problems.append(f"{document.name}: must hold keys with values (key: value).")
        return document
    stripped = _Stripping(document, Published() if published is None else published)
    document.values = stripped.of(tree, ()) if notes else tree
    document.unread = False
    return document


class _Refused(Exception):
    """Reading cannot go on; why stands in the document."""


class _Builder:
    """Turns the events of a YAML parser into plain values."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def build(self, events: Iterator[Any]) -> Any:
        """The value of the only document of a stream."""
        tree: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.stop(event, "a second document ('---'); write one a file")
                tree = self.node(next(events), events, ())
        return tree

    def node(self, event: Any, events: Iterator[Any], path: Path_) -> Any:
        """The value that begins with an event."""
        if isinstance(event, yaml.AliasEvent):
            self.stop(event, f"the alias *{event.anchor}; aliases are refused, write the value out")
        if event.anchor is not None:
            self.stop(event, f"the anchor &{event.anchor}; anchors are refused, leave it out")
        if event.tag is not None:
            self.stop(event, f"the tag {event.tag}; tags are refused, configurations are data")
        if len(path) > DEEPEST:
            self.stop(event, f"more than {DEEPEST} levels of nesting")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                place = (*path, str(len(items)))
                self.document.lines[place] = event.start_mark.line + 1
                items.append(self.node(event, events, place))
            return items
        return self.mapping(events, path)

    def mapping(self, events: Iterator[Any], path: Path_) -> dict[str, Any]:
        """The keys and values up to the end of a mapping."""
        result: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                self.stop(event, "a key that is not plain text")
            key = event.value
            line = event.start_mark.line + 1
            place = (*path, key)
            if key in result:
                first = self.document.lines[place]
                self.say(line, f"the key {'.'.join(place)} again (first in line {first})")
            if key.startswith("_"):
                self.say(line, f"the key {key}; keys that begin with an underscore are refused")
            if key == "hydra" and not path:
                self.say(line, "the key hydra; a configuration cannot set up the program")
            if key == "<<":
                self.say(line, "the key <<; merging is refused, write the values out")
            if "${" in key:
                self.say(line, f"an interpolation, {key}; write the name itself")
            self.document.lines[place] = line
            result[key] = self.node(next(events), events, place)
        return result

    def scalar(self, event: Any) -> Any:
        """The value of a scalar: null, true, false, a decimal number, or else text."""
        text: str = event.value
        line = event.start_mark.line + 1
        if "${" in text or text == "???":
            self.say(line, f"an interpolation, {text[:60]}; write the value itself")
            return None
        if event.style:
            return text
        if text in {"", "~", "null", "Null", "NULL"}:
            return None
        if text in {"true", "True", "TRUE"}:
            return True
        if text in {"false", "False", "FALSE"}:
            return False
        if _INTEGER.fullmatch(text) and len(text) <= 400:
            return int(text)
        if _FLOAT.fullmatch(text) or _INTEGER.fullmatch(text):
            number = float(text)
            if isinf(number):
                self.say(line, f"{text[:60]}; this number is too large to calculate with")
            return number
        if match := _INFINITE.fullmatch(text):
            return float(f"{match[1]}inf")
        if text in {".nan", ".NaN", ".NAN"}:
            return float("nan")
        if text.lower() in _SWITCHES:
            self.say(line, f"{text}; write true or false (or put it in quotes if it is text)")
        elif _SEXAGESIMAL.fullmatch(text):
            self.say(line, f"{text}; a time is written as a number in the unit of its key")
        elif _OTHER_NUMBER.fullmatch(text):
            self.say(line, f"{text}; write a plain decimal number, without leading zeros or _")
        return text

    def say(self, line: int, what: str) -> None:
        """Note a problem, and go on."""
        self.document.problems.append(f"{self.document.name}, line {line}: {what}.")

    def stop(self, event: Any, what: str) -> None:
        """Note a problem after which the rest of the file means nothing."""
        self.say(event.start_mark.line + 1, what)
        raise _Refused


@dataclass
class _Stripping:
    """Takes the values out of their notes, and published figures out of their file."""

    document: Document
    published: Published

    def of(self, tree: Any, path: Path_) -> Any:
        """Replace `{value: 56, range: [21, 91], source: ...}` by 56, and keep the rest as notes."""
        if isinstance(tree, list):
            values = [self.of(one, (*path, str(i))) for i, one in enumerate(tree)]
            self._gather(path)
            return values
        if not isinstance(tree, dict):
            return tree
        if PUBLISHED in tree and not isinstance(tree[PUBLISHED], dict):
            return self._figure(tree, path)
        if "value" in tree and set(tree) <= NOTES:
            self.document.notes[path] = {key: note for key, note in tree.items() if key != "value"}
            self._move_line(path, "value")
            return self.of(tree["value"], path)
        return {key: self.of(value, (*path, key)) for key, value in tree.items()}

    def _figure(self, tree: dict[str, Any], path: Path_) -> Any:
        """The value of `{published: KEY}`; its source and mark become notes."""
        self._move_line(path, PUBLISHED)
        beside = set(tree) - BESIDE_PUBLISHED - {PUBLISHED}
        key = str(tree[PUBLISHED])
        figure = self.published.get(key)
        if beside:
            problem = (
                f"{{published: {key}}} brings its value, source and mark; beside it only "
                f"{' and '.join(sorted(BESIDE_PUBLISHED))} may stand, not {', '.join(sorted(beside))}"
            )
        elif figure is None:
            problem = self.published.unknown(key).rstrip(".")
        elif figure.value is None:
            problem = f"the published figure {key} has no value: {figure.why}"
        else:
            notes = {name: tree[name] for name in BESIDE_PUBLISHED if name in tree}
            self.document.notes[path] = {"source": figure.source, "mark": figure.mark, **notes}
            return figure.value
        self.document.problems.append(f"{self.document.where(path)}: {problem}.")
        return None

    def _move_line(self, path: Path_, key: str) -> None:
        if (*path, key) in self.document.lines:
            self.document.lines[path] = self.document.lines[(*path, key)]

    def _gather(self, path: Path_) -> None:
        """A list without a source of its own has those of the figures in it."""
        notes = self.document.notes
        if path in notes:
            return
        inside = [
            note for key, note in notes.items() if key[: len(path)] == path and "source" in note
        ]
        if inside:
            sources = dict.fromkeys(note["source"] for note in inside)
            marks = [mark for note in inside if (mark := note.get("mark")) in MARKS]
            notes[path] = {"source": "; ".join(sources)}
            if len(marks) == len(inside):
                notes[path]["mark"] = max(marks, key=MARKS.index)
