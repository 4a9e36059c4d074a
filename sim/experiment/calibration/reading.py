"""A target read from its mapping: everything that is wrong with it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, isnan, nan, sqrt
from typing import Any

from sim.experiment.calibration.quantities import QUANTITIES
from sim.experiment.calibration.shapes import METHODS, suggest
from sim.experiment.calibration.target import Figure, Range
from sim.experiment.metrics import PAIRED_UNITS
from sim.rules.errors import InputError
from sim.rules.parameters import Parameter, find
from sim.rules.people import GROUPS

FIGURE_KEYS = (
    "value", "over", "less", "quantity", "arm", "against", "group", "days", "entry_days",
    "look_day", "scale", "weight", "out_of_reach", "source",
    "assumptions", "changes",
)  # fmt: skip
DEFAULT_DAYS = 728.0
MOST_DAYS = 36525.0
"""A hundred years, as for every other time in a study."""


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
            self.say(
                f"figures.{name}.quantity: unknown quantity {quantity}{suggest(quantity, known)}"
            )
        group = str(one.get("group", "ui"))
        if group not in GROUPS:
            self.say(f"figures.{name}.group: unknown group {group}{suggest(group, GROUPS)}")
        value = nan
        if "value" in one:
            value = self.number(f"figures.{name}.value", one["value"])
        if "over" in one:
            value /= self.number(f"figures.{name}.over", one["over"], above=0.0)
        if "less" in one:
            value -= self.number(f"figures.{name}.less", one["less"])
        days = self.days(name, one, "days", DEFAULT_DAYS)
        look = self.days(name, one, "look_day", days)
        entry = self.days(name, one, "entry_days", look)
        if entry > look:
            self.say(
                f"figures.{name}.entry_days is {entry:g}; it may be at most the look day, {look:g}."
            )
        scale = self.number(f"figures.{name}.scale", one.get("scale", _size(value)), above=0.0)
        weight = self.number(f"figures.{name}.weight", one.get("weight", 1.0), above=0.0)
        changes, far = one.get("changes") or {}, one.get("out_of_reach", False)
        if not isinstance(changes, Mapping):
            self.say(f"figures.{name}.changes must be a mapping of dotted keys and values.")
        if not isinstance(far, bool):
            self.say(f"figures.{name}.out_of_reach is {far!r}; it must be true or false.")
        if len(self.problems) > before:
            return None
        return Figure(
            name, value, quantity, _names(one.get("arm")), _names(one.get("against")), group, days,
            entry, look, scale / sqrt(weight), str(one.get("source", source)), str(one.get("assumptions", "")),
            dict(changes), out_of_reach=far,
        )  # fmt: skip

    def method(self, given: str) -> str:
        """How figures are to be worked out."""
        if given not in METHODS:
            self.say(f"method: unknown method {given}{suggest(given, METHODS)}")
        return given

    def days(self, name: str, one: Mapping[str, Any], key: str, default: float) -> float:
        """A time of a figure, in days."""
        return self.number(f"figures.{name}.{key}", one.get(key, default), 0.0, MOST_DAYS)

    def number(
        self, key: str, given: Any, above: float | None = None, most: float | None = None
    ) -> float:
        """A finite number, perhaps above something and at most something."""
        is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
        outside = is_number and (
            not isfinite(given)
            or (above is not None and given <= above)
            or (most is not None and given > most)
        )
        if not is_number or outside:
            limit = "" if above is None else f" above {above:g}"
            limit += "" if most is None else f" and at most {most:g}"
            self.say(f"{key} is {given!r}; it must be a finite number{limit}.")
            return 1.0
        return float(given)

    def parameter(self, what: str, key: str, parameters: Sequence[Parameter]) -> Parameter | None:
        """The declaration of a parameter that a fit or a ridge moves, which must be a number."""
        parameter = find(parameters, key)
        if parameter is None:
            self.say(f"{what}: unknown parameter {key}{_near(key, _numeric(parameters))}")
        elif parameter.kind not in ("number", "integer") or parameter.many:
            self.say(
                f"{what}: {key} is no number but {parameter.allowed}; a {what} needs a number."
            )
        elif parameter.kind == "integer":
            self.say(f"{what}: {key} is a whole number; a {what} needs one that can move freely.")
        else:
            return parameter
        return None

    def range(self, key: str, given: Any, parameters: Sequence[Parameter]) -> Range | None:
        """The range of a fitted key: what is given, within the hard bounds of the parameter."""
        parameter = self.parameter("fit", key, parameters)
        if parameter is None:
            return None
        low, high = parameter.low, parameter.high
        if given is not None:
            if not isinstance(given, (list, tuple)) or len(given) != 2:
                self.say(f"within: {key} is {given!r}; write the lowest and the highest value.")
                return None
            before = len(self.problems)
            bounds = [self.number(f"within of {key}", one) for one in given]
            if len(self.problems) > before:
                return None
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


def _size(value: float) -> float:
    """What residuals are divided by unless a target says else."""
    return abs(value) if isfinite(value) and value else 1.0


def _names(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    return tuple(map(str, given)) if isinstance(given, (list, tuple)) else (str(given),)


def _numeric(parameters: Sequence[Parameter]) -> list[str]:
    """Names of the effect's parameters that can be fitted, which are those that are meant most."""
    return [p.name for p in parameters if p.name.startswith("effect.") and p.kind == "number"]


def _near(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f" – did you mean {close[0]}?" if close else "."
    return (
        f"{hint} Any numeric parameter of a study can be named (samtale show lists them), such as "
        f"{', '.join(known)}."
    )


def check_arms(
    figures: Sequence[Figure], arms: Iterable[str], say: Callable[[str], None], fitted: bool = True
) -> None:
    """Every figure has arms that the study has, one to compare with, and a value if it is fitted."""
    known = list(arms)
    for one in figures:
        for arm in (*one.arms, *one.against):
            if arm not in known:
                say(f"figures.{one.name}: unknown arm {arm}{suggest(arm, known)}")
        if fitted and isnan(one.value):
            say(f"figures.{one.name}.value is missing; give a number or {{published: KEY}}.")
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
