"""Both engines give the same rows: two clocks that drive one rulebook with the same luck."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.config import load
from sim.experiment import rows
from sim.experiment.study import build
from sim.model.journal import ArmRows
from sim.model.replication import run_replication
from sim.model.settings import Study

from .worlds import merged, plain, same, shipped, study_of

pytest.importorskip("numba", reason="the compiled engine needs Numba")


def both(study: Study, replication: int = 0) -> tuple[dict[str, ArmRows], dict[str, ArmRows]]:
    """The rows of one replication by SimPy and by the compiled engine."""
    one, other = (
        run_replication(replace(study, engine=engine), replication)
        for engine in ("simpy", "compiled")
    )
    return one, other


def assert_same_rows(study: Study, replication: int = 0) -> dict[str, ArmRows]:
    """Every row of every arm agrees to the last bit; gives SimPy's."""
    by_simpy, compiled = both(study, replication)
    for arm, one in by_simpy.items():
        for table in rows.SCHEMA:
            a, b = getattr(one, table), getattr(compiled[arm], table)
            for name, column in a.items():
                assert column.dtype == b[name].dtype, f"{arm}, {table}.{name}"
                assert len(column) == len(b[name]), f"{arm}: rows of {table}"
                differs = column != b[name]
                if column.dtype.kind == "f":
                    differs &= ~(np.isnan(column) & np.isnan(b[name]))
                where = np.flatnonzero(differs)[:3]
                assert not len(where), (
                    f"{arm}, {table}.{name}: {column[where]} by SimPy, {b[name][where]} compiled, "
                    f"of {[(n, c[where].tolist()) for n, c in a.items()][:4]}"
                )
        assert one.extras == compiled[arm].extras
    return by_simpy


@pytest.mark.parametrize("regimes", ["four_regimes"])
@pytest.mark.parametrize(
    "change",
    [
        (),
        ("office.own_caseworker=true", "office.caseworker_quality=lognormal"),
        ("office.pools=group", "office.queue_order=deadline", "population.scale=0.2"),
        ("office.queue_order=highest_risk", "office.exit_breaks_meeting=false"),
        ("effect=esbjerg_linear", "effect.threat=0.2", "effect.other_exit_response=0.5"),
        ("market.displacement=0.5", "market.pool_share=0.6", "office.calendar=continuous"),
        ("market.displacement=0", "office.load_elasticity=0", "office.queue_order=newest"),
        ("hazard.ui.job={kind: weibull, shape: 0.8, scale_days: 190}",),
    ],
    ids=lambda change: " ".join(change)[:40] or "default",
)
def test_a_shipped_scenario_gives_the_same_rows_by_both_engines(
    regimes: str, change: tuple[str, ...]
) -> None:
    overrides = [f"scenarios={regimes}", "design=quick", "population.scale=0.08", *change]
    assert_same_rows(build(load(overrides).values))


@pytest.mark.slow
@pytest.mark.parametrize("replication", range(8))
def test_the_default_scenario_at_quick_gives_the_same_rows_by_both_engines(
    replication: int,
) -> None:
    assert_same_rows(build(load(["design=quick"]).values), replication)


def test_heavy_overload_gives_the_same_rows_by_both_engines() -> None:
    study = build(load(["design=quick", "population.scale=0.1"]).values)
    third = {
        arm: ((0.0, float(max(1, int(steps[0][1] / 3)))),)
        for arm, steps in study.caseworkers.items()
    }
    found = assert_same_rows(replace(study, caseworkers=third))
    assert all(np.nanmax(rows.office["waiting"]) > 100 for rows in found.values())


@pytest.mark.parametrize("seed", range(20))
def test_whole_day_times_give_the_same_rows_by_both_engines(seed: int) -> None:
    """A cohort whose meetings, exits aside, all happen on the stroke of a day."""
    study = plain(
        {
            "population": {"inflow": {"people": 120}, "reentry_rate_per_week": 0.02},
            "office": {"calendar": "continuous", "no_show_minutes": 1440, "rebook_days": 3},
            "design": {"seed": seed, "follow_up_days": 200},
        },
        day={
            "schedule": {"default": [{"every_days": 7}]},
            "minutes": {"kind": "fixed", "physical": 1440, "distance": 1440, "group": 2880},
            "form": {"default": {"physical": 0.6, "distance": 0.1, "group": 0.3}},
            "caseworkers": 9,
        },
    )
    assert_same_rows(study)


