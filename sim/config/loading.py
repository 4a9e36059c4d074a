"""From the words of a command to a study: read, compose, check."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sim.config import consistency
from sim.config.catalogue import SCENARIOS, Library, data_root
from sim.config.compose import composed
from sim.config.configuration import Configuration
from sim.config.draft import Draft
from sim.config.kinds import misshapen, outdated
from sim.config.origins import Origins
from sim.config.overrides import COMMAND_LINE, understand
from sim.config.schema import Schema
from sim.rules.errors import InputError
from sim.rules.registry import Plugin, Registry, load_entry_points, load_plugin

SEED_BITS = 63
OF_SCENARIOS = frozenset({"arms", "regimes", "trial", "beside", "break_even", "checks"})
"""What begins a key that only some scenarios have."""


def load(
    overrides: Sequence[str] = (),
    plugins: Iterable[Plugin] = (),
    folder: Path | None = None,
) -> Configuration:
    """Compose and check the study that the overrides ask for.

    Args:
        overrides: as on the command line, `group=choice` or `key.path=value`.
        plugins: files of `--plugin`, or functions `register(registry)`.
        folder: where the user's own scenarios/ and regimes/ are looked for (default: here).
    Raises:
        InputError: with everything that is wrong, if anything is.
    """
    registry = Registry()
    load_entry_points(registry)
    for plugin in plugins:
        load_plugin(plugin, registry)
    library = Library(Path(folder) if folder else Path.cwd())
    return _load(list(overrides), registry, library)


def _load(words: list[str], registry: Registry, library: Library) -> Configuration:
    parameters = registry.parameters()
    asked = understand(words, parameters)
    draft = Draft(library, registry, asked)
    draft.gather()
    schema = Schema(parameters)
    bent = [problem for one in draft.layers for problem in misshapen(one, schema)]
    if draft.incomplete or bent:
        _stop_if([*draft.problems, *bent, *_of_the_others(words, draft, registry, library)])
    tree = composed(draft.parts())
    origins = Origins(draft.layers)
    outdated(tree, schema, origins.rank)
    _complete(tree, draft.name)
    values, problems = schema.check(tree, origins.where)
    more, warnings = consistency.check(values, origins, registry, whole=not problems)
    _stop_if([*draft.problems, *_others([*problems, *more], draft.problems)])
    if values["design"]["seed"] is None:
        values["design"]["seed"] = secrets.randbits(SEED_BITS)
    return Configuration(
        values=values,
        scenario=values["name"],
        warnings=warnings,
        notes=draft.notes,
        origins=origins,
        parameters=parameters,
        registry=registry,
        default=lambda: _load([], Registry(), Library(data_root())),
        out=None if asked.out is None else library.folder / asked.out,
    )


def _of_the_others(
    words: list[str], draft: Draft, registry: Registry, library: Library
) -> list[str]:
    """What is wrong with other words where a file is not there that the command line names.

    They are held against the files that are chosen otherwise. What a scenario alone may have is
    left aside where there is no scenario.
    """
    choices = draft.asked.choices
    lacking = {group for group, name in choices.items() if library.file(group, name) is None}
    if not lacking:
        return []
    aside = lacking | (OF_SCENARIOS if SCENARIOS in lacking else frozenset())
    others = [word for word in words if re.split(r"[.=]", word.lstrip("+~"))[0] not in aside]
    try:
        _load(others, registry, library)
    except InputError as error:
        return [text for text in error.problems if COMMAND_LINE in text]
    return []


def _others(problems: list[str], told: list[str]) -> list[str]:
    """Problems but those of a line of a file about which something was told already."""
    lines = [match[0] for text in told if (match := re.match(r"[^:]+, line \d+(?=:)", text))]
    return [text for text in problems if not any(f"in {line}." in text for line in lines)]


def _stop_if(problems: list[str]) -> None:
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _complete(tree: dict[str, Any], name: str) -> None:
    """Give the study its name, and each arm its title and its (perhaps empty) levers."""
    tree.setdefault("name", name)
    tree.setdefault("regimes", {})
    regimes = tree["regimes"] if isinstance(tree["regimes"], dict) else {}
    arms = tree.get("arms")
    for key, arm in arms.items() if isinstance(arms, dict) else ():
        if not isinstance(arm, dict):
            continue
        regime = regimes.get(arm.get("regime"))
        title = regime.get("title") if isinstance(regime, dict) else None
        arm.setdefault("title", title or key)
        if arm.get("levers") is None:
            arm["levers"] = {}
