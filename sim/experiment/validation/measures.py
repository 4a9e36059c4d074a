"""What the evaluators of published studies reported, measured on one replication of each.

Every measure is a function of an `Outcome`; its name is that of rules.yaml, and the words for it
stand in the catalogue of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from sim.experiment.evaluator import look
from sim.experiment.ledger import account
from sim.experiment.validation.experiments import FLOW_DAYS
from sim.experiment.validation.worlds import FULL_DAYS, Arm, Outcome
from sim.rules.calendar import DAYS_PER_WEEK
from sim.rules.meetings import HELD
from sim.rules.people import GROUPS, JOB, OPEN

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
HALF_YEAR, QUARTER, YEAR = 182.0, 91.0, 364.0
KM_DAYS = 364.0
VOLUNTARY = 1
SICKNESS = GROUPS.index("sickness")

Measure = Callable[[Outcome], float]


def restricted_mean(duration: np.ndarray) -> float:
    return float(np.minimum(duration, FULL_DAYS).mean())


def median_days(arm: Arm) -> float:
    return float(np.median(np.where(arm.code == OPEN, np.inf, arm.duration)))


def days_saved(o: Outcome) -> float:
    return restricted_mean(o.control.duration) - restricted_mean(o.pooled("duration"))


def roll_out_days_saved(o: Outcome) -> float:
    """As `days_saved`, of the insured in a jobcentre of all groups."""
    control, treated = (
        restricted_mean(arm.duration[arm.group == GROUPS.index("ui")]) for arm in o.arms.values()
    )
    return control - treated


def _looked(o: Outcome, name: str) -> float:
    """Control minus treated, as an evaluator reports it on the look day."""
    arms = [o.control, *o.treated]
    sizes = [len(arm.entry) for arm in arms]
    found = look(
        np.repeat(np.minimum(np.arange(len(arms)), 1), sizes),
        np.concatenate([arm.entry for arm in arms]),
        np.concatenate([arm.exit for arm in arms]),
        np.concatenate([arm.code for arm in arms]),
        o.experiment.look_day,
        2,
        (KM_DAYS,),
    )
    return -found.contrasts[0][name].value


def _sanctioned(o: Outcome) -> float:
    return float((o.control.rows.spells["sanctions"][o.control.first] > 0).mean())


def _job_rate(arms: list[Arm], days: float) -> float:
    """Exits to a job by days of unemployment, within some days of entry."""
    jobs = sum(float(((arm.code == JOB) & (arm.duration < days)).sum()) for arm in arms)
    return jobs / sum(float(np.minimum(arm.duration, days).sum()) for arm in arms)


def job_rate_rise_half_year(o: Outcome) -> float:
    treated, control = _job_rate(list(o.treated), HALF_YEAR), _job_rate([o.control], HALF_YEAR)
    return treated / control - 1.0


def _mean_gain(o: Outcome, of: Callable[[Arm], np.ndarray]) -> float:
    """Mean of the treated minus mean of the control."""
    return float(np.concatenate([of(arm) for arm in o.treated]).mean() - of(o.control).mean())


def _outside(arm: Arm) -> np.ndarray:
    return FULL_DAYS - arm.employed_days() - arm.unemployed_days()


def _held_lost(o: Outcome) -> float:
    held = [arm.held(FULL_DAYS) for arm in o.treated]
    people = [len(arm.entry) for arm in o.treated]
    return o.control.held(FULL_DAYS) - float(np.average(held, weights=people))


def days_per_lost_meeting(o: Outcome) -> float:
    return -days_saved(o) / _held_lost(o)


def _job_within(arm: Arm, days: float) -> float:
    return float(((arm.code == JOB) & (arm.duration <= days)).mean())


def benefit_saved_dkk(o: Outcome, until: float) -> float:
    """What the treated would have cost the municipality in benefit as untreated, minus what they
    did cost."""
    people = o.experiment.people
    control, treated = list(people.values())[:2]
    would = o.control.municipal_benefit_dkk(until) / control * treated
    return would - o.treated[0].municipal_benefit_dkk(until)


def caseworkers_for_more_meetings(o: Outcome) -> float:
    day, arm = o.experiment.look_day, o.treated[0]
    extra = arm.held(FULL_DAYS, day) - o.control.held(FULL_DAYS, day)
    held = arm.rows.meetings["outcome"] == HELD
    minutes = float(arm.rows.meetings["minutes"][held].mean())
    a_year = float(arm.study.values["office"]["minutes_per_caseworker_year"])
    return extra * len(arm.entry) * minutes / (a_year * day / DAYS_PER_YEAR)


def public_saving_dkk(o: Outcome) -> float:
    costs = [float(account(a.study, name, a.rows).public_dkk.mean()) for name, a in o.arms.items()]
    return costs[0] - costs[1]


def _pace(arm: Arm, group: int | None = None) -> float:
    return arm.meetings_due(group, FLOW_DAYS) / arm.spell_days(group, FLOW_DAYS)


def _window(o: Outcome) -> tuple[float, float]:
    """The days of the lockdown's window in the run."""
    study = o.arms["lockdown"].study
    (window,) = study.values["regimes"]["lockdown_voluntary"]["windows"]
    first, last = (date.fromisoformat(str(window[key])) for key in ("from", "to"))
    return float((first - study.start_date).days), float((last - study.start_date).days)