@pytest.mark.parametrize("dates", [("1990-01-01", "1990-06-01"), ("2019-01-01", "2020-01-01")])
def test_a_window_that_is_over_before_day_0_changes_nothing(dates: tuple[str, str]) -> None:
    window = {
        "from": dates[0], "to": dates[1], "mandatory": "suspended", "meeting_clock": "stops",
        "benefit_clock": "runs", "availability": False, "voluntary_every_days": 75,
        "missed": "drop", "catch_up_days": 28,
    }  # fmt: skip
    with_window = assert_same_rows(plain(arm={"windows": [window]}))["arm"]
    without = assert_same_rows(plain(arm={}))["arm"]
    for table in ("spells", "meetings", "office"):
        assert same(getattr(with_window, table), getattr(without, table))


# random studies -----------------------------------------------------------------------------------

SHARE = st.sampled_from([0.0, 0.1, 0.35, 1.0])


def phase(last: bool) -> st.SearchStrategy[dict[str, Any]]:
    """One phase of a schedule; all but the last end."""
    until = {} if last else {"until_day": 120}
    return st.one_of(
        st.builds(lambda n, d: {"meetings": n, "span_days": d}, st.integers(1, 9),
                  st.sampled_from([30.0, 91.0, 182.4])),
        st.builds(lambda d: {"every_days": d, **until}, st.sampled_from([3.0, 14.0, 30.4])),
        st.just({"days": [7, 7, 20, 56, 112]}),
        st.builds(lambda a: {"agreed_days": [a, 3 * a], **until}, st.sampled_from([5.0, 20.0])),
        st.builds(lambda d: {"random_every_days": d, **until}, st.sampled_from([10.0, 40.0])),
    )  # fmt: skip


@st.composite
def forms(draw: st.DrawFn) -> dict[str, float]:
    """Shares of the three forms."""
    distance, group = draw(st.sampled_from([(0.0, 0.0), (0.3, 0.0), (0.2, 0.5), (0.0, 1.0)]))
    return {"physical": 1.0 - distance - group, "distance": distance, "group": group}


@st.composite
def windows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """None, or one or two dates in which other levers hold."""
    found = []
    for begin, end in draw(
        st.sampled_from([(), ((20, 60),), ((0, 31),), ((10, 40), (40, 70)), ((300, 900),)])
    ):
        start = np.datetime64("2020-01-01") + begin
        suspended = draw(st.booleans())
        found.append({
            "from": str(start), "to": str(np.datetime64("2020-01-01") + end),
            "mandatory": "suspended" if suspended else "as_usual",
            "meeting_clock": draw(st.sampled_from(["runs", "stops"])),
            "benefit_clock": draw(st.sampled_from(["runs", "stops"])),
            "availability": draw(st.booleans()),
            "voluntary_every_days": draw(st.sampled_from([7.0, 30.0, inf])),
            "form": draw(forms()),
            "missed": draw(st.sampled_from(["catch_up", "drop"])),
            "catch_up_days": draw(st.sampled_from([0.0, 14.0])),
        })  # fmt: skip
    return found


