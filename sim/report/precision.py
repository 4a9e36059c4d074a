"""Why the intervals of a run hold, and whether it became as precise as was asked for, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.digits import show
from sim.report.folder import Run
from sim.report.words import join, name_of, say


def plan(
    kind: str, metric: str, half_width: float, first: int, most: int, soonest: str, latest: str
) -> str:
    """What a run that is to be precise will do."""
    return say(
        f"precision.plan_{kind}", metric=_quoted(name_of("metric", metric)), half_width=f"{half_width:g}",
        first=first, most=f"{most:,}", soonest=soonest, latest=latest,
    )  # fmt: skip


def sentences(run: Run) -> list[str]:
    """What a reader of the intervals has to know; nothing where the number was given."""
    facts: Mapping[str, Any] = run.facts.get("precision") or {}
    if not facts:
        return []
    kind, metric = facts["kind"], _quoted(name_of("metric", facts["metric"]))
    said = [
        say(
            f"precision.{kind}", metric=metric, half_width=f"{facts['half_width']:g}",
            first=facts["first_replications"], replications=facts["replications"],
        )
    ]  # fmt: skip
    if not facts["is_reached"]:
        titles = {arm.name: arm.title for arm in run.arms}
        wide = {
            titles.get(arm, arm): half
            for arm, half in facts["half_widths"].items()
            if half > facts["half_width"]
        }
        arms = join([f"{show(half)} ({_quoted(title)})" for title, half in wide.items()])
        said.append(
            say(
                "precision.not_reached", metric=metric, half_width=f"{facts['half_width']:g}",
                most=f"{facts['most_replications']:,}", arms=arms,
            )
        )  # fmt: skip
    return said


def _quoted(name: str) -> str:
    return say("list.quoted", name=name)
