"""From a composed configuration to a study: staffing, offered load and reference values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import ceil, inf
from typing import Any

from sim.experiment import hours, same_meetings
from sim.experiment.trial_staff import load, mean, staff_of, with_trial
from sim.model.demand import Demand, long_run
from sim.model.engines import with_engine
from sim.model.settings import (
    STANDARD,
    TRIAL,
    Settings,
    Study,
    Teams,
    dates_from,
    plain_standard,
    registry_of,
    rulebook_of,
    settings_of,
)
from sim.rules.areas import AREA, areas_of
from sim.rules.errors import InputError
from sim.rules.lever_rows import levers_of
from sim.rules.people import GROUPS
from sim.rules.registry import Plugin, Registry

SAMPLE_PEOPLE = 400
"""People a group from whom the demand of a regime is worked out."""


def plain(values: dict[str, Any], plugins: Sequence[Plugin] = ()) -> Study:
    """The study before anything is worked out of it: no caseworkers, no engine."""
    design = values["design"]
    inflow = values["population"]["inflow"]["kind"]
    people = values["population"]["groups"]
    weight = "inflow_per_week" if inflow == "poisson" else "share"
    return Study(
        values=values,
        arms=tuple(values["arms"]),
        groups=tuple(g for g in GROUPS if people[g][weight] > 0.0),
        replications=int(design["replications"]),
        seed=int(design["seed"]),
        start_date=date.fromisoformat(str(values["start_date"])),
        observation_days=float(design["observation_days"]),
        follow_up_days=float(design["follow_up_days"]),
        plugins=tuple(plugins),
    )


def build(values: dict[str, Any], plugins: Sequence[Plugin] = ()) -> Study:
    """The study that a configuration describes.

    Works out, with unlimited caseworkers, what each regime asks for: so ``caseworkers: auto``
    becomes a number for the office's target load, and the offered load of each arm is known
    before anything is run.

    Raises:
        InputError: an allocation by risk that no pace can make hour-neutral; a number of own
            caseworkers that changes; an arm that plans more or fewer meetings than it may.
    """
    study, office = plain(values, plugins), values["office"]
    settings, registry = settings_of(study), registry_of(study)
    study = with_engine(study, registry)
    study = replace(study, paces=_paces(study, settings, registry))
    served = with_trial(settings)
    demands = {arm: _demand(study, served, registry, arm) for arm in study.arms}
    if hours.kind_of(values) == hours.PACED:
        study = _hour_paced(study, served, registry, demands)
        demands = {arm: _demand(study, served, registry, arm) for arm in study.arms}
    standard = demands.get(STANDARD) if served is settings else None
    if standard is None or levers_of(values, STANDARD) != values["regimes"][STANDARD]:
        standard = _demand(study, settings, registry, STANDARD, plain=True)
    caseworkers = {
        arm: _numbers(study, settings, demands[arm], levers_of(values, arm)["caseworkers"])
        for arm in study.arms
    }
    if hours.kind_of(values) != hours.AS_CONFIGURED:
        caseworkers = dict.fromkeys(study.arms, caseworkers[study.arms[0]])
    offered_load = {
        arm: load(settings, demands[arm].minutes_per_day, mean(numbers, settings.horizon_days))
        for arm, numbers in caseworkers.items()
    }
    teams: Teams = ()
    if settings.enrolment is not None:
        staff = staff_of(
            study, settings, caseworkers[study.arms[0]],
            lambda there, arm: _demand(study, there, registry, arm),
            lambda there, demand: _auto(there, demand, office["target_load"]),
        )  # fmt: skip
        caseworkers[TRIAL], offered_load[TRIAL] = staff.numbers, staff.offered_load
        teams = staff.teams
    for arm in study.arms:
        if office["own_caseworker"] and len(caseworkers[arm]) > 1:
            raise InputError(
                f"arms.{arm}.levers.caseworkers changes by date; with office.own_caseworker: true "
                "it must be one number, since people keep their caseworker. Give one number, or "
                "set office.own_caseworker=false."
            )
    if office["pools"] != "shared" and not office["own_caseworker"]:
        _enough_for_pools(study, caseworkers)
    wanted = office["reference_spells_per_caseworker"]
    if wanted == "auto":
        number = _auto(settings, standard, office["target_load"])
        wanted = standard.open_spells / number if number else 1.0
    study = replace(study, planned_per_year={arm: d.planned_per_year for arm, d in demands.items()})
    same_meetings.require(study)
    return replace(
        study,
        caseworkers=caseworkers,
        teams=teams,
        offered_load=offered_load,
        reference_effort_per_day=standard.effort_per_day,
        reference_spells_per_caseworker=max(float(wanted), 1e-9),
    )


def _demand(
    study: Study, settings: Settings, registry: Registry, arm: str, plain: bool = False
) -> Demand:
    if plain:
        study = plain_standard(study)
    return long_run(study, settings, rulebook_of(study, arm, registry), SAMPLE_PEOPLE)


def _auto(settings: Settings, demand: Demand, target_load: float) -> int:
    """Caseworkers for the target load (at least one where any minute is asked for)."""
    minutes = demand.minutes_per_day
    return ceil(minutes / (settings.minutes_per_caseworker_day * target_load) - 1e-9)


def _numbers(
    study: Study, settings: Settings, demand: Demand, wanted: Any
) -> tuple[tuple[float, float], ...]:
    """Caseworkers by day: ``auto``, ``unlimited``, a number, or dated numbers."""
    if wanted == "auto":
        number = _auto(settings, demand, study.values["office"]["target_load"])
        if number:
            number = max(number, len(_pools(study)))
        return ((0.0, float(number)),)
    if wanted == "unlimited":
        return ((0.0, inf),)
    if isinstance(wanted, list):
        days = dates_from(study.start_date)
        steps = sorted((days(step["from"]), float(step["number"])) for step in wanted)
        before = [n for d, n in steps if d <= 0.0]
        first = before[-1] if before else steps[0][1]
        return ((0.0, first), *((d, n) for d, n in steps if d > 0.0))
    return ((0.0, float(wanted)),)


def _pools(study: Study) -> Sequence[Any]:
    """What each has caseworkers of its own: target groups, areas, or the office."""
    office = study.values["office"]
    return {"group": study.groups, AREA: areas_of(office)}.get(office["pools"], ("office",))


def _enough_for_pools(
    study: Study, caseworkers: dict[str, tuple[tuple[float, float], ...]]
) -> None:
    """Refuse fewer caseworkers than pools: a group would never meet anybody."""
    pools, kind = len(_pools(study)), study.values["office"]["pools"]
    problems = [
        f"arms.{arm}: office.pools is {kind}, and {number:g} caseworkers cannot serve {pools} "
        f"{kind}s; give the arm at least {pools} (or 0), or set office.pools=shared."
        for arm, steps in caseworkers.items()
        for _, number in steps
        if 0 < number < pools
    ]
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _hour_paced(
    study: Study, settings: Settings, registry: Registry, demands: Mapping[str, Demand]
) -> Study:
    """The study with the pace of every arm at which it asks for the minutes of the first."""
    wanted = demands[study.arms[0]].minutes_per_day
    paces, factors = dict(study.paces), {}
    for arm in study.arms[1:]:
        own = study.paces.get(arm, (1.0, 1.0))

        def minutes_of(pace: hours.Pace, arm: str = arm) -> float:
            tried = replace(study, paces={**study.paces, arm: pace})
            return _demand(tried, settings, registry, arm).minutes_per_day

        paces[arm] = hours.paced(arm, own, wanted, minutes_of)
        factors[arm] = paces[arm][0] / own[0]
    return replace(study, paces=paces, hour_paces=factors)


def _paces(study: Study, settings: Settings, registry: Registry) -> dict[str, tuple[float, float]]:
    """Paces of the meeting clock at high and low risk, so that the total minutes stay the same."""
    paces = {}
    for arm in study.arms:
        allocation = levers_of(study.values, arm)["allocation"]
        contrast = float(allocation["contrast"])
        if allocation["kind"] != "by_risk" or contrast == 0.0:
            continue
        from scipy.optimize import brentq  # takes long to import, and few studies need it

        even = _demand(study, settings, registry, arm).minutes_per_day

        def surplus(
            low: float, arm: str = arm, high: float = 1.0 + contrast, even: float = even
        ) -> float:
            tried = replace(study, paces={arm: (high, low)})
            return _demand(tried, settings, registry, arm).minutes_per_day - even

        lowest = 0.02
        if surplus(lowest) > 0.0:
            raise InputError(
                f"arms.{arm}.levers.allocation.contrast is {contrast}; giving so many more "
                "meetings to those at high risk cannot be paid for by those at low risk. "
                "Choose a smaller contrast."
            )
        paces[arm] = (1.0 + contrast, float(brentq(surplus, lowest, 1.0, xtol=1e-3)))
    return paces