@st.composite
def levers(draw: st.DrawFn) -> dict[str, Any]:
    """Levers of an arm."""
    some = st.sampled_from([{}, {}, {"offered": [1, 3]}])
    first, last = draw(phase(False)) | draw(some), draw(phase(True)) | draw(some)
    by_risk = draw(st.booleans())
    return {
        "schedule": {"default": [first, last]},
        "first_meeting": {
            "latest_day": draw(st.sampled_from([5.0, inf])),
            "fund_meeting": draw(st.integers(0, 2)),
            "fund_wait_days": draw(st.sampled_from([0.0, 6.0])),
        },
        "form": {"default": draw(forms())},
        "minutes": {
            "kind": draw(st.sampled_from(["fixed", "uniform", "exponential"])),
            "physical": draw(st.sampled_from([30.0, 90.0])), "distance": 25.0,
            "group": draw(st.sampled_from([60.0, 300.0])),
        },
        "weight": {"physical": 1.0, "distance": draw(SHARE), "group": 0.5},
        "partner_share": draw(st.sampled_from([0.0, 0.3])),
        "duty": {"default": draw(st.sampled_from(["mandatory", "voluntary"]))},
        "voluntary_weight": 0.8,
        "quality": draw(st.sampled_from([0.0, 1.0, 1.4])),
        "self_booking": {"share": draw(SHARE), "window_days": 6.0, "no_show_factor": 0.5},
        "groups": ["all"] if by_risk else draw(st.sampled_from([["all"], ["ui", "seasonal"]])),
        "episode_distance_share": draw(SHARE),
        "episode_pace": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "recall_pause_days": draw(st.sampled_from([0.0, 50.0])),
        "allocation": {"kind": "by_risk" if by_risk else "even", "contrast": 0.2 * by_risk},
        "caseworkers": draw(st.one_of(
            st.sampled_from(["auto", "unlimited", 0, 7, 12]),
            st.just([{"from": "2019-01-01", "number": 9}, {"from": "2020-02-01", "number": 8},
                     {"from": "2020-05-05", "number": 11}]),
        )),
        "windows": draw(windows()),
    }  # fmt: skip


RATES = st.sampled_from([
    {"kind": "none"},
    {"kind": "constant", "rate_per_week": 0.05},
    {"kind": "piecewise", "from_days": [0, 40, 100], "rate_per_week": [0.06, 0.03, 0.09]},
    {"kind": "weibull", "shape": 0.7, "scale_days": 150},
    {"kind": "weibull", "shape": 1.6, "scale_days": 200},
])  # fmt: skip


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """What differs from the shipped study: people, hazards, effect, office, market, design."""
    group = {
        "no_show": {"physical": draw(SHARE) / 2, "distance": 0.1, "group": 0.2},
        "sanction_risk_per_no_show": draw(st.sampled_from([0.0, 0.5])),
        "reach": 0.8, "acceptance": draw(SHARE),
        "benefit_limit_days": draw(st.sampled_from([70.0, 728.0, inf])),
        "episode": {"share": draw(SHARE), "start_days": 60, "length_days": 30,
                    "no_show_factor": draw(st.sampled_from([1.0, 2.0]))},
        "responsiveness": draw(st.sampled_from([-0.5, 0.0, 1.0])),
    }  # fmt: skip
    kind = draw(st.sampled_from(["poisson", "even", "cohort"]))
    own = draw(st.booleans())
    return {
        "population": {
            "inflow": {"kind": kind, "people": 90, "days": 60},
            "scale": draw(st.sampled_from([0.005, 0.015])),
            "warm_start": draw(st.booleans()),
            "frailty_variance": draw(st.sampled_from([0.0, 0.5])),
            "reentry_rate_per_week": draw(st.sampled_from([0.0, 0.03])),
            "groups": {name: group for name in ("ui", "sickness", "seasonal")},
        },
        "hazard": {
            "ui": {"job": draw(RATES), "education": draw(RATES), "other": draw(RATES)},
            "seasonal": {"recall": draw(RATES)},
        },
        "effect": {
            "kind": draw(st.sampled_from(["none", "additive", "concave"])),
            "boost": draw(st.sampled_from([-0.4, 0.3])), "alpha": draw(st.sampled_from([-0.2, 0.3])),
            "rho": draw(st.sampled_from([0.5, 1.0])), "cap": draw(st.sampled_from([0.4, inf])),
            "tau_days": draw(st.sampled_from([30.0, inf])),
            "frailty_power": draw(st.sampled_from([0.0, 0.5])),
            "other_exit_response": draw(st.sampled_from([0.0, 0.5])),
            "threat": draw(st.sampled_from([0.0, 0.3])), "threat_days": 7.0,
            "sanction_factor": draw(st.sampled_from([0.5, 1.0, 2.0])), "sanction_days": 30.0,
        },
        "office": {
            "calendar": draw(st.sampled_from(["working", "continuous"])),
            "pools": draw(st.sampled_from(["shared", "group", "shared" if own else "area"])),
            "areas": [{"name": "a", "share": 0.2}, {"name": "b", "share": 0.5},
                      {"name": "c", "share": 0.3}],
            "queue_order": draw(st.sampled_from(
                ["fifo", "longest_unemployed", "newest", "highest_risk", "deadline"])),
            "own_caseworker": own,
            "caseworker_quality": draw(st.sampled_from(["equal", "halves", "lognormal"])),
            "exit_breaks_meeting": draw(st.booleans()),
            "load_elasticity": draw(st.sampled_from([0.0, 0.2])),
            "minutes_per_caseworker_year": draw(st.sampled_from([4000, 49000])),
            "gather_days": draw(st.sampled_from([0.0, 5.0])), "group_size": 3,
        },
        "market": {
            "displacement": draw(st.sampled_from([0.0, 0.4])), "pool_share": 0.5,
            "scope": draw(st.sampled_from(["national", "own"])),
            "cycle": draw(st.sampled_from([
                [], [{"from": "2020-02-01", "to": "2020-03-01", "factor": 0.5}]])),
        },
        "design": {
            "seed": draw(st.integers(0, 10_000)), "observation_days": 40, "follow_up_days": 80,
            "zero_load_twin": False,
        },
    }  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(changes(), levers())
