"""Dates and opening hours: which days are open, and how many minutes they give."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

MINUTES_PER_DAY = 1440.0
DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.0


def day_number(start: date, day: date) -> int:
    """Days from the start date to another date (may be negative)."""
    return (day - start).days


def is_open(day: date, holidays: Collection[date]) -> bool:
    """Open on weekdays that are no public holidays."""
    return day.weekday() < 5 and day not in holidays


def next_open_days(
    start: date, from_day: int, days: int, holidays: Collection[date]
) -> tuple[int, ...]:
    """For each day from ``from_day`` on: itself if open, else the next open day after it."""
    after = from_day + days
    while not is_open(start + timedelta(after), holidays):
        after += 1
    found = []
    upcoming = after
    for number in range(from_day + days - 1, from_day - 1, -1):
        if is_open(start + timedelta(number), holidays):
            upcoming = number
        found.append(upcoming)
    return tuple(reversed(found))


def open_days_a_year(start: date, holidays: Collection[date], years: int = 4) -> float:
    """Mean number of open days a year over some years from the start date."""
    days = (start.replace(year=start.year + years) - start).days
    count = sum(is_open(start + timedelta(n), holidays) for n in range(days))
    return count / years
