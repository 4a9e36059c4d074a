"""A calibration speaks in words: names, few digits, one minus sign, and what the ridge is."""

from math import inf, nan

import numpy as np
import pytest

from sim.cli.running import default_folder
from sim.experiment.calibration.results import AS_GOOD, Calibration, Pair, Solution
from sim.experiment.calibration.solving import Scan
from sim.experiment.calibration.target import Figure, Range, Ridge, Target
from sim.report.calibration import remarks, ridge_table, solution_table
from sim.report.calibration_words import asked, figure_name, number, parameter_name
from sim.report.digits import MINUS
from sim.report.words import say

ALPHA, RHO = "effect.alpha", "effect.rho"


def figure(name: str, value: float, source: str = "") -> Figure:
    return Figure(name, value, "days_saved", ("a",), ("b",), "ui", 728, 728, 728, 1.0, source)


def found() -> Calibration:
    """Two figures that one alpha must serve, and a ridge with a better and a worse pair."""
    figures = (figure("one", 5.0, "E3 A study"), figure("two", 0.0))
    target = Target("t", "T", "", "exact", (Range(ALPHA, 0, 1),), Ridge(RHO, (0.2, 1.0)), figures,
                    ())  # fmt: skip
    x = np.array([0.0, 0.8328848123])
    scans = {one.name: Scan(x, np.array([0.0, 0.9892555719]), ()) for one in figures}

    def solution(kind: str, alpha: float, two: float) -> Solution:
        return Solution(kind, {ALPHA: alpha}, {"one": 4.4024971, "two": two}, 0.194, {})

    pairs = (
        Pair(0.2, 1, {ALPHA: 0.35, RHO: 0.2}, 0.194 + AS_GOOD / 2, None),
        Pair(1.0, 1, {ALPHA: 0.12, RHO: 1.0}, 0.194 + 2 * AS_GOOD, None),
    )
    return Calibration(
        target, "exact", (solution("least squares", 0.2552748, -1.455e-11),),
        solution("as configured", 0.2624, -212.345678), scans,
        {"one": (0.2896531897,), "two": ()}, pairs, 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (0.9892555719, 0, "0.9893"),
        (-62.0, 0, f"{MINUS}62"),
        (-1.455192e-11, 212.3, "0"),
        (12.78022126, 0, "12.78"),
        (14_734_567.0, 0, "14,734,567"),
        (0.03600927, 0.05, "0.03601"),
        (0.0, 0, "0"),
        (nan, 0, ""),
        (inf, 0, ""),
    ],
)
def test_numbers_have_four_digits_and_a_true_minus(value: float, scale: float, text: str) -> None:
    assert number(value, scale) == text


def test_parameters_and_figures_have_names() -> None:
    assert parameter_name(ALPHA) == "log effect of one meeting on the job rate (concave)"
    assert parameter_name("arms.quality_140.levers.quality").endswith(", arm quality 140")
    assert figure_name(figure("x", 1.0, "E3 A study")) == "restricted mean duration saved [E3]"
    shown = [*solution_table(found())[1], *ridge_table(found())[1], ridge_table(found())[0]]
    text = " ".join([*remarks(found()), *(cell for row in shown for cell in row)])
    assert "effect." not in text and "e-11" not in text and "0.98925" not in text


def test_what_nobody_published_is_asked_for() -> None:
    one, two = found().target.figures
    assert asked(one) == "5"
    assert asked(two) == say("calibration.not_published", value="0")


def test_the_ridge_marks_what_fits_as_well_as_the_solution() -> None:
    _, rows = ridge_table(found())
    assert [row[-1] for row in rows] == [say("calibration.yes"), ""]


def test_calibrations_stand_apart_from_runs_of_the_same_name() -> None:
    assert default_folder("esbjerg_2017", "calibrate").parent.as_posix() == (
        "results/calibrate/esbjerg_2017"
    )
    assert default_folder("esbjerg_2017").parent.as_posix() == "results/esbjerg_2017"
