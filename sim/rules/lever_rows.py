"""The levers of a regime, from the configuration to one row for each group and window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

from sim.rules import meetings, regimes
from sim.rules.levers import EVERYBODY, with_changes
from sim.rules.people import GROUPS
from sim.rules.phases import Phases, by_group

Floats = tuple[float, ...]
Ints = tuple[int, ...]

STANDARD = "standard"
"""The regime under which the office was run before day 0, and those whom no other is for."""


def levers_of(values: dict[str, Any], arm: str) -> dict[str, Any]:
    """The levers of an arm: its regime, and what the arm changes of it."""
    chosen = values["arms"][arm]
    return with_changes(values["regimes"][chosen["regime"]], chosen.get("levers") or {})


def is_for(levers: Mapping[str, Any], group: str) -> bool:
    """Whether a regime is for a target group; those that it is not for stay under standard."""
    return EVERYBODY in levers["groups"] or group in levers["groups"]


def lever_rows(
    values: dict[str, Any],
    levers: Sequence[dict[str, Any]],
    dates: Callable[[str], float],
    registry: Any,
) -> dict[str, Any]:
    """The columns of the rulebook that hold levers, those of several arms one after the other.

    Args:
        levers: of each arm.
        dates: turns an ISO date into days from the start date.
    """
    phases = Phases(registry)
    rows: list[dict[str, Any]] = []
    arm_set: list[int] = []
    windows: list[tuple[float, float, int, int]] = []
    for arm, of_arm in enumerate(levers):
        arm_set.append(len(rows) // len(GROUPS))
        rows += _rows_of_arm(values, of_arm, phases)
        for number, window in enumerate(of_arm["windows"], start=1):
            windows.append((dates(window["from"]), dates(window["to"]), arm, arm_set[-1] + number))
    columns: dict[str, Any] = {k: tuple(r[k] for r in rows) for k in rows[0]}
    for key in ("form_weight", "no_show"):
        columns[key] = tuple(x for triple in columns[key] for x in triple)
    columns["lever_sets"] = len(rows) // len(GROUPS)
    columns["arm_set"] = tuple(arm_set)
    for place, name in enumerate(("from_day", "to_day", "arm", "set")):
        columns[f"window_{name}"] = tuple(window[place] for window in windows)
    columns |= phases.table()
    weight = "inflow_per_week" if values["population"]["inflow"]["kind"] == "poisson" else "share"
    here = [values["population"]["groups"][g][weight] > 0.0 for g in GROUPS]
    rows = [row for i, row in enumerate(rows) if here[i % len(GROUPS)]]
    columns["plan_luck"] = _needs_plan_luck(rows, columns["phase_kind"])
    columns["meeting_luck"] = bool(columns["offered_step"]) or _needs_meeting_luck(rows)
    return columns


def _rows_of_arm(
    values: dict[str, Any], arm_levers: dict[str, Any], phases: Phases
) -> list[dict[str, Any]]:
    """The rows of an arm: by group, outside all windows and then in each."""
    rows: list[dict[str, Any]] = []
    others = values["regimes"][STANDARD]
    by = {g: arm_levers if is_for(arm_levers, g) else others for g in GROUPS}
    starts = {g: phases.add(by_group(by[g]["schedule"], g)) for g in GROUPS}
    for dated in [None, *arm_levers["windows"]]:
        for g in GROUPS:
            people = values["population"]["groups"][g]
            levers = by[g]
            window: Any = dated if is_for(arm_levers, g) else None
            form = by_group(levers["form"], g)
            if window is not None and window.get("form"):
                form = window["form"]
            stops = window is not None and window["mandatory"] == "suspended"
            available = window is None or bool(window["availability"])
            voluntary = by_group(levers["duty"], g) == "voluntary"
            minutes, weight, first = levers["minutes"], levers["weight"], levers["first_meeting"]
            insured = g in ("ui", "seasonal")
            booking = levers["self_booking"]
            rows.append({
                "phase_start": starts[g],
                "latest_first_day": float(first["latest_day"]),
                "fund_meeting": int(first["fund_meeting"]) if insured else 0,
                "fund_wait_days": float(first["fund_wait_days"]),
                "recall_pause_days": float(levers["recall_pause_days"]) if g == "seasonal" else 0.0,
                "episode_pace": float(levers["episode_pace"]),
                "episode_distance_share": float(levers["episode_distance_share"]),
                "episode_no_show_factor": float(people["episode"]["no_show_factor"]),
                "duty": regimes.VOLUNTARY if voluntary else regimes.MANDATORY,
                "voluntary_weight": float(levers["voluntary_weight"]),
                "accepted": people["reach"] * _acceptance(levers, people, g),
                "share_physical": float(form["physical"]),
                "share_distance": float(form["distance"]),
                "partner_share": float(levers["partner_share"]),
                "minutes_kind": meetings.MINUTES_KINDS.index(minutes["kind"]),
                "minutes_physical": float(minutes["physical"]),
                "minutes_distance": float(minutes["distance"]),
                "minutes_group": float(minutes["group"]),
                "form_weight": tuple(float(weight[f]) for f in meetings.FORMS),
                "no_show": tuple(float(people["no_show"][f]) for f in meetings.FORMS),
                "quality": float(levers["quality"]),
                "booking_share": float(booking["share"]),
                "booking_window_days": float(booking["window_days"]),
                "booking_no_show_factor": float(booking["no_show_factor"]),
                "available": available,
                "sanction_risk": float(people["sanction_risk_per_no_show"]) if available else 0.0,
                "suspended": stops,
                "clock_stops": stops and window["meeting_clock"] == "stops",
                "benefit_stops": window is not None and window["benefit_clock"] == "stops",
                "offer_every_days": float(window["voluntary_every_days"]) if stops else inf,
                "catch_up": stops and window["missed"] == "catch_up",
                "catch_up_days": float(window["catch_up_days"]) if stops else 0.0,
            })  # fmt: skip
    return rows


def _acceptance(levers: Mapping[str, Any], people: Mapping[str, Any], group: str) -> float:
    """The share of the reached that accept: the regime's own, else the population's."""
    own = levers.get("acceptance")
    return float(by_group(own, group) if own else people["acceptance"])


def _needs_plan_luck(rows: list[dict[str, Any]], phase_kinds: Ints) -> bool:
    """Whether any lever draws a gap or a booked date."""
    drawn = any(k in (regimes.AGREED, regimes.RANDOM) for k in phase_kinds)
    return drawn or any(r["booking_share"] > 0.0 for r in rows)


def _needs_meeting_luck(rows: list[dict[str, Any]]) -> bool:
    """Whether any lever draws attendance, form, acceptance, a partner or minutes."""
    return any(
        r["minutes_kind"] != meetings.FIXED
        or r["share_physical"] < 1.0
        or r["episode_distance_share"] > 0.0
        or r["partner_share"] > 0.0
        or max(r["no_show"]) > 0.0
        or r["duty"] == regimes.VOLUNTARY
        or r["offer_every_days"] < inf
        for r in rows
    )
