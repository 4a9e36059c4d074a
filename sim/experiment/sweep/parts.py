"""Parts: what a finished unit leaves on the disk, a Parquet file that knows what it is of."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import sim
from sim.experiment import files
from sim.experiment.sweep.points import Point, Unit
from sim.rules.errors import DataError

FOLDER = "parts"
FACTS = b"samtale"
FORMAT = 1
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
    facts = _facts(point, unit)
    facts["sha256"] = _digest(facts, unit.values)
    keys = list(unit.values)
    columns = [pa.array([key[i] for key in keys]).cast(WORD) for i in range(3)]
    table = pa.Table.from_arrays(
        [*columns, pa.array(list(unit.values.values()), pa.float64())],
        schema=SCHEMA.with_metadata({FACTS: json.dumps(facts).encode()}),
    )
    content = io.BytesIO()
    pq.write_table(table, content, compression="zstd", write_page_checksum=True)
    path = path_of(folder, point, unit.replication)
    with files.told(f"{path.name} in {path.parent} cannot be written"):
        files.replace_bytes(path, content.getvalue())


def read(folder: Path, point: Point, replication: int) -> Unit:
    """A finished unit.

    Raises DataError naming the file where it is missing or damaged or is of another unit.
    """
    path = path_of(folder, point, replication)
    where = f"{FOLDER}/{path.name} in {folder}"
    if not path.is_file():
        raise DataError(f"{where} is missing; it should hold {_told(point, replication)}")
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        facts: dict[str, Any] = json.loads((table.schema.metadata or {})[FACTS])
        expected = facts["sha256"]
        keys = zip(*(table[name].to_pylist() for name in SCHEMA.names[:3]), strict=True)
        values = dict(zip(keys, table["value"].to_pylist(), strict=True))
        got = _digest(facts, values)
        unit = Unit(
            facts["replication"], values, facts["digests"], facts["checks"],
            tuple(facts["flags"]), facts["seconds"],
        )  # fmt: skip
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{where} is damaged ({why}); {AGAIN}") from error
    if got != expected:
        raise DataError(
            f"{where} is damaged: the SHA-256 of its content should be {expected} and is {got}; "
            f"{AGAIN}"
        )
    wanted = _facts(point, unit)
    wanted["replication"] = replication
    for fact, what in (("version", "version"), ("configuration", "configuration"),
                       ("replication", "replication"), ("format", "format")):  # fmt: skip
        if facts[fact] != wanted[fact]:
            raise DataError(
                f"{where} is of another {what}: {facts[fact]}, not {wanted[fact]}; it should "
                f"hold {_told(point, replication)}; {AGAIN}"
            )
    return unit


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


def _facts(point: Point, unit: Unit) -> dict[str, Any]:
    kept = {key: value for key, value in asdict(unit).items() if key != "values"}
    return {
        "format": FORMAT,
        "version": sim.__version__,
        "configuration": point.sha256,
        **kept,
    }


def _digest(facts: dict[str, Any], values: dict[tuple[str, str, str], float]) -> str:
    """SHA-256 of what a part holds; facts are taken but for the digest itself."""
    plain = {key: facts[key] for key in sorted(facts) if key != "sha256"}
    content = [plain, [[*key, value.hex()] for key, value in values.items()]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _told(point: Point, replication: int) -> str:
    settings = ", ".join(f"{key}={value}" for key, value in point.settings.items())
    return f"replication {replication} of point {point.number} ({settings})"
