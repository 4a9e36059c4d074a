"""Limiting cases as studies: the parameters of a case become a configuration.

The parameters are those of the tables of exact answers (``data/exact_answers.csv``,
``tests/data/oracle.csv`` in full): rates per day, times in days. A case starts from
``data/closed_form.yaml`` and changes what it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from math import inf
from pathlib import Path
from typing import Any

from sim.experiment.limits.cases import NotExpressible
from sim.experiment.study import build
from sim.model.settings import Study
from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.lever_rows import levers_of
from sim.rules.people import GROUPS

SCENARIO = Path(__file__).with_name("data") / "closed_form.yaml"
"""The scenario that all cases start from; ``sim.config.load`` reads it."""

ARM = "standard"
MEETINGS = {"A05c": 6, "A05t": 11}
"""Meetings in the first 26 weeks of the regimes that pairs compare."""

FAR_DAYS = 5000.0
"""Where a case has no horizon: nobody in a case lives to see this spell day."""


def case_study(values: Mapping[str, Any], changes: Mapping[str, Any]) -> Study:
    """The study of a case: the base with changes, named by their dotted path."""
    return build(changed(values, changes))


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a configuration with other values at some dotted paths.

    Raises:
        KeyError: a path that the configuration does not have.
    """
    copy = deepcopy(dict(values))
    for path, value in changes.items():
        *folders, name = path.split(".")
        place = copy
        for folder in folders:
            place = place[folder]
        if name not in place:
            raise KeyError(path)
        place[name] = value
    return copy


def as_the_law(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same changes, with the regime `standard` made that of the case: a stock comes from it."""
    return {**changes, f"regimes.{ARM}": levers_of(changed(values, changes), ARM)}


def job_rates(per_day: float, ratios: tuple[float, ...] = (1.0,)) -> dict[str, Any]:
    """Constant job rates: of the first groups, in these ratios."""
    changes: dict[str, Any] = {}
    for group, ratio in zip(GROUPS, ratios, strict=False):
        line = {"kind": "constant", "rate_per_week": DAYS_PER_WEEK * per_day * ratio}
        changes[f"hazard.{group}.job"] = line if per_day > 0.0 else {"kind": "none"}
    return changes


def for_everybody(phases: list[dict[str, Any]]) -> dict[str, Any]:
    """A schedule with the same plan of meetings for all groups."""
    return dict.fromkeys(("default", *GROUPS), phases)


def schedule(phases: list[dict[str, Any]]) -> dict[str, Any]:
    """Changes for the same plan of meetings for everybody."""
    return {f"arms.{ARM}.levers.schedule": for_everybody(phases)}


def plan_of(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The phases of a schedule.

    ``n`` meetings in ``weeks`` weeks and then every ``d_after`` days, one every ``d`` days (up to
    day ``last``), or a Poisson stream of ``poisson_rate`` a day.
    """
    if "poisson_rate" in params:
        return [{"random_every_days": 1.0 / number(params["poisson_rate"])}]
    if "n" in params:
        first = {"meetings": int(params["n"]), "span_days": 7.0 * number(params["weeks"])}
        return [first, {"every_days": number(params["d_after"])}]
    if "d" not in params:
        return [{"none": True}]
    if "last" in params:
        return [{"every_days": number(params["d"]), "until_day": number(params["last"])}]
    return [{"every_days": number(params["d"])}]


def number(text: Any) -> float:
    """A number that may be written as a quotient (``182/6``), or as ``inf``."""
    above, _, below = str(text).partition("/")
    return float(above) / float(below or 1.0)


def effect_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a meeting does: ``a`` is an additive boost, ``beta`` a log-linear one."""
    if "J" in params:
        raise NotExpressible("an effect of no length is no effect of this model")
    changes = {"effect.tau_days": number(params.get("tau", inf))}
    if params.get("link") == "log":
        linear = {"kind": "concave", "alpha": number(params["beta"]), "rho": 1.0, "cap": inf}
        return changes | {f"effect.{key}": value for key, value in linear.items()}
    return changes | {"effect.boost": number(params.get("a", 0.0))}


def alone(params: Mapping[str, Any]) -> dict[str, Any]:
    """Changes for a case without a queue (families A, B, D and G)."""
    ratios = tuple(float(x) for x in params.get("hr", (1.0,)))
    changes = job_rates(number(params["h0"]), ratios) | effect_of(params)
    changes |= schedule(plan_of(params))
    changes["population.frailty_variance"] = number(params.get("var", 0.0))
    for group, share in zip(GROUPS, params.get("shares", ()), strict=False):
        changes[f"population.groups.{group}.share"] = float(share)
    changes["design.follow_up_days"] = number(params.get("L", 730.0)) - 1.0
    if "c" in params:
        changes[f"arms.{ARM}.levers.caseworkers"] = int(params["c"])
    return changes


def grid(people: int) -> dict[str, Any]:
    """Changes for a world in which so many people have evenly spread luck."""
    return {"design.luck": "grid", "population.inflow.people": people}


def poisson(per_day: float, days: float) -> dict[str, Any]:
    """Changes for a Poisson inflow into an office that is observed for some days."""
    return {
        "population.inflow.kind": "poisson",
        f"population.groups.{GROUPS[0]}.inflow_per_week": DAYS_PER_WEEK * per_day,
        "design.observation_days": days,
        "design.follow_up_days": 0.0,
    }


def even_entry(params: Mapping[str, Any], people: int) -> dict[str, Any]:
    """Changes for entries spread over some days (``uniform[0,365]``) and a common end."""
    low, high = (float(x) for x in params["entry"].removeprefix("uniform[")[:-1].split(","))
    if low != 0.0:
        raise NotExpressible("entries begin on day 0")
    return alone({**params, "L": params["end"]}) | {
        "population.inflow": {"kind": "even", "people": people, "days": high},
    }


def two_regimes(
    values: Mapping[str, Any], params: Mapping[str, Any], people: int
) -> dict[str, Any]:
    """Changes for two arms with the same people, evenly spread luck and other meetings.

    The regimes are named: ``A05t`` has 11 meetings in 26 weeks, ``A05c`` 6.
    """
    plain = values["arms"][ARM]
    changes = alone(params) | grid(people)
    levers = changed(values, changes)["arms"][ARM]["levers"]
    arms = {}
    for name in (params["regime1"], params["regime2"]):
        plan = plan_of({"n": MEETINGS[name], "weeks": 26, "d_after": "182/6"})
        arms[name] = {**plain, "levers": {**levers, "schedule": for_everybody(plan)}}
    return changes | {"arms": arms}
