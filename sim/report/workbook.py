"""The tables of a run folder as one Excel workbook: text is text, numbers are numbers.

A Danish Excel reads `1.5` of a CSV as a date and `,` as the decimal mark; a workbook has neither.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from sim.experiment import files
from sim.experiment.cells import FORMULA_STARTS
from sim.experiment.folder import RunFolder
from sim.report.words import find, say
from sim.rules.errors import DataError

FILE = "tables.xlsx"
FRONT = "About"
MOST_ROWS = 1_048_575
"""Rows below the heads that a sheet can hold."""

LONGEST_NAME, LONGEST_TEXT, WIDEST = 31, 32_767, 40
MADE = datetime.datetime(2000, 1, 1)
"""The date inside the file, the same in all, so that equal tables give equal bytes."""


def write(folder: RunFolder) -> Path:
    """Write tables.xlsx into a run folder: a sheet for each CSV table, and one about them.

    A table longer than a sheet stays a CSV, and the first sheet says so.

    Raises DataError where a table cannot be read or the file not be written.
    """
    names = sorted(path.name for path in folder.path.glob("*.csv"))
    if not names:
        raise DataError(f"{folder.path} holds no table")
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False,
                                        "strings_to_urls": False, "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": MADE})
    sheets = _Sheets(book)
    tables = {name: folder.table(name) for name in names}
    sheets.add(FRONT, _front(folder.manifest, tables))
    for name, table in tables.items():
        if len(table) <= MOST_ROWS:
            sheets.add(Path(name).stem, table)
    book.close()
    path = folder.path / FILE
    with files.told(f"{FILE} in {folder.path} cannot be written"):
        files.replace_bytes(path, stream.getvalue())
    return path


class _Sheets:
    """Sheets written cell by cell, so that what is text can never become a formula (CWE-1236)."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True})
        self._odd = book.add_format({"quote_prefix": True})
        """Stays text when somebody edits the cell."""

    def add(self, name: str, table: pd.DataFrame) -> None:
        """One sheet: heads that stay in sight, a filter, a row a row."""
        sheet = self._book.add_worksheet(name[:LONGEST_NAME])
        for column, head in enumerate(table.columns):
            sheet.write_string(0, column, str(head), self._head)
            cells = table[head].tolist()
            for row, cell in enumerate(cells, 1):
                self._cell(sheet, row, column, cell)
            longest = max((len(str(cell)) for cell in cells[:200]), default=0)
            sheet.set_column(column, column, min(WIDEST, max(len(str(head)), longest) + 2))
        sheet.freeze_panes(1, 0)
        if len(table):
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)

    def _cell(self, sheet: Any, row: int, column: int, cell: Any) -> None:
        if cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
            return
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif isinstance(cell, (int, float)) and math.isfinite(cell):
            sheet.write_number(row, column, cell)
        else:
            text = str(cell)[:LONGEST_TEXT]
            odd = self._odd if text.startswith(FORMULA_STARTS) else None
            sheet.write_string(row, column, text, odd)


def _front(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the workbook is, and what stands on which sheet."""
    rows = [
        (say(f"workbook.{key}"), str(manifest[key]))
        for key in ("title", "question", "scenario", "command", "version", "seed", "finished")
        if manifest.get(key) not in (None, "")
    ]
    rows.append((say("workbook.note"), say("workbook.simulation")))
    for name, table in tables.items():
        about = find(f"workbook_table.{Path(name).stem}") or ""
        if len(table) > MOST_ROWS:
            about = say("workbook.too_long", file=name, rows=f"{len(table):,}")
        rows.append((Path(name).stem, about))
    return pd.DataFrame(rows, columns=[say("workbook.what"), say("workbook.says")])