def suspended_share_of_year(o: Outcome) -> float:
    """Meetings that the standard regime holds in the window, of those it holds in a year."""
    meetings = o.arms["standard"].rows.meetings
    days = meetings["start_day"][meetings["outcome"] == HELD]
    first, last = _window(o)
    in_window = float(((days >= first) & (days < last)).sum())
    return in_window / float(((days >= 0.0) & (days < FLOW_DAYS)).sum())


def talked_in_lockdown_share(o: Outcome) -> float:
    """Of the insured who were there all through the window: had a voluntary conversation."""
    arm = o.arms["lockdown"]
    spells, meetings = arm.rows.spells, arm.rows.meetings
    first, last = _window(o)
    there = (spells["entry_day"] < first) & (spells["group"] == GROUPS.index("ui"))
    there &= (spells["exit"] == OPEN) | (spells["exit_day"] >= last)
    from sim.experiment.rows import spell_rows

    talked = (meetings["outcome"] == HELD) & (meetings["duty"] == VOLUNTARY)
    talked &= (meetings["start_day"] >= first) & (meetings["start_day"] < last)
    had = np.bincount(spell_rows(arm.rows)[talked], minlength=len(there)) > 0
    return float((had & there).sum()) / float(there.sum())


def in_job_by_the_end_people(o: Outcome) -> float:
    (window,) = o.control.study.values["regimes"]["lockdown_voluntary"]["windows"]
    end = date.fromisoformat(str(window["to"])) - o.control.study.start_date
    return float(((o.control.code == JOB) & (o.control.exit < end.days)).sum())


