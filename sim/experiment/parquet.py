"""Rows as Parquet files with page checksums: written a replication at a time, verified on reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.experiment import files
from sim.experiment.rows import SCHEMA, WORDS
from sim.rules.errors import DataError

Tables = Mapping[str, Mapping[str, np.ndarray]]
WORD = pa.dictionary(pa.int8(), pa.string())


def schema(table: str) -> pa.Schema:
    """Arrow schema of a table; what is a code in memory is a word in the file."""
    fields = [("arm", pa.dictionary(pa.int16(), pa.string())), ("replication", pa.int16())]
    for name, dtype in SCHEMA[table].items():
        fields.append((name, WORD if name in WORDS else pa.from_numpy_dtype(np.dtype(dtype))))
    return pa.schema(fields)


def let_go(writers: Iterable[pq.ParquetWriter], streams: Iterable[BinaryIO]) -> None:
    """Close the files of writers, ended or not; what matters was flushed before."""
    for writer in writers:
        writer.is_open = False  # or it would try to end a file that nobody wants
    for stream in streams:
        with suppress(OSError):
            stream.close()


class RowFiles:
    """The three Parquet files of a run folder while they are written; a row group a chunk."""

    def __init__(self, folder: Path, arms: Sequence[str]) -> None:
        self._arms = pa.array(arms, pa.string())
        self._places = {arm: place for place, arm in enumerate(arms)}
        self._streams = {table: files.new(folder / f"{table}.parquet") for table in SCHEMA}
        self._writers = {
            table: pq.ParquetWriter(
                stream,
                schema(table),
                compression="zstd",
                # Days hardly repeat: a dictionary of them would take four times as long.
                use_dictionary=["arm", *(name for name in SCHEMA[table] if name in WORDS)],
                write_page_checksum=True,
            )
            for table, stream in self._streams.items()
        }

    def add(
        self, table: str, arm: str, replication: int, columns: Mapping[str, np.ndarray]
    ) -> None:
        """Append rows of one arm in one replication to a table, in the types of the schema."""
        length = len(next(iter(columns.values())))
        places = pa.array(np.full(length, self._places[arm], dtype=np.int16))
        arrays = [
            pa.DictionaryArray.from_arrays(places, self._arms),
            pa.array(np.full(length, replication, dtype=np.int16)),
        ]
        for name in SCHEMA[table]:
            array = pa.array(columns[name])
            if name in WORDS:
                array = pa.DictionaryArray.from_arrays(array, pa.array(WORDS[name]))
            arrays.append(array)
        self._writers[table].write_table(pa.Table.from_arrays(arrays, schema=schema(table)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for table, writer in self._writers.items():
                    writer.close()
                    self._streams[table].flush()
                    files.sync(self._streams[table].fileno())
        finally:
            let_go(self._writers.values(), self._streams.values())


def stream(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, int, dict[str, np.ndarray]]]:
    """The rows of each arm and replication in turn, as they were in memory: words as codes.

    One arm and replication is held at a time, however long the file is.

    Raises DataError naming the file where a page does not fit its checksum.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            held: list[pa.Table] = []
            of: tuple[str, int] | None = None
            for place in range(file.num_row_groups):
                # Long arms are parted into several row groups; a row group is of one arm.
                group = file.read_row_group(place, ["arm", "replication", *columns])
                if not len(group):
                    continue
                here = str(group["arm"][0].as_py()), int(group["replication"][0].as_py())
                if of is not None and here != of:
                    yield *of, _in_memory(held, columns)
                    held = []
                of = here
                held.append(group.select(list(columns)))
            if of is not None:
                yield *of, _in_memory(held, columns)
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise DataError(f"{path.name} in {path.parent} is damaged: {error}") from error


def _in_memory(tables: Sequence[pa.Table], columns: Sequence[str]) -> dict[str, np.ndarray]:
    return {
        name: np.concatenate([_codes(chunk, name) for table in tables for chunk in table[name].chunks])
        for name in columns
    }  # fmt: skip


def _codes(chunk: pa.Array, name: str) -> np.ndarray:
    """A column as an array; words by their place in the schema, whatever the file's own order."""
    if name not in WORDS:
        return np.asarray(chunk.to_numpy(zero_copy_only=False))
    codes = np.array([WORDS[name].index(word) for word in chunk.dictionary.to_pylist()], np.int8)
    return np.asarray(codes[chunk.indices.to_numpy(zero_copy_only=False)])


def read(
    path: Path,
    arm: str | None = None,
    replication: int | None = None,
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Rows of a Parquet file, words as categories; all of them, or of one arm or replication.

    Raises DataError naming the file where a page does not fit its checksum.
    """
    chosen: Any = None
    if arm is not None:
        chosen = pc.field("arm").cast(pa.string()) == arm
    if replication is not None:
        of_one = pc.field("replication") == replication
        chosen = of_one if chosen is None else chosen & of_one
    try:
        table = pq.read_table(
            path, columns=columns, filters=chosen, page_checksum_verification=True
        )
        return table.to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path.name} in {path.parent} is damaged: {error}") from error
