"""Jobcentres by area: each an office of its own, and the rows of a world parted by area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sim.model.journal import ArmRows, office_by_day
from sim.model.office import hours_by_day, whole_by
from sim.model.population import People
from sim.model.settings import Settings, Study, area_shares
from sim.rules.areas import areas_of
from sim.rules.people import JOB
from sim.rules.rulebook import Rulebook

NATIONAL, OWN = "national", "own"
"""Whether areas share one labour market, or each has its own."""

DISPLACED, PER_JOB = "displaced_jobs", "displaced_jobs_per_counted_job"
"""Single figures of a world with displacement."""


def names_of(study: Study) -> tuple[str, ...]:
    """Names of the areas; none where there is one office."""
    return tuple(area.name for area in areas_of(study.values["office"]))


def largest_area(study: Study) -> int:
    """The area of most people, whose office stands for all in pictures of one office."""
    return int(np.argmax(area_shares(study.values["office"]) or (1.0,)))


def study_of(study: Study, area: int) -> Study:
    """The study of one area as if it were all: its office, its caseworkers, its part of the market."""
    shares = area_shares(study.values["office"])
    values = {**study.values, "office": {**study.values["office"], "pools": "shared"}}
    return replace(
        study,
        values=values,
        caseworkers={
            world: tuple((day, whole_by(shares, number)[area]) for day, number in steps)
            for world, steps in study.caseworkers.items()
        },
        reference_effort_per_day=study.reference_effort_per_day * shares[area],
    )


def area_of_people(people: People, areas: int) -> np.ndarray:
    """The area of each of the people."""
    assert people.caseworker is not None
    found: np.ndarray = (people.caseworker * areas).astype(np.int16)
    return found


def by_area(
    rows: ArmRows, study: Study, settings: Settings, w: Rulebook, arm: str, area: dict[int, int]
) -> list[ArmRows]:
    """The rows of a world parted by the area of each person; checks stay with the first."""
    number = len(names_of(study))
    home = {
        table: np.array([area[person] for person in getattr(rows, table)["person"].tolist()], int)
        for table in ("spells", "meetings")
    }
    parts = []
    for a in range(number):
        spells, meetings = (
            {name: column[home[table] == a] for name, column in getattr(rows, table).items()}
            for table in ("spells", "meetings")
        )
        numbers, open_minutes = hours_by_day(study_of(study, a).caseworkers[arm], settings, w)
        parts.append(
            replace(
                rows,
                spells=spells,
                meetings=meetings,
                office=office_by_day(spells, meetings, numbers, open_minutes),
                checks=rows.checks if a == 0 else {},
                seconds=rows.seconds if a == 0 else {},
            )
        )
    if DISPLACED in rows.extras:
        jobs = [jobs_of(part.spells) for part in parts]
        told = displaced(rows.extras[DISPLACED], jobs)
        parts = [replace(part, extras=extras) for part, extras in zip(parts, told, strict=True)]
    return parts


def jobs_of(spells: dict[str, np.ndarray]) -> int:
    """How many spells ended in a job."""
    return int(np.sum(spells["exit"] == JOB))


def displaced(jobs_lost: float, jobs: list[int]) -> list[dict[str, float]]:
    """Jobs that the unsimulated lost to one national market, told for each area by its jobs."""
    per_job = jobs_lost / max(sum(jobs), 1)
    return [{DISPLACED: per_job * own, PER_JOB: per_job} for own in jobs]


def in_area(rows: ArmRows, area: int) -> ArmRows:
    """The rows with the area of each spell."""
    here = np.full(len(rows.spells["person"]), area, dtype=np.int16)
    return replace(rows, spells={**rows.spells, "area": here})


def together(parts: Sequence[ArmRows]) -> ArmRows:
    """The rows of all areas as those of one world, in the order of people."""
    if len(parts) == 1:
        return parts[0]
    tables = {}
    for table, keys in (
        ("spells", ("spell", "person")),
        ("meetings", ("number", "spell", "person")),
    ):
        of_parts = [getattr(part, table) for part in parts]
        joined = {name: np.concatenate([of[name] for of in of_parts]) for name in of_parts[0]}
        order = np.lexsort([joined[name] for name in keys])
        tables[table] = {name: column[order] for name, column in joined.items()}
    checks, seconds = Counter[str](), Counter[str]()
    for part in parts:
        checks.update(part.checks)
        seconds.update(part.seconds)
    return ArmRows(
        **tables,
        office=add_offices([part.office for part in parts]),
        checks=dict(checks),
        extras=add_extras([(part.extras, jobs_of(part.spells)) for part in parts]),
        seconds=dict(seconds),
    )


def add_extras(of_parts: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, float]:
    """Single figures of all areas together, from those of each and its number of jobs."""
    if len(of_parts) == 1 or DISPLACED not in of_parts[0][0]:
        return dict(of_parts[0][0])
    lost = sum(extras[DISPLACED] for extras, _ in of_parts)
    return {DISPLACED: lost, PER_JOB: lost / max(sum(jobs for _, jobs in of_parts), 1)}


def add_offices(offices: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The offices of all areas, day by day, added."""
    first, *others = offices
    found = {name: column.copy() for name, column in first.items()}
    for office in others:
        for name, column in office.items():
            if name != "day":
                found[name] += column
    return found