MEASURES: Mapping[str, Measure] = {
    "days_saved": days_saved,
    "roll_out_days_saved": roll_out_days_saved,
    "days_saved_km_at_look": lambda o: _looked(o, f"difference_km_{KM_DAYS:g}_days"),
    "days_saved_completed_at_look": lambda o: _looked(o, "difference_completed_days"),
    "days_saved_so_far_at_look": lambda o: _looked(o, "difference_so_far_days"),
    "held_in_half_year_control": lambda o: o.control.held(HALF_YEAR),
    "held_in_half_year_treated": lambda o: o.treated[0].held(HALF_YEAR),
    "held_in_quarter_treated": lambda o: o.treated[0].held(QUARTER),
    "caseworkers_for_more_meetings": caseworkers_for_more_meetings,
    "benefit_saved_dkk": lambda o: benefit_saved_dkk(o, FULL_DAYS + o.experiment.look_day),
    "benefit_saved_at_look_dkk": lambda o: benefit_saved_dkk(o, o.experiment.look_day),
    "jobs_per_month_control": lambda o: o.control.jobs(FLOW_DAYS) * DAYS_PER_MONTH / FLOW_DAYS,
    "jobs_per_month_treated": lambda o: o.treated[0].jobs(FLOW_DAYS) * DAYS_PER_MONTH / FLOW_DAYS,
    "benefit_saved_in_year_dkk": lambda o: (
        o.control.municipal_benefit_dkk(FLOW_DAYS) - o.treated[0].municipal_benefit_dkk(FLOW_DAYS)
    ),
    "sanctioned_share_control": _sanctioned,
    "suspended_share_of_year": suspended_share_of_year,
    "talked_in_lockdown_share": talked_in_lockdown_share,
    "flexible_pace": lambda o: _pace(o.arms["flexible"]) / _pace(o.arms["standard"]),
    "flexible_pace_sickness": lambda o: (
        _pace(o.arms["flexible"], SICKNESS) / _pace(o.arms["standard"], SICKNESS)
    ),
    "in_job_by_the_end_people": in_job_by_the_end_people,
    "median_weeks_control": lambda o: median_days(o.control) / DAYS_PER_WEEK,
    "median_weeks_treated": lambda o: float(np.median(o.pooled("duration"))) / DAYS_PER_WEEK,
    "job_rate_rise_half_year": job_rate_rise_half_year,
    "weeks_saved": lambda o: days_saved(o) / DAYS_PER_WEEK,
    "employed_weeks_gained": lambda o: _mean_gain(o, Arm.employed_days) / DAYS_PER_WEEK,
    "employed_weeks_rise": lambda o: (
        _mean_gain(o, Arm.employed_days) / float(o.control.employed_days().mean())
    ),
    "public_saving_dkk": public_saving_dkk,
    "days_per_lost_meeting": days_per_lost_meeting,
    "rise_per_lost_meeting": lambda o: (
        days_per_lost_meeting(o) / restricted_mean(o.control.duration)
    ),
    "more_days": lambda o: -days_saved(o),
    "more_employed_days": lambda o: _mean_gain(o, Arm.employed_days),
    "more_unemployed_days": lambda o: _mean_gain(o, Arm.unemployed_days),
    "more_outside_days": lambda o: _mean_gain(o, _outside),
    "job_in_a_year_rise": lambda o: (
        _job_within(o.treated[0], YEAR) / _job_within(o.control, YEAR) - 1.0
    ),
}
"""By the name of rules.yaml."""

MEASURED_IN: Mapping[str, tuple[str, ...]] = {
    "esbjerg": (
        "days_saved", "days_saved_km_at_look", "days_saved_completed_at_look",
        "days_saved_so_far_at_look", "held_in_half_year_control", "held_in_half_year_treated",
        "caseworkers_for_more_meetings", "benefit_saved_dkk", "benefit_saved_at_look_dkk",
        "sanctioned_share_control",
    ),
    "esbjerg_cycle": ("days_saved",),
    "short_gap": ("days_saved",),
    "roll_out": ("roll_out_days_saved",),
    "cash": ("jobs_per_month_control", "jobs_per_month_treated", "benefit_saved_in_year_dkk"),
    "cash_spells": ("sanctioned_share_control",),
    "office": (
        "suspended_share_of_year", "talked_in_lockdown_share", "flexible_pace",
        "flexible_pace_sickness",
    ),
    "hedensted_even": ("in_job_by_the_end_people",),
    "hedensted_march": ("in_job_by_the_end_people",),
    "no_meetings": ("days_saved",),
    "hurtigt_1": (
        "median_weeks_control", "median_weeks_treated", "job_rate_rise_half_year", "weeks_saved",
    ),
    "hurtigt_2": (
        "employed_weeks_gained", "employed_weeks_rise", "held_in_quarter_treated",
        "public_saving_dkk",
    ),
    "lost_meeting": ("days_per_lost_meeting", "rise_per_lost_meeting"),
    "germany": ("more_days",),
    "austria": ("more_days", "more_employed_days", "more_unemployed_days", "more_outside_days"),
    "quality": ("job_in_a_year_rise",),
}  # fmt: skip
"""What is measured in each experiment."""
