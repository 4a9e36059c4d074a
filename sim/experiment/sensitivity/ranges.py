"""Which parameters of a study vary, between what, and which are left out and why."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sim.experiment.sensitivity.usage import regimes_of, unused
from sim.rules.errors import InputError
from sim.rules.parameters import Parameter, find, judge

ALL = "all"
_MARK = re.compile(r"^(?P<source>.*?)(?: \[(?P<mark>[^\]]*)\])?$", re.DOTALL)


@dataclass(frozen=True)
class Varied:
    """A parameter with its range.

    ``keys`` are several where regimes share a lever with the same value and range: what one
    quantity is in the world (the minutes of a meeting) moves as one.
    """

    name: str
    keys: tuple[str, ...]
    value: float
    low: float
    high: float
    unit: str
    source: str
    mark: str
    whole: bool = False

    def at(self, value: float) -> dict[str, float]:
        """The changes that give it a value; a whole number is rounded."""
        given = round(value) if self.whole else float(value)
        return dict.fromkeys(self.keys, given)

    def within(self, share: float) -> float:
        """The value at a share (0 to 1) of its range; a whole number is rounded."""
        value = self.low + share * (self.high - self.low)
        return float(round(value)) if self.whole else value


@dataclass(frozen=True)
class LeftOut:
    """A parameter with a range that does not vary: ``why`` is a code, ``more`` what it leaves open."""

    name: str
    why: str
    more: str = ""


def ranges(
    table: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    groups: Sequence[str],
    parameters: Sequence[Parameter],
) -> tuple[list[Varied], list[LeftOut]]:
    """Every parameter that declares a range: those that this study uses, and the others.

    Args:
        table: the rows of parameters.csv.
        groups: target groups that have people.
    """
    rows = [row for row in table if _is_number(row["low"]) and _is_number(row["high"])]
    used: list[Mapping[str, Any]] = []
    left: list[LeftOut] = []
    for row in rows:
        name = str(row["name"])
        parameter = find(parameters, name)
        if parameter is None or not _is_number(row["value"]):
            left.append(LeftOut(name, "list"))
        elif why := unused(name, values, groups):
            left.append(LeftOut(name, why))
        elif row["low"] >= row["high"]:
            left.append(LeftOut(name, "point"))
        elif problem := _outside(parameter, row):
            left.append(LeftOut(name, "bounds", problem))
        else:
            used.append(row)
    return _together(used, parameters, regimes_of(values)), left


def chosen(
    over: Sequence[str], known: Sequence[Varied], left: Sequence[LeftOut], names: Iterable[str]
) -> list[Varied]:
    """The parameters that the user names, in the order of the table; ``all`` are all of them.

    Raises:
        InputError: a name that the study does not have, or that has no range; nothing to vary.
    """
    if not known:
        raise InputError("no parameter of this study has a range to vary over; give one in YAML.")
    if list(over) in ([], [ALL]):
        return [one for one in known if one.name != SIZE]
    found: dict[str, Varied] = {}
    problems: list[str] = []
    everything = list(names)
    for word in over:
        matching = [one for one in known if _means(word, one)]
        if matching:
            for one in matching:
                exact = word in one.keys and word != one.name
                found[word if exact else one.name] = _alone(one, word) if exact else one
            continue
        out = next((one for one in left if one.name == word), None)
        if out is not None:
            problems.append(f"over: {word} cannot vary here ({WHY[out.why]}{_more(out)}).")
        elif word in everything:
            problems.append(
                f"over: {word} declares no range; give it one beside its value in YAML: "
                "{value: …, range: [LOW, HIGH], source: …}."
            )
        else:
            near = [*(one.name for one in known), *(key for one in known for key in one.keys)]
            close = difflib.get_close_matches(word, dict.fromkeys([*near, *everything]), n=1)
            hint = f" – did you mean {close[0]}?" if close else "."
            problems.append(
                f"over: unknown parameter {word}{hint} samtale show lists what the study has."
            )
    if problems:
        raise InputError(problems)
    order = [one.name for one in known]
    return sorted(found.values(), key=lambda one: _place(one, order, known))


SIZE = "population.scale"
"""The size of the jobcentre is a choice of the study, not something unknown; only its name varies it."""

WHY = {
    "list": "its value is a list, and the range is that of the single numbers",
    "point": "its range is a single value",
    "bounds": "its range leaves what is allowed",
    "calculation": "it is about the calculation, not the world",
    "kind": "a part of the model that this study does not use",
    "group": "nobody is in this target group",
    "regime": "no arm is under this regime",
    "levers": "every arm under this regime sets it itself",
    "fit": "it has to fit together with others",
}
"""Why a parameter does not vary."""


def _more(out: LeftOut) -> str:
    return f": {out.more}" if out.more else ""


def _means(word: str, one: Varied) -> bool:
    """Whether a word names a parameter: its name, one of its keys, or a pattern with *."""
    if word == one.name or word in one.keys:
        return True
    return one.name != SIZE and fnmatchcase(one.name, word)


def _alone(one: Varied, key: str) -> Varied:
    """One regime's lever by itself."""
    return Varied(key, (key,), one.value, one.low, one.high, one.unit, one.source, one.mark, one.whole)  # fmt: skip


def _place(one: Varied, order: Sequence[str], known: Sequence[Varied]) -> int:
    whole = next(k.name for k in known if set(one.keys) <= set(k.keys))
    return order.index(whole)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _outside(parameter: Parameter, row: Mapping[str, Any]) -> str:
    """What is wrong with an end of a range; empty if nothing."""
    for end in ("low", "high"):
        value = int(row[end]) if parameter.kind == "integer" else row[end]
        if judge(parameter, value).problem:
            return f"{row[end]:g} is not {parameter.allowed}"
    return ""


def _together(
    rows: Sequence[Mapping[str, Any]], parameters: Sequence[Parameter], regimes: Sequence[str]
) -> list[Varied]:
    """The rows as parameters; levers of several regimes that agree in value and range as one."""
    shared: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        parts = str(row["name"]).split(".")
        lever = ".".join(parts[2:]) if parts[0] == "regimes" else row["name"]
        shared.setdefault((lever, row["value"], row["low"], row["high"]), []).append(row)
    found = []
    for (lever, *_), same in shared.items():
        first = same[0]
        own = [str(row["name"]).split(".")[1] for row in same]
        name = str(first["name"])
        if len(same) > 1:
            which = "*" if set(own) == set(regimes) else "+".join(own)
            name = f"regimes.{which}.{lever}"
        noted = _MARK.match(str(first["source"]))
        assert noted is not None
        parameter = find(parameters, str(first["name"]))
        found.append(
            Varied(
                name, tuple(str(row["name"]) for row in same), float(first["value"]),
                float(first["low"]), float(first["high"]), str(first["unit"]),
                noted["source"], noted["mark"] or "",
                parameter is not None and parameter.kind == "integer",
            )
        )  # fmt: skip
    return found
