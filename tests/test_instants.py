"""Whole-day times: many things happen in one instant, and nothing may depend on who began first."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from sim.model import population, world
from sim.model.clock import Clock
from sim.model.journal import ArmRows
from sim.model.settings import Study
from sim.rules.meetings import BROKEN_OFF, CANCELLED, HELD

from .worlds import NOBODY, PLAIN_PEOPLE, plain, run, run_one, same

ORDERS = ("fifo", "longest_unemployed", "newest", "highest_risk", "deadline")
WHOLE_DAY = {"kind": "fixed", "physical": 1440, "group": 1440}
SEEDS = 200


class Shuffled(Clock):
    """A clock in which events of the same instant and order come in a random sequence."""

    dice = random.Random(0)

    def __init__(self, end: float) -> None:
        super().__init__(end)
        self._eid: Any = self._anywhere()

    def _anywhere(self) -> Iterator[tuple[float, int]]:
        number = 0
        while True:
            number += 1
            yield self.dice.random(), number


@pytest.fixture
def whole_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """People enter at the start of a day."""
    entries = population.entries_of
    monkeypatch.setattr(
        population, "entries_of", lambda *how: [np.floor(days) for days in entries(*how)]
    )


def office(seed: int) -> Study:
    """Forty people in forty days for four caseworkers; each meeting takes a whole day."""
    groups = {"ui": {"no_show": {"physical": 0.2}}}
    return plain(
        {
            "population": {
                "inflow": {"kind": "even", "people": 40, "days": 40}, "groups": groups,
            },
            "office": {
                "calendar": "continuous", "queue_order": ORDERS[seed % 5],
                "own_caseworker": seed % 10 == 9, "no_show_minutes": 1440, "rebook_days": 3,
                "group_size": 3, "gather_days": 4,
            },
            "design": {"seed": seed, "observation_days": 40, "follow_up_days": 100},
        },
        arm={
            "schedule": {"ui": [{"days": [0, 5, 10]}, {"every_days": 7}]},
            "minutes": WHOLE_DAY, "caseworkers": 4, "weight": {"group": 1},
            "form": {"default": {"physical": 0.7, "distance": 0, "group": 0.3}}
            if seed % 4 == 3 else {},
        },
    )  # fmt: skip


def most_at_a_time(rows: ArmRows) -> int:
    """The largest number of caseworkers who were in a meeting at one time."""
    m = rows.meetings
    begun = ~np.isnan(m["start_day"])
    group = m["form"][begun] == 2
    start, end = m["start_day"][begun], m["end_day"][begun]
    together = {(s, s + 1.0) for s in start[group]}
    spans = [*zip(start[~group], end[~group], strict=True), *together]
    changes = sorted([(e, -1) for _, e in spans] + [(s, 1) for s, _ in spans])
    return int(np.cumsum([c for _, c in changes]).max())


@pytest.mark.usefixtures("whole_days")
def test_no_caseworker_leaks_in_200_offices_with_whole_day_times() -> None:
    """Every run checks that busy caseworkers are those in a meeting, now and at its end."""
    held = 0
    for seed in range(SEEDS):
        rows = lived(seed)
        assert most_at_a_time(rows) <= 4, seed
        assert rows.checks["busy_equals_meetings"] >= 1
        held += int((rows.meetings["outcome"] == HELD).sum())
        assert np.nanmax(rows.meetings["start_day"]) > 100.0, seed
    assert held > 100 * SEEDS


@lru_cache(maxsize=20)
def kind_of_office(kind: int) -> Study:
    """One of twenty kinds: five orders, own caseworkers or not, groups or not."""
    return office(kind)


def office_like(seed: int) -> Study:
    """An office with another seed, without working out its load again."""
    return replace(kind_of_office(seed % 20), seed=seed)


@lru_cache(maxsize=SEEDS)
def lived(seed: int) -> ArmRows:
    """The rows of an office (under ``whole_days``)."""
    return run(office_like(seed))["arm"]


@pytest.mark.usefixtures("whole_days")
def test_rows_do_not_depend_on_which_of_simultaneous_events_was_set_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited = 0
    for seed in range(SEEDS):
        plain_rows = lived(seed)
        Shuffled.dice = random.Random(seed)
        with monkeypatch.context() as patch:
            patch.setattr(world, "Clock", Shuffled)
            shuffled = run(office_like(seed))["arm"]
        for table in ("spells", "meetings", "office"):
            one, other = getattr(plain_rows, table), getattr(shuffled, table)
            assert same(one, other), (seed, ORDERS[seed % 5], table)
        waited += int((plain_rows.spells["waiting_days"] > 0).sum())
    assert waited > 20 * SEEDS


def instant(due: list[float], caseworkers: int = 1, people: int = 1, **office: Any) -> ArmRows:
    """People who all enter on day 0 and whose right ends, and they leave, on day 28."""
    changes = {
        "population": {
            "inflow": {"people": people},
            "groups": {"ui": {"benefit_limit_days": 28}},
        },
        "hazard": {"ui": {"job": {"kind": "none"}, "other": {"kind": "none"}}},
        "office": {"calendar": "continuous", **office},
        "design": {"follow_up_days": 60},
    }
    levers = {"schedule": {"ui": [{"days": due}]}, "minutes": WHOLE_DAY}
    return run_one(changes, **levers, caseworkers=caseworkers)


def test_an_exit_comes_before_a_meeting_that_falls_due() -> None:
    rows = instant([28])
    assert len(rows.meetings["person"]) == 0
    assert rows.spells["exit_day"].tolist() == [28.0]


def test_an_exit_comes_before_the_end_of_a_meeting() -> None:
    rows = instant([27])
    assert rows.meetings["outcome"].tolist() == [BROKEN_OFF]
    assert rows.spells["held"].tolist() == [0]
    assert instant([26]).spells["held"].tolist() == [1]


def test_an_exit_comes_before_the_start_of_a_meeting_and_gives_the_caseworker_back() -> None:
    """Two are due on day 27: the second could begin on day 28, when both leave."""
    rows = instant([27], people=2)
    assert rows.meetings["outcome"].tolist() == [BROKEN_OFF, CANCELLED]
    assert rows.meetings["end_day"].tolist() == [28.0, 28.0]
    assert rows.checks["busy_equals_meetings"] == 1


def test_of_two_with_the_same_claim_the_lower_person_number_goes_first() -> None:
    for order in ("fifo", "longest_unemployed", "newest", "deadline"):
        rows = instant([5], people=6, queue_order=order)
        start = rows.meetings["start_day"]
        assert start.tolist() == [5.0, 6.0, 7.0, 8.0, 9.0, 10.0], order


def test_a_meeting_over_counts_before_the_next_one_falls_due_at_once() -> None:
    """Due on days 5 and 6, one day long: the second follows on the first without a wait."""
    rows = instant([5, 6])
    assert rows.meetings["start_day"].tolist() == [5.0, 6.0]
    assert rows.spells["waiting_days"].tolist() == [0.0]


def test_who_has_the_next_meeting_due_at_once_competes_for_the_same_caseworker() -> None:
    """The longest unemployed, served on day 5 and due again on day 6, goes before the newer one."""
    groups = {g: {**PLAIN_PEOPLE, **NOBODY} for g in ("cash_job_ready",)}
    groups["ui"] = {"benefit_limit_days": 28}
    changes = {
        "population": {"inflow": {"kind": "even", "people": 2, "days": 2}, "groups": groups},
        "hazard": {"ui": {"job": {"kind": "none"}, "other": {"kind": "none"}}},
        "office": {"calendar": "continuous", "queue_order": "longest_unemployed"},
        "design": {"observation_days": 2, "follow_up_days": 60},
    }
    levers = {"schedule": {"ui": [{"days": [5, 6, 7]}]}, "minutes": WHOLE_DAY, "caseworkers": 1}
    rows = run_one(changes, **levers)
    first = rows.meetings["person"] == rows.meetings["person"].min()
    assert rows.meetings["start_day"][first].tolist() == [5.5, 6.5, 7.5]
    assert rows.meetings["start_day"][~first].tolist() == [8.5, 9.5, 10.5]
