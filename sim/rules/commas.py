"""A comma in a number: what was probably meant by it."""

from __future__ import annotations

import re

_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


def comma_advice(text: str, whole: bool = False) -> str:
    """What to write for a number with a comma in it, or '' for any other text.

    Args:
        whole: the number must be a whole one, so that the comma is no decimal one.
    """
    text = text.strip()
    thousands = _THOUSANDS.fullmatch(text)
    advice = []
    if _DECIMAL.fullmatch(text) and not (whole and thousands):
        advice.append(f"decimal comma? write {text.replace(',', '.')}")
    if thousands:
        advice.append(f"thousands? write {text.replace(',', '')}")
    return "; ".join(advice)
