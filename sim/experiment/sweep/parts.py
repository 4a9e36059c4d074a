"""What a finished unit of a sweep leaves on the disk: its metrics, and the digests of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from sim.experiment import parts
from sim.experiment.parts import FOLDER
from sim.experiment.sweep.points import Point, Unit
from sim.rules.errors import DataError

WORD = pa.dictionary(pa.int16(), pa.string())
SCHEMA = pa.schema([("arm", WORD), ("group", WORD), ("metric", WORD), ("value", pa.float64())])
NAME_DIGITS = 32
AGAIN = "delete it, and --resume runs that unit again"


def name_of(point: Point, replication: int) -> str:
    """The name of a unit's file: the hash of its configuration, and the replication."""
    return f"{point.sha256[:NAME_DIGITS]}-{replication:05d}.parquet"


def path_of(folder: Path, point: Point, replication: int) -> Path:
    """Where a sweep keeps a unit."""
    return folder / FOLDER / name_of(point, replication)


def write(folder: Path, point: Point, unit: Unit) -> None:
    """Keep a finished unit; after this it is on the disk, whole.

    Raises DataError or ResourceError where it cannot be written.
    """
    facts = {key: value for key, value in asdict(unit).items() if key != "values"}
    keys = list(unit.values)
    columns = [pa.array([key[i] for key in keys]).cast(WORD) for i in range(3)]
    values = pa.array(list(unit.values.values()), pa.float64())
    table = pa.Table.from_arrays([*columns, values], schema=SCHEMA)
    path = path_of(folder, point, unit.replication)
    parts.write(path, {"configuration": point.sha256, **facts}, table)


def read(folder: Path, point: Point, replication: int) -> Unit:
    """A finished unit.

    Raises DataError naming the file where it is missing or damaged or is of another unit.
    """
    path = path_of(folder, point, replication)
    what = _told(point, replication)
    facts, table = parts.read(path, point.sha256, replication, what, AGAIN)
    try:
        keys = zip(*(table[name].to_pylist() for name in SCHEMA.names[:3]), strict=True)
        values = dict(zip(keys, table["value"].to_pylist(), strict=True))
        return Unit(
            facts["replication"], values, facts["digests"], facts["checks"],
            tuple(facts["flags"]), facts["seconds"],
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise parts.damaged(path, error, AGAIN) from error


def there(folder: Path, units: Iterable[tuple[Point, int]]) -> set[str]:
    """Names of the files of those units that are kept, not read yet."""
    return {name_of(*unit) for unit in units if path_of(folder, *unit).is_file()}


def finished(folder: Path, units: Iterable[tuple[Point, int]]) -> set[str]:
    """Names of the files of those units that are kept, each read and found whole.

    Raises DataError that names every file which is damaged or of another unit.
    """
    found: set[str] = set()
    problems: list[str] = []
    for point, replication in units:
        if path_of(folder, point, replication).is_file():
            try:
                read(folder, point, replication)
            except DataError as error:
                problems += error.problems
            found.add(name_of(point, replication))
    if problems:
        raise DataError(problems)
    return found


def _told(point: Point, replication: int) -> str:
    settings = ", ".join(f"{key}={value}" for key, value in point.settings.items())
    return f"replication {replication} of point {point.number} ({settings})"
