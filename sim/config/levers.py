"""Levers that have to fit together: schedules, forms, windows, caseworkers, meeting times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sim.config.facts import Facts
from sim.config.schema import Key
from sim.rules.areas import areas_of
from sim.rules.levers import EVERYBODY, SCHEDULE_KINDS
from sim.rules.parameters import WILDCARDS

OPEN_DAYS_A_YEAR = 252
"""About so many days a year are neither weekends nor public holidays in Denmark."""

FORMS = WILDCARDS["<form>"] or ()

ENDING = ("every_days", "agreed_days", "random_every_days", "kind")
"""Phases that go on for ever unless `until_day` ends them."""


def schedules(facts: Facts) -> Iterator[str]:
    """Each phase says one thing, days increase, and every phase can be reached."""
    for one in facts.levers:
        if "schedule" not in one.changed:
            continue
        for group, phases in one.all["schedule"].items():
            path = (*one.path, "schedule", group)
            if not phases:
                yield facts.say(path, "is empty; for no meetings write [{none: true}]")
            for number, phase in enumerate(phases):
                last = number == len(phases) - 1
                yield from _phase(facts, (*path, str(number)), phase, last)


def _phase(facts: Facts, path: Key, phase: dict[str, Any], last: bool) -> Iterator[str]:
    named = [key for key in (*SCHEDULE_KINDS, "kind") if key in phase]
    if len(named) != 1:
        yield facts.say(
            path,
            f"names {', '.join(named) or 'no kind of schedule'}; a phase has exactly one of "
            f"{', '.join(SCHEDULE_KINDS)}, or the kind of a plug-in",
        )
        return
    what = named[0]
    if what == "none" and (phase["none"] is not True or len(phase) > 1):
        yield facts.say(path, "has none beside something else; write {none: true} alone")
    if ("span_days" in phase) != (what == "meetings"):
        yield facts.say(path, "must give meetings and span_days together (n meetings in L days)")
    if "until_day" in phase and what not in ENDING:
        yield facts.say(path, f"has until_day, which {what} does not take; leave it out")
    if what == "days" and any(a >= b for a, b in pairwise(phase["days"])):
        yield facts.say(
            (*path, "days"),
            f"is {_listed(phase['days'])}; days must increase, and no day may come twice",
        )
    if what == "agreed_days":
        gap = phase["agreed_days"]
        if len(gap) != 2 or gap[0] > gap[1]:
            yield facts.say(
                (*path, "agreed_days"),
                f"is {_listed(gap)}; give the shortest and the longest gap",
            )
    if "offered" in phase:
        yield from _offered(facts, (*path, "offered"), phase, what)
    endless = what == "none" or (what in ENDING and "until_day" not in phase)
    if endless and not last:
        yield facts.say(path, "never ends, so the phases after it are never reached")


def _offered(facts: Facts, path: Key, phase: dict[str, Any], what: str) -> Iterator[str]:
    places = phase["offered"]
    if any(a >= b for a, b in pairwise(places)):
        yield facts.say(path, f"is {_listed(places)}; places must increase, none may come twice")
    if what == "none":
        yield facts.say(path, "offers meetings of a phase without any; leave it out")
    counts = {"meetings": phase.get("meetings"), "days": len(phase.get("days", ()))}
    if what in counts and max(places) > counts[what]:
        yield facts.say(
            path, f"is {_listed(places)}; the phase has {counts[what]} meetings, counted from 1"
        )


def groups(facts: Facts) -> Iterator[str]:
    """A regime is for all target groups or for some; a share-out by risk is for all."""
    for one in facts.levers:
        if not one.changed & {"groups", "allocation"}:
            continue
        path, named = (*one.path, "groups"), one.all["groups"]
        if len(set(named)) < len(named) or (EVERYBODY in named and len(named) > 1):
            yield facts.say(path, f"is [{', '.join(named)}]; write [all], or each group once")
        if EVERYBODY not in named and one.all["allocation"]["kind"] == "by_risk":
            yield facts.say(
                path,
                f"is [{', '.join(named)}] with allocation.kind by_risk, which shares out the "
                "meetings of all groups; write [all], or allocation.kind even",
            )


def _listed(days: list[float]) -> str:
    return f"[{', '.join(f'{day:g}' for day in days)}]"


def forms(facts: Facts) -> Iterator[str]:
    """Shares of the forms add up to 1."""
    for one in facts.levers:
        if "form" in one.changed:
            for group, shares in one.all["form"].items():
                if len(shares) == len(FORMS):
                    yield from facts.sum_is_one(shares, (*one.path, "form", group))


def windows(facts: Facts) -> Iterator[str]:
    """Windows are real, apart from each other, and their shares add up to 1."""
    for one in facts.levers:
        if "windows" not in one.changed:
            continue
        path = (*one.path, "windows")
        yield from facts.date_ranges(one.all["windows"], path)
        for number, window in enumerate(one.all["windows"]):
            if len(window.get("form", ())) == len(FORMS):
                yield from facts.sum_is_one(window["form"], (*path, str(number), "form"))


def caseworkers(facts: Facts) -> Iterator[str]:
    """Numbers of caseworkers by date stand in the order of their dates."""
    for one in facts.levers:
        numbers = one.all["caseworkers"]
        if "caseworkers" not in one.changed or not isinstance(numbers, list):
            continue
        path = (*one.path, "caseworkers")
        if not numbers:
            yield facts.say(path, "is an empty list; give a number, auto or unlimited")
        dates = [entry["from"] for entry in numbers]
        if any(a >= b for a, b in pairwise(dates)):
            yield facts.say(path, f"has the dates {', '.join(dates)}; they must increase")
        if dates and dates[0] > facts.values["start_date"]:
            yield facts.say(
                path,
                f"begins on {dates[0]}, after start_date {facts.values['start_date']}; say how "
                "many there are from the start",
            )


def areas(facts: Facts) -> Iterator[str]:
    """Areas with a jobcentre each: two at least, of different names, shares that add up to 1."""
    office = facts.values["office"]
    if office["pools"] != "area":
        return
    path: Key = ("office", "areas")
    if office["area_count"] and office["areas"]:
        yield facts.say(
            path, f"lists {len(office['areas'])} areas with office.area_count "
            f"{office['area_count']}, which makes areas by a rule; give one of them",
        )  # fmt: skip
        return
    names = [area.name for area in areas_of(office)]
    if len(names) < 2:
        yield facts.say(
            path, f"has {len(names)} entries with office.pools area; give two or more, or their number "
            "as office.area_count, or set office.pools=shared",
        )  # fmt: skip
        return
    for number, name in enumerate(names):
        if not name.strip():
            yield facts.say((*path, str(number), "name"), "is empty; give the area a name")
    if len(set(names)) < len(names):
        yield facts.say(path, f"names {', '.join(names)}; no name may come twice")
    else:
        yield from facts.sum_is_one({a.name: a.share for a in areas_of(office)}, path)
    if office["own_caseworker"]:
        yield facts.say(
            path, "has jobcentres by area with office.own_caseworker true, which has one pool "
            "for each caseworker; choose one of them",
        )  # fmt: skip


def minutes(facts: Facts) -> Iterator[str]:
    """In a working calendar a meeting fits into a day."""
    office = facts.values["office"]
    if office["calendar"] != "working":
        return
    day = office["minutes_per_caseworker_year"] / OPEN_DAYS_A_YEAR
    for one in facts.levers:
        if "minutes" not in one.changed:
            continue
        times = one.all["minutes"]
        longest = 1.5 if times["kind"] == "uniform" else 1.0
        for form, mean in times.items():
            if form != "kind" and longest * mean > day:
                yield facts.say(
                    (*one.path, "minutes", form),
                    f"is {mean:g}; a meeting can take {longest * mean:g} minutes, and a "
                    f"caseworker has about {day:.0f} a day "
                    "(office.minutes_per_caseworker_year / open days)",
                )
