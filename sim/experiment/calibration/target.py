"""A target: the study that emulates what was published, the figures, and what is fitted to them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, sqrt
from typing import Any

from sim.experiment.calibration.quantities import QUANTITIES, Quantity
from sim.experiment.metrics import PAIRED_UNITS
from sim.rules.errors import InputError
from sim.rules.parameters import Parameter, find
from sim.rules.people import GROUPS

EXPECTED = "expected"
"""The study that targets start from, if they name no scenario as their base."""
TARGET_KEYS = ("title", "about", "base", "method", "study", "fit", "ridge", "figures", "beside")
FIGURE_KEYS = (
    "value", "over", "less", "quantity", "arm", "against", "group", "days", "entry_days",
    "look_day", "scale", "weight", "out_of_reach", "source",
    "assumptions", "changes",
)  # fmt: skip
METHODS = ("auto", "exact", "worlds")
DEFAULT_DAYS = 728.0


@dataclass(frozen=True)
class Figure:
    """One published figure and how it was measured.

    ``arms`` are those of the treated (with equal weights), ``against`` those that they are
    compared with. ``scale`` is what a residual is divided by: the figure itself, unless a target says
    else, over the root of its weight. ``changes`` are values of the
    study, by dotted key, that hold for this figure alone.
    """

    name: str
    value: float
    quantity: str
    arms: tuple[str, ...]
    against: tuple[str, ...]
    group: str
    days: float
    entry_days: float
    look_day: float
    scale: float
    source: str = ""
    assumptions: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    out_of_reach: bool = False
    """Known to lie outside of what the form of the effect can give: it pulls, no more."""

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        found = QUANTITIES.get(self.quantity)
        return found.unit if found else PAIRED_UNITS[self.quantity]

    @property
    def about(self) -> str:
        """What is measured, in words."""
        found: Quantity | None = QUANTITIES.get(self.quantity)
        return found.about if found else self.quantity.replace("_", " ")


@dataclass(frozen=True)
class Range:
    """The range of a fitted parameter that is searched."""

    key: str
    low: float
    high: float


@dataclass(frozen=True)
class Ridge:
    """The second parameter, and the values for which the first is solved again."""

    key: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Target:
    """What is fitted to what."""

    name: str
    title: str
    about: str
    method: str
    fit: tuple[Range, ...]
    ridge: Ridge | None
    figures: tuple[Figure, ...]
    beside: tuple[Figure, ...]


def suggest(word: str, known: Iterable[str]) -> str:
    """` - did you mean X?`, and what there is."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"{f' – did you mean {close[0]}?' if close else '.'} There are: {', '.join(names)}."


