"""The tables of a sensitivity analysis, from its question and processes to work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment import hours, points
from sim.experiment.points import Point, Shared, evaluate
from sim.experiment.pool import Pool, Progress, no_progress
from sim.experiment.sensitivity import break_even, drawing, frontier, screening, tornado
from sim.experiment.sensitivity.ranges import Varied
from sim.experiment.task import World, remembered_world
from sim.rules.registry import Plugin

TORNADO, MORRIS, SOBOL, DRAWS = METHODS = ("tornado", "morris", "sobol", "draws")
DAYS = "days_saved"
HOURS_KEY = "office.hours"
PURSES = {"municipality": "net_saving_municipality_dkk", "public": "net_saving_public_dkk"}
"""Net saving by the purse that pays."""


@dataclass(frozen=True)
class Task:
    """What is to be worked out; ``effect`` is the size of the effect, for the break-even."""

    method: str
    size: int
    metrics: tuple[str, ...]
    varied: tuple[Varied, ...]
    effect: Varied | None
    values: Mapping[str, Any]
    plugins: tuple[Plugin, ...] = ()
    world: World = remembered_world
    hours: tuple[str, ...] = ()
    """Values of ``office.hours`` at which the frontier is shown too, beside the configured one."""

    @property
    def replications(self) -> int:
        """Replications of each point."""
        return int(self.values["design"]["replications"])

    @property
    def arms(self) -> list[str]:
        """The arms that are compared with the first."""
        return list(self.values["arms"])[1:]

    @property
    def seed(self) -> int:
        """The seed of the study, which the sample of points follows too."""
        return int(self.values["design"]["seed"])

    @property
    def method_points(self) -> int:
        """Points that the method needs."""
        number = len(self.varied)
        return {
            TORNADO: 2 * number,
            MORRIS: screening.morris_points(number, self.size),
            SOBOL: screening.sobol_points(number, self.size),
            DRAWS: self.size,
        }[self.method]

    @property
    def simulated(self) -> int:
        """Replications in all, those for chance and for the break-even effect included."""
        scanned = break_even.STEPS if self.effect else 0
        return len(tornado.configured(self.replications)) + self.replications * (
            scanned + self.method_points + len(self.hours)
        )


@dataclass(frozen=True)
class Answer:
    """The tables: ``sensitivity`` by method, ``bands`` and ``draws`` of draws only."""

    task: Task
    frontier: pd.DataFrame
    break_even: pd.DataFrame
    sensitivity: pd.DataFrame | None = None
    bands: pd.DataFrame | None = None
    draws: pd.DataFrame | None = None

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by their file."""
        named = {
            "sensitivity.csv": self.sensitivity,
            "bands.csv": self.bands,
            "draws.csv": self.draws,
            "frontier.csv": self.frontier,
            "break_even.csv": self.break_even,
        }
        return {name: table for name, table in named.items() if table is not None}


def method_changes(task: Task) -> list[dict[str, float]]:
    """The changes of every point of a tornado or of draws, to be checked before anything is run."""
    if task.method == TORNADO:
        return [dict(point.changes) for point in tornado.points(task.varied, 1)]
    if task.method == DRAWS:
        return [_at(task.varied, row) for row in _cube(task)]
    return []


def answer(task: Task, pool: Pool, progress: Progress = no_progress) -> Answer:
    """Evaluate every point and make the tables.

    Raises:
        InputError: values within their ranges of which no study can be built.
    """
    wanted = tuple(dict.fromkeys([*task.metrics, DAYS, *PURSES.values()]))
    shared = Shared(task.values, wanted, task.plugins, task.world)
    replications = task.replications
    done = 0

    def run(some: Sequence[Point], *shape: int) -> dict[tuple[str, str], np.ndarray]:
        nonlocal done
        before, total = done, task.simulated
        weight = len(some[0].replications)

        def tell(number: int, of: int) -> None:
            progress(before + weight * number, total)

        found = evaluate(shared, some, pool, tell)
        done = before + weight * len(some)
        return tornado.blocks(found, shape)

    again = tornado.configured(replications)
    base = {key: of.ravel() for key, of in run(again, len(again)).items()}
    own = {key: of for key, of in base.items() if key[1] in task.metrics}
    crossing = pd.DataFrame(columns=break_even.COLUMNS)
    if task.effect is not None:
        scanned = run(break_even.points(task.effect, replications), break_even.STEPS)
        savings = {arm: scanned[arm, PURSES["municipality"]] for arm in task.arms}
        crossing = break_even.table(task.effect, savings)
    configured = {key: float(np.mean(of[:replications])) for key, of in base.items()}
    at_once = _frontiers(task, configured)
    at_once.insert(0, "hours", hours.kind_of(task.values))
    for kind in task.hours:
        found = run([Point({HOURS_KEY: kind}, tuple(range(replications)))], 1)
        same = _frontiers(task, {key: float(np.mean(of)) for key, of in found.items()})
        same.insert(0, "hours", kind)
        at_once = pd.concat([at_once, same], ignore_index=True)
    if task.method == TORNADO:
        ends = run(tornado.points(task.varied, replications), len(task.varied), 2)
        table = tornado.table(task.varied, own, ends, replications)
        return Answer(task, at_once, crossing, table)
    if task.method == DRAWS:
        sample = _cube(task)
        numbers = tuple(range(replications))
        some = [Point(_at(task.varied, row), numbers) for row in sample]
        drawn = run(some, len(some))
        return Answer(
            task, _with_shares(task, at_once, drawn), crossing,
            bands=drawing.bands(base, drawn, replications),
            draws=_draws_table(task, sample, drawn),
        )  # fmt: skip
    return Answer(task, at_once, crossing, _indices(task, own, run))


