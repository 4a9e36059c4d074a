"""Published studies as small worlds: one for each arm, with people and luck of their own.

Arms are apart, so that their contrast has the chance of a real study of that size; nobody waits,
and people are not in one another's way (no displacement, no load). A `flow` is a whole jobcentre
instead, with its stock, its queue and its labour market, as the configuration has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import yaml

from sim.experiment.study import build
from sim.model.settings import Study
from sim.rules.errors import CheckError
from sim.rules.levers import with_changes
from sim.rules.people import GROUPS
from sim.rules.published import Published
from sim.rules.registry import Plugin

FOLLOW_UP_DAYS = 728.0
FLOW_DAYS = 364.0
APART = 1009
"""How far apart the seeds of arms are."""


@dataclass(frozen=True)
class Experiment:
    """One emulated study: a world for each arm, how many people were in each, on which day it was
    looked at, and whether its size is ours and not the publication's."""

    arms: Mapping[str, Study]
    people: Mapping[str, int]
    look_day: float
    assumed: bool
    flow: bool


def read_rules() -> dict[str, Any]:
    """How each published figure is judged: experiments and rows."""
    text = files(__package__).joinpath("data/rules.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rules: dict[str, Any] = yaml.load(text, Loader=loader)
    return rules


def experiment(
    spec: Mapping[str, Any],
    values: Mapping[str, Any],
    published: Published,
    replications: int,
    plugins: Sequence[Plugin] = (),
) -> Experiment:
    """The worlds of one of the experiments of the rules.

    Args:
        spec: what the rules say of it.
        values: the composed study: people, rates, effect, office, costs and all regimes.
        replications: how many of each world will be run.
    """
    people = {
        arm: int(published[size].number) if isinstance(size, str) else size
        for arm, one in spec["arms"].items()
        if (size := one.get("people", 0)) is not None
    }
    studies = {}
    for place, (arm, one) in enumerate(spec["arms"].items()):
        seed = int(values["design"]["seed"]) + (0 if spec.get("flow") else APART * place)
        made = _values(spec, arm, one, people[arm], values, published)
        made["design"] |= {"seed": seed, "replications": replications}
        studies[arm] = build(made, plugins)
    return Experiment(
        studies,
        people,
        float(spec.get("look_day", spec.get("entry_days", FLOW_DAYS))),
        bool(spec.get("assumed")),
        bool(spec.get("flow")),
    )


def _values(
    spec: Mapping[str, Any],
    arm: str,
    one: Mapping[str, Any],
    people: int,
    given: Mapping[str, Any],
    published: Published,
) -> dict[str, Any]:
    """The configuration of the world of one arm."""
    values = deepcopy(dict(given))
    values.pop("trial", None)
    flow = bool(spec.get("flow"))
    levers: dict[str, Any] = {"caseworkers": "auto" if flow else "unlimited"}
    if "schedule" in one:
        levers["schedule"] = {spec["group"]: one["schedule"]}
    values["design"] |= {
        "kind": "worlds",
        "luck": "random",
        "zero_load_twin": False,
        "keep_rows": "none",
        "observation_days": FLOW_DAYS if flow else float(spec["entry_days"]),
        "follow_up_days": 0.0 if flow and not spec.get("follow_up") else FOLLOW_UP_DAYS,
    }
    values["start_date"] = spec.get("start_date", values["start_date"])
    if flow:
        values["population"]["inflow"]["kind"] = "poisson"
        values["population"]["warm_start"] = True
    else:
        _apart(values, spec["group"], people, float(spec["entry_days"]))
    if flow and "group" in spec:
        for group in GROUPS:
            if group != spec["group"]:
                values["population"]["groups"][group]["inflow_per_week"] = 0.0
    if spec.get("without_effect"):
        values["effect"] |= {"kind": "none", "threat": 0.0, "sanction_factor": 1.0}
    if spec.get("without_load"):
        values["office"]["load_elasticity"] = 0.0
    if "cycle" in spec:
        values["market"]["cycle"] = _cycle(spec["cycle"], values["start_date"])
    if "job_rate_per_week" in spec:
        values["hazard"][spec["group"]]["job"]["rate_per_week"] = spec["job_rate_per_week"]
    if "load" in one:
        before, after = (published[key].number for key in one["load"])
        rise = (before / after) ** float(given["office"]["load_elasticity"])
        job = values["hazard"][spec["group"]]["job"]
        job["rate_per_week"] = _times(job["rate_per_week"], rise)
    if one.get("better_by_one_sd"):
        levers["quality"] = 1.0 + float(given["office"]["caseworker_quality_sd"])
    if spec.get("everybody_talks"):
        values["population"]["groups"][spec["group"]] |= {"reach": 1.0, "acceptance": 1.0}
    regime = one["regime"]
    if regime not in values["regimes"]:
        raise CheckError(f"the regime {regime} is missing")
    values["arms"] = {arm: {"regime": regime, "title": arm, "levers": levers}}
    values["regimes"][regime] = with_changes(values["regimes"][regime], levers)
    return values


def _apart(values: dict[str, Any], group: str, people: int, days: float) -> None:
    """So many people of one group who enter evenly over some days and disturb nobody."""
    values["population"]["inflow"] = {"kind": "even", "people": people, "days": days}
    values["population"] |= {"inflow_factors": [], "warm_start": False}
    for name, one in values["population"]["groups"].items():
        one["share"] = float(name == group)
    values["market"]["displacement"] = 0.0
    values["office"] |= {"load_elasticity": 0.0, "own_caseworker": False}


def _cycle(steps: Sequence[Sequence[float]], start: str) -> list[dict[str, Any]]:
    """Factors on job rates between days, as the market's dated cycle."""
    first = date.fromisoformat(str(start))
    return [
        {
            "from": (first + timedelta(days=begin)).isoformat(),
            "to": (first + timedelta(days=end)).isoformat(),
            "factor": factor,
        }
        for begin, end, factor in steps
    ]


def _times(rate: Any, factor: float) -> Any:
    return [factor * one for one in rate] if isinstance(rate, list) else factor * rate
