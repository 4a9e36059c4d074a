"""What a conversation does: the job rate of the example person."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

import sim.config
from sim.experiment.study import build
from sim.model.life import EXAMPLE_DAYS, rate_path

QUICK = ["design=quick", "effect.threat=0"]


@pytest.fixture(scope="module")
def study():
    """The default scenario without threat."""
    return build(sim.config.load(QUICK).values)


def test_the_first_meeting_raises_the_rate_by_alpha_and_the_effect_then_fades(study):
    path, meetings = rate_path(study, "standard")
    day, rate, baseline = (path[n] for n in ("day", "job_rate_per_week", "baseline_per_week"))
    assert np.allclose(baseline, 0.0374)
    first = meetings["start_day"][0] + 70 / 1440
    assert np.allclose(rate[day < first], baseline[0])
    at = int(np.searchsorted(day, first))
    faded = study.values["effect"]["alpha"] * exp(-0.5 * (day[at] - first) / 56.0)
    assert rate[at] == pytest.approx(0.0374 * exp(faded), rel=1e-9)
    second = meetings["start_day"][1]
    between = rate[(day > day[at]) & (day < second)]
    assert (np.diff(between) < 0.0).all()


def test_the_example_meets_as_often_as_the_regime_plans_in_half_a_year(study):
    _, standard = rate_path(study, "standard")
    _, intensified = rate_path(study, "intensified")
    assert len(standard["number"]) == 6
    assert len(intensified["number"]) == 11
    assert set(standard["outcome"] + intensified["outcome"]) == {"held"}


def test_a_lockdown_leaves_the_example_without_a_threat_and_with_fewer_meetings(study):
    path, meetings = rate_path(study, "lockdown_voluntary")
    assert 0 < len(meetings["number"]) < 6
    assert path["day"][-1] == EXAMPLE_DAYS - 0.5
