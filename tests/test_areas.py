"""Areas with a jobcentre each: own caseworkers, own queues, nobody's luck changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.config import load
from sim.experiment.study import build
from sim.model.clock import Clock
from sim.model.office import Office
from sim.model.population import entrants
from sim.model.settings import Study, registry_of, rulebook_of, settings_of
from sim.rules.errors import InputError

from .test_levers_office import QUEUE
from .worlds import merged, plain, run, run_one

AREAS = [
    {"name": "north", "share": 0.6}, {"name": "isle", "share": 0.1},
    {"name": "south", "share": 0.3},
]  # fmt: skip
DAYS = [{"days": [30, 60]}]
DAY_LONG = {
    "schedule": {"ui": DAYS, "cash_job_ready": DAYS},
    "minutes": {"kind": "fixed", "physical": 1440},
}


def in_areas(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """Changes of a study with three areas."""
    return merged(changes or {}, {"office": {"pools": "area", "areas": AREAS}})


def area_of(study: Study) -> dict[int, int]:
    """The area of each person."""
    people = entrants(settings_of(study), study.seed, 0)
    assert people.caseworker is not None
    areas = (people.caseworker * len(AREAS)).astype(int)
    return dict(zip(people.person.tolist(), areas.tolist(), strict=True))


def test_each_area_is_a_queue_of_its_own() -> None:
    """One caseworker an area, first come first served: each starts when due, or when the one
    before in the same area is over (Lindley), to the last bit."""
    study = plain(in_areas(QUEUE), arm={**DAY_LONG, "caseworkers": 3})
    m, home = run(study)["arm"].meetings, area_of(study)
    started = np.isfinite(m["end_day"])
    area = np.array([home[person] for person in m["person"].tolist()])
    for a in range(3):
        mine = np.flatnonzero(started & (area == a))
        free, waits = -np.inf, 0
        for i in mine[np.lexsort((m["person"][mine], m["due_day"][mine]))]:
            assert m["start_day"][i] == max(m["due_day"][i], free)
            waits += free > m["due_day"][i]
            free = m["end_day"][i]
        assert waits > 0


@pytest.mark.parametrize(
    ("number", "sizes"), [(3, [1, 1, 1]), (10, [5, 2, 3]), (13, [7, 2, 4]), (30, [17, 4, 9])]
)
def test_areas_share_whole_caseworkers_by_people(number: int, sizes: list[int]) -> None:
    """One for each, the rest by largest remainders."""
    study = plain(in_areas(), arm={"caseworkers": number})
    w = rulebook_of(study, "arm", registry_of(study))
    office = Office(Clock(1.0), settings_of(study), w, study.caseworkers["arm"], study, 0)
    assert [pool.size for pool in office.pools] == sizes


def test_an_area_changes_nobodys_luck_and_people_are_spread_by_its_share() -> None:
    """Power: 5,000 people, a standard error of .007 at most."""
    many = {"population": {"inflow": {"people": 5000}}}
    area = list(area_of(plain(in_areas(many))).values())
    assert np.abs(np.bincount(area) / len(area) - [0.6, 0.1, 0.3]).max() < 0.02
    shared = run_one({}, caseworkers="unlimited")
    areas = run_one(in_areas(), caseworkers="unlimited")
    assert np.array_equal(shared.spells["exit_day"], areas.spells["exit_day"])


@pytest.mark.parametrize(
    ("areas", "number", "says"),
    [
        ("[{name: a, share: 1}]", "9", "two or more"),
        ("[{name: a, share: 0.5}, {name: b, share: 0.4}]", "9", "must add up to 1"),
        ("[{name: a, share: 0.5}, {name: a, share: 0.5}]", "9", "no name may come twice"),
        ("[{name: a, share: 0.5}, {name: b, share: 0.5}]", "1", "cannot serve 2 areas"),
    ],
)
def test_areas_that_cannot_be_served_are_refused(areas: str, number: str, says: str) -> None:
    overrides = ["office.pools=area", f"office.areas={areas}", "design=quick", "engine=simpy"]
    with pytest.raises(InputError, match=says):
        build(load([*overrides, f"arms.standard.levers.caseworkers={number}"]).values)


def test_own_caseworkers_and_areas_do_not_go_together() -> None:
    areas = "office.areas=[{name: a, share: 0.5}, {name: b, share: 0.5}]"
    with pytest.raises(InputError, match="choose one of them"):
        load(["office.pools=area", areas, "office.own_caseworker=true"])
