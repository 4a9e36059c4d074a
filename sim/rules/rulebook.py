"""The flat table of parameters that the rules read: one for each arm, in days and plain numbers.

A *row* of the levers is ``7 * lever_set + group``: lever set 0 holds outside all windows, lever
set k in the k-th window of the regime.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

from sim.rules import effects, hazards, meetings, regimes
from sim.rules.calendar import DAYS_PER_WEEK, MINUTES_PER_DAY
from sim.rules.levers import with_changes
from sim.rules.people import EXITS, GROUPS

Floats = tuple[float, ...]
Ints = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything the rules need to know of one arm (model sections 3 to 6), flat."""

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
    phase_start: Ints
    phase_kind: Ints
    phase_origin: Floats
    phase_a: Floats
    phase_b: Floats
    phase_count: Ints
    phase_until: Floats
    phase_list: Ints
    phase_rule: tuple[Callable[[int, float], float] | None, ...]
    list_day: Floats
    latest_first_day: Floats
    fund_meeting: Ints
    fund_wait_days: Floats
    recall_pause_days: Floats
    episode_pace: Floats
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
    pace_high: float
    pace_low: float
    window_from_day: Floats
    window_to_day: Floats
    # office
    no_show_minutes: float
    rebook_days: float
    exit_breaks_meeting: bool
    # which luck is needed
    plan_luck: bool
    meeting_luck: bool


def levers_of(values: dict[str, Any], arm: str) -> dict[str, Any]:
    """The levers of an arm: its regime, and what the arm changes of it."""
    chosen = values["arms"][arm]
    return with_changes(values["regimes"][chosen["regime"]], chosen.get("levers") or {})


