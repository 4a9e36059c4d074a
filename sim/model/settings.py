"""A study as the model reads it: its people, office and market, flat and in days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from math import inf, log
from typing import Any

import holidays
import numpy as np
from scipy.special import ndtri

from sim.model.enrolment import Enrolment, enrolment_of
from sim.model.streams import gamma_frailty, lattice
from sim.rules.areas import areas_of
from sim.rules.calendar import DAYS_PER_WEEK, next_open_days, open_days_a_year
from sim.rules.lever_rows import STANDARD, levers_of
from sim.rules.people import GROUPS
from sim.rules.registry import Plugin, Registry, load_entry_points, load_plugin
from sim.rules.rulebook import Rulebook, build, cycle_of

CALENDAR_BACK_DAYS = 366 * 25
CALENDAR_AHEAD_DAYS = 400
LOWEST_RATE_PER_WEEK = 1e-9


TRIAL = "trial"
"""The world in which the arms of a trial live together."""

Teams = tuple[tuple[float, tuple[float, ...]], ...]
"""(day, caseworkers of each arm's own team from then on)."""


@dataclass(frozen=True)
class Study:
    """A scenario, built: what is run, in plain data that can be sent to a worker.

    ``values`` is the composed configuration; ``caseworkers`` has, for each arm (and for the trial
    where the study is one), (day, number) from which a number holds, and ``teams`` those of the
    trial's arms where they have their own; ``offered_load`` is minutes asked for over minutes
    available.
    """

    values: dict[str, Any]
    arms: tuple[str, ...]
    groups: tuple[str, ...]
    replications: int
    seed: int
    start_date: date
    observation_days: float
    follow_up_days: float
    plugins: tuple[Plugin, ...] = ()
    caseworkers: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    teams: Teams = ()
    offered_load: dict[str, float] = field(default_factory=dict)
    paces: dict[str, tuple[float, float]] = field(default_factory=dict)
    hour_paces: dict[str, float] = field(default_factory=dict)
    """By arm: the factor on its meeting clock by which it asks for the minutes of the first."""
    planned_per_year: dict[str, dict[str, float]] = field(default_factory=dict)
    """By arm and group (or ``all``): planned meetings a person-year of unemployment."""
    reference_effort_per_day: float = 0.0
    reference_spells_per_caseworker: float = 1.0
    engine: str = "simpy"
    engine_note: str = ""
    """Why another engine than the one asked for serves, where that is so."""

    @property
    def kept_worlds(self) -> tuple[str, ...]:
        """The worlds whose rows are results: one for each arm, and the trial where it is one."""
        return (*self.arms, TRIAL) if self.values["design"]["kind"] == TRIAL else self.arms

    @property
    def horizon_days(self) -> float:
        """The day on which the run ends."""
        return self.observation_days + self.follow_up_days


@dataclass(frozen=True)
class Settings:
    """People, office and market of a study, as the model reads them."""

    horizon_days: float
    observation_days: float
    grid: bool
    inflow_kind: str
    inflow_people: int
    inflow_days: float
    inflow_per_day: tuple[float, ...]
    inflow_factors: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
    """By group: days at which the factor on the inflow changes, factor before each and after."""
    shares: tuple[float, ...]
    warm_start: bool
    frailty_variance: float
    episode: tuple[tuple[float, float, float], ...]
    line_on: tuple[bool, ...]
    risk_score_noise: float
    group_risk: tuple[float, ...]
    working: bool
    window_minutes: float
    minutes_per_caseworker_day: float
    order: str
    pool_by_group: bool
    area_shares: tuple[float, ...]
    """Shares of people by area where each has a jobcentre of its own; else empty."""
    own_caseworker: bool
    caseworker_quality: str
    caseworker_quality_sd: float
    load_elasticity: float
    deadline_days: tuple[float, ...]
    gather_days: float
    group_size: int
    displacement: float
    pool_share: float
    unused_luck: frozenset[str]
    """Columns of people that no lever of the study asks for."""
    enrolment: Enrolment | None = None
    """Who takes part in the trial, where it is one."""


def dates_from(start: date) -> Callable[[str], float]:
    """A function from ISO dates to days from the start date."""
    return lambda text: float((date.fromisoformat(str(text)) - start).days)


@lru_cache(maxsize=8)
def danish_calendar(start: date, horizon: int) -> tuple[tuple[int, tuple[int, ...]], float]:
    """Next open days around the run, and open days a year (weekends and holidays are closed)."""
    first = -CALENDAR_BACK_DAYS
    days = CALENDAR_BACK_DAYS + horizon + CALENDAR_AHEAD_DAYS
    years = range(start.year - 27, start.year + horizon // 365 + 6)
    closed = frozenset(holidays.country_holidays("DK", years=years))
    table = next_open_days(start, first, days, closed)
    return (first, table), open_days_a_year(start.replace(month=1, day=1), closed)


def registry_of(study: Study) -> Registry:
    """The researcher's own rules: installed ones, and those of the plug-in files."""
    registry = Registry()
    load_entry_points(registry)
    for plugin in study.plugins:
        load_plugin(plugin, registry)
    return registry


def plain_standard(study: Study) -> Study:
    """The study with the standard regime as it is shipped, whatever the arms are called."""
    arms = {STANDARD: {"regime": STANDARD, "levers": {}}}
    return replace(study, values={**study.values, "arms": arms}, paces={})


def rulebook_of(study: Study, arms: str | Sequence[str], registry: Registry) -> Rulebook:
    """The rulebook of a world in which one arm lives, or several."""
    arms = (arms,) if isinstance(arms, str) else tuple(arms)
    values = study.values
    table, minutes = calendar_of(study)
    return build(
        values, arms, dates_from(study.start_date), table, minutes, registry,
        risk_cuts(values) if any(arm in study.paces for arm in arms) else (0.0,) * len(GROUPS),
        [study.paces.get(arm, (1.0, 1.0)) for arm in arms],
    )  # fmt: skip


def risk_cuts(values: dict[str, Any]) -> tuple[float, ...]:
    """The median risk score of each group: noise and log frailty over an even spread of luck."""
    points = lattice(20_000, 2)
    frailty = gamma_frailty(points[:, 0], values["population"]["frailty_variance"])
    noise = values["office"]["risk_score_noise"] * ndtri(points[:, 1])
    with np.errstate(divide="ignore"):
        middle = float(np.median(noise - np.log(frailty)))
    return tuple(middle + risk for risk in group_risks(values))


def group_risks(values: dict[str, Any]) -> tuple[float, ...]:
    """By group: minus the log of a rough weekly level of its job rate."""
    return tuple(-log(_level(values["hazard"].get(g, {}).get("job"))) for g in GROUPS)


def calendar_of(study: Study) -> tuple[tuple[int, tuple[int, ...]] | None, float]:
    """Next open days (None on a continuous calendar), and minutes of a day's window."""
    office = study.values["office"]
    if office["calendar"] != "working":
        return None, 1440.0
    table, open_days = danish_calendar(study.start_date, int(study.horizon_days) + 1)
    return table, office["minutes_per_caseworker_year"] / open_days


def settings_of(study: Study) -> Settings:
    """The settings of a study."""
    v = study.values
    people, office, market = v["population"], v["office"], v["market"]
    groups = people["groups"]
    working = office["calendar"] == "working"
    _, minutes = calendar_of(study)
    dates = dates_from(study.start_date)
    a_year = office["minutes_per_caseworker_year"] / 365.25 if working else 1440.0
    return Settings(
        horizon_days=study.horizon_days,
        observation_days=study.observation_days,
        grid=v["design"]["luck"] == "grid",
        inflow_kind=people["inflow"]["kind"],
        inflow_people=int(people["inflow"]["people"]),
        inflow_days=float(people["inflow"]["days"]),
        inflow_per_day=tuple(
            groups[g]["inflow_per_week"] * people["scale"] / DAYS_PER_WEEK for g in GROUPS
        ),
        inflow_factors=tuple(
            cycle_of([s for s in people["inflow_factors"] if g in s.get("groups", GROUPS)], dates)
            for g in GROUPS
        ),
        shares=tuple(groups[g]["share"] for g in GROUPS),
        warm_start=bool(people["warm_start"]) and people["inflow"]["kind"] == "poisson",
        frailty_variance=float(people["frailty_variance"]),
        episode=tuple(
            (e["share"], e["start_days"], e["length_days"])
            for e in (groups[g]["episode"] for g in GROUPS)
        ),
        line_on=tuple(
            (v["hazard"].get(g, {}).get(e) or {"kind": "none"})["kind"] != "none"
            for g in GROUPS
            for e in ("job", "education", "recall", "other")
        ),
        risk_score_noise=float(office["risk_score_noise"]),
        group_risk=group_risks(v),
        working=working,
        window_minutes=minutes,
        minutes_per_caseworker_day=a_year,
        order=office["queue_order"],
        pool_by_group=office["pools"] == "group",
        area_shares=area_shares(office),
        own_caseworker=bool(office["own_caseworker"]),
        caseworker_quality=office["caseworker_quality"],
        caseworker_quality_sd=float(office["caseworker_quality_sd"]),
        load_elasticity=float(office["load_elasticity"]),
        deadline_days=tuple(float(office["deadline_days"][g]) for g in GROUPS),
        gather_days=float(office["gather_days"]),
        group_size=int(office["group_size"]),
        displacement=float(market["displacement"]),
        pool_share=float(market["pool_share"]),
        unused_luck=unused_luck(v),
        enrolment=enrolment_of(v, dates_from(study.start_date)),
    )


def area_shares(office: dict[str, Any]) -> tuple[float, ...]:
    """Shares of people by area; none where areas have no jobcentre of their own."""
    return tuple(area.share for area in areas_of(office))


def unused_luck(values: dict[str, Any]) -> frozenset[str]:
    """The draws of a person that nothing in the study asks for."""
    office, groups = values["office"], values["population"]["groups"]
    levers = [levers_of(values, arm) for arm in values["arms"]] + [values["regimes"][STANDARD]]
    unused = set()
    if values["design"]["kind"] != "trial":
        unused.add("arm")
    if office["calendar"] != "working":
        unused.add("day_time")
    by_risk = any(lever["allocation"]["kind"] == "by_risk" for lever in levers)
    if office["queue_order"] != "highest_risk" and not by_risk:
        unused.add("score")
    if not office["own_caseworker"] and not area_shares(office):
        unused.add("caseworker")
    if not any(lever["windows"] for lever in levers):
        unused.add("spread")
    weight = "inflow_per_week" if values["population"]["inflow"]["kind"] == "poisson" else "share"
    if not any(groups[g]["episode"]["share"] > 0.0 < groups[g][weight] for g in GROUPS):
        unused |= {"episode_from", "episode_to"}
    return frozenset(unused)


def _level(line: dict[str, Any] | None) -> float:
    """A rough weekly level of a job rate, by which groups are ranked in a risk score."""
    kind = (line or {}).get("kind", "none")
    if kind == "constant":
        level = line["rate_per_week"]  # type: ignore[index]
    elif kind == "piecewise":
        level = line["rate_per_week"][0]  # type: ignore[index]
    elif kind == "weibull":
        level = DAYS_PER_WEEK / line["scale_days"]  # type: ignore[index]
    else:
        level = LOWEST_RATE_PER_WEEK if kind == "none" else 0.01
    return max(level, LOWEST_RATE_PER_WEEK)


def unlimited(number: float) -> bool:
    """Whether a number of caseworkers stands for an office in which nobody waits."""
    return number == inf
