"""Numbers as text: never more digits than their interval supports."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

from sim.report.words import say, spoken

LOCALES = {"en": "en_GB", "da": "da_DK"}
MINUS = "\N{MINUS SIGN}"
MOST_DIGITS = 4
DIGITS_WITHOUT_INTERVAL = 3


def last_place(value: float, low: float | None = None, high: float | None = None) -> int:
    """The power of ten of the last digit worth printing.

    With an interval of half-width h: the first digit of h, or its second if the first is 1
    (so 8.93, 8.12 to 9.74 is printed as 8.9), and one more where an end of the interval that
    is not 0 would be printed as 0; without an interval: three significant digits. Never more than
    four significant digits of the largest of the numbers, and one for such an end.
    """
    place = _supported(value, low, high)
    if low is not None and high is not None and _shows_zero(low, high, place, 0.05):
        place -= 1
    return place


def _supported(value: float, low: float | None, high: float | None) -> int:
    """The last place, whatever it makes of an end near 0."""
    sizes = [abs(x) for x in (value, low, high) if x is not None and math.isfinite(x)]
    largest = max(sizes, default=0.0)
    if largest == 0:
        return 0
    top = math.floor(math.log10(largest))
    half = (high - low) / 2 if low is not None and high is not None else math.nan
    if not math.isfinite(half) or half <= 0:
        return top - (DIGITS_WITHOUT_INTERVAL - 1)
    place = math.floor(math.log10(half))
    if half / 10**place < 2:
        place -= 1
    return max(place, top - (MOST_DIGITS - 1))


def _shows_zero(low: float, high: float, place: int, least: float = 0.0) -> bool:
    """Whether an end that is not 0 is printed as 0: that would hide on which side of it it lies.

    Not where it is smaller than `least` of the place.
    """
    nearest = min(abs(low), abs(high))
    return nearest > 0 and least * 10.0**place <= nearest < 0.5 * 10.0**place


def column_place(rows: Sequence[tuple[float, float, float]]) -> int | None:
    """The last digit that numbers below each other are to have: value and interval each.

    That of the most precise one, but at most one digit more than the least precise supports.
    """
    places = [_supported(*row) for row in rows if math.isfinite(row[0]) and row[0] != 0.0]
    return max(min(places), max(places) - 1) if places else None


def in_column(place: int | None, value: float, low: float, high: float) -> int | None:
    """The place of a column, or the number's own where an end that is not 0 would show as 0."""
    if place is not None and _shows_zero(low, high, place):
        return min(place, last_place(value, low, high))
    return place


@lru_cache(maxsize=4)
def _signs(language: str) -> dict[int, str]:
    locale = LOCALES[language]
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}


def localised(number: str) -> str:
    """A number that Python wrote, with the decimal and thousands signs of the language spoken."""
    return number.translate(_signs(spoken()))


SMALLEST_END = 1e-6
"""An end nearer to 0 is 0 but for the last digits of a sum."""

GROUPED_FROM = 10_000.0
"""A number that may be a year is written without a sign between its thousands."""


def plain(value: float, grouped_from: float = GROUPED_FROM) -> str:
    """A number as it was configured: 1.2, 18, 0.05; thousands are parted from `grouped_from` on."""
    if math.isinf(value):
        return f"{MINUS if value < 0 else ''}∞"
    if abs(value) >= grouped_from and value == int(value):
        return localised(f"{int(value):,}").replace("-", MINUS)
    return localised(f"{value:.12g}").replace("-", MINUS)


def tick(value: float, place: float = 0.0) -> str:
    """A number at an axis or a contour; `place` is what matplotlib gives besides."""
    return plain(value, 1_000.0)


def day(date: datetime.date | str) -> str:
    """A date in words: 27 November 2026."""
    given = date if isinstance(date, datetime.date) else datetime.date.fromisoformat(date)
    return str(format_date(given, "long", locale=LOCALES[spoken()]))


def rounded(value: float, place: int) -> str:
    """The number rounded to 10**place, with thousands separators and a true minus sign."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.{-place}f}" if place < 0 else f"{round(value / 10**place) * 10**place:,}"
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.,") else MINUS + text[1:]
    return localised(text)


def show(
    value: float,
    low: float | None = None,
    high: float | None = None,
    share: bool = False,
    whole: bool = False,
    place: int | None = None,
) -> str:
    """The value alone, to the digits that the interval supports; `share` prints per cent.

    `whole` prints no decimals (kroner); `place` is the last digit's power of ten, where a whole
    row of a table is to have the same. A value that is not there is a dash.
    """
    if value is None or not math.isfinite(value):
        return "–"
    factor = 100.0 if share else 1.0
    scaled = [None if x is None else x * factor for x in (value, low, high)]
    assert scaled[0] is not None
    if place is None:
        place = last_place(scaled[0], scaled[1], scaled[2])
    if whole:
        place = max(place, 0)
    return rounded(scaled[0], min(place, 12)) + (" %" if share else "")


def show_interval(
    value: float,
    low: float | None,
    high: float | None,
    share: bool = False,
    whole: bool = False,
    place: int | None = None,
) -> str:
    """The interval as text, `8.1 to 9.7`, to the same digit as the value; empty where undefined."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    factor = 100.0 if share else 1.0
    if place is None:
        place = last_place(value * factor, low * factor, high * factor)
    if whole:
        place = max(place, 0)
    unit = " %" if share else ""
    ends = {"low": _end(low * factor, place), "high": _end(high * factor, place)}
    return f"{say('digits.span', **ends)}{unit}"


def _end(end: float, place: int) -> str:
    """An end of an interval; one that is not 0 and would be printed as 0 has a digit of its own.

    Otherwise an interval on one side of 0 would seem to touch it.
    """
    text = rounded(end, place)
    if any(c in "123456789" for c in text) or abs(end) < SMALLEST_END:
        return text
    return rounded(end, math.floor(math.log10(abs(end))))


def with_interval(
    value: float,
    low: float | None,
    high: float | None,
    share: bool = False,
    whole: bool = False,
) -> str:
    """The value with its interval: `8.9 (8.1 to 9.7)`."""
    text = show(value, low, high, share, whole)
    span = show_interval(value, low, high, share, whole)
    return f"{text} ({span})" if span else text
