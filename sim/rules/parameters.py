"""What a parameter is: one declaration of meaning, unit, kind and bounds, and how to find it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isinf, isnan
from typing import Any, Literal

from sim.rules.commas import comma_advice
from sim.rules.people import EXITS, GROUPS

Kind = Literal["number", "integer", "boolean", "choice", "date", "text"]

WILDCARDS: dict[str, tuple[str, ...] | None] = {
    "<group>": GROUPS,
    "<exit>": EXITS[:-1],
    "<form>": ("physical", "distance", "group"),
    "<group or default>": ("default", *GROUPS),
    "<regime>": None,
    "<arm>": None,
}
"""Keys that stand for several; None means any name."""

ITEM = "[]"
"""The component of a path that stands for each entry of a list."""

_WHOLE = re.compile(r"[+-]?\d+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a study needs: where it stands, what it means, and what it may be.

    `low` and `high` are hard bounds (`above`, `below`: the bound itself is not allowed);
    plausible ranges stand beside the values, in YAML. `words` are the choices of a choice, or
    what may stand in the place of a number. `of` names the kinds of its mapping that have it.
    """

    name: str
    meaning: str
    unit: str = ""
    kind: Kind = "number"
    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False
    infinite: bool = False
    words: tuple[str, ...] = ()
    many: bool = False
    optional: bool = False
    null: bool = False
    of: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """The name as a path; components in angle brackets stand for several keys."""
        return tuple(self.name.split("."))

    @property
    def allowed(self) -> str:
        """What may be given, in words that follow 'must be'."""
        one = self._allowed_one()
        if self.null:
            one += ", or empty"
        return f"a list of values, each {one}" if self.many else one

    def _allowed_one(self) -> str:
        if self.kind == "choice":
            return f"one of {', '.join(self.words) or 'those that a plug-in adds'}"
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "date":
            return "a date written like 2020-03-12"
        if self.kind == "text":
            return "text"
        noun = "a whole number" if self.kind == "integer" else "a finite number"
        if self.infinite:
            noun = "a number"
        bounds = []
        if self.low is not None:
            bounds.append(f"{'>' if self.above else '≥'} {_short(self.low)}")
        if self.high is not None:
            bounds.append(f"{'<' if self.below else '≤'} {_short(self.high)}")
        text = f"{noun} {' and '.join(bounds)}".strip()
        if self.infinite:
            text += ", or .inf"
        if self.words:
            text += f", or {' or '.join(self.words)}"
        return text


@dataclass(frozen=True, slots=True)
class Verdict:
    """A value as the study will use it, or what is wrong with it (and perhaps what to do)."""

    value: Any = None
    problem: str = ""
    advice: str = ""


def judge(parameter: Parameter, value: Any) -> Verdict:
    """Check one value against its declaration; numbers come back in one type."""
    if value is None:
        return Verdict() if parameter.null else Verdict(problem="empty", advice="Give a value.")
    if not parameter.many:
        return _judge_one(parameter, value)
    if not isinstance(value, list):
        return Verdict(problem=_quoted(value), advice="Write a list: [1, 2, 3].")
    if not value:
        return Verdict(problem="an empty list", advice="Give at least one value.")
    verdicts = [_judge_one(parameter, one) for one in value]
    wrong = next((v for v in verdicts if v.problem), None)
    return wrong or Verdict([v.value for v in verdicts])


def _judge_one(parameter: Parameter, value: Any) -> Verdict:
    if isinstance(value, (list, dict)):
        return Verdict(problem="a list" if isinstance(value, list) else "a mapping")
    if value is None:
        return Verdict(problem="empty", advice="Give a value.")
    check = {"choice": _word, "boolean": _truth, "date": _date, "text": _text}.get(parameter.kind)
    if check:
        return check(parameter, value)
    if isinstance(value, str) and value in parameter.words:
        return Verdict(value)
    return _number(parameter, value)


def _word(parameter: Parameter, value: Any) -> Verdict:
    if value in parameter.words and isinstance(value, str):
        return Verdict(value)
    return Verdict(problem=_quoted(value))


def _truth(parameter: Parameter, value: Any) -> Verdict:
    return Verdict(value) if isinstance(value, bool) else Verdict(problem=_quoted(value))


def _date(parameter: Parameter, value: Any) -> Verdict:
    text = str(value)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        return Verdict(date.fromisoformat(text).isoformat())
    except ValueError:
        return Verdict(problem=_quoted(value), advice="Write year-month-day.")


def _text(parameter: Parameter, value: Any) -> Verdict:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return Verdict(problem=_quoted(value), advice="Put it in quotes.")
    text = str(value)
    if any(ord(c) < 32 and c not in "\n\t" or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        return Verdict(problem="text with a control character", advice="Leave it out.")
    return Verdict(text)


def _number(parameter: Parameter, value: Any) -> Verdict:
    if isinstance(value, bool):
        return Verdict(problem=_quoted(value), advice="Write a number, not true or false.")
    if isinstance(value, str):
        advice = comma_advice(value, parameter.kind == "integer") or _number_advice(
            parameter, value
        )
        return Verdict(problem=_quoted(value), advice=advice)
    number: float | int = value
    endless = isinstance(number, float) and isinf(number)
    if isinstance(number, float) and isnan(number):
        return Verdict(problem=_quoted(value))
    if endless and not (parameter.infinite and number > 0):
        return Verdict(problem=_quoted(value))
    if parameter.kind == "integer" and not endless:
        if number != int(number):
            return Verdict(problem=_quoted(value))
        number = int(number)
    else:
        try:
            number = float(number)
        except OverflowError:
            return Verdict(problem="a number too large to calculate with")
    low, high = parameter.low, parameter.high
    too_low = low is not None and (number < low or (parameter.above and number == low))
    too_high = high is not None and (number > high or (parameter.below and number == high))
    return Verdict(problem=_quoted(value)) if too_low or too_high else Verdict(number)


def _number_advice(parameter: Parameter, text: str) -> str:
    stripped = text.strip()
    if not stripped:
        return "Give a value."
    if _WHOLE.fullmatch(stripped) and stripped.lstrip("+-").startswith("0"):
        return f"Write {int(stripped)}, without the leading zero."
    if stripped.lower().lstrip("+-") in {"inf", "infinity", "nan"}:
        endless = parameter.infinite and stripped.lower() in {"inf", "infinity"}
        return "Infinity is written .inf." if endless else ""
    try:
        float(stripped)
    except ValueError:
        return ""
    return "Write the number without quotes."


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _short(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) else f"{bound:g}"


def matches(component: str, key: str) -> bool:
    """Whether a key fits a component of a declared path."""
    if component not in WILDCARDS:
        return component == key
    keys = WILDCARDS[component]
    return keys is None or key in keys


def find(parameters: Iterable[Parameter], name: str) -> Parameter | None:
    """The declaration of a full name such as `population.groups.ui.reach`.

    The levers of an arm (`arms.<arm>.levers...`) are those of a regime.
    """
    path = as_regime(tuple(name.split(".")))
    for parameter in parameters:
        own = parameter.path
        if len(own) == len(path) and all(map(matches, own, path)):
            return parameter
    return None


def as_regime(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of an arm's lever as that of a regime's; any other path as it is."""
    if len(path) > 2 and path[0] == "arms" and path[2] == "levers":
        return ("regimes", path[1], *path[3:])
    return path


def leaves(tree: Mapping[str, Any], prefix: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """The values of a nested mapping by path; a list is one value, so is an empty mapping."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            found.update(leaves(value, (*prefix, key)))
        else:
            found[(*prefix, key)] = value
    return found
