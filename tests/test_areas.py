"""Areas with a jobcentre each: own caseworkers, own queues, nobody's luck changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.config import load
from sim.experiment import compare
from sim.experiment.study import build
from sim.experiment.task import Job, replicate, shipped_world
from sim.model.areas import in_area, names_of, study_of
from sim.model.clock import Clock
from sim.model.office import Office
from sim.model.population import entrants
from sim.model.replication import Part, run_parts, run_replication
from sim.model.settings import Study, registry_of, rulebook_of, settings_of
from sim.rules.areas import areas_of
from sim.rules.errors import InputError

from .test_levers_office import QUEUE
from .worlds import merged, plain, run, run_one

TALLIED = ("rmst_728_days", "survival_91", "exit_job_share", "held_per_person", "waiting_days_mean",
           "employed_weeks_104", "median_days", "jobs_per_month", "offered_load", "utilisation",
           "benefit_dkk", "worse_off_share")  # fmt: skip

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


FOUR = ["scenarios=four_regimes", "design=quick", "design.replications=1", "population.scale=0.1",
        "~arms.flexible", "~arms.lockdown_voluntary", "market.displacement=0.8",
        "office.pools=area", "office.area_count=5"]  # fmt: skip


def studied(*overrides: str) -> Study:
    return build(load([*FOUR, *overrides]).values)


def rows_of(study: Study) -> dict[str, bytes]:
    """What happened to spells and meetings in each world, as bytes."""
    return {
        world: b"".join(
            table[name].tobytes() for table in (rows.spells, rows.meetings) for name in table
        )
        for world, rows in run_replication(study, 0).items()
    }


@pytest.fixture(scope="module")
def national() -> Study:
    return studied()


def test_offices_in_step_give_the_rows_of_one_world_with_a_pool_for_each(national: Study) -> None:
    """The compiled offices stop every week for their common market; SimPy's are one world."""
    assert rows_of(national) == rows_of(replace(national, engine="simpy"))


def test_each_area_adds_its_sums_and_the_whole_is_as_summed_at_once(national: Study) -> None:
    """Every metric that is no share of staff: to 1e-12, which rounding alone would miss."""
    found = replicate(Job(national, shipped_world), 0)

    def at_once(study: Study, replication: int) -> list[Part]:
        whole = run_replication(national, replication)
        return [Part(world, 0, in_area(rows, 0)) for world, rows in whole.items()]

    whole = replicate(Job(with_one_area(national), at_once), 0)
    compared = {key for key in whole.values if key[2] in TALLIED}
    assert len(compared) > 100
    for key in compared:
        assert found.values[key] == pytest.approx(whole.values[key], rel=1e-12), key


def with_one_area(study: Study) -> Study:
    """The same study, whose rows are taken as those of one jobcentre."""
    office = {**study.values["office"], "pools": "shared"}
    return replace(study, values={**study.values, "office": office})


def test_the_areas_weigh_up_to_the_whole(national: Study) -> None:
    """Days of each area, weighed by its counted people, are the days of all."""
    found = replicate(Job(national, shipped_world), 0)
    people = {name: 0 for name in names_of(national)}
    for part in run_parts(national, 0):
        if part.world == "standard":
            people[names_of(national)[part.area]] = int(part.rows.spells["counted"].sum())
    days = sum(n * found.areas["standard", name, "rmst_728_days"] for name, n in people.items())
    assert days / sum(people.values()) == pytest.approx(
        found.values["standard", "all", "rmst_728_days"], rel=1e-12
    )


def test_a_market_of_ones_own_is_moved_by_ones_own_people_only() -> None:
    """With a labour market each, an area of an arm lives as it does beside any others; with one
    for all it does not. Without displacement the two are the same."""
    own, one = studied("market.scope=own"), studied("market.scope=national")
    assert rows_of(own) != rows_of(one)
    assert rows_of(own) == rows_of(replace(own, engine="simpy"))
    still = ["market.displacement=0"]
    assert rows_of(studied("market.scope=own", *still)) == rows_of(studied(*still))


def test_areas_by_rule_fall_with_their_rank() -> None:
    office = {"pools": "area", "area_count": 94, "area_exponent": 0.75, "areas": []}
    areas = areas_of(office)
    assert sum(area.share for area in areas) == pytest.approx(1.0, abs=1e-12)
    assert areas[0].share / areas[15].share == pytest.approx(16**0.75, rel=1e-12)
    assert (areas[0].name, areas[-1].name) == ("jobcentre 01", "jobcentre 94")
    even = areas_of({**office, "area_exponent": 0.0})
    assert {round(area.share * 94, 12) for area in even} == {1.0}


def test_areas_that_are_listed_and_counted_are_refused() -> None:
    areas = "office.areas=[{name: a, share: 0.5}, {name: b, share: 0.5}]"
    with pytest.raises(InputError, match="makes areas by a rule; give one of them"):
        load(["office.pools=area", areas, "office.area_count=3"])
    with pytest.raises(InputError, match="two or more"):
        load(["office.pools=area", "office.area_count=1"])


def test_the_country_is_94_jobcentres_of_fifty_times_the_people() -> None:
    country = build(load(["scenarios=denmark"]).values)
    assert len(names_of(country)) == 94
    assert country.arms == ("standard", "intensified", "flexible")
    assert sum(settings_of(country).inflow_per_day) == pytest.approx(50 * 152.8 / 7)
    sizes = [sum(study_of(country, a).caseworkers["standard"][0][1] for a in range(94))]
    assert sizes == [country.caseworkers["standard"][0][1]]


def test_a_run_by_area_has_a_table_of_its_jobcentres(tmp_path: Path) -> None:
    configuration = load([*FOUR, "compute=serial"])
    study = build(configuration.values)
    folder = compare.run(study, tmp_path / "run", configuration=configuration)
    table = folder.table("areas.csv")
    assert set(table["area"]) == set(names_of(study))
    saved = folder.table("area_differences.csv").query("metric == 'days_saved'")
    assert len(saved) == 5
    spells = folder.rows("spells", arm="standard")
    assert sorted(set(spells["area"])) == [0, 1, 2, 3, 4]
    assert len(folder.rows("office", arm="standard")) == int(study.horizon_days)