class Reader:
    """Reads a target from its mapping; everything that is wrong stands in ``problems``."""

    def __init__(self, name: str, where: str) -> None:
        self.name, self.where = name, where
        self.problems: list[str] = []

    def say(self, text: str) -> None:
        """Note a problem."""
        self.problems.append(f"{text} It is the target {self.where}.")

    def figures(self, tree: Mapping[str, Any], sources: Mapping[str, str]) -> tuple[Figure, ...]:
        """The figures of a mapping; ``sources`` are those of published values by figure."""
        return tuple(
            found
            for name, one in tree.items()
            if (found := self.figure(str(name), one, sources.get(str(name), "")))
        )

    def figure(self, name: str, one: Any, source: str) -> Figure | None:
        """One figure, or None where something is wrong with it."""
        before = len(self.problems)
        if not isinstance(one, Mapping):
            self.say(f"figures.{name} must be a mapping with quantity, arm and value.")
            return None
        for key in one:
            if key not in FIGURE_KEYS:
                self.say(f"unknown key figures.{name}.{key}{suggest(str(key), FIGURE_KEYS)}")
        quantity = str(one.get("quantity"))
        if quantity not in QUANTITIES and quantity not in PAIRED_UNITS:
            known = dict.fromkeys((*QUANTITIES, *PAIRED_UNITS))
            self.say(f"figures.{name}.quantity: unknown quantity {quantity}{suggest(quantity, known)}")
        group = str(one.get("group", "ui"))
        if group not in GROUPS:
            self.say(f"figures.{name}.group: unknown group {group}{suggest(group, GROUPS)}")
        value = self.number(f"figures.{name}.value", one.get("value", 0.0))
        if "over" in one:
            value /= self.number(f"figures.{name}.over", one["over"], above=0.0)
        if "less" in one:
            value -= self.number(f"figures.{name}.less", one["less"])
        days = self.number(f"figures.{name}.days", one.get("days", DEFAULT_DAYS), above=0.0)
        look = self.number(f"figures.{name}.look_day", one.get("look_day", days), above=0.0)
        entry = self.number(f"figures.{name}.entry_days", one.get("entry_days", look), above=0.0)
        if entry > look:
            self.say(f"figures.{name}.entry_days is {entry:g}; it may be at most the look day, {look:g}.")
        scale = self.number(f"figures.{name}.scale", one.get("scale", abs(value) or 1.0), above=0.0)
        weight = self.number(f"figures.{name}.weight", one.get("weight", 1.0), above=0.0)
        if len(self.problems) > before:
            return None
        return Figure(
            name, value, quantity, _names(one.get("arm")), _names(one.get("against")), group, days,
            entry, look, scale / sqrt(weight), str(one.get("source", source)), str(one.get("assumptions", "")),
            dict(one.get("changes") or {}), bool(one.get("out_of_reach", False)),
        )  # fmt: skip

    def number(self, key: str, given: Any, above: float | None = None) -> float:
        """A finite number, perhaps above something."""
        is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
        if not is_number or not isfinite(given) or (above is not None and given <= above):
            limit = "" if above is None else f" above {above:g}"
            self.say(f"{key} is {given!r}; it must be a finite number{limit}.")
            return 1.0
        return float(given)

    def range(
        self, key: str, given: Any, values: Mapping[str, Any], parameters: Sequence[Parameter]
    ) -> Range | None:
        """The range of a fitted key: what is given, within the hard bounds of the parameter."""
        parameter = find(parameters, key)
        if parameter is None:
            known = _numeric(values, parameters)
            self.say(f"fit: unknown parameter {key}{_near(key, known)}")
            return None
        if parameter.kind not in ("number", "integer") or parameter.many:
            self.say(f"fit: {key} is no number but {parameter.allowed}; a fit needs a number.")
            return None
        if parameter.kind == "integer":
            self.say(f"fit: {key} is a whole number; a fit needs one that can move freely.")
            return None
        low, high = parameter.low, parameter.high
        if given is not None:
            if not isinstance(given, (list, tuple)) or len(given) != 2:
                self.say(f"within: {key} is {given!r}; write the lowest and the highest value.")
                return None
            bounds = [self.number(f"within of {key}", one) for one in given]
            if bounds[0] >= bounds[1]:
                self.say(f"within: {key} from {bounds[0]:g} to {bounds[1]:g} is empty.")
                return None
            outside = (low is not None and bounds[0] < low) or (
                high is not None and bounds[1] > high
            )
            if outside:
                self.say(
                    f"within: {key} from {bounds[0]:g} to {bounds[1]:g} leaves its bounds; it must "
                    f"be {parameter.allowed}."
                )
                return None
            low, high = bounds
        if low is None or high is None:
            self.say(
                f"fit: {key} has no bounds on both sides; say where to look: within={key}:LOW,HIGH."
            )
            return None
        if parameter.above and low == parameter.low:
            low += 1e-3 * (high - low)
        if parameter.below and high == parameter.high:
            high -= 1e-3 * (high - low)
        return Range(key, low, high)


def _names(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    return tuple(map(str, given)) if isinstance(given, (list, tuple)) else (str(given),)


def _numeric(values: Mapping[str, Any], parameters: Sequence[Parameter]) -> list[str]:
    """Names of the effect's parameters that can be fitted, which are those that are meant most."""
    return [
        p.name for p in parameters if p.name.startswith("effect.") and p.kind == "number"
    ]


def _near(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f" – did you mean {close[0]}?" if close else "."
    return (
        f"{hint} Any numeric parameter of a study can be named (samtale show lists them), such as "
        f"{', '.join(known)}."
    )


def check_arms(figures: Sequence[Figure], arms: Iterable[str], say: Any) -> None:
    """Every figure has arms that the study has, and one to compare with where it needs it."""
    known = list(arms)
    for one in figures:
        for arm in (*one.arms, *one.against):
            if arm not in known:
                say(f"figures.{one.name}: unknown arm {arm}{suggest(arm, known)}")
        pair = QUANTITIES[one.quantity].pair if one.quantity in QUANTITIES else True
        if not one.arms:
            say(f"figures.{one.name}.arm is missing. The arms are {', '.join(known)}.")
        if pair and not one.against:
            say(f"figures.{one.name}.against is missing: {one.quantity} compares two arms.")


def stop_if(problems: Sequence[str]) -> None:
    """Raise what was found, if anything was.

    Raises:
        InputError: with every problem.
    """
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
