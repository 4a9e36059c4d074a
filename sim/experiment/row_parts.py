"""Rows of one replication as part files: written by the process that made them, read chunk by chunk.

They hold codes where the files of a run hold words, and are packed lightly: they do not last.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiment import files
from sim.experiment.parquet import Tables, let_go
from sim.experiment.rows import SCHEMA
from sim.rules.errors import DataError

WORLD = "world"
"""The column that says of which arm (or world) a row is: its place among those of the study."""


def path_of(folder: Path, replication: int, table: str) -> Path:
    """Where the rows of a table are kept until the run is whole."""
    return folder / f"{replication:05d}-{table}.parquet"


@dataclass
class RowPart:
    """The rows of a replication on their way to the disk; they get their names when all are there.

    ``sums`` is the SHA-256 of each file by its table, once the ``with`` block was left.
    """

    folder: Path
    replication: int
    arms: Sequence[str]
    sums: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        mark = f".{secrets.token_hex(4)}{files.NEW}"
        paths = {table: path_of(self.folder, self.replication, table) for table in SCHEMA}
        self._new = {path.with_name(path.name + mark): path for path in paths.values()}
        with files.told(f"The rows in {self.folder} cannot be written"):
            self._streams = {
                table: files.new(new) for table, new in zip(paths, self._new, strict=True)
            }
        self._writers = {
            table: pq.ParquetWriter(
                stream, _schema(table), compression="lz4", use_dictionary=[WORLD],
                write_page_checksum=True, write_statistics=False,
            )
            for table, stream in self._streams.items()
        }  # fmt: skip
        return self

    def add(self, arm: str, tables: Tables) -> None:
        """Append rows of one arm, in the types of the schema: all of them, or some."""
        place = self.arms.index(arm)
        with files.told(f"The rows in {self.folder} cannot be written"):
            for table, columns in tables.items():
                length = len(next(iter(columns.values())))
                if not length:
                    continue
                arrays = [pa.array(np.full(length, place, dtype=np.int16))]
                arrays += [pa.array(columns[name]) for name in SCHEMA[table]]
                self._writers[table].write_table(
                    pa.Table.from_arrays(arrays, schema=_schema(table))
                )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                with files.told(f"The rows in {self.folder} cannot be written"):
                    self._finish()
        finally:
            let_go(self._writers.values(), self._streams.values())
            for new in self._new:
                with suppress(OSError):
                    new.unlink(missing_ok=True)

    def _finish(self) -> None:
        for table, writer in self._writers.items():
            writer.close()
            self._streams[table].flush()
            files.sync(self._streams[table].fileno())
            self._streams[table].close()
        for (new, path), table in zip(self._new.items(), SCHEMA, strict=True):
            self.sums[table] = files.sha256(new)
            files.rename(new, path)
        files.sync_folder(self.folder)


def contents(folder: Path, replication: int) -> dict[str, bytes]:
    """The files of a replication by table, to be sent to where they are kept."""
    return {table: path_of(folder, replication, table).read_bytes() for table in SCHEMA}


def receive(folder: Path, replication: int, sent: Mapping[str, bytes]) -> None:
    """Keep the files of a replication that were sent here."""
    for table, content in sent.items():
        path = path_of(folder, replication, table)
        with files.told(f"{path.name} in {folder} cannot be written"):
            files.replace_bytes(path, content)


def chunks(
    folder: Path, replication: int, table: str, arms: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, np.ndarray]]]:
    """The rows of a replication as they were written: arm and columns, a chunk at a time.

    Raises DataError naming the file where it is missing or a page does not fit its checksum.
    """
    path = path_of(folder, replication, table)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                group = file.read_row_group(number)
                columns = {
                    name: group[name].to_numpy().astype(dtype, copy=False)
                    for name, dtype in SCHEMA[table].items()
                }
                yield arms[group[WORLD][0].as_py()], columns
    except (OSError, pa.ArrowException, IndexError) as error:
        raise DataError(f"{path.name} in {folder} is damaged: {error}") from error


def damage(folder: Path, replication: int, sums: Mapping[str, str]) -> list[str]:
    """What is wrong with the files of a replication, each compared with its SHA-256."""
    problems = []
    for table, expected in sums.items():
        path = path_of(folder, replication, table)
        with files.told(f"{path.name} in {folder} cannot be read"):
            got = files.sha256(path) if path.is_file() else ""
        if got != expected:
            state = f"damaged: its SHA-256 is {got} and" if got else "missing; its SHA-256"
            problems.append(f"{path.name} in {folder} is {state} should be {expected}")
    return problems


def _schema(table: str) -> pa.Schema:
    columns = SCHEMA[table].items()
    fields = [(name, pa.from_numpy_dtype(np.dtype(dtype))) for name, dtype in columns]
    return pa.schema([(WORLD, pa.int16()), *fields])
