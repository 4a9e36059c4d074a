"""Numbers of a table that are no numbers of days that anybody was unemployed, or may be another."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

LONGEST_DAYS = 36_500.0
"""A hundred years: a longer spell is another unit, a date or a code for what is missing."""

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


def perhaps_thousands(given: pd.Series) -> np.ndarray:
    """Rows whose point may be a Danish thousands separator: 1.234 among 812 and 95.

    That is so where some values of the column have no point and all with one have three digits
    behind it. A column of decimals has another number of them somewhere, or a point everywhere.
    """
    nowhere = np.zeros(len(given), dtype=bool)
    if pd.api.types.is_numeric_dtype(given):
        return nowhere
    text = given.astype(str).str.strip().where(~given.isna(), "")
    pointed = text.str.contains(".", regex=False).to_numpy(dtype=bool)
    if not pointed.any() or not ((text != "").to_numpy() & ~pointed).any():
        return nowhere
    return pointed if all(map(_THOUSANDS.fullmatch, text[pointed])) else nowhere


def thousands_advice(text: str) -> str:
    """What to write for a number with such a point."""
    return (
        f"Thousands separator? Write {text.replace('.', '')}. If it is a decimal number, write "
        f"{text}0."
    )
