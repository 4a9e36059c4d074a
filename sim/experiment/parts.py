"""Parts: what a finished unit of work leaves on the disk, a Parquet file that knows what it is of."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import sim
from sim.experiment import files
from sim.rules.errors import DataError

FOLDER = "parts"
FACTS = b"samtale"
FORMAT = 2
KNOWN = ("version", "configuration", "replication", "format")
"""Facts that say of what a part is."""


def write(path: Path, facts: Mapping[str, Any], table: pa.Table) -> None:
    """Keep a finished unit; after this it is on the disk, whole.

    Args:
        facts: what JSON can hold, with ``configuration`` and ``replication`` among it.
    Raises DataError or ResourceError where it cannot be written.
    """
    whole = {"format": FORMAT, "version": sim.__version__, **facts}
    whole["sha256"] = _digest(whole, table)
    content = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata({FACTS: json.dumps(whole).encode()}),
        content,
        compression="zstd",
        write_page_checksum=True,
    )
    with files.told(f"{path.name} in {path.parent} cannot be written"):
        files.replace_bytes(path, content.getvalue())


def read(
    path: Path, configuration: str, replication: int, what: str, again: str
) -> tuple[dict[str, Any], pa.Table]:
    """The facts and the table of a part.

    Args:
        configuration: of which it should be.
        what: what it should hold, in words.
        again: what to do where it cannot be used.
    Raises DataError naming the file where it is missing or damaged or is of another unit.
    """
    where = f"{path.parent.name}/{path.name} in {path.parent.parent}"
    if not path.is_file():
        raise DataError(f"{where} is missing; it should hold {what}")
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        facts: dict[str, Any] = json.loads((table.schema.metadata or {})[FACTS])
        expected = facts["sha256"]
        got = _digest(facts, table)
        given = {fact: facts[fact] for fact in KNOWN}
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise damaged(path, error, again) from error
    if got != expected:
        raise DataError(
            f"{where} is damaged: the SHA-256 of its content should be {expected} and is {got}; "
            f"{again}"
        )
    wanted = {
        "version": sim.__version__, "configuration": configuration, "replication": replication,
        "format": FORMAT,
    }  # fmt: skip
    for fact in KNOWN:
        if given[fact] != wanted[fact]:
            raise DataError(
                f"{where} is of another {fact}: {given[fact]}, not {wanted[fact]}; it should "
                f"hold {what}; {again}"
            )
    return facts, table


def damaged(path: Path, error: Exception, again: str) -> DataError:
    """What to say of a part that cannot be read."""
    why = str(error).splitlines()[0] if str(error) else type(error).__name__
    where = f"{path.parent.name}/{path.name} in {path.parent.parent}"
    return DataError(f"{where} is damaged ({why}); {again}")


def _digest(facts: Mapping[str, Any], table: pa.Table) -> str:
    """SHA-256 of what a part holds; facts are taken but for the digest itself."""
    plain = {key: facts[key] for key in sorted(facts) if key != "sha256"}
    total = hashlib.sha256(json.dumps(plain).encode())
    for name in table.column_names:
        # repr tells every float to the last bit.
        total.update(repr((name, table[name].to_pylist())).encode())
    return total.hexdigest()
