"""What single bounds cannot say: sums, orders and dates that have to fit together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from math import inf, isfinite
from typing import Any

from sim.config import answers, computing, levers, plausibility, trials
from sim.config.facts import Facts
from sim.config.origins import Origins
from sim.config.precision import precision
from sim.config.schema import Key
from sim.config.unused import unused
from sim.rules.people import GROUPS
from sim.rules.registry import Registry

PROBE_DAYS = (0.0, 0.5, 1.0, 7.0, 30.0, 91.0, 182.0, 364.0, 728.0, 3650.0)


def check(
    values: dict[str, Any], origins: Origins, registry: Registry, whole: bool
) -> tuple[list[str], list[str]]:
    """Every problem and every warning.

    Args:
        whole: whether all values are there; if not, checks that miss one are skipped.
    """
    facts = Facts(values, origins, registry)
    problems: list[str] = []
    warnings: list[str] = []
    kept = _CHECKS if whole else [one for one in _CHECKS if one not in _OF_WHOLE_STUDIES]
    for checks, found in (
        (kept, problems),
        (_WARNINGS, warnings),
    ):
        for one in checks:
            try:
                found.extend(one(facts))
            except (KeyError, TypeError, IndexError):
                if whole:
                    raise
        if problems:
            break
    return problems, warnings


def _arms(facts: Facts) -> Iterator[str]:
    arms = facts.values["arms"]
    if not arms:
        yield "arms is empty; give at least one arm: arms: {standard: {regime: standard}}."
    for name in arms:
        if name.strip() == "" or any(ord(c) < 32 for c in name):
            yield f"arms holds the name {name!r}; an arm's name is text that can be read."


def _inflow(facts: Facts) -> Iterator[str]:
    people = facts.values["population"]
    kind = people["inflow"]["kind"]
    if kind != "poisson":
        needed = ("people", "days") if kind == "even" else ("people",)
        for key in needed:
            if people["inflow"].get(key) is None:
                yield f"population.inflow.{key} is not given; kind {kind} needs it."
        shares = {group: one["share"] for group, one in people["groups"].items()}
        yield from facts.sum_is_one(shares, ("population", "groups"), "share")
    elif not any(one["inflow_per_week"] for one in people["groups"].values()):
        yield "population.groups: nobody enters (every inflow_per_week is 0); let one be above 0."


def _dates(facts: Facts) -> Iterator[str]:
    yield from facts.date_ranges(facts.values["market"]["cycle"], ("market", "cycle"))
    factors = facts.values["population"]["inflow_factors"]
    told = (
        text
        for group in GROUPS
        for text in facts.date_ranges(
            [one for one in factors if group in one.get("groups", GROUPS)],
            ("population", "inflow_factors"),
        )
    )
    yield from dict.fromkeys(told)


def _start(facts: Facts) -> Iterator[str]:
    start = date.fromisoformat(facts.values["start_date"])
    if not 1900 <= start.year <= 2150:
        yield facts.say(("start_date",), f"is {start}; it must lie between 1900 and 2150")


def _refund(facts: Facts) -> Iterator[str]:
    refund = facts.values["costs"]["refund"]
    weeks, shares = refund["until_weeks"], refund["state_share"]
    path: Key = ("costs", "refund", "until_weeks")
    if len(weeks) != len(shares):
        yield facts.say(
            path, f"has {len(weeks)} entries and state_share {len(shares)}; give one share each"
        )
    if any(a >= b for a, b in pairwise(weeks)):
        yield facts.say(path, f"is {weeks}; each entry must be larger than the one before")
    if weeks[-1] != inf:
        yield facts.say(path, f"ends with {weeks[-1]:g}; the last entry must be .inf")


def _hazards(facts: Facts) -> Iterator[str]:
    for group, exits in facts.values["hazard"].items():
        for way, hazard in exits.items():
            path = ("hazard", group, way)
            if hazard["kind"] == "piecewise":
                yield from _piecewise(facts, path, hazard)
            elif hazard["kind"] in facts.registry.hazards:
                yield from _probe(facts, path, hazard)


def _piecewise(facts: Facts, path: Key, hazard: dict[str, Any]) -> Iterator[str]:
    days, rates = hazard["from_days"], hazard["rate_per_week"]
    place = (*path, "from_days")
    if days[0] != 0:
        yield facts.say(place, f"begins with {days[0]:g}; the first entry must be 0")
    if any(a >= b for a, b in pairwise(days)):
        yield facts.say(place, f"is {days}; each entry must be larger than the one before")
    if len(days) != len(rates):
        yield facts.say(
            place, f"has {len(days)} entries and rate_per_week {len(rates)}; give one rate each"
        )


def _probe(facts: Facts, path: Key, hazard: dict[str, Any]) -> Iterator[str]:
    """Ask a plug-in's rate on a few days, so that a bad one is told before the run."""
    kind = facts.registry.hazards[hazard["kind"]]
    given = {key: value for key, value in hazard.items() if key != "kind"}
    for day in PROBE_DAYS:
        try:
            rate = kind.function(day, **given)
            if isfinite(rate) and rate >= 0:
                continue
            what = f"gives {rate}"
        except Exception as error:  # noqa: BLE001 - a researcher's code may raise anything
            what = f"raises {type(error).__name__}: {error}"
        yield facts.say(
            path,
            f"is of kind {kind.name} ({kind.file}), which {what} on spell day {day:g} with "
            f"{given}; a rate must be a finite number ≥ 0",
        )
        return


