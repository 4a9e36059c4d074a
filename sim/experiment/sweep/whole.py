"""A sweep from beginning to end: what is not there yet is run, and the tables of all are made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment import files, metrics, provenance, task
from sim.experiment.attempts import attempts
from sim.experiment.cells import safe_table
from sim.experiment.folder import FORMAT, MANIFEST, RunFolder, json_text
from sim.experiment.made_again import made_again
from sim.experiment.manifest import Configuration, Origin
from sim.experiment.pool import Pool, Progress
from sim.experiment.replications import patience_seconds
from sim.experiment.sweep import again, parts, place
from sim.experiment.sweep.points import Point, simulate
from sim.experiment.sweep.tables import Tables, tables
from sim.experiment.task import Job
from sim.rules.errors import ResourceError

SWEEP, DIFFERENCES, POINTS = "sweep.csv", "sweep_differences.csv", "points.csv"

Report = Callable[[Path, Mapping[str, Any]], None]
"""Draws figures into the folder of a sweep from its tables and facts."""


@dataclass(frozen=True)
class Remaining:
    """What of a sweep is still to be run, and how many of its units are there already."""

    units: tuple[tuple[Point, int], ...]
    kept: int


@dataclass(frozen=True)
class Finished:
    """A sweep whose tables are written; ``failed`` are units that are not in them, and why."""

    folder: RunFolder
    failed: tuple[str, ...]


def units_of(points: Sequence[Point]) -> list[tuple[Point, int]]:
    """All units of work, each configuration once."""
    found = {
        parts.name_of(point, replication): (point, replication)
        for point in points
        for replication in range(point.study.replications)
    }
    return list(found.values())


def remaining(out: Path, points: Sequence[Point]) -> Remaining:
    """What is still to be run; every part that is there is read.

    Raises DataError where the folder is of another sweep, or a part is damaged or foreign.
    """
    place.check_belongs(out, points)
    units = units_of(points)
    kept = parts.finished(out, units)
    left = tuple(unit for unit in units if parts.name_of(*unit) not in kept)
    return Remaining(left, len(kept))


def run(
    out: Path,
    points: Sequence[Point],
    left: Remaining,
    *,
    configuration: Configuration,
    origin: Origin,
    pool: Pool,
    progress: Progress,
    unit_seconds: float,
    world: task.World,
    report: Report,
) -> Finished:
    """Run what is left, keep each unit at once, and write tables, figures and manifest.

    The folder is the sweep's own and locked (`place.taken`).

    Args:
        unit_seconds: how long a unit is expected to take.
        world: makes the rows of one replication.
        report: draws figures into the folder before it gets its manifest.

    Raises ResourceError where a part cannot be written, or no unit at all could be run.
    """
    began = time.perf_counter()
    failed = _simulate(out, left, pool, progress, unit_seconds, world)
    if left.units and len(failed) == len(left.units) + left.kept:
        raise ResourceError(["no unit of the sweep could be run:", *_told(left.units, failed)])
    found = tables(out, points, failed)
    lines = tuple(_told(left.units, failed))
    with files.told(f"The results in {out} cannot be written"):
        (out / MANIFEST).unlink(missing_ok=True)
        _write_tables(out, found)
        files.replace_text(out / "scenario.yaml", configuration.to_yaml())
        facts = _manifest(points, configuration, origin, found, lines)
        facts["units_run"], facts["units_kept_before"] = len(left.units), left.kept
        _draw(out, facts, report)
        facts["wall_seconds"] = round(time.perf_counter() - began, 3)
        facts["files"] = _sums(out, points, failed)
        files.replace_text(out / MANIFEST, json_text(facts))
    return Finished(RunFolder(out, facts), lines)


def make_again(found: RunFolder, report: Report) -> RunFolder:
    """The tables and figures of a finished sweep again, from its parts.

    Raises DataError where a part is damaged, or another process works there.
    """
    out, facts = found.path, found.manifest
    points = again.points_of(found)
    kept = set(facts["files"])
    failed = {
        parts.name_of(*unit): ""
        for unit in units_of(points)
        if f"{parts.FOLDER}/{parts.name_of(*unit)}" not in kept
    }
    with made_again(found) as copy:
        _write_tables(copy.path, tables(out, points, failed))
        _draw(copy.path, facts, report)
    return RunFolder(out, copy.manifest)


def _write_tables(out: Path, found: Tables) -> None:
    for name, table in (
        (SWEEP, found.sweep), (DIFFERENCES, found.differences), (POINTS, found.points),
    ):  # fmt: skip
        _write(out / name, table)


def _draw(out: Path, facts: Mapping[str, Any], report: Report) -> None:
    (out / "figures").mkdir(exist_ok=True)
    for old in (out / "figures").iterdir():
        old.unlink()
    report(out, facts)


def _simulate(
    out: Path,
    left: Remaining,
    pool: Pool,
    progress: Progress,
    unit_seconds: float,
    world: task.World,
) -> dict[str, str]:
    """Run units; the names of the parts that failed, and why."""
    failed: dict[str, str] = {}
    jobs: dict[int, Job] = {}
    work = []
    for point, replication in left.units:
        job = jobs.setdefault(point.number, Job(point.study, world))
        work.append((job, replication))
    ending = attempts(pool, simulate, work, patience_seconds(unit_seconds))
    for done, one in enumerate(ending, start=1):
        point, replication = left.units[one.place]
        if one.result is None:
            failed[parts.name_of(point, replication)] = one.problem
        else:
            parts.write(out, point, one.result)
        progress(done, len(work))
    return failed


def _told(units: Sequence[tuple[Point, int]], failed: Mapping[str, str]) -> list[str]:
    lines = []
    for point, replication in units:
        if why := failed.get(parts.name_of(point, replication)):
            settings = ", ".join(f"{key}={value}" for key, value in point.settings.items())
            lines.append(f"point {point.number} ({settings}), replication {replication}: {why}")
    return lines


def _write(path: Path, table: pd.DataFrame) -> None:
    files.replace_text(path, safe_table(table).to_csv(index=False, lineterminator="\n"))


def _sums(out: Path, points: Sequence[Point], failed: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of the files of this sweep, which may not be all that lie in its folder."""
    own = {parts.name_of(*unit) for unit in units_of(points)} - set(failed)
    names = [f"{parts.FOLDER}/{name}" for name in sorted(own)]
    names += [SWEEP, DIFFERENCES, POINTS, "scenario.yaml", place.BEGUN]
    names += [f"figures/{name}" for name in files.names(out / "figures")]
    return {name: files.sha256(out / name) for name in names}


