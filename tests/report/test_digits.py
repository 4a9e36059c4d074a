"""Numbers are printed to the digit that their interval supports, and no further."""

from __future__ import annotations

import math

import pytest

from sim.report.digits import (
    column_place,
    in_column,
    plain,
    rounded,
    show,
    show_interval,
    with_interval,
)
from sim.report.words import language


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (8.934, 8.12, 9.748, "8.9 (8.1 to 9.7)"),
        (8.934, 7.7, 10.2, "8.9 (7.7 to 10.2)"),
        (-0.04, -0.31, 0.42, "0.0 (−0.3 to 0.4)"),
        (123456.0, 110000.0, 137000.0, "123,000 (110,000 to 137,000)"),
        (186.3123, 186.3121, 186.3125, "186.3 (186.3 to 186.3)"),
        (5.0, 5.0, 5.0, "5.00 (5.00 to 5.00)"),
        (0.0, 0.0, 0.0, "0 (0 to 0)"),
        (-0.1778, -0.3556, -0.0001, "−0.18 (−0.36 to −0.0001)"),
        (4.2, math.nan, math.nan, "4.20"),
        (math.nan, math.nan, math.nan, "–"),
    ],
)
def test_digits_follow_the_interval(value: float, low: float, high: float, text: str) -> None:
    assert with_interval(value, low, high) == text


def test_an_end_that_is_not_zero_is_not_printed_as_zero() -> None:
    assert show_interval(3.8, 0.4, 7.2) == "0.4 to 7.2"
    assert show_interval(3.4, -0.4, 7.2) == "−0.4 to 7.2"
    assert show_interval(207.9, -10.6, 426.4, whole=True) == "−10 to 430"
    assert show_interval(3.6, 0.0, 7.2) == "0 to 7"


def test_shares_are_per_cent_and_kroner_have_no_decimals() -> None:
    assert show(0.62134, 0.6151, 0.6275, share=True) == "62.1 %"
    assert show(412.77, 412.1, 413.4, whole=True) == "413"


def test_a_negative_number_has_a_true_minus_and_zero_has_none() -> None:
    assert rounded(-1234.5, 0) == "−1,234"
    assert rounded(-0.001, -1) == "0.0"
    assert rounded(-3.0, 1) == "0"


def test_numbers_below_each_other_have_as_many_decimals() -> None:
    fine, coarse, tiny = (0.767, 0.739, 0.795), (9.1, -0.3, 18.5), (-0.008, -0.014, -0.002)
    place = column_place([fine, coarse])
    assert place == -1  # one digit more than the coarse one supports, not three
    assert [show(*row, place=place) for row in (fine, coarse)] == ["0.8", "9.1"]
    assert show_interval(*coarse, place=place) == "−0.3 to 18.5"
    assert in_column(place, *coarse) == place
    assert show_interval(*tiny, place=in_column(place, *tiny)) == "−0.014 to −0.002"
    assert column_place([(math.nan, math.nan, math.nan)]) is None


def test_a_configured_number_is_written_as_the_language_does() -> None:
    assert [plain(x) for x in (0.05, 18.0, 2020.0, 1e6, math.inf)] == [
        "0.05", "18", "2020", "1,000,000", "∞",
    ]  # fmt: skip
    with language("da"):
        assert [plain(x) for x in (0.05, 2020.0, 1e6)] == ["0,05", "2020", "1.000.000"]
