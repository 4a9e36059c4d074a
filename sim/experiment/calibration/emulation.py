"""What the model gives for a target's figures at any values of the fitted parameters.

By exact integration where nobody waits and no draw decides; else in worlds whose people and luck
are the same for all arms and all values tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.experiment.calibration.curves import curves
from sim.experiment.calibration.quantities import QUANTITIES, Setting
from sim.experiment.calibration.target import Figure, Target
from sim.experiment.study import build, plain
from sim.rules.errors import InputError
from sim.rules.lever_rows import levers_of
from sim.rules.parameters import Parameter, judge
from sim.rules.parameters import find as declared
from sim.rules.registry import Plugin

Point = Mapping[str, float]
"""Values of parameters by dotted key."""

EXACT, WORLDS = "exact", "worlds"
NOBODY_WAITS = ((0.0, float("inf")),)


def changed(
    values: Mapping[str, Any], changes: Mapping[str, Any], what: str = "fit"
) -> dict[str, Any]:
    """The values of a study with others at some dotted keys; a lever of an arm may be a new one.

    Args:
        what: what names the keys, for messages.
    Raises:
        InputError: a key that the study does not have.
    """
    copy = deepcopy(dict(values))
    none = f"{what}: this study has no %s; samtale show lists what it has."
    for key, value in changes.items():
        *folders, name = key.split(".")
        place: Any = copy
        known: Any = copy
        if folders[:1] == ["arms"] and folders[2:3] == ["levers"] and folders[1] in copy["arms"]:
            place = copy["arms"][folders[1]].setdefault("levers", {})
            known = levers_of(copy, folders[1])
            folders = folders[3:]
        for folder in folders:
            if not isinstance(known, dict) or folder not in known:
                raise InputError(none % key)
            known = known[folder]
            place = place.setdefault(folder, {})
        if not isinstance(known, dict) or name not in known:
            raise InputError(none % key)
        place[name] = value
    return copy


@dataclass
class Emulation:
    """A target's figures as functions of the fitted parameters; ``tried`` counts evaluations."""

    target: Target
    values: dict[str, Any]
    plugins: Sequence[Plugin] = ()
    parameters: Sequence[Parameter] = ()
    method: str = EXACT
    why_not_exact: str = ""
    tried: int = 0
    _known: dict[Any, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose the method, if the target leaves that open."""
        if self.target.method != "auto":
            self.method = self.target.method
            return
        others = [one.quantity for one in self.target.figures if one.quantity not in QUANTITIES]
        if others:
            self.method, self.why_not_exact = WORLDS, f"{others[0]} is known only there"
            return
        try:
            for one in self.target.figures:
                self.figure(one, {})
        except InputError as error:
            self.method, self.why_not_exact = WORLDS, str(error)
            self._known.clear()

    def figure(self, figure: Figure, point: Point) -> float:
        """What the model gives for one figure.

        Raises:
            InputError: the study cannot be emulated in the way that was asked for.
        """
        key = (figure.name, figure.quantity, figure.arms, tuple(sorted(point.items())))
        if key not in self._known:
            self.tried += 1
            study = self.values if figure.study is None else figure.study
            values = changed(study, self._checked(point))
            found = self._exact if self.method == EXACT else self._worlds
            self._known[key] = found(figure, values)
        return self._known[key]

    def figures(self, point: Point, of: Sequence[Figure] | None = None) -> dict[str, float]:
        """What the model gives for all figures of the target, by name."""
        return {one.name: self.figure(one, point) for one in of or self.target.figures}

    def now(self, key: str) -> float:
        """The value of a parameter as the study has it.

        Raises:
            InputError: a word stands in the place of the number.
        """
        node: Any = self.values
        parts = key.split(".")
        if parts[0] == "arms" and parts[2:3] == ["levers"]:
            node, parts = levers_of(self.values, parts[1]), parts[3:]
        for part in parts:
            node = node[part]
        if isinstance(node, bool) or not isinstance(node, (int, float)):
            raise InputError(f"fit: {key} is {node!r} in this study; give it a number first.")
        return float(node)

    def _checked(self, point: Point) -> Point:
        for key, value in point.items():
            parameter = declared(self.parameters, key)
            if parameter is not None and (problem := judge(parameter, value).problem):
                raise InputError(f"{key} is {problem}; it must be {parameter.allowed}.")
        return point

    def _exact(self, figure: Figure, values: dict[str, Any]) -> float:
        study = plain(values, self.plugins)
        numbers = {arm: levers_of(values, arm)["caseworkers"] for arm in study.arms}
        caseworkers = {
            arm: ((0.0, float("nan")),) if number != "unlimited" else NOBODY_WAITS
            for arm, number in numbers.items()
        }
        caseworkers |= {arm: ((0.0, 0.0),) for arm, number in numbers.items() if number == 0}
        study = _with(study, caseworkers)
        against = figure.against or figure.arms
        marks = [figure.days]
        if QUANTITIES[figure.quantity].interim:
            marks += [figure.look_day, figure.look_day - figure.entry_days]
        of, other = curves(study, [figure.arms, against], figure.group, marks)
        setting = Setting(
            study, figure.group, figure.arms[0], against[0], figure.days, figure.entry_days,
            figure.look_day,
        )  # fmt: skip
        return QUANTITIES[figure.quantity].measure(setting, of, other)

    def _worlds(self, figure: Figure, values: dict[str, Any]) -> float:
        from sim.experiment import metrics
        from sim.experiment.task import Job, replicate, shipped_world

        arms = values["arms"]
        chosen = {arm: arms[arm] for arm in (*figure.against, *figure.arms)}
        study = build({**values, "arms": chosen}, self.plugins)
        job = Job(study, shipped_world)
        metric = IN_WORLDS.get(figure.quantity, figure.quantity)
        level = metrics.TURNED.get(metric, metric)
        if level not in metrics.UNITS:
            raise InputError(
                f"figures.{figure.name}: {figure.quantity} is not known in worlds, only by exact "
                "integration, which this study does not allow."
            )
        found = [replicate(job, r).values for r in range(study.replications)]
        group = "all" if len(study.groups) == 1 else figure.group
        means = {arm: float(np.mean([one[arm, group, level] for one in found])) for arm in chosen}
        own = float(np.mean([means[arm] for arm in figure.arms]))
        if metric == level and not figure.against:
            return own
        other = float(np.mean([means[arm] for arm in figure.against]))
        return other - own if metric in metrics.TURNED else own - other


IN_WORLDS = {
    "days_saved": "days_saved",
    "restricted_mean_days": "rmst_728_days",
    "employed_weeks_gained": "employed_weeks_104",
    "employed_weeks": "employed_weeks_104",
    "meetings_held": "held_per_person",
    "municipality_dkk": "municipality_dkk",
}
"""The metric of a comparison that is a quantity, over 728 days."""


def _with(study: Any, caseworkers: dict[str, Any]) -> Any:
    from dataclasses import replace

    return replace(study, caseworkers=caseworkers)