def test_random_small_studies_give_the_same_rows_by_both_engines(
    change: dict[str, Any], arm: dict[str, Any]
) -> None:
    """All levers of model sections 2 to 7, drawn at random."""
    dated = isinstance(arm["caseworkers"], list)
    if dated and change["office"]["own_caseworker"]:
        arm = merged(arm, {"caseworkers": 9})
    assert_same_rows(study_of(change, {"arm": arm}, shipped("engine=compiled")))


@st.composite
def enrolments(draw: st.DrawFn, arms: int) -> list[dict[str, Any]]:
    """Whom each arm of a trial takes: exact numbers or shares, not all at the same time."""
    by_people = draw(st.booleans())
    found = []
    for arm in range(arms):
        start, to = draw(st.sampled_from([("01-01", "02-09"), ("01-15", "03-15")]))
        size = {"people": 10 + 5 * arm} if by_people else {"share": 0.9 / arms}
        found.append({**size, "from": f"2020-{start}", "to": f"2020-{to}"})
    return found


@settings(max_examples=24, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(changes(), st.lists(levers(), min_size=2, max_size=3), st.booleans(), st.data())
def test_random_small_trials_give_the_same_rows_by_both_engines(
    change: dict[str, Any], arms: list[dict[str, Any]], own: bool, data: st.DataObject
) -> None:
    """Arms of any levers in one world, with one team or with their own."""
    people = {"inflow": {"kind": "poisson"}, "scale": 0.05}
    office = {"own_caseworker": False, "pools": "shared"}
    study = {"population": people, "office": office, "design": {"kind": "trial"}}
    values = merged(merged(shipped("engine=compiled"), change), study)
    taken = data.draw(enrolments(len(arms)))
    number: dict[str, Any] = {"caseworkers": data.draw(st.sampled_from([1, "auto"]))} if own else {}
    values["trial"] = {
        "groups": ["ui", "seasonal"], "caseworkers": "own" if own else "shared",
        "look_dates": ["2020-04-01"], **({} if own else {"extra_caseworkers": 1}),
    }  # fmt: skip
    values["arms"] = {
        f"arm{i}": {
            "regime": "standard",
            "title": "",
            "levers": arm,
            "enrolment": {**whom, **number},
        }
        for i, (arm, whom) in enumerate(zip(arms, taken, strict=True))
    }
    assert_same_rows(build(values))
