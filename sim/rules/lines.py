"""Baselines and the effect of meetings, from the configuration to flat columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import exp, inf
from typing import Any

from sim.rules import effects, hazards
from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.market import WEEK_DAYS
from sim.rules.people import EXITS, GROUPS
from sim.rules.plugged import OwnEffect, OwnHazard

Floats = tuple[float, ...]
Ints = tuple[int, ...]


def parameters_of(plugin: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a plug-in's function, as given beside its kind."""
    names = [parameter.name.rsplit(".", 1)[-1] for parameter in plugin.parameters]
    return {name: given[name] for name in names}


def _hazard_rule(plugin: Any, line: dict[str, Any]) -> tuple[Callable[[float], float], list[float]]:
    """A plugged-in rate per day of a spell day, and where it has kinks."""
    own = parameters_of(plugin, line)
    kinks = plugin.kinks(**own) if callable(plugin.kinks) else plugin.kinks or ()
    return OwnHazard(plugin.function, own), sorted(float(k) for k in kinks)


def lines_of(hazard: dict[str, Any], registry: Any) -> dict[str, Any]:
    columns: Iterator[list[Any]] = ([] for _ in range(10))
    kinds, first, end, on, day, rate, peak, shape, scale, rule = columns
    for group in GROUPS:
        for exit_name in EXITS[:4]:
            line = hazard.get(group, {}).get(exit_name) or {"kind": "none"}
            kind = line["kind"]
            knots: list[float] = [0.0]
            values: list[float] = [1.0]
            code, own_shape, own_scale, own_rule = hazards.PIECEWISE, 1.0, 1.0, None
            if kind == "none":
                values = [0.0]
            elif kind == "constant":
                values = [line["rate_per_week"] / DAYS_PER_WEEK]
            elif kind == "piecewise":
                knots = [float(d) for d in line["from_days"]]
                values = [r / DAYS_PER_WEEK for r in line["rate_per_week"]]
            elif kind == "weibull":
                code = hazards.WEIBULL
                own_shape, own_scale = float(line["shape"]), float(line["scale_days"])
            else:
                code = hazards.RULE
                own_rule, kinks = _hazard_rule(registry.hazards[kind], line)
                knots = [0.0, *(k for k in kinks if k > 0.0)]
                values = [1.0] * len(knots)
            kinds.append(code)
            first.append(len(day))
            day += knots
            rate += values
            peak += [max(values[k:]) for k in range(len(values))]
            end.append(len(day))
            on.append(any(v > 0.0 for v in values))
            shape.append(own_shape)
            scale.append(own_scale)
            rule.append(own_rule)
    return {
        "line_kind": tuple(kinds), "line_first": tuple(first), "line_end": tuple(end),
        "line_on": tuple(on), "knot_day": tuple(day), "knot_rate": tuple(rate),
        "knot_peak": tuple(peak),
        "line_shape": tuple(shape), "line_scale": tuple(scale), "line_rule": tuple(rule),
    }  # fmt: skip


def rises_of(lines: dict[str, Any], threat: float, cycle: Floats) -> Floats:
    """By line: by how much its rate may rise, at most, when its present piece ends."""
    swing = max(cycle) / min(cycle) if min(cycle) > 0.0 else inf
    rises = []
    for first, end in zip(lines["line_first"], lines["line_end"], strict=True):
        pairs = zip(lines["knot_peak"][first:end], lines["knot_rate"][first:end], strict=True)
        ratios = [peak / rate if rate > 0.0 else inf for peak, rate in pairs if peak > 0.0]
        rises.append(max(ratios, default=1.0) * threat * swing)
    return tuple(rises)


def effect_of(values: dict[str, Any], registry: Any) -> dict[str, Any]:
    e = values["effect"]
    tau = e["tau_days"]
    code, rule = effects.PLUGIN, None
    if e["kind"] in effects.EFFECTS:
        code = effects.EFFECTS.index(e["kind"])
    else:
        plugin = registry.effects[e["kind"]]
        rule = OwnEffect(plugin.function, parameters_of(plugin, e))

    concave = code == effects.CONCAVE
    rho = float(e["rho"]) if concave else 1.0
    decay = 0.0 if tau == inf else rho / tau
    return {
        "effect_kind": code,
        "effect_rule": rule,
        "strength": float(e["alpha"] if concave else e["boost"]),
        "rho": rho,
        "cap": float(e["cap"]),
        "decay": decay,
        "week_decay": exp(-decay * WEEK_DAYS),
        "stock_decay": 0.0 if tau == inf else 1.0 / tau,
        "frailty_power": float(e["frailty_power"]),
        "other_response": float(e["other_exit_response"]),
        "threat": float(e["threat"]),
        "threat_days": float(e["threat_days"]),
        "sanction_factor": float(e["sanction_factor"]),
        "sanction_days": float(e["sanction_days"]),
        "sanction_peak": max(1.0, float(e["sanction_factor"])),
    }
