"""Which parameters a study does not use, whatever their range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.rules.lever_rows import STANDARD, levers_of
from sim.rules.people import GROUPS


def regimes_of(values: Mapping[str, Any]) -> list[str]:
    """Regimes of the arms, and the standard by which the office was run before."""
    own = [str(arm["regime"]) for arm in values["arms"].values()]
    return [name for name in dict.fromkeys([*own, STANDARD]) if name in values["regimes"]]


def unused(name: str, values: Mapping[str, Any], groups: Sequence[str]) -> str:
    """Why a parameter does not matter to a study, as a code of ``WHY``; empty where it may."""
    parts = name.split(".")
    if parts[0] in ("design", "compute"):
        return "calculation"
    if any(part in GROUPS and part not in groups for part in parts):
        return "group"
    effect, office = values["effect"]["kind"], values["office"]
    inflow = values["population"]["inflow"]["kind"]
    of_kind = {
        "population.inflow.people": inflow != "poisson",
        "population.inflow.days": inflow == "even",
        "population.scale": inflow == "poisson",
        "effect.boost": effect == "additive",
        "effect.rho": effect == "concave",
        "effect.alpha": effect != "additive",
        "office.caseworker_quality_sd": office["caseworker_quality"] == "lognormal",
        "office.risk_score_noise": any(
            levers_of(dict(values), arm)["allocation"]["kind"] == "by_risk"
            for arm in values["arms"]
        ),
    }
    if not of_kind.get(name, True):
        return "kind"
    if parts[:2] == ["population", "groups"]:
        if parts[3:] == ["share"] and inflow == "poisson":
            return "kind"
        if parts[3:] == ["inflow_per_week"] and inflow != "poisson":
            return "kind"
    return _unused_lever(parts, values) if parts[0] == "regimes" else ""


def _unused_lever(parts: list[str], values: Mapping[str, Any]) -> str:
    regime, lever = parts[1], parts[2:]
    if regime not in regimes_of(values):
        return "regime"
    here = values["regimes"][regime]
    if lever[0] == "allocation" and here["allocation"]["kind"] != "by_risk":
        return "kind"
    if lever[0] == "self_booking" and lever[1] != "share" and not here["self_booking"]["share"]:
        return "kind"
    arms = [arm for arm in values["arms"].values() if arm["regime"] == regime]
    if arms and regime != STANDARD and all(_sets(arm.get("levers"), lever) for arm in arms):
        return "levers"
    return ""


def _sets(levers: Any, path: Sequence[str]) -> bool:
    """Whether an arm's own levers hold a value at a path."""
    for key in path:
        if not isinstance(levers, Mapping) or key not in levers:
            return False
        levers = levers[key]
    return True
