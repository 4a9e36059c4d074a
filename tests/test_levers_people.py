"""Who comes, and who returns."""

from __future__ import annotations

from math import exp

import numpy as np

from sim.model.inflow import expected_entrants
from sim.model.settings import settings_of
from sim.rules.people import JOB, RECALL

from .test_levers_rates import NEVER, NONE, STEADY
from .worlds import NOBODY, PLAIN_PEOPLE, merged, plain, run_one


def test_the_inflow_follows_its_factor_by_date() -> None:
    """Power: about 1,000 people a hundred days; counts within 12 % (4 standard errors)."""
    factors = [{"from": "2020-04-10", "to": "2020-07-19", "factor": 2.5},
               {"from": "2020-07-19", "to": "2020-10-27", "factor": 0}]  # fmt: skip
    changes = {
        "population": {
            "inflow": {"kind": "poisson"}, "inflow_factors": factors,
            "groups": {"ui": {"inflow_per_week": 70}},
        },
        "design": {"observation_days": 400, "follow_up_days": 1},
    }  # fmt: skip
    entry = run_one(changes).spells["entry_day"]
    counts = [((entry >= a) & (entry < a + 100)).sum() for a in (0, 100, 200, 300)]
    assert np.allclose([counts[0], counts[1] / 2.5, counts[3]], 1000, rtol=0.12)
    assert counts[2] == 0


def test_a_factor_on_the_inflow_can_be_for_some_groups() -> None:
    """Power: about 1,000 people a hundred days and group; counts within 12 %."""
    groups = {name: {**PLAIN_PEOPLE, "inflow_per_week": 70} for name in ("ui", "cash_job_ready")}
    factor = {"from": "2020-04-10", "to": "2020-07-19", "factor": 3}
    changes = {
        "population": {"inflow": {"kind": "poisson"}, "groups": groups},
        "design": {"observation_days": 200, "follow_up_days": 1},
    }
    usual = run_one(changes).spells
    some = run_one(
        merged(changes, {"population": {"inflow_factors": [{**factor, "groups": ["ui"]}]}})
    )
    entry, group = some.spells["entry_day"], some.spells["group"]
    cash = entry[group == 1]
    assert np.array_equal(cash, usual["entry_day"][usual["group"] == 1])
    ui = entry[group == 0]
    counts = [((ui >= a) & (ui < a + 100)).sum() for a in (0, 100)]
    assert np.allclose([counts[0], counts[1] / 3], 1000, rtol=0.12)
    settings = settings_of(plain(merged(changes, {"population": {"inflow_factors": [
        {**factor, "groups": ["ui"]}]}})))  # fmt: skip
    assert abs(expected_entrants(settings, 200.0) - (1000 + 3000 + 2000)) < 1e-9


def test_arrivals_are_poisson() -> None:
    """Power: 365 weeks' variance over mean within .25 of 1 (3.4 standard errors)."""
    changes = {
        "population": {"inflow": {"kind": "poisson"}},
        "design": {"observation_days": 2555, "follow_up_days": 1},
        "hazard": {"ui": {"job": {"kind": "constant", "rate_per_week": 7}}},
    }
    entry = run_one(changes, **NEVER).spells["entry_day"]
    counts = np.histogram(entry, bins=np.arange(0, 2556, 7))[0]
    assert abs(counts.mean() / 10.0 - 1.0) < 0.07
    assert abs(counts.var() / counts.mean() - 1.0) < 0.25


def test_a_quarter_of_those_who_found_a_job_return_within_a_year_and_keep_their_frailty() -> None:
    """Power: about 1,600 jobs, a standard error of .011."""
    changes = merged(STEADY, {
        "population": {
            "inflow": {"people": 1500}, "frailty_variance": 0.4, "reentry_rate_per_week": 0.0055,
            "reentry_days": 364,
        },
        "hazard": {"ui": {"job": {"kind": "constant", "rate_per_week": 0.2}}},
        "design": {"follow_up_days": 1200},
    })  # fmt: skip
    s = run_one(changes, **NEVER).spells
    job = (s["exit"] == JOB) & (s["exit_day"] < 1201 - 364)
    back = np.zeros(len(job), bool)
    back[:-1] = job[:-1] & (s["person"][1:] == s["person"][:-1])
    assert abs(back.sum() / job.sum() - (1.0 - exp(-0.0055 * 52))) < 0.035
    i = np.flatnonzero(back)
    gap = s["entry_day"][i + 1] - s["exit_day"][i]
    assert gap.min() > 0.0 and gap.max() < 364.0
    assert (s["frailty"][i + 1] == s["frailty"][i]).all()
    assert (s["spell"][i + 1] == s["spell"][i] + 1).all() and not s["counted"][i + 1].any()
    once = abs(np.corrcoef(s["duration_days"][i] * s["frailty"][i],
                           s["duration_days"][i + 1] * s["frailty"][i])[0, 1])  # fmt: skip
    assert once < 0.2  # each spell has a threshold of its own


def test_who_is_recalled_or_leaves_otherwise_does_not_return() -> None:
    recall = {"job": NONE, "recall": {"kind": "constant", "rate_per_week": 0.2}}
    people = {"seasonal": {**PLAIN_PEOPLE, "share": 1}, "ui": {**PLAIN_PEOPLE, **NOBODY}}
    changes = merged(STEADY, {
        "population": {"reentry_rate_per_week": 0.5, "groups": people},
        "hazard": {"seasonal": recall},
    })  # fmt: skip
    s = run_one(changes, schedule={"seasonal": [{"none": True}]}).spells
    assert set(s["exit"].tolist()) == {RECALL} and s["spell"].max() == 1