def _manifest(
    points: Sequence[Point],
    configuration: Configuration,
    origin: Origin,
    found: Tables,
    failed: Sequence[str],
) -> dict[str, Any]:
    """All but the seconds and the files."""
    base = points[0].study
    arms = base.values["arms"]
    return {
        "format": FORMAT,
        "kind": place.KIND,
        **provenance.made_by(origin.command),
        "wall_seconds": None,
        "seconds": found.seconds,
        "scenario": configuration.scenario,
        "title": base.values["title"],
        "engine": base.engine,
        "seeds": sorted({point.study.seed for point in points}),
        "seed_drawn": origin.seed_drawn,
        "axes": {
            key: list(dict.fromkeys(point.settings[key] for point in points))
            for key in points[0].settings
        },
        "points": [
            [point.sha256, point.study.replications, dict(point.settings)] for point in points
        ],
        "studies": {point.sha256: again.facts(point) for point in points},
        "arms": [
            {"name": arm, "title": arms[arm].get("title", arm), "regime": arms[arm].get("regime")}
            for arm in base.arms
        ],
        "groups": list(base.groups),
        "complete": not failed,
        "failed": list(failed),
        "left_out": metrics.left_out(base.follow_up_days),
        "notes": list(found.flags),
        "warnings": list(configuration.warnings),
        "differences": [[str(part) for part in row] for row in configuration.differences],
        "plugins": dict(origin.plugins),
        "packages": provenance.packages(),
        "checks": found.checks,
        "checks_held": sum(found.checks.values()),
        "rows_sha256": {"all": found.rows_sha256, "points": found.digests},
    }