def _cube(task: Task) -> np.ndarray:
    return drawing.cube(task.size, len(task.varied), task.seed)


def _at(varied: Sequence[Varied], shares: np.ndarray) -> dict[str, float]:
    changes: dict[str, float] = {}
    for one, share in zip(varied, shares, strict=True):
        changes |= one.at(one.within(float(share)))
    return changes


def _indices(task: Task, own: Mapping[tuple[str, str], np.ndarray], run: Any) -> pd.DataFrame:
    """Morris' or Sobol's indices: a row an arm, metric and parameter, the largest first."""
    numbers = tuple(range(task.replications))

    def model(cube: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        found = run([Point(_at(task.varied, row), numbers) for row in cube], len(cube))
        return {key: found[key].mean(axis=-1) for key in own}

    names = [one.name for one in task.varied]
    method = screening.morris if task.method == MORRIS else screening.sobol
    first = "mu_star" if task.method == MORRIS else "total_order"
    parts = []
    for (arm, metric), indices in method(names, task.size, task.seed, model).items():
        table = pd.DataFrame({
            "arm": arm, "metric": metric, "metric_unit": points.unit(metric), "parameter": names,
            "unit": [one.unit for one in task.varied],
            "configured": [one.value for one in task.varied],
            "low": [one.low for one in task.varied], "high": [one.high for one in task.varied],
            **indices,
            "source": [one.source for one in task.varied],
            "mark": [one.mark for one in task.varied],
        })  # fmt: skip
        parts.append(table.sort_values(first, ascending=False, kind="stable"))
    return pd.concat(parts, ignore_index=True)


def _frontiers(task: Task, outcome: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """The frontier of each purse, with the first arm at 0 days and 0 kroner."""
    first = next(iter(task.values["arms"]))
    days = {first: 0.0} | {arm: outcome[arm, DAYS] for arm in task.arms}
    parts = []
    for purse, metric in PURSES.items():
        cost = {first: 0.0} | {arm: 0.0 - outcome[arm, metric] for arm in task.arms}
        table = frontier.frontier(days, cost)
        table.insert(0, "purse", purse)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _with_shares(
    task: Task, table: pd.DataFrame, drawn: Mapping[tuple[str, str], np.ndarray]
) -> pd.DataFrame:
    """Beside each arm as configured the shares of draws in which it is on the frontier, and pays for itself."""
    outcomes = {key: of.mean(axis=-1) for key, of in drawn.items()}
    seen = [
        _frontiers(task, {key: float(of[draw]) for key, of in outcomes.items()})
        for draw in range(task.size)
    ]
    on = pd.concat(seen).assign(on=lambda t: t["status"] == frontier.ON)
    shares = on.groupby(["purse", "arm"])["on"].mean()
    pays = {
        (purse, arm): float(np.mean(outcomes[arm, metric] > 0.0))
        for purse, metric in PURSES.items()
        for arm in task.arms
    }
    drawn_at = hours.kind_of(task.values)
    keys = [
        (row.purse, row.arm) if row.hours == drawn_at else None
        for row in table.itertuples(index=False)
    ]
    return table.assign(
        probability_on_frontier=[shares[key] if key else np.nan for key in keys],
        probability_pays=[pays.get(key, np.nan) if key else np.nan for key in keys],
    )


def _draws_table(
    task: Task, sample: np.ndarray, drawn: Mapping[tuple[str, str], np.ndarray]
) -> pd.DataFrame:
    """draws.csv: a row a draw: the parameters, then each outcome as arm.metric."""
    columns: dict[str, Any] = {"draw": np.arange(len(sample))}
    for place, one in enumerate(task.varied):
        columns[one.name] = [one.within(float(share)) for share in sample[:, place]]
    for (arm, metric), of in drawn.items():
        columns[f"{arm}.{metric}"] = of.mean(axis=-1)
    return pd.DataFrame(columns)
