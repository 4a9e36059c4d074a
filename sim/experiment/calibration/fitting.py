"""A target fitted: all solutions of one figure, least squares for several, the ridge of pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import isfinite, sqrt

import numpy as np
from scipy.optimize import least_squares

from sim.experiment.calibration.emulation import Emulation, Point
from sim.experiment.calibration.results import Calibration, Pair, Solution
from sim.experiment.calibration.solving import POINTS, Scan, scan, solve
from sim.experiment.calibration.target import Figure, Range, Ridge
from sim.rules.errors import InputError

STARTS = (0.25, 0.75)
"""Least squares starts from these parts of every range."""

STEP = 0.02
"""Relative step of differences: under common luck a smaller one never moves."""

SAME = 0.02
"""Fits nearer to each other than this part of the ranges are one."""

RIDGE_POINTS = 21
"""Points over the first parameter for each value of the second."""

COARSE_POINTS = 13
AT_END = 1e-6
NOTHING = 1e-9
"""What is smaller, in any unit of a figure, is what rounding left of nothing."""

Tell = Callable[[str], None]


def calibrate(emulation: Emulation, tell: Tell = lambda text: None) -> Calibration:
    """Fit a target.

    Raises:
        InputError: a figure lies outside of what can be attained, with the largest (or smallest)
            that can be, and where.
    """
    target = emulation.target
    first = target.fit[0]
    now = {one.key: emulation.now(one.key) for one in target.fit}
    tell(f"scan of {first.key}")
    scans = {one.name: _scan(emulation, one, first, {}) for one in target.figures}
    alone = {
        one.name: tuple(
            root.x for root in solve(_of(emulation, one, first.key, {}), one.value, scans[one.name])
        )
        for one in target.figures
    }
    if len(target.fit) == 1 and len(target.figures) == 1:
        (figure,) = target.figures
        roots = solve(_of(emulation, figure, first.key, {}), figure.value, scans[figure.name])
        if not roots:
            raise InputError(unattainable(figure, first.key, scans[figure.name]))
        solutions = [
            _solution(emulation, "touching" if root.touches else "solution", {first.key: root.x})
            for root in roots
        ]
    else:
        tell("least squares")
        _must_be_attainable(emulation)
        solutions = [
            _solution(emulation, "least squares", point)
            for point in squares(emulation, target.fit, {})
        ]
    ridge = _ridge(emulation, target.ridge, tell) if target.ridge else ()
    return Calibration(
        target=target,
        method=emulation.method,
        solutions=tuple(solutions),
        configured=_solution(emulation, "as configured", now),
        scans=scans,
        alone=alone,
        ridge=tuple(ridge),
        tried=emulation.tried,
    )


def unattainable(figure: Figure, key: str, seen: Scan) -> str:
    """What can be attained where a target cannot."""
    wanted, unit = f"{figure.value:.6g} {figure.unit}", figure.unit
    if not seen.points:
        return f"{figure.name}: the figure has no value for any {key} in its range."
    if seen.largest[1] - seen.smallest[1] <= 1e-9 * max(abs(seen.largest[1]), 1e-3):
        return (
            f"{figure.name}: {key} does not move it: it is {_plain(seen.largest[1]):.6g} {unit} throughout, "
            f"and the target is {wanted}. Fit another parameter (fit=KEY)."
        )
    if figure.value > seen.largest[1]:
        word, (x, y) = "largest", seen.largest
    else:
        word, (x, y) = "smallest", seen.smallest
    y = _plain(y)
    low, high = float(seen.x[0]), float(seen.x[-1])
    text = (
        f"{figure.name}: {word} attainable {y:.3g} {unit} ({y:.10g}) at {key} = {x:.6g}; the "
        f"target is {wanted}, which no {key} from {low:g} to {high:g} gives."
    )
    if x in (low, high):
        text += f" It is the end of the range; within={key}:LOW,HIGH sets another."
    return text


def _plain(value: float) -> float:
    return 0.0 if abs(value) < NOTHING else value


def _of(emulation: Emulation, figure: Figure, key: str, others: Point) -> Callable[[float], float]:
    return lambda x: emulation.figure(figure, {**others, key: x})


def _scan(
    emulation: Emulation, figure: Figure, of: Range, others: Point, points: int = POINTS
) -> Scan:
    return scan(_of(emulation, figure, of.key, others), of.low, of.high, points)


def _solution(emulation: Emulation, kind: str, point: Point) -> Solution:
    target = emulation.target
    simulated = emulation.figures(point)
    return Solution(
        kind=kind,
        point=dict(point),
        simulated=simulated,
        misfit=_misfit(target.figures, simulated),
        beside=emulation.figures(point, target.beside) if target.beside else {},
        at_end=tuple(
            one.key
            for one in target.fit
            if kind == "least squares"
            and min(point[one.key] - one.low, one.high - point[one.key])
            < AT_END * (one.high - one.low)
        ),
    )


def _misfit(figures: Sequence[Figure], simulated: Mapping[str, float]) -> float:
    squares = [((simulated[one.name] - one.value) / one.scale) ** 2 for one in figures]
    return sqrt(sum(squares) / len(squares))


def squares(
    emulation: Emulation, fit: Sequence[Range], others: Point, starts: Sequence[float] = STARTS
) -> list[dict[str, float]]:
    """Least squares over several parameters, from several starts; each minimum once, best first."""
    figures = emulation.target.figures
    low, high = (np.array([getattr(one, end) for one in fit]) for end in ("low", "high"))

    def residuals(x: np.ndarray) -> np.ndarray:
        point = {one.key: float(value) for one, value in zip(fit, x, strict=True)}
        found = emulation.figures({**others, **point})
        gaps = [(found[one.name] - one.value) / one.scale for one in figures]
        return np.array([gap if isfinite(gap) else 1e3 for gap in gaps])

    minima: list[tuple[float, np.ndarray]] = []
    for part in _starts(starts, len(fit)):
        start = low + np.array(part) * (high - low)
        found = least_squares(
            residuals, start, bounds=(low, high), x_scale=high - low, diff_step=STEP, jac="3-point"
        )
        new = all(np.max(np.abs(found.x - x) / (high - low)) > SAME for _, x in minima)
        if new:
            minima.append((float(found.cost), found.x))
    best = min(cost for cost, _ in minima)
    return [
        {one.key: float(value) for one, value in zip(fit, x, strict=True)}
        for cost, x in sorted(minima, key=lambda one: one[0])
        if cost <= max(4.0 * best, 1e-12)
    ]


def _starts(parts: Sequence[float], keys: int) -> Iterator[tuple[float, ...]]:
    """All combinations of the parts for one or two parameters; for more, the same part of each."""
    yield from product(parts, repeat=keys) if keys < 3 else ((part,) * keys for part in parts)


def _must_be_attainable(emulation: Emulation) -> None:
    """Every figure alone must be attainable somewhere in the ranges.

    Raises:
        InputError: with what is attainable, for each that is not.
    """
    first, *others = emulation.target.fit
    problems = []
    for figure in emulation.target.figures:
        if figure.out_of_reach:
            continue
        seen: list[Scan] = []
        for part in product(np.linspace(0.0, 1.0, 5), repeat=len(others)):
            fixed = {
                one.key: one.low + float(share) * (one.high - one.low)
                for one, share in zip(others, part, strict=True)
            }
            found = _scan(emulation, figure, first, fixed, COARSE_POINTS)
            if found.points and found.smallest[1] <= figure.value <= found.largest[1]:
                break
            seen += [found] if found.points else []
        else:
            if seen and figure.value > max(one.largest[1] for one in seen):
                nearest = max(seen, key=lambda one: one.largest[1])
            else:
                nearest = min(seen, key=lambda one: one.smallest[1])
            problems.append(unattainable(figure, first.key, nearest))
    if problems:
        raise InputError(problems)


def _ridge(emulation: Emulation, ridge: Ridge, tell: Tell) -> list[Pair]:
    """The pairs of parameters that fit best for each value of the second."""
    target = emulation.target
    fit = tuple(one for one in target.fit if one.key != ridge.key)
    pairs: list[Pair] = []
    for second in ridge.values:
        tell(f"{ridge.key} = {second:g}")
        others = {ridge.key: second}
        if len(fit) == 1 and len(target.figures) == 1:
            (figure,) = target.figures
            seen = _scan(emulation, figure, fit[0], others, RIDGE_POINTS)
            roots = solve(_of(emulation, figure, fit[0].key, others), figure.value, seen)
            points = [{fit[0].key: root.x, **others} for root in roots]
            if not points:
                end = seen.largest if figure.value > seen.largest[1] else seen.smallest
                pairs.append(Pair(second, 0, None, None, end[1]))
        else:
            points = [{**one, **others} for one in squares(emulation, fit, others)]
        for number, point in enumerate(points, 1):
            misfit = _misfit(target.figures, emulation.figures(point))
            pairs.append(Pair(second, number, point, misfit, None))
    return pairs
