"""A user's table of spells as columns of text or numbers, each row with the number it has there."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sim.experiment.fit.faults import Faults
from sim.rules.commas import comma_advice
from sim.rules.errors import DataError, InputError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabulators"}
PARQUET = b"PAR1"
ZIPPED = b"PK\x03\x04"
LONGEST_FIELD = 10_000
ZEROS_OF_UTF16 = 0.7
"""Of every second byte: all but those of letters beyond Latin ones."""

NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Control characters but tabulators, line ends, form feeds, escapes and the end that DOS wrote."""


@dataclass(frozen=True)
class Table:
    """The columns of a file; ``numbers`` says where each row stands (a line of a CSV file, header
    included, or a row of a Parquet file, counted from 1)."""

    name: str
    kind: str
    sha256: str
    columns: dict[str, pd.Series]
    numbers: np.ndarray
    separator: str = ","

    @property
    def place(self) -> str:
        """What a number counts."""
        return "line" if self.kind == "CSV" else "row"

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.numbers)


def read(file: Path, faults: Faults) -> Table:
    """Read a CSV or Parquet file; rows that cannot be read are faults.

    Raises:
        InputError: there is no such file, or it is no table at all.
        DataError: a Parquet file is damaged, or the disk does not give the file.
    """
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise InputError(f"{file} {what}; name a table of spells, a .csv or a .parquet file.")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if not data.strip():
        raise InputError(f"{file} is empty; it must hold a header and a row a spell.")
    if data.startswith(ZIPPED):
        raise InputError(
            f"{file} is a spreadsheet or another packed file; save the table as CSV UTF-8."
        )
    if data.startswith(PARQUET) or file.suffix.lower() == ".parquet":
        return _parquet(file, data, digest, faults)
    return _csv(file, _text(file, data), digest, faults)


def _parquet(file: Path, data: bytes, digest: str, faults: Faults) -> Table:
    try:
        table = pq.read_table(pa.BufferReader(data), page_checksum_verification=True)
        columns = [column.to_pandas() for column in table.columns]
    except (OSError, pa.ArrowException) as error:
        raise DataError(
            f"{file} is damaged or no Parquet file ({error}); write it again from where it came."
        ) from error
    names = _named(file, table.column_names, faults)
    series = {n: c for n, c in zip(names, columns, strict=True) if n}
    if not table.num_rows:
        faults.add(f"{file.name} holds no rows; it must hold a row a spell.")
    return Table(file.name, "Parquet", digest, series, np.arange(1, table.num_rows + 1))


def _text(file: Path, data: bytes) -> str:
    """The text of a CSV file.

    Raises:
        InputError: it is not UTF-8, or no text.
    """
    if _perhaps_utf16(data):
        raise InputError(f"{file} is no UTF-8 text (perhaps UTF-16); save the table as CSV UTF-8.")
    if NO_TEXT.search(data):
        raise InputError(
            f"{file} is no text (it has bytes that no text has); name a table of spells, CSV UTF-8 "
            "or Parquet, or write it again from where it came."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{file}, line {line}: not UTF-8 text (byte {data[error.start]:#04x}; perhaps "
            "Windows-1252); save the table as CSV UTF-8."
        ) from error


def _perhaps_utf16(data: bytes) -> bool:
    """Whether it has the mark of UTF-16, or as many zeros as Latin letters written in it have."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return any(
        half and half.count(0) > ZEROS_OF_UTF16 * len(half) for half in (data[::2], data[1::2])
    )


def _csv(file: Path, text: str, digest: str, faults: Faults) -> Table:
    head = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    if table := _plain_csv(file, text, digest, head, separator):
        return table
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if not names:
                names = _named(file, [name.strip() for name in row], faults)
            elif len(row) == len(names):
                rows.append(row)
                numbers.append(reader.line_num)
            else:
                ragged.append((reader.line_num, row))
    except csv.Error as error:
        raise InputError(
            f"{file}, line {reader.line_num}: not CSV ({error}); save the table as CSV UTF-8 again."
        ) from error
    _tell_ragged(file, ragged, len(names), separator, faults)
    if not rows and not ragged:
        faults.add(f"{file.name} holds a header and no rows; it must hold a row a spell.")
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    series = {
        name: pd.Series(column, dtype=str).str.strip()
        for name, column in zip(names, columns, strict=True)
        if name
    }
    return Table(file.name, "CSV", digest, series, np.array(numbers, dtype=int), separator)


def _plain_csv(file: Path, text: str, digest: str, head: str, separator: str) -> Table | None:
    """The table where nothing is odd, many times sooner; None where something is.

    Odd are quotes, empty lines, columns of the same name, and rows of another length.
    """
    names = [name.strip() for name in head.split(separator)]
    body = text.rstrip("\r\n")
    odd = '"' in body or "\n\n" in body or "\n\r" in body or body[:1] in "\r\n"
    if odd or len(set(names)) < len(names) or "\n" not in body:
        return None
    try:
        found = pa_csv.read_csv(
            pa.BufferReader(body.encode()),
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=pa_csv.ParseOptions(delimiter=separator, quote_char=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowException:
        return None
    series = {name: found[name].to_pandas().astype(str).str.strip() for name in names if name}
    numbers = np.arange(2, found.num_rows + 2)
    return Table(file.name, "CSV", digest, series, numbers, separator)


def _tell_ragged(
    file: Path, ragged: list[tuple[int, list[str]]], wanted: int, separator: str, faults: Faults
) -> None:
    """Rows with another number of fields than the header; decimal commas make such rows."""
    sizes = Counter(len(row) for _, row in ragged)
    for size in sizes:
        own = [(number, row) for number, row in ragged if len(row) == size]
        pairs = zip(own[0][1], own[0][1][1:], strict=False)
        advice = "" if separator != "," or size < wanted else next(
            filter(None, (comma_advice(f"{a.strip()},{b.strip()}") for a, b in pairs)), ""
        )  # fmt: skip
        hint = f" – {advice}" if advice else ""
        faults.add(
            f"{file.name}, {faults.places('line', [number for number, _ in own])}: {size} fields "
            f"where the header names {wanted}{hint}. Write one value a column, with a decimal point."
        )


def _named(file: Path, names: list[str], faults: Faults) -> list[str]:
    """The names of columns; a name that comes again is a fault, and its column has no name."""
    seen: list[str] = []
    for name, count in Counter(names).items():
        if count > 1 and name:
            faults.add(f"{file.name} has the column {name} {count} times; keep one of them.")
    for name in names:
        seen.append("" if name in seen else name)
    return seen
