"""The words that readers see, from a catalogue: no sentence stands in code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "da")
"""Those in which the brief of a run is written; the first is that of everything else."""

_LANGUAGE: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])
PLACE = re.compile(r"\{(\w+)\}")


@contextmanager
def language(code: str) -> Iterator[None]:
    """Inside it every word, number and date is in the language `code`; then as before."""
    if code not in LANGUAGES:
        raise ValueError(f"no language {code}: there are {', '.join(LANGUAGES)}")
    token = _LANGUAGE.set(code)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def spoken() -> str:
    """The language in which words are said now: `en` or `da`."""
    return _LANGUAGE.get()


@lru_cache(maxsize=4)
def catalogue(language: str) -> dict[str, Any]:
    """The catalogue of a language: text/<language>.toml and what text/<language>_*.toml add."""
    entries: dict[str, Any] = {}
    folder = files(__package__).joinpath("text")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        stem = file.name.removesuffix(".toml")
        if file.name.endswith(".toml") and stem.split("_")[0] == language:
            for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if isinstance(value, dict):
                    entries.setdefault(key, {}).update(value)
                else:
                    entries[key] = value
    return entries


def find(key: str) -> Any:
    """The entry of a dotted key; None where the catalogue has none."""
    entry: Any = catalogue(spoken())
    for part in key.split("."):
        if not isinstance(entry, dict) or part not in entry:
            return None
        entry = entry[part]
    return entry


def say(key: str, **values: object) -> str:
    """The sentence of a dotted key with its values filled in; KeyError where there is none."""
    entry = find(key)
    if not isinstance(entry, str):
        raise KeyError(key)
    return entry.format(**values).strip()


def name_of(kind: str, code: str) -> str:
    """The reader's name of a code (kind: group, exit, metric, account, item, outcome, month).

    A code without an entry is shown with its underscores as spaces.
    """
    entry = find(f"{kind}.{code}")
    return entry if isinstance(entry, str) else code.replace("_", " ")


def join(names: Sequence[str]) -> str:
    """Names as a list in words: `a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    comma = "; " if any("," in name for name in names) else ", "
    return say("list.two", first=comma.join(names[:-1]), last=names[-1])


def translated(text: str) -> str:
    """A text that a scenario or a run gives in English, in the language spoken.

    The catalogue has the texts of the scenarios and regimes that are shipped, by the English one;
    `{places}` in it stand for what differs from run to run. Any other text stays as it is.
    """
    known = find("translated")
    if not isinstance(known, dict) or not text:
        return text
    plain = " ".join(text.split())
    if plain in known:
        return str(known[plain])
    for given, said in known.items():
        if "{" in given and (match := _pattern(given).fullmatch(plain)):
            return str(said).format(**match.groupdict())
    return text


@lru_cache(maxsize=256)
def _pattern(given: str) -> re.Pattern[str]:
    """What matches a text with places in it."""
    parts = PLACE.split(given)
    return re.compile(
        "".join(
            f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
    )
