"""The mean size of groups, and that the offered load of an office with groups is what it uses."""

import numpy as np

from sim.model.gathering import mean_group_size

from ..worlds import plain, run


def test_a_group_is_one_where_nobody_else_comes_and_full_where_many_do() -> None:
    assert mean_group_size(0.0, 8, 14) == 1.0
    assert abs(mean_group_size(100.0, 8, 14) - 8.0) < 1e-12
    assert abs(mean_group_size(0.1, 1000, 14) - 2.4) < 1e-12


def test_the_mean_size_is_that_of_a_simulation() -> None:
    """Power: 40,000 groups, a standard error of .01."""
    others = np.random.default_rng(1).poisson(0.3 * 14, 40_000)
    assert abs(np.minimum(6, 1 + others).mean() - mean_group_size(0.3, 6, 14)) < 0.04


def test_the_offered_load_of_group_meetings_is_what_they_use() -> None:
    """Power: about 1,900 group meetings: within 6 % (2.5 standard errors of a Poisson count)."""
    changes = {
        "population": {
            "inflow": {"kind": "poisson"}, "warm_start": True,
            "groups": {"ui": {"inflow_per_week": 60}},
        },
        "office": {"group_size": 6, "gather_days": 2},
        "design": {"observation_days": 364, "follow_up_days": 364},
    }  # fmt: skip
    form = {"default": {"physical": 0, "distance": 0, "group": 1}}
    study = plain(changes, arm={"form": form, "caseworkers": 6})
    office = run(study)["arm"].office
    used = office["minutes_used"].sum() / office["minutes_open"].sum()
    assert abs(used / study.offered_load["arm"] - 1.0) < 0.06


def test_the_offered_load_is_what_an_office_uses_that_nobody_leaves_while_waiting() -> None:
    changes = {
        "population": {
            "inflow": {"kind": "poisson"}, "warm_start": True,
            "groups": {"ui": {"inflow_per_week": 60, "no_show": {"physical": 0.1}}},
        },
        "design": {"observation_days": 364, "follow_up_days": 364},
    }  # fmt: skip
    study = plain(changes, arm={"caseworkers": 40})
    office = run(study)["arm"].office
    used = office["minutes_used"].sum() / office["minutes_open"].sum()
    assert abs(used / study.offered_load["arm"] - 1.0) < 0.04
