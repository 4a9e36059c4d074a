"""What a trial needs: who is enrolled when, in arms of somebody, and looks that see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import fsum
from typing import Any

from sim.config.facts import SUM_TOLERANCE, Facts
from sim.config.schema import Key

MOST_ARMS = 16
CROWDED = 1.25
"""From so many times more or fewer people a trial is not one of this office."""

FULL_DAYS = 728
FEWEST = 1.0
"""Expected people of an arm at least."""

NEEDED = ("groups", "caseworkers", "look_dates")


def trial(facts: Facts) -> Iterator[str]:
    """Everything that is wrong with a trial; nothing where the study is none."""
    values = facts.values
    if values["design"]["kind"] != "trial":
        return
    missing = [key for key in NEEDED if key not in values.get("trial", {})]
    for key in missing:
        yield f"trial.{key} is not given; design.kind: trial needs it."
    if not 2 <= len(values["arms"]) <= MOST_ARMS:
        yield f"arms holds {len(values['arms'])}; a trial has 2 to {MOST_ARMS} arms."
    if "trial" in values["arms"]:
        yield "arms.trial: the trial itself is called trial; give the arm another name."
    without = [arm for arm, one in values["arms"].items() if not one.get("enrolment")]
    for arm in without:
        yield (
            f"arms.{arm}.enrolment is not given; in a trial every arm says whom it takes and when: "
            "enrolment: {people: 1000, from: 2020-01-01, to: 2021-01-01}, or a share of those "
            "who enter: {share: 0.5, from: ..., to: ...}."
        )
    groups = values.get("trial", {}).get("groups", [])
    if len(set(groups)) < len(groups):
        yield facts.say(("trial", "groups"), f"is {', '.join(groups)}; name each group once")
    if missing or without:
        return
    bent = list(_arms(facts))
    yield from bent
    if bent:
        return
    yield from _looks(facts)
    yield from _people(facts)
    yield from _caseworkers(facts)


def _start(facts: Facts) -> date:
    return date.fromisoformat(facts.values["start_date"])


def _end(facts: Facts) -> date:
    design = facts.values["design"]
    days = design["observation_days"] + design["follow_up_days"]
    return _start(facts) + timedelta(days=days)


def _arms(facts: Facts) -> Iterator[str]:
    """Sizes all of one kind, and dates within the run."""
    start, end = facts.values["start_date"], _end(facts).isoformat()
    kinds = set()
    for arm, one in facts.values["arms"].items():
        path: Key = ("arms", arm, "enrolment")
        given = one["enrolment"]
        sizes = [key for key in ("people", "share") if key in given]
        kinds.update(sizes)
        if len(sizes) != 1:
            what = "people and share" if sizes else "neither people nor share"
            yield facts.say(path, f"has {what}; give exactly one of them")
        lacking = [key for key in ("from", "to") if key not in given]
        for key in lacking:
            yield facts.say(path, f"has no {key}; give the date")
        if lacking:
            continue
        if given["from"] >= given["to"]:
            yield facts.say(
                path,
                f"runs from {given['from']} to {given['to']}: nobody can be enrolled; it must end "
                "after it begins",
            )
        elif given["from"] < start or given["to"] > end:
            yield facts.say(
                path,
                f"runs from {given['from']} to {given['to']}; it must lie within the run, from "
                f"start_date {start} to {end} (design.observation_days and follow_up_days)",
            )
    if len(kinds) > 1:
        yield "arms: some have enrolment.people and some enrolment.share; give all the same."


def _looks(facts: Facts) -> Iterator[str]:
    """The evaluator looks when somebody is in every arm, and before the run ends."""
    path: Key = ("trial", "look_dates")
    looks = facts.values["trial"]["look_dates"]
    if any(a >= b for a, b in zip(looks, looks[1:], strict=False)):
        yield facts.say(path, f"is {', '.join(looks)}; the dates must increase")
    first = max(one["enrolment"].get("from", "") for one in facts.values["arms"].values())
    last = _end(facts).isoformat()
    for look in looks:
        if look <= first:
            yield facts.say(
                path,
                f"holds {look}, before anybody has entered the last arm to open on {first}; an "
                "evaluator has nobody to compare then. Give dates after it",
            )
        elif look > last:
            yield facts.say(
                path,
                f"holds {look}, after the run ends on {last}; give earlier dates, or a longer "
                "design.follow_up_days",
            )


def _people(facts: Facts) -> Iterator[str]:
    """There are people to enrol."""
    people = facts.values["population"]
    if people["inflow"]["kind"] != "poisson":
        yield facts.say(
            ("population", "inflow", "kind"),
            f"is {people['inflow']['kind']}; in a trial it must be poisson (also where arms take "
            "exactly so many people, since others come before, after and in other groups)",
        )
    shares = [one["enrolment"].get("share") for one in facts.values["arms"].values()]
    if all(share is not None for share in shares):
        if (total := fsum(shares)) > 1.0 + SUM_TOLERANCE:
            yield f"arms: the enrolment.share of all arms add up to {total:g}; at most 1 is there."
        for group in facts.values["trial"]["groups"]:
            if not people["groups"][group]["inflow_per_week"]:
                yield facts.say(
                    ("trial", "groups"), f"holds {group}, of which nobody enters; leave it out"
                )
        a_week = sum(
            people["groups"][g]["inflow_per_week"] for g in facts.values["trial"]["groups"]
        )
        for arm, one in facts.values["arms"].items():
            given = one["enrolment"]
            days = (date.fromisoformat(given["to"]) - date.fromisoformat(given["from"])).days
            wanted = given["share"] * a_week * people["scale"] * days / 7.0
            if wanted < FEWEST:
                yield facts.say(
                    ("arms", arm, "enrolment", "share"),
                    f"is {given['share']:g}: of those who enter from {given['from']} to "
                    f"{given['to']} it takes {wanted:.2g}, an arm of nobody. Give a larger share, "
                    "or more time",
                )


def _caseworkers(facts: Facts) -> Iterator[str]:
    """Whose caseworkers serve the arms."""
    office, plan = facts.values["office"], facts.values["trial"]
    extra: Any = plan.get("extra_caseworkers", 0)
    arms = facts.values["arms"]
    levers = {one.path[1]: one.all for one in facts.levers if one.path[0] == "arms"}
    first = next(iter(arms))
    regime = facts.values["regimes"].get(arms[first]["regime"], {})
    number = (levers.get(first) or regime).get("caseworkers")
    if plan["caseworkers"] == "shared":
        for arm, one in arms.items():
            if "caseworkers" in one["enrolment"]:
                yield facts.say(
                    ("arms", arm, "enrolment", "caseworkers"),
                    "is given, but trial.caseworkers is shared; leave it out, or set "
                    "trial.caseworkers=own",
                )
        if extra and number == "unlimited":
            yield facts.say(
                ("trial", "extra_caseworkers"),
                f"is {extra}, beside unlimited caseworkers of arm {first}; leave it out",
            )
        return
    if extra:
        yield facts.say(
            ("trial", "extra_caseworkers"),
            f"is {extra}; with trial.caseworkers: own each team's number is that of "
            "arms.<arm>.enrolment.caseworkers",
        )
    if office["pools"] != "shared" or office["own_caseworker"]:
        yield facts.say(
            ("trial", "caseworkers"),
            "is own; the office may not be parted otherwise as well: set office.pools=shared and "
            "office.own_caseworker=false",
        )
    numbers = [one["enrolment"].get("caseworkers", "auto") for one in arms.values()]
    if "unlimited" in numbers and set(numbers) != {"unlimited"}:
        yield "arms: enrolment.caseworkers is unlimited for some; give it to all arms, or to none."


def short(facts: Facts) -> Iterator[str]:
    """A trial whose last people are not followed for two years, so that neither is the truth."""
    values = facts.values
    if values["design"]["kind"] != "trial":
        return
    last = max(date.fromisoformat(one["enrolment"]["to"]) for one in values["arms"].values())
    days = (_end(facts) - last).days
    if days < FULL_DAYS:
        yield (
            f"design: the last people of the trial enter before {last} and the run ends on "
            f"{_end(facts)}, so what is true is known over {days} days only, not {FULL_DAYS}. Give a "
            f"larger design.observation_days: {(last - _start(facts)).days} reaches to {last}."
        )


def crowded(facts: Facts) -> Iterator[str]:
    """A trial that enrols far more or fewer people than the office is used to."""
    values = facts.values
    sizes = [one.get("enrolment", {}).get("people") for one in values["arms"].values()]
    if values["design"]["kind"] != "trial" or None in sizes:
        return
    dates = [
        [date.fromisoformat(one["enrolment"][key]) for one in values["arms"].values()]
        for key in ("from", "to")
    ]
    a_week = 7.0 * sum(sizes) / (max(dates[1]) - min(dates[0])).days
    people = values["population"]
    groups = values["trial"]["groups"]
    usual = people["scale"] * sum(people["groups"][g]["inflow_per_week"] for g in groups)
    if not usual / CROWDED <= a_week <= usual * CROWDED:
        yield (
            f"arms: {a_week:.1f} people a week are enrolled, where {usual:.1f} enter otherwise "
            "(population.groups.<group>.inflow_per_week times population.scale, which does not "
            "scale the trial): the office of day 0 is too small or too large for it. Give an "
            "inflow near the trial's, or a scale of 1."
        )


def unused(facts: Facts) -> Iterator[str]:
    """Words about a trial in a study that is none."""
    if facts.values["design"]["kind"] == "trial":
        return
    told = [
        f"arms.{arm}.enrolment" for arm, one in facts.values["arms"].items() if "enrolment" in one
    ]
    if facts.values.get("trial"):
        told.insert(0, "trial")
    if told:
        yield (
            f"{', '.join(told)}: not used, since design.kind is "
            f"{facts.values['design']['kind']}; set design.kind=trial to run the trial."
        )
