"""The words after a command: which option of a group, which value of a key, which folder."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from sim.config import strict_yaml
from sim.config.catalogue import GROUPS, REGIME, SCENARIOS, published_figures
from sim.rules.commas import comma_advice
from sim.rules.parameters import Parameter, find

COMMAND_LINE = "the command line"
_WORD = re.compile(r"(?P<sign>~|\+{0,2})(?P<key>[^=]*)(?:=(?P<text>.*))?", re.DOTALL)
_SWEEP = re.compile(r"\s*(choice|range|interval|glob|sort|shuffle|tag)\s*\(")


@dataclass
class Overrides:
    """What the command line says, sorted; `problems` is what could not be understood."""

    choices: dict[str, str] = field(default_factory=dict)
    settings: dict[tuple[str, ...], Any] = field(default_factory=dict)
    removed_arms: list[str] = field(default_factory=list)
    out: str | None = None
    problems: list[str] = field(default_factory=list)

    def tree(self) -> dict[str, Any]:
        """The settings as a nested mapping; a key below another adds to it."""
        root: dict[str, Any] = {}
        for path in sorted(self.settings, key=len):
            node = root
            for length, key in enumerate(path[:-1], 1):
                node = node.setdefault(key, {})
                if not isinstance(node, dict):
                    self.problems.append(
                        f"{'.'.join(path)} and {'.'.join(path[:length])} are both set on "
                        f"{COMMAND_LINE}; set one of them."
                    )
                    return root
            node[path[-1]] = deepcopy(self.settings[path])
        return root


def understand(words: list[str], parameters: tuple[Parameter, ...]) -> Overrides:
    """Sort the words of a command; everything wrong with them stands in `problems`.

    Of two words that set the same key the last one holds, as in Hydra.
    """
    result = Overrides()
    for word in words:
        match = _WORD.fullmatch(word)
        sign, key, text = match["sign"], match["key"].strip(), match["text"]  # type: ignore[index]
        problem = _refusal(word, key, text)
        if not problem and sign == "~":
            problem = _remove(key, result)
        elif not problem and text is None:
            problem = f"{word!r} on {COMMAND_LINE} is not understood; write key=value."
        elif not problem:
            problem = _take(key, text, parameters, result)
        if problem:
            result.problems.append(problem)
    return result


def _refusal(word: str, key: str, text: str | None) -> str:
    """Why a word is refused whatever the key means, or ''."""
    parts = key.split(".")
    if any(part.startswith("_") for part in parts):
        return f"{word!r} on {COMMAND_LINE}: keys that begin with an underscore are refused."
    if parts[0] == "hydra" or key.startswith("hydra/"):
        return f"{word!r} on {COMMAND_LINE}: the program cannot be set up by hydra keys; leave it."
    if "${" in word:
        return f"{word!r} on {COMMAND_LINE}: interpolations are refused; write the value itself."
    if key and "@" in key:
        return f"{word!r} on {COMMAND_LINE}: @ is refused; write key=value or group=choice."
    if "" in parts:
        return f"{word!r} on {COMMAND_LINE} has an empty key; write key=value."
    return ""


def _remove(key: str, result: Overrides) -> str:
    """An arm can be removed; nothing else can."""
    parts = key.split(".")
    if len(parts) == 2 and parts[0] == "arms":
        result.removed_arms.append(parts[1])
        return ""
    return f"~{key} on {COMMAND_LINE}: only an arm can be removed (~arms.NAME); set {key} instead."


def _take(key: str, text: str, parameters: tuple[Parameter, ...], result: Overrides) -> str:
    """Sort one key=value; returns what is wrong with it, or ''."""
    if key == "out":
        if not text or "\0" in text:
            return f"out on {COMMAND_LINE} is empty; name a folder."
        result.out = text
        return ""
    if key in GROUPS or key == SCENARIOS:
        if is_sweep(text) and not text.endswith((".yaml", ".yml")):
            return _sweep_message(key, text)
        if not text or text[0] in "{[":
            return (
                f"{key} on {COMMAND_LINE} is {text or 'empty'!r}; name one of its choices (see "
                f"samtale list), or set single keys: {key}.KEY=VALUE."
            )
        result.choices[key] = _unquoted(text)
        return ""
    if key == REGIME:
        return (
            f"unknown key regime on {COMMAND_LINE}; regimes belong to arms: "
            f"arms.NAME.regime={text or 'standard'}."
        )
    path = tuple(key.split("."))
    parameter = find(parameters, key)
    if parameter and parameter.kind == "text":
        if "???" in text:
            return f"{key} on {COMMAND_LINE}: '???' is refused; write the text itself."
        result.settings[path] = _unquoted(text)
        return ""
    if comma_advice(text) or is_sweep(text):
        return _sweep_message(key, text, parameter)
    document = strict_yaml.parse(
        f"given:\n  {text}", strict_yaml.Document(COMMAND_LINE), published_figures()
    )
    if document.problems:
        return " ".join(
            f"{key} is {text!r} on {problem.replace(', line 2', '').replace(', line 1', '')}"
            for problem in document.problems
        )
    result.settings[path] = document.values["given"]
    return ""


def is_sweep(text: str) -> bool:
    """Whether Hydra's grammar reads several values."""
    if "," not in text and not _SWEEP.match(text):
        return False
    try:
        return OverridesParser.create().parse_override(f"key={text}").is_sweep_override()
    except HydraException:
        return bool(_SWEEP.match(text))


def _sweep_message(key: str, text: str, parameter: Parameter | None = None) -> str:
    advice = comma_advice(text, parameter is not None and parameter.kind == "integer")
    hint = f" – {advice}." if advice else "."
    return (
        f"{key} is {text!r} on {COMMAND_LINE}, several values{hint} A run takes one value; "
        "samtale sweep takes several."
    )


def _unquoted(text: str) -> str:
    """Text without the quotes around it, if there are any."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text
