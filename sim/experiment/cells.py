"""Text cells of a CSV or Excel table that no spreadsheet takes for a formula."""

from __future__ import annotations

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The text, with ``'`` in front when a spreadsheet would run it as a formula (CWE-1236)."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """The text that `safe_cell` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with each cell that holds text made safe; numbers and names of columns stay."""
    safe = table.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name].dtype):
            cells = [safe_cell(cell) if isinstance(cell, str) else cell for cell in safe[name]]
            safe[name] = pd.Series(cells, index=safe.index, dtype=object)
    return safe
