"""The job rate of one example person under each arm: what a conversation does."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from math import inf

import numpy as np

from sim.model.clock import LAST, Alarm, Life
from sim.model.luck import Luck
from sim.model.population import People
from sim.model.settings import Study, registry_of, rulebook_of, settings_of
from sim.model.world import World
from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.leaving import advance, rate
from sim.rules.meetings import OUTCOMES
from sim.rules.people import GROUPS, Spell, person_number
from sim.rules.regimes import Luck as Draws
from sim.rules.rulebook import Rulebook

EXAMPLE_DAYS = 196.0
STEP_DAYS = 0.5
COMES = (1.0, 0.0, 0.0, 0.5)
"""Attends, meets in the most common form, accepts what is offered; takes the mean minutes."""
KEEPS_TO_PLAN = (0.5, 1.0, 0.5, 1.0)


class SteadyLuck(Luck):
    """The luck of someone who comes to every meeting and finds no job."""

    def plan(self, p: Spell, w: Rulebook) -> Draws:
        """The middle of every gap, no self-booking, no sanction."""
        return KEEPS_TO_PLAN

    def meeting(self, p: Spell, w: Rulebook) -> Draws:
        """Held."""
        return COMES


def example_group(study: Study) -> int:
    """The group of the example: the insured where there are any."""
    return GROUPS.index("ui" if "ui" in study.groups else study.groups[0])


def rate_path(study: Study, arm: str) -> tuple[dict[str, np.ndarray], dict[str, list]]:
    """The job rate by day of a person of mean frailty who stays, and that person's meetings.

    Nobody else is there: no queue, no load effect, no competition for jobs.

    Returns:
        ``day``, ``job_rate_per_week`` and ``baseline_per_week`` (no meetings, no threat); and
        ``number``, ``due_day``, ``start_day``, ``outcome`` of the meetings.
    """
    study = replace(
        study, observation_days=0.0, follow_up_days=EXAMPLE_DAYS,
        caseworkers={arm: ((0.0, inf),)},
    )  # fmt: skip
    settings = replace(settings_of(study), displacement=0.0, load_elasticity=0.0)
    w = rulebook_of(study, arm, registry_of(study))
    world = World(study, settings, w, arm, 0, SteadyLuck(0, 0))
    path: dict[str, list[float]] = {"day": [], "job_rate_per_week": [], "baseline_per_week": []}

    def watch() -> Generator[Alarm, None, None]:
        alarm = Alarm()
        for step in range(int(EXAMPLE_DAYS / STEP_DAYS)):
            if step:
                world.clock.set(alarm, step * STEP_DAYS, LAST)
                yield alarm
            for p in world.open.values():
                day = world.clock._now
                advance(p, w, day)
                path["day"].append(day)
                path["job_rate_per_week"].append(DAYS_PER_WEEK * rate(p, w, day))
                path["baseline_per_week"].append(DAYS_PER_WEEK * _baseline(p, w))

    Life(world.clock, watch())
    rows = world.run(_one_person(example_group(study)), [], [])
    meetings = rows.meetings
    return (
        {name: np.array(values) for name, values in path.items()},
        {
            "number": meetings["number"].tolist(),
            "due_day": meetings["due_day"].tolist(),
            "start_day": meetings["start_day"].tolist(),
            "outcome": [OUTCOMES[code] for code in meetings["outcome"].tolist()],
        },
    )


def _baseline(p: Spell, w: Rulebook) -> float:
    """The rate without meetings, threat and sanctions: the present piece of the baseline."""
    return w.knot_rate[p.knot] * p.frailty * (p.level / p.own if p.own > 0.0 else 1.0)


def _one_person(group: int) -> People:
    """A person of mean frailty with endless thresholds, who enters on the morning of day 0."""
    one = np.zeros(1)
    return People(
        person=np.array([person_number(group, 0)]),
        group=np.array([group]),
        arm=None,
        entry_day=one,
        frailty=one + 1.0,
        thresholds=np.full((1, 4), inf),
        day_time=one + 0.5,
        score=one,
        caseworker=one,
        episode_from=one + inf,
        episode_to=one + inf,
        spread=one + 0.5,
    )
