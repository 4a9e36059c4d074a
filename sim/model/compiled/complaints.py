"""What a compiled world has found wrong, said as an error."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

from sim.model.compiled.doors import EFFECT, HAZARD, SCHEDULE
from sim.model.compiled.people import WRONG_BUSY, WRONG_FREE, WRONG_IDLE, WRONG_SUM
from sim.rules.errors import CheckError
from sim.rules.hazards import jumps_hint, line_number
from sim.rules.people import JOB, PERSONS_PER_GROUP
from sim.rules.rulebook import Rulebook


def check_busy(pools: np.ndarray) -> None:
    """Every busy caseworker must be in a meeting, or late for the next window."""
    for q in pools[pools["size"] != inf]:
        busy = q["size"] - q["free"] + q["leaving"]
        known = q["meeting"] + q["group_meetings"] + q["late"]
        if busy != known:
            raise CheckError(f"{busy} caseworkers are busy at the end, in {known} meetings")


def check_plugins(rulebook: np.ndarray, w: Rulebook) -> None:
    """Raise InputError if a plug-in gave what it must not: asked again in Python, it says what."""
    r = rulebook[0]
    if not r["fault"]:
        return
    kind, which, x, y = (
        int(r["fault"]),
        int(r["fault_of"]),
        float(r["fault_x"]),
        float(r["fault_y"]),
    )
    rules: dict[int, Sequence[Any]] = {
        int(HAZARD): w.line_rule, int(EFFECT): (w.effect_rule,), int(SCHEDULE): w.phase_rule,
    }  # fmt: skip
    rule = rules[kind][which]
    where = (x,) if kind == HAZARD else (int(x), y) if kind == SCHEDULE else (x, y)
    rule(*where)
    raise rule.fault("gave no such number in a run, and does when it is asked again", *where)


def complain(g: np.void, w: Rulebook) -> None:
    """Raise what the world has found wrong."""
    a, b, c = (float(g[f"wrong_{x}"]) for x in "abc")
    if g["wrong"] == WRONG_IDLE:
        raise CheckError(
            f"person {g['wrong_person']} waited until day {a} while {b} of {c} caseworkers were "
            "idle"
        )
    if g["wrong"] == WRONG_FREE:
        raise CheckError(f"{a} of {b} caseworkers are free on day {c}")
    if g["wrong"] == WRONG_BUSY:
        raise CheckError(f"{a} of {b} caseworkers busy on {c}")
    if g["wrong"] == WRONG_SUM:
        raise CheckError(
            f"person {g['wrong_person']}, spell {g['wrong_spell']}: the cumulative job rate at the "
            f"exit on day {a} is {b!r}, the threshold {c!r}"
            + jumps_hint(w, line_number(int(g["wrong_person"]) // PERSONS_PER_GROUP - 1, JOB))
        )
