"""What is allowed and yet odd: a rate ten times too high, a run too short for its meetings."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, log
from typing import Any

from sim.config import strict_yaml
from sim.config.catalogue import data_root, published_figures
from sim.config.facts import Facts
from sim.config.origins import Layer, layer
from sim.config.schema import Key

DAYS_PER_WEEK = 7.0
FACTOR = 5.0
LARGEST_FRAILTY_VARIANCE = 20.0
SHORTEST_MEDIAN_DAYS = 7.0
LONGEST_DAYS = 36525
_HAZARDS = "configs/hazard/default.yaml"


def rates(facts: Facts) -> Iterator[str]:
    """Exit rates whose median spell lies far outside what is plausible for the group."""
    shipped = _shipped(facts)
    for group, exits in facts.values["hazard"].items():
        for way, hazard in exits.items():
            path = ("hazard", group, way)
            median = median_days(facts, hazard)
            if median == inf:
                continue
            low, high, usual = _plausible(facts, shipped, path)
            if not low / FACTOR <= median <= high * FACTOR:
                compare = (
                    "" if usual == inf else f" (as shipped {usual:.0f}, plausible "
                    f"{low:.0f} to {high:.0f} days)"
                )  # fmt: skip
                yield facts.say(
                    path,
                    f"alone makes a median spell {median:.0f} days{compare}; rates are per week",
                )


def _shipped(facts: Facts) -> Layer:
    """The hazards that ship, as they are before anybody changes them."""
    for one in facts.origins.layers:
        if one.name == _HAZARDS:
            return one
    document = strict_yaml.read(data_root() / _HAZARDS, _HAZARDS, published_figures())
    return layer(document, ("hazard",))


def _plausible(facts: Facts, shipped: Layer, path: Key) -> tuple[float, float, float]:
    """The shortest, longest and usual median spell in days."""
    usual = {
        key[-1]: value for key, value in shipped.flat.items() if key[:-1] == path
    }  # fmt: skip
    median = median_days(facts, usual) if usual else inf
    if median == inf:
        return SHORTEST_MEDIAN_DAYS * FACTOR, inf, inf
    rate = usual.get("rate_per_week")
    limits = shipped.note((*path, "rate_per_week"), "range")
    if isinstance(rate, (int, float)) and isinstance(limits, list) and 0 < limits[0] < limits[1]:
        return median * rate / limits[1], median * rate / limits[0], median
    return median, median, median


def median_days(facts: Facts, hazard: dict[str, Any]) -> float:
    """The day by which half would have left by this exit alone, all of frailty 1."""
    kind = hazard["kind"]
    goal = log(2)
    if kind == "constant":
        rate = hazard["rate_per_week"] / DAYS_PER_WEEK
        return goal / rate if rate else inf
    if kind == "weibull":
        return hazard["scale_days"] * goal ** (1 / hazard["shape"])
    if kind == "piecewise":
        return _median_of_pieces(hazard["from_days"], hazard["rate_per_week"], goal)
    plugin = facts.registry.hazards.get(kind)
    if plugin is None:
        return inf
    given = {key: value for key, value in hazard.items() if key != "kind"}
    days = [float(day) for day in range(3650)]
    try:
        week_rates = [plugin.function(day + 0.5, **given) for day in days]
    except Exception:  # noqa: BLE001 - what a plug-in raises is told by its probe
        return inf
    return _median_of_pieces(days, week_rates, goal)


def _median_of_pieces(days: list[float], week_rates: list[float], goal: float) -> float:
    for number, (day, week_rate) in enumerate(zip(days, week_rates, strict=True)):
        rate = week_rate / DAYS_PER_WEEK
        end = days[number + 1] if number + 1 < len(days) else inf
        if rate > 0 and goal <= rate * (end - day):
            return day + goal / rate
        if rate > 0:
            goal -= rate * (end - day)
    return inf


def frailty(facts: Facts) -> Iterator[str]:
    """A frailty so unequal that nearly everybody stays for ever."""
    variance = facts.values["population"]["frailty_variance"]
    if variance > LARGEST_FRAILTY_VARIANCE:
        yield facts.say(
            ("population", "frailty_variance"),
            f"is {variance:g}: nearly everybody has a rate near 0, and a few leave at once "
            "(plausible: 0 to 1)",
        )


def horizon(facts: Facts) -> Iterator[str]:
    """A run that ends before the first meeting of an arm."""
    design = facts.values["design"]
    days = design["observation_days"] + design["follow_up_days"]
    people = facts.values["population"]
    key = "inflow_per_week" if people["inflow"]["kind"] == "poisson" else "share"
    groups = [group for group, one in people["groups"].items() if one[key] > 0]
    for name, arm in facts.values["arms"].items():
        regime = facts.values["regimes"][arm["regime"]]
        schedule = {**regime["schedule"], **arm["levers"].get("schedule", {})}
        first = min(_first_day(schedule.get(group, schedule["default"])[0]) for group in groups)
        if days < first < inf:
            yield (
                f"design.observation_days and follow_up_days end the run on day {days:g}, before "
                f"the first meeting of arm {name} on spell day {first:g}: it will have no meeting."
            )


def windows(facts: Facts) -> Iterator[str]:
    """A window that is over before the study begins."""
    start = str(facts.values["start_date"])
    used = {arm["regime"] for arm in facts.values["arms"].values()}
    for levers in facts.levers:
        if levers.path[0] == "regimes" and levers.path[1] not in used:
            continue
        if "windows" not in levers.changed:
            continue
        for number, window in enumerate(levers.all["windows"]):
            if str(window["to"]) <= start:
                yield facts.say(
                    (*levers.path, "windows", str(number)),
                    f"ends on {window['to']}, before the study begins on {start}: it changes nothing",
                )


def _first_day(phase: dict[str, Any]) -> float:
    if "meetings" in phase:
        return phase["span_days"] / phase["meetings"]
    if "days" in phase:
        return phase["days"][0]
    if "agreed_days" in phase:
        return phase["agreed_days"][0]
    for key in ("every_days", "random_every_days"):
        if key in phase:
            return phase[key]
    return inf


WARNINGS = (rates, frailty, horizon, windows)
