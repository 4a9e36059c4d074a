"""What readers of a calibration see in the place of codes: names, and numbers without idle digits."""

from __future__ import annotations

import re
from math import floor, isfinite, log10

from sim.experiment.calibration.results import Calibration
from sim.experiment.calibration.target import Figure
from sim.report.digits import MINUS, rounded
from sim.report.words import say
from sim.rules.declared import PARAMETERS
from sim.rules.parameters import find

ROW = re.compile(r"[A-Z]\d+[a-z]?")
"""The id of a source in configs/published.yaml, with which its short reference begins."""

DIGITS = 4
ROOT_DIGITS = 10
"""Where one figure is solved exactly for one parameter, its roots are what is asked for."""


def parameter_name(key: str) -> str:
    """What a parameter means, and of which arm it is; its key where it is not declared."""
    declared = find(PARAMETERS, key)
    if declared is None:
        return key
    path = key.split(".")
    if path[0] == "arms":
        arm = path[1].replace("_", " ")
        return say("calibration.of_arm", meaning=declared.meaning, arm=arm)
    return declared.meaning


def figure_name(figure: Figure) -> str:
    """What was measured, and by whom it was published."""
    if not figure.source:
        return figure.about
    row = figure.source.split()[0]
    source = row if ROW.fullmatch(row) else figure.source
    return say("calibration.of_source", what=figure.about, source=source)


def asked(figure: Figure) -> str:
    """The number that a figure is fitted to, marked where no text gives it."""
    if not isfinite(figure.value):
        return ""
    text = number(figure.value)
    return text if figure.source else say("calibration.not_published", value=text)


def number(value: float | None, scale: float = 0.0, digits: int = DIGITS) -> str:
    """A number to so many digits of the larger of it and its scale, with a true minus sign.

    With a scale, what rounding leaves of nothing is nothing.
    """
    if value is None or not isfinite(value):
        return ""
    largest = max(abs(value), abs(scale))
    if largest == 0.0:
        return "0"
    place = min(floor(log10(largest)) - digits + 1, 0)
    text = rounded(value, place)
    return text.rstrip("0").rstrip(".") if "." in text else text


def exactly(value: float, found: Calibration) -> str:
    """A root or an extreme: in full where it was solved exactly for one figure and parameter."""
    if found.method == "exact" and len(found.target.figures) == len(found.target.fit) == 1:
        return f"{value:.{ROOT_DIGITS}g}".replace("-", MINUS)
    return number(value)