def _effect_probe(facts: Facts) -> Iterator[str]:
    """Ask a plug-in's effect for a few stocks of meetings."""
    effect = facts.values["effect"]
    kind = facts.registry.effects.get(effect["kind"])
    if kind is None:
        return
    own = {p.path[-1] for p in kind.parameters}
    given = {key: value for key, value in effect.items() if key in own}
    for stock in (0.0, 0.5, 1.0, 3.0, 12.0):
        try:
            factor = kind.function(stock, 1.0, **given)
            if isfinite(factor) and factor >= 0:
                continue
            what = f"gives {factor}"
        except Exception as error:  # noqa: BLE001 - a researcher's code may raise anything
            what = f"raises {type(error).__name__}: {error}"
        yield facts.say(
            ("effect", "kind"),
            f"is {kind.name} ({kind.file}), which {what} for a stock of {stock:g} meetings; "
            "a factor must be a finite number ≥ 0",
        )
        return


def _notes(facts: Facts) -> Iterator[str]:
    """A unit or a price year that stands beside a value must be the declared one."""
    year = facts.values["costs"]["price_year"]
    for layer in facts.origins.layers:
        if layer.document is None:
            continue
        for own, notes in layer.document.notes.items():
            path = (*layer.prefix, *own)
            unit = notes.get("unit")
            declared = facts.unit(path) if unit is not None else None
            if declared is not None and unit != declared:
                yield facts.say(
                    path, f"is given in {unit!r}; it must be in {declared or 'no unit'!r}"
                )
            if notes.get("price_year", year) != year:
                yield facts.say(
                    path,
                    f"is in prices of {notes['price_year']}, costs.price_year is {year}; "
                    "bring all prices to one year",
                )


_OF_WHOLE_STUDIES = (trials.trial, computing.workers)
"""Checks that would call missing what is there and wrong."""

_WARNINGS = (*plausibility.WARNINGS, unused, trials.unused, trials.short, trials.crowded)

_CHECKS = (
    _arms,
    _inflow,
    _dates,
    _start,
    _refund,
    _hazards,
    _effect_probe,
    _notes,
    precision,
    levers.areas,
    levers.groups,
    levers.schedules,
    levers.forms,
    levers.windows,
    levers.caseworkers,
    levers.minutes,
    trials.trial,
    computing.compute,
    computing.workers,
    answers.beside,
    answers.break_even,
)
