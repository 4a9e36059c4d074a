"""What does not fit where a precision is asked for, and where none can be."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from sim.config.facts import Facts
from sim.experiment import metrics
from sim.experiment.precision import FEWEST_FIRST, METRICS, NONE
from sim.rules.errors import InputError

KEY = ("design", "precision")
FIRST = {
    "pilot": "they are the pilot",
    "sequence": "the interval is looked at from there on",
}


def precision(facts: Facts) -> Iterator[str]:
    """Every reason why a study cannot reach the precision that it asks for."""
    values = facts.values
    design, asked = values["design"], values["design"]["precision"]
    kind, metric = asked["kind"], asked["metric"]
    if kind == NONE:
        return
    replications = ("design", "replications")
    if design["replications"] < FEWEST_FIRST:
        yield facts.say(
            replications,
            f"is {design['replications']}; with design.precision.kind={kind} it must be at least "
            f"{FEWEST_FIRST} ({FIRST[kind]})",
        )
    if asked["most_replications"] < design["replications"]:
        yield facts.say(
            (*KEY, "most_replications"),
            f"is {asked['most_replications']}; it must be at least design.replications, "
            f"{design['replications']}",
        )
    if metric not in METRICS:
        close = difflib.get_close_matches(metric, METRICS, 1)
        meant = f" – did you mean {close[0]}?" if close else ""
        yield facts.say(
            (*KEY, "metric"), f"is {metric}{meant}; it must be one of {', '.join(METRICS)}"
        )
    elif why := metrics.left_out(float(design["follow_up_days"])).get(metric):
        yield facts.say((*KEY, "metric"), f"is {metric}, which {why}; choose another")
    elif metric == "days_saved_zero_load" and not design["zero_load_twin"]:
        yield facts.say((*KEY, "metric"), f"is {metric}, which needs design.zero_load_twin=true")
    if len(values["arms"]) < 2:
        yield facts.say(
            (*KEY, "kind"), f"is {kind}; a difference needs two arms, and the study has one"
        )
    if design["luck"] == "grid":
        yield facts.say(
            (*KEY, "kind"),
            f"is {kind}; with design.luck=grid chance moves nothing, so there is no interval. Set "
            "design.luck=random",
        )
    if design["kind"] == "trial":
        yield facts.say(
            (*KEY, "kind"),
            f"is {kind}; of a trial no precision can be asked, since what its evaluator finds is "
            "no difference of worlds. Give design.replications, or set design.kind=worlds",
        )


def refuse(values: Mapping[str, Any], command: str) -> None:
    """Refuse a precision where a command takes a given number of replications.

    Raises InputError.
    """
    kind = values["design"]["precision"]["kind"]
    if kind != NONE:
        raise InputError(
            f"design.precision.kind is {kind}; {command} takes a given number of replications, "
            "the same with the same luck for all that it sets side by side. Find the number by "
            f"`samtale run design.precision.kind={kind} ...`, then give it by design.replications="
        )