def _own(plugin: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a plug-in's function, as given beside its kind."""
    names = [parameter.name.rsplit(".", 1)[-1] for parameter in plugin.parameters]
    return {name: given[name] for name in names}


def _hazard_rule(plugin: Any, line: dict[str, Any]) -> tuple[Callable[[float], float], list[float]]:
    """A plugged-in rate per day of a spell day, and where it has kinks."""
    own = _own(plugin, line)
    kinks = plugin.kinks(**own) if callable(plugin.kinks) else plugin.kinks or ()

    def rate_per_day(spell_day: float) -> float:
        return plugin.function(spell_day, **own) / DAYS_PER_WEEK

    return rate_per_day, sorted(float(k) for k in kinks)


def _lines(hazard: dict[str, Any], registry: Any) -> dict[str, Any]:
    kinds, first, end, on, day, rate, peak, shape, scale, rule = ([] for _ in range(10))
    for group in GROUPS:
        for exit_name in EXITS[:4]:
            line = hazard.get(group, {}).get(exit_name) or {"kind": "none"}
            kind = line["kind"]
            knots: list[float] = [0.0]
            values: list[float] = [1.0]
            code, own_shape, own_scale, own_rule = hazards.PIECEWISE, 1.0, 1.0, None
            if kind == "none":
                values = [0.0]
            elif kind == "constant":
                values = [line["rate_per_week"] / DAYS_PER_WEEK]
            elif kind == "piecewise":
                knots = [float(d) for d in line["from_days"]]
                values = [r / DAYS_PER_WEEK for r in line["rate_per_week"]]
            elif kind == "weibull":
                code = hazards.WEIBULL
                own_shape, own_scale = float(line["shape"]), float(line["scale_days"])
            else:
                code = hazards.RULE
                own_rule, kinks = _hazard_rule(registry.hazards[kind], line)
                knots = [0.0, *(k for k in kinks if k > 0.0)]
                values = [1.0] * len(knots)
            kinds.append(code)
            first.append(len(day))
            day += knots
            rate += values
            peak += [max(values[k:]) for k in range(len(values))]
            end.append(len(day))
            on.append(any(v > 0.0 for v in values))
            shape.append(own_shape)
            scale.append(own_scale)
            rule.append(own_rule)
    return {
        "line_kind": tuple(kinds), "line_first": tuple(first), "line_end": tuple(end),
        "line_on": tuple(on), "knot_day": tuple(day), "knot_rate": tuple(rate),
        "knot_peak": tuple(peak),
        "line_shape": tuple(shape), "line_scale": tuple(scale), "line_rule": tuple(rule),
    }  # fmt: skip


def _rises(lines: dict[str, Any], threat: float, cycle: Floats) -> Floats:
    """By line: by how much its rate may rise, at most, when its present piece ends."""
    swing = max(cycle) / min(cycle) if min(cycle) > 0.0 else inf
    rises = []
    for first, end in zip(lines["line_first"], lines["line_end"], strict=True):
        pairs = zip(lines["knot_peak"][first:end], lines["knot_rate"][first:end], strict=True)
        ratios = [peak / rate if rate > 0.0 else inf for peak, rate in pairs if peak > 0.0]
        rises.append(max(ratios, default=1.0) * threat * swing)
    return tuple(rises)


def _effect(values: dict[str, Any], registry: Any) -> dict[str, Any]:
    e = values["effect"]
    tau = e["tau_days"]
    code, rule = effects.PLUGIN, None
    if e["kind"] in effects.EFFECTS:
        code = effects.EFFECTS.index(e["kind"])
    else:
        plugin = registry.effects[e["kind"]]
        own = _own(plugin, e)

        def rule(chi: float, stock: float) -> float:
            return plugin.function(stock, chi, **own)

    concave = code == effects.CONCAVE
    rho = float(e["rho"]) if concave else 1.0
    return {
        "effect_kind": code,
        "effect_rule": rule,
        "strength": float(e["alpha"] if concave else e["boost"]),
        "rho": rho,
        "cap": float(e["cap"]),
        "decay": 0.0 if tau == inf else rho / tau,
        "stock_decay": 0.0 if tau == inf else 1.0 / tau,
        "frailty_power": float(e["frailty_power"]),
        "other_response": float(e["other_exit_response"]),
        "threat": float(e["threat"]),
        "threat_days": float(e["threat_days"]),
        "sanction_factor": float(e["sanction_factor"]),
        "sanction_days": float(e["sanction_days"]),
        "sanction_peak": max(1.0, float(e["sanction_factor"])),
    }


class _Phases:
    """Collects the flat table of schedule phases."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self.rows: list[tuple[int, float, float, float, int, float, int, Any]] = []
        self.days: list[float] = []

    def add(self, phases: list[dict[str, Any]]) -> int:
        """Append one schedule; returns the index of its first phase."""
        start = len(self.rows)
        origin = 0.0
        for phase in phases:
            until = float(phase.get("until_day", inf))
            kind, a, b, count, first, rule = regimes.NONE, 0.0, 0.0, 0, 0, None
            if "meetings" in phase:
                kind, a, count = regimes.GRID, float(phase["span_days"]), int(phase["meetings"])
                until = origin + a
            elif "every_days" in phase:
                kind, a = regimes.EVERY, float(phase["every_days"])
            elif "days" in phase:
                kind, count, first = regimes.LIST, len(phase["days"]), len(self.days)
                self.days += [float(d) for d in phase["days"]]
                until = self.days[-1]
            elif "agreed_days" in phase:
                kind, (a, b) = regimes.AGREED, (float(d) for d in phase["agreed_days"])
            elif "random_every_days" in phase:
                kind, a = regimes.RANDOM, float(phase["random_every_days"])
            elif "kind" in phase:
                plugin = self.registry.schedules[phase["kind"]]
                kind, rule = regimes.PLUGGED, partial(plugin.function, **_own(plugin, phase))
            self.rows.append((kind, origin, a, b, count, until, first, rule))
            origin = until
        self.rows.append((regimes.NONE, 0.0, 0.0, 0.0, 0, inf, 0, None))
        return start

    def table(self) -> dict[str, Any]:
        """The phases as columns."""
        names = ("kind", "origin", "a", "b", "count", "until", "list", "rule")
        columns = {f"phase_{n}": c for n, c in zip(names, zip(*self.rows, strict=True), strict=True)}
        return {**columns, "list_day": tuple(self.days)}


def by_group(choice: Any, group: str) -> Any:
    """What a lever says of a group: its own word, else the default."""
    if isinstance(choice, dict) and ("default" in choice or group in choice):
        return choice[group] if group in choice else choice["default"]
    return choice


def _levers(
    values: dict[str, Any], levers: dict[str, Any], dates: Callable[[str], float], registry: Any
) -> dict[str, Any]:
    phases = _Phases(registry)
    rows: list[dict[str, Any]] = []
    windows = levers["windows"]
    starts = {g: phases.add(by_group(levers["schedule"], g)) for g in GROUPS}
    for window in [None, *windows]:
        for g in GROUPS:
            people = values["population"]["groups"][g]
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
                "duty": regimes.VOLUNTARY if voluntary else regimes.MANDATORY,
                "voluntary_weight": float(levers["voluntary_weight"]),
                "accepted": people["reach"] * people["acceptance"],
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
    columns: dict[str, Any] = {k: tuple(r[k] for r in rows) for k in rows[0]}
    for key in ("form_weight", "no_show"):
        columns[key] = tuple(x for triple in columns[key] for x in triple)
    columns["lever_sets"] = 1 + len(windows)
    columns["window_from_day"] = tuple(dates(w["from"]) for w in windows)
    columns["window_to_day"] = tuple(dates(w["to"]) for w in windows)
    columns |= phases.table()
    weight = "inflow_per_week" if values["population"]["inflow"]["kind"] == "poisson" else "share"
    here = [values["population"]["groups"][g][weight] > 0.0 for g in GROUPS]
    rows = [row for i, row in enumerate(rows) if here[i % len(GROUPS)]]
    columns["plan_luck"] = _needs_plan_luck(rows, columns["phase_kind"])
    columns["meeting_luck"] = _needs_meeting_luck(rows)
    return columns


def _needs_plan_luck(rows: list[dict[str, Any]], phase_kinds: Ints) -> bool:
    """Whether any lever draws a gap or a booked date."""
    drawn = any(k in (regimes.AGREED, regimes.RANDOM) for k in phase_kinds)
    return drawn or any(r["booking_share"] > 0.0 for r in rows)


def _needs_meeting_luck(rows: list[dict[str, Any]]) -> bool:
    """Whether any lever draws attendance, form, acceptance, a partner or minutes."""
    return any(
        r["minutes_kind"] != meetings.FIXED
        or r["share_physical"] < 1.0
        or r["partner_share"] > 0.0
        or max(r["no_show"]) > 0.0
        or r["duty"] == regimes.VOLUNTARY
        or r["offer_every_days"] < inf
        for r in rows
    )


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
    arm: str,
    dates: Callable[[str], float],
    next_open: tuple[int, Ints] | None,
    window_minutes: float,
    registry: Any,
    risk_cut: Floats,
    paces: tuple[float, float],
) -> Rulebook:
    """The rulebook of one arm.

    Args:
        dates: turns an ISO date into days from the start date.
        next_open: (first day, next open day of each day from it on), None on a continuous
            calendar.
        window_minutes: minutes of an open day's window.
        registry: the researcher's own hazards, effects and schedules.
        risk_cut: by group, the score that parts high from low risk.
        paces: of the meeting clock, at high and at low risk.
    """
    office = values["office"]
    people = values["population"]["groups"]
    days, factors = cycle_of(values["market"]["cycle"], dates)
    working = next_open is not None
    first, table = next_open if next_open is not None else (0, ())
    lines = _lines(values["hazard"], registry)
    return Rulebook(
        **lines,
        line_rise=_rises(lines, 1.0 + values["effect"]["threat"], factors),
        **_effect(values, registry),
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
        **_levers(values, levers_of(values, arm), dates, registry),
        risk_cut=risk_cut,
        pace_high=paces[0],
        pace_low=paces[1],
        no_show_minutes=float(office["no_show_minutes"]),
        rebook_days=float(office["rebook_days"]),
        exit_breaks_meeting=bool(office["exit_breaks_meeting"]),
    )
