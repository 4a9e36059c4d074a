"""A trial in one replication: what an evaluator finds on each look date, and what is true.

The trial is the world in which the arms live together. What is true comes from worlds in which
everybody enrolled is in one arm: with nobody else moved (*alone*: what an arm does to one person
while all others live as they would have), and with everybody in that arm (*everybody*: what a
roll-out does, after it has moved the labour market and the caseload; once more without an effect
of the caseload, since a roll-out brings its own caseworkers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.evaluator import COX, LONGEST, look
from sim.experiment.metrics import FULL_DAYS, RMST_DAYS
from sim.model.enrolment import Enrolment
from sim.model.replication import ALONE, ZERO_LOAD
from sim.model.settings import TRIAL, dates_from, settings_of

if TYPE_CHECKING:
    from sim.model.journal import ArmRows
    from sim.model.settings import Study

ESTIMATE, REPORTED_SE = "estimate", "reported_se"
TRUTHS = {"alone": ALONE, "everybody": "", "everybody_zero_load": ZERO_LOAD}
"""What is true, and how the names of the worlds end that tell it."""

QUARTER_DAYS = 91.0


@dataclass(frozen=True)
class Found:
    """What one replication of a trial gives.

    ``arms`` is by (look date, arm, metric), ``contrasts`` by (look date, arm, estimator, which:
    ESTIMATE, REPORTED_SE or one of TRUTHS), ``cohorts`` days saved by (arm, quarter of
    entry, which truth); ``people`` has columns person, arm (its place) and entry_day.
    """

    arms: dict[tuple[str, str, str], float]
    contrasts: dict[tuple[str, str, str, str], float]
    cohorts: dict[tuple[str, int, str], float]
    people: dict[str, np.ndarray]


def followed_days(study: Study, plan: Enrolment) -> float:
    """For how long everybody enrolled is followed, at most 728 days."""
    return min(FULL_DAYS, study.horizon_days - max(plan.to_day))


def evaluate(study: Study, simulated: Mapping[str, ArmRows]) -> Found:
    """What the evaluator of a trial finds, and what is true, in one replication."""
    plan = settings_of(study).enrolment
    assert plan is not None
    people = simulated[TRIAL].enrolled
    spells = _first_spells(simulated[TRIAL], people["person"])
    followed = followed_days(study, plan)
    ends = endings(study, simulated)
    days = {
        which: [_days(simulated[arm + end], people["person"]) for arm in study.arms]
        for which, end in ends.items()
    }
    ratios = {which: _ratios(of_arms, followed) for which, of_arms in days.items()}
    arms: dict[tuple[str, str, str], float] = {}
    contrasts: dict[tuple[str, str, str, str], float] = {}
    day_of = dates_from(study.start_date)
    for date in study.values["trial"]["look_dates"]:
        seen = look(
            people["arm"], spells["entry_day"], spells["exit_day"], spells["exit"],
            day_of(date), len(study.arms), RMST_DAYS,
        )  # fmt: skip
        for arm, table in zip(study.arms, seen.arms, strict=True):
            arms |= {(date, arm, metric): figure.value for metric, figure in table.items()}
        spans = {f"difference_km_{tau}_days": float(tau) for tau in RMST_DAYS}
        spans[f"difference_km_{LONGEST}_days"] = seen.longest_days
        for place, table in enumerate(seen.contrasts, start=1):
            for name, figure in table.items():
                key = (date, study.arms[place], name)
                contrasts[*key, ESTIMATE] = figure.value
                contrasts[*key, REPORTED_SE] = figure.se
                for which, of_arms in days.items():
                    contrasts[*key, which] = (
                        ratios[which][place - 1][COX.index(name)]
                        if name in COX
                        else _shift(of_arms, place, spans.get(name, followed), followed)
                    )
    entry = {"entry_day": spells["entry_day"]}
    return Found(arms, contrasts, _cohorts(study, plan, simulated), people | entry)


def endings(study: Study, simulated: Mapping[str, ArmRows]) -> dict[str, str]:
    """How the names of the worlds end that tell what is true.

    Where the caseload has no effect, the world without it is the same.
    """
    first = study.arms[0]
    return {which: end if first + end in simulated else "" for which, end in TRUTHS.items()}


def _first_spells(rows: ArmRows, person: np.ndarray) -> dict[str, np.ndarray]:
    """The first spells of some people, in their order."""
    first = np.flatnonzero(rows.spells["spell"] == 1)
    row = first[np.searchsorted(rows.spells["person"][first], person)]
    return {name: column[row] for name, column in rows.spells.items()}


def _days(rows: ArmRows, person: np.ndarray) -> dict[str, np.ndarray]:
    found = _first_spells(rows, person)
    return {name: found[name] for name in ("duration_days", "exit")}


def _shift(of_arms: list[dict[str, np.ndarray]], place: int, days: float, most: float) -> float:
    """Difference of restricted means of the same people under an arm and under the first.

    Restricted to ``days``, or to ``most`` where not everybody is followed for so long.
    """
    span = min(days, most)
    treated, control = (np.minimum(of_arms[i]["duration_days"], span) for i in (place, 0))
    return float((treated - control).mean())


def _ratios(of_arms: list[dict[str, np.ndarray]], followed: float) -> list[tuple[float, ...]]:
    """Hazard ratios of each arm over the first, everybody followed from entry."""
    arm = np.concatenate([np.full(len(one["exit"]), k) for k, one in enumerate(of_arms)])
    exit_day = np.concatenate([one["duration_days"] for one in of_arms])
    exit_code = np.concatenate([one["exit"] for one in of_arms])
    seen = look(arm, np.zeros(len(arm)), exit_day, exit_code, followed, len(of_arms))
    return [tuple(table[name].value for name in COX) for table in seen.contrasts]


def _cohorts(
    study: Study, plan: Enrolment, simulated: Mapping[str, ArmRows]
) -> dict[tuple[str, int, str], float]:
    """Days saved by quarter of entry, of all counted people of the trial's groups."""
    follow = min(FULL_DAYS, study.follow_up_days)
    quarters = int(study.observation_days // QUARTER_DAYS)
    found: dict[tuple[str, int, str], float] = {}
    for which, end in endings(study, simulated).items():
        means = [_by_quarter(simulated[a + end], plan, follow, quarters) for a in study.arms]
        for arm, of_arm in zip(study.arms[1:], means[1:], strict=True):
            saved = means[0] - of_arm
            found |= {(arm, quarter, which): float(saved[quarter]) for quarter in range(quarters)}
    return found


def _by_quarter(rows: ArmRows, plan: Enrolment, follow: float, quarters: int) -> np.ndarray:
    spells = rows.spells
    chosen = spells["counted"] & np.isin(spells["group"], np.array(plan.groups, dtype=np.int8))
    quarter = (spells["entry_day"][chosen] // QUARTER_DAYS).astype(int)
    days = np.minimum(spells["duration_days"][chosen], follow)
    inside = quarter < quarters
    total = np.bincount(quarter[inside], days[inside], quarters)
    number = np.bincount(quarter[inside], minlength=quarters)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))
