"""Small trials of real parts for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.experiment.study import build
from sim.model.settings import Study

from .worlds import NO_LEVERS, PLAIN, Levers, merged, shipped

POISSON = {"population": {"inflow": {"kind": "poisson"}}}


def trial(
    enrolments: Mapping[str, Mapping[str, Any]],
    changes: Mapping[str, Any] | None = None,
    levers: Mapping[str, Levers] | None = None,
    plan: Mapping[str, Any] | None = None,
) -> Study:
    """A trial in the plain world with a Poisson inflow; nobody waits, nobody is displaced.

    Args:
        enrolments: by arm, whom it takes and when.
        levers: by arm, what it changes of the standard regime.
        plan: what the trial has otherwise than: the insured, shared caseworkers, a look at
            the end of the first year.
    """
    values = merged(merged(shipped(), PLAIN), merged(POISSON, changes or {}))
    values["design"]["kind"] = "trial"
    values["start_date"] = "2019-01-01"
    values["trial"] = {
        "groups": ["ui"], "caseworkers": "shared", "look_dates": ["2019-12-31"], **(plan or {}),
    }  # fmt: skip
    values["arms"] = {
        arm: {
            "regime": "standard", "title": arm, "enrolment": dict(enrolment),
            "levers": merged(NO_LEVERS, (levers or {}).get(arm, {})),
        }
        for arm, enrolment in enrolments.items()
    }  # fmt: skip
    return build(values)


def dates(start: str = "2019-01-01", to: str = "2020-01-01") -> dict[str, str]:
    """The dates of an enrolment."""
    return {"from": start, "to": to}
