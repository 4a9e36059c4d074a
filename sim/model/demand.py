"""What a regime asks of an office in the long run: minutes, search effort, open spells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.model.alone import LIVED, live_through
from sim.model.engines import COMPILED
from sim.model.gathering import mean_group_size
from sim.model.luck import Luck
from sim.model.population import People, all_entrants, entrants, spell_from
from sim.model.settings import Settings, Study
from sim.rules.people import GROUPS
from sim.rules.rulebook import Rulebook

DAYS_PER_YEAR = 365.25

LONG_RUN_DAYS = 7300.0
"""Twenty years: how long people are followed for the demand of a regime."""


@dataclass(frozen=True)
class Demand:
    """What a regime asks of an office in the long run, with unlimited caseworkers.

    Per day, over all groups: ``minutes`` of caseworkers asked for, search ``effort`` (job rates
    of all open spells, at market and load factors of 1) and, as a stock, ``open_spells``.
    """

    minutes_per_day: float
    effort_per_day: float
    open_spells: float
    planned_per_year: dict[str, float]
    """Planned meetings that fall due in a person-year of unemployment, by group and for ``all``."""


def lives(engine: str, w: Rulebook, people: People, until: float) -> np.ndarray:
    """What becomes of people without a queue, by either engine; see ``live_through``.

    Returns:
        Array of shape (people, LIVED).
    """
    if engine == COMPILED:
        from sim.model.compiled.driver import live_alone

        return live_alone(w, people, until, LIVED)
    luck = Luck(0, 0)
    lived = np.zeros((len(people), LIVED))
    for i, q in enumerate(all_entrants(people)):
        p = spell_from(q, w)
        p.row = p.group
        figures = [0.0] * LIVED
        live_through(p, w, luck, until, figures)
        lived[i] = figures
    return lived


def evenly_spread(settings: Settings, per_day: Sequence[float], people: int) -> People:
    """So many people of each group that has an inflow, who enter on day 0 with even luck."""
    sample = replace(
        settings, grid=True, inflow_kind="cohort", inflow_people=people * len(GROUPS),
        shares=tuple(1.0 / len(GROUPS) for _ in GROUPS), enrolment=None,
    )  # fmt: skip
    cohort = entrants(sample, 0, 0)
    return cohort.some(np.array(per_day)[cohort.group] > 0.0)


def long_run(study: Study, settings: Settings, w: Rulebook, people: int) -> Demand:
    """The demand of a regime outside its windows, from some people of each group.

    The same evenly spread luck serves every regime, so that demands compare.

    Args:
        people: number of people a group.
    """
    per_day = settings.inflow_per_day
    if settings.inflow_kind != "poisson":
        span = settings.inflow_days if settings.inflow_kind == "even" else settings.horizon_days
        per_day = tuple(settings.inflow_people * s / max(span, 1.0) for s in settings.shares)
    until = LONG_RUN_DAYS if settings.inflow_kind == "poisson" else settings.horizon_days
    cohort = evenly_spread(settings, per_day, people)
    lived = lives(study.engine, w, cohort, until)
    totals = np.zeros((len(GROUPS), LIVED))
    np.add.at(totals, cohort.group, lived)
    counts = np.bincount(cohort.group, minlength=len(GROUPS))
    means = totals / np.maximum(counts, 1)[:, None]
    flows = np.array(per_day)[:, None] * means
    groups, shared, days, minutes, effort, planned = flows.sum(axis=0).tolist()
    minutes += shared / mean_group_size(groups, settings.group_size, settings.gather_days)
    per_year = {
        name: float(row[5] / row[2]) * DAYS_PER_YEAR
        for name, row in zip(GROUPS, flows, strict=True)
        if row[2] > 0.0
    }
    return Demand(
        minutes_per_day=minutes, effort_per_day=effort, open_spells=days,
        planned_per_year={"all": planned / days * DAYS_PER_YEAR if days else 0.0, **per_year},
    )  # fmt: skip
