"""The flat table of parameters that the rules read: one for each world, in days and plain numbers.

A *row* of the levers is ``7 * lever_set + group``. Every arm of the world has a lever set that
holds outside all windows (``arm_set``), and after it one for each window of its regime.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.rules.calendar import DAYS_PER_WEEK, MINUTES_PER_DAY
from sim.rules.lever_rows import lever_rows, levers_of
from sim.rules.lines import effect_of, lines_of, rises_of
from sim.rules.people import GROUPS

Floats = tuple[float, ...]
Ints = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything the rules need to know of the arms of one world (model sections 3 to 6), flat."""

    # baseline lines (4 * group + exit)
    line_kind: Ints
    line_first: Ints
    line_end: Ints
    line_on: tuple[bool, ...]
    knot_day: Floats
    knot_rate: Floats
    knot_peak: Floats
    line_rise: Floats
    line_shape: Floats
    line_scale: Floats
    line_rule: tuple[Callable[[float], float] | None, ...]
    # effect
    effect_kind: int
    effect_rule: Callable[[float, float], float] | None
    strength: float
    rho: float
    cap: float
    decay: float
    week_decay: float
    stock_decay: float
    frailty_power: float
    other_response: float
    responsiveness: Floats
    threat: float
    threat_days: float
    sanction_factor: float
    sanction_days: float
    sanction_peak: float
    # market
    cycle_count: int
    cycle_day: Floats
    cycle_factor: Floats
    cycle_peak: float
    # people
    reentry_per_day: float
    reentry_days: float
    benefit_limit_days: Floats
    # calendar
    working: bool
    calendar_from: int
    calendar_days: int
    next_open: Ints
    opens_at: float
    window_days: float
    # levers by row
    lever_sets: int
    arm_set: Ints
    phase_start: Ints
    phase_kind: Ints
    phase_origin: Floats
    phase_a: Floats
    phase_b: Floats
    phase_count: Ints
    phase_until: Floats
    phase_list: Ints
    phase_offers: Ints
    phase_offers_count: Ints
    phase_rule: tuple[Callable[[int, float], float] | None, ...]
    list_day: Floats
    offered_step: Ints
    latest_first_day: Floats
    fund_meeting: Ints
    fund_wait_days: Floats
    recall_pause_days: Floats
    episode_pace: Floats
    episode_distance_share: Floats
    episode_no_show_factor: Floats
    duty: Ints
    voluntary_weight: Floats
    accepted: Floats
    share_physical: Floats
    share_distance: Floats
    partner_share: Floats
    minutes_kind: Ints
    minutes_physical: Floats
    minutes_distance: Floats
    minutes_group: Floats
    form_weight: Floats
    no_show: Floats
    quality: Floats
    booking_share: Floats
    booking_window_days: Floats
    booking_no_show_factor: Floats
    available: tuple[bool, ...]
    sanction_risk: Floats
    suspended: tuple[bool, ...]
    clock_stops: tuple[bool, ...]
    benefit_stops: tuple[bool, ...]
    offer_every_days: Floats
    catch_up: tuple[bool, ...]
    catch_up_days: Floats
    risk_cut: Floats
    pace_high: Floats
    pace_low: Floats
    window_from_day: Floats
    window_to_day: Floats
    window_arm: Ints
    window_set: Ints
    # office
    no_show_minutes: float
    rebook_days: float
    exit_breaks_meeting: bool
    # which luck is needed
    plan_luck: bool
    meeting_luck: bool
    # load and market factor: 1 for those who share none, then by pool; a world renews it weekly
    common_factor: list[float] = field(default_factory=lambda: [1.0])


def cycle_of(spans: list[dict[str, Any]], dates: Callable[[str], float]) -> tuple[Floats, Floats]:
    """Days at which a factor by date changes, and the factor before each and after the last."""
    days: list[float] = []
    factors: list[float] = [1.0]
    for span in sorted(spans, key=lambda s: str(s["from"])):
        begin, end = dates(span["from"]), dates(span["to"])
        if days and days[-1] == begin:
            factors[-1] = float(span["factor"])
        else:
            days.append(begin)
            factors.append(float(span["factor"]))
        days.append(end)
        factors.append(1.0)
    return tuple(days), tuple(factors)


def build(
    values: dict[str, Any],
    arms: Sequence[str],
    dates: Callable[[str], float],
    next_open: tuple[int, Ints] | None,
    window_minutes: float,
    registry: Any,
    risk_cut: Floats,
    paces: Sequence[tuple[float, float]],
) -> Rulebook:
    """The rulebook of a world.

    Args:
        arms: the arms that live in it, one or, in a trial, several.
        dates: turns an ISO date into days from the start date.
        next_open: (first day, next open day of each day from it on), None on a continuous
            calendar.
        window_minutes: minutes of an open day's window.
        registry: the researcher's own hazards, effects and schedules.
        risk_cut: by group, the score that parts high from low risk.
        paces: by arm, of the meeting clock at high and at low risk.
    """
    office = values["office"]
    people = values["population"]["groups"]
    days, factors = cycle_of(values["market"]["cycle"], dates)
    working = next_open is not None
    first, table = next_open if next_open is not None else (0, ())
    lines = lines_of(values["hazard"], registry)
    return Rulebook(
        **lines,
        line_rise=rises_of(lines, 1.0 + values["effect"]["threat"], factors),
        **effect_of(values, registry),
        responsiveness=tuple(float(people[g]["responsiveness"]) for g in GROUPS),
        cycle_count=len(days),
        cycle_day=days,
        cycle_factor=factors,
        cycle_peak=max(factors),
        reentry_per_day=values["population"]["reentry_rate_per_week"] / DAYS_PER_WEEK,
        reentry_days=float(values["population"]["reentry_days"]),
        benefit_limit_days=tuple(float(people[g]["benefit_limit_days"]) for g in GROUPS),
        working=working,
        calendar_from=first,
        calendar_days=len(table),
        next_open=table,
        opens_at=office["opens_at_hour"] / 24.0 if working else 0.0,
        window_days=window_minutes / MINUTES_PER_DAY if working else 1.0,
        **lever_rows(values, [levers_of(values, arm) for arm in arms], dates, registry),
        risk_cut=risk_cut,
        pace_high=tuple(high for high, _ in paces),
        pace_low=tuple(low for _, low in paces),
        no_show_minutes=float(office["no_show_minutes"]),
        rebook_days=float(office["rebook_days"]),
        exit_breaks_meeting=bool(office["exit_breaks_meeting"]),
    )
