"""Hour-neutral comparison: the caseworkers of the first arm for all, with queues or paced to them."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from sim.cli.planning import hours_sentences
from sim.experiment import hours, same_meetings
from sim.experiment.hours import AS_CONFIGURED, PACED, SAME
from sim.rules.errors import InputError

from .test_same_meetings import POISSON, asks, every
from .worlds import merged, plain, run, same

DAYS = 28.0
STAFF = {"caseworkers": 2}


def with_hours(kind: str, **more: Any) -> dict[str, Any]:
    return merged({**POISSON, **more}, {"office": {"hours": kind}})


def test_all_arms_have_the_caseworkers_of_the_first_also_by_date() -> None:
    steps = [{"from": "2020-01-01", "number": 3}, {"from": "2020-03-01", "number": 5}]
    arms = {"usual": every(DAYS, caseworkers=steps), "more": every(DAYS / 2, caseworkers="auto")}
    study = plain(with_hours(SAME), **arms)
    assert study.caseworkers["more"] == study.caseworkers["usual"] == ((0.0, 3.0), (60.0, 5.0))
    as_it_is = plain(with_hours(AS_CONFIGURED), **arms)
    assert as_it_is.caseworkers["more"] != as_it_is.caseworkers["usual"]


def test_twice_the_meetings_with_the_same_hours_are_more_than_twice_the_load() -> None:
    arms = {"usual": every(DAYS, **STAFF), "more": every(DAYS / 2, caseworkers="auto")}
    load = plain(with_hours(SAME), **arms).offered_load
    # Meetings every d days of a spell that ends at rate r: r / (exp(r d) - 1) a day.
    twice = (exp(0.01 * DAYS) - 1) / (exp(0.01 * DAYS / 2) - 1)
    assert load["more"] / load["usual"] == pytest.approx(twice, rel=0.01)


@pytest.mark.parametrize("kind", [SAME, PACED])
def test_the_rows_of_the_first_arm_do_not_change(kind: str) -> None:
    arms = {"usual": every(DAYS, **STAFF), "more": every(DAYS / 2, caseworkers="auto")}
    rows = [run(plain({"office": {"hours": one}}, **arms)) for one in (AS_CONFIGURED, kind)]
    for table in ("spells", "meetings", "office"):
        before, after = (getattr(of["usual"], table) for of in rows)
        assert same(before, after), table
    minutes = [of["more"].office["minutes_open"].sum() for of in rows]
    assert minutes[1] == rows[1]["usual"].office["minutes_open"].sum()
    assert minutes[0] != minutes[1]


@pytest.mark.parametrize("days", [7.0, 14.0, 56.0])
def test_the_pace_of_evenly_spaced_meetings_is_that_of_the_closed_form(days: float) -> None:
    arms = {"usual": every(DAYS, **STAFF), "other": every(days)}
    study = plain(with_hours(PACED), **arms)
    assert study.hour_paces["other"] == pytest.approx(days / DAYS, rel=0.005)
    assert study.offered_load["other"] == pytest.approx(study.offered_load["usual"], rel=0.005)


def test_an_allocation_by_risk_keeps_its_contrast_when_it_is_paced() -> None:
    by_risk = {"allocation": {"kind": "by_risk", "contrast": 0.3}}
    arms = {"usual": every(DAYS, **STAFF), "other": every(DAYS / 2, **by_risk)}
    own = plain(with_hours(AS_CONFIGURED), **arms).paces["other"]
    paced = plain(with_hours(PACED), **arms)
    high, low = paced.paces["other"]
    assert high / low == pytest.approx(own[0] / own[1])
    assert paced.offered_load["other"] == pytest.approx(paced.offered_load["usual"], rel=0.005)


def test_an_arm_that_plans_nothing_keeps_its_pace() -> None:
    arms = {"usual": every(DAYS, **STAFF), "none": {"schedule": {"ui": []}}}
    study = plain(with_hours(PACED), **arms)
    assert study.hour_paces["none"] == 1.0 and study.offered_load["none"] == 0.0


def test_a_schedule_that_no_pace_brings_to_the_hours_is_refused_with_the_numbers() -> None:
    arms = {"usual": every(7.0, **STAFF), "once": {"schedule": {"ui": [{"days": [1]}]}}}
    with pytest.raises(InputError) as refused:
        plain(with_hours(PACED), **arms)
    (problem,) = refused.value.problems
    assert "arms.once" in problem and "office.hours=as_first_arm" in problem


def test_whoever_asks_for_the_same_minutes_is_not_held_to_as_many_meetings() -> None:
    arms = {"usual": every(DAYS, **STAFF), "more": every(DAYS / 2, minutes={"physical": 35})}
    asked = merged(asks(0.01), {"office": {"hours": PACED}})
    assert all(line.role != same_meetings.BINDING for line in same_meetings.lines(plain(asked, **arms)))  # fmt: skip
    with pytest.raises(InputError, match="same_meetings"):
        plain(merged(asks(0.01), {"office": {"hours": SAME}}), **arms)


def test_plan_and_manifest_tell_whose_hours_all_arms_have() -> None:
    arms = {"usual": every(DAYS, **STAFF), "more": every(DAYS / 2)}
    study = plain(with_hours(PACED), **arms)
    told = hours.facts(study)
    assert told["kind"] == PACED and told["caseworkers"] == [[0.0, 2.0]]
    assert told["pace_of_plan"] == study.hour_paces
    first, second = hours_sentences(study)
    assert "the 2 caseworkers of “usual”" in first and "“more” to 0.5 times" in second
    assert hours_sentences(plain(with_hours(AS_CONFIGURED), **arms)) == []
