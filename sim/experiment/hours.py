"""Hour-neutral comparison: every arm with the caseworkers of the first, and if wanted its minutes.

``office.hours`` says which. ``as_first_arm`` gives every arm the caseworkers of the first: the same
minutes are on offer, and who plans more meetings lets people wait. ``as_first_arm_paced`` also
stretches or squeezes each schedule by one factor on its meeting clock, so that in the long run, with
unlimited caseworkers, an arm asks for as many minutes a day as the first: no longer queue, but other
meetings for the same hours. Minutes a day and not a person-year are held, since hours are what an
office has: an arm under which people leave sooner has more of them for each who stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isinf
from typing import TYPE_CHECKING, Any

from sim.rules.errors import InputError

if TYPE_CHECKING:
    from sim.model.settings import Study

AS_CONFIGURED, SAME, PACED = HOURS = ("as_configured", "as_first_arm", "as_first_arm_paced")

Pace = tuple[float, float]
"""Factors on the meeting clock of people at high and at low risk."""

SLOWEST, FASTEST = 1 / 32, 32.0
TOLERANCE = 1e-3
"""How close the factor on the meeting clock is worked out."""


def kind_of(values: Mapping[str, Any]) -> str:
    """Whose caseworker hours the arms of a study have."""
    return str(values["office"]["hours"])


def paced(arm: str, own: Pace, wanted_minutes: float, minutes_of: Callable[[Pace], float]) -> Pace:
    """The pace by which an arm asks for the wanted minutes a day; unchanged where it plans nothing.

    Args:
        own: the pace that the arm has by itself.
        minutes_of: minutes a day that the arm asks for at a pace.
    Raises:
        InputError: no pace can do it.
    """

    def at(factor: float) -> Pace:
        return own[0] * factor, own[1] * factor

    def surplus(factor: float) -> float:
        return minutes_of(at(factor)) - wanted_minutes

    minutes = minutes_of(own)
    if minutes == 0.0 or minutes == wanted_minutes:
        return own
    # Doubled or halved until the wanted minutes lie between, then between the last two.
    step = 2.0 if minutes < wanted_minutes else 0.5
    near = 1.0
    while SLOWEST <= near * step <= FASTEST:
        far = near * step
        if (surplus(far) > 0.0) == (step > 1.0):
            from scipy.optimize import brentq  # takes long to import, and few studies need it

            return at(float(brentq(surplus, min(near, far), max(near, far), xtol=TOLERANCE * near)))
        near = far
    raise InputError(
        f"office.hours is {PACED}, and no pace of the schedule of arms.{arm} asks for the "
        f"{wanted_minutes:,.0f} minutes a day of the first arm: it is {minutes:,.0f} as configured, "
        f"and {minutes_of(at(near)):,.0f} at {near:g} times its pace. Change the schedule, "
        f"leave the arm out with '~arms.{arm}', or set office.hours={SAME}."
    )


def facts(study: Study) -> dict[str, Any]:
    """What the manifest tells: whose hours, the caseworkers that all arms have, paces by arm."""
    kind = kind_of(study.values)
    told: dict[str, Any] = {"kind": kind}
    if kind != AS_CONFIGURED:
        steps = study.caseworkers[study.arms[0]]
        told["caseworkers"] = [
            [day, "unlimited" if isinf(number) else number] for day, number in steps
        ]
    if kind == PACED:
        told["pace_of_plan"] = dict(study.hour_paces)
    return told
