"""The tariff by hand: the refund ladder, discounting, sanctions, and what each account counts."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.rules.costs import ACCOUNTS, ITEMS, Amounts, Tariff, accounts, problems
from sim.rules.people import EXITS, GROUPS

COSTS = {
    "price_year": 2018,
    "benefit_dkk_per_day": dict.fromkeys(GROUPS, 600.0) | {"education_help": 200.0},
    "refund": {"until_weeks": [4, 26, 52, inf], "state_share": [0.8, 0.4, 0.3, 0.2]},
    "caseworker_dkk_per_year": 550_000.0,
    "overhead_dkk_per_meeting": 100.0,
    "after_exit_dkk_per_day": {g: {"education": 200.0, "other": 500.0} for g in GROUPS},
    "benefit_tax_share": 0.3,
    "wage_dkk_per_month": 30_000.0,
    "wage_tax_share": 0.4,
    "output_per_wage": 1.25,
    "sanction_days_without_benefit": dict.fromkeys(GROUPS, 14.0),
    "discount_rate_per_year": 0.0,
}
TARIFF = Tariff.of(COSTS)
BORROWED = replace(TARIFF, discount_rate_per_year=0.035)
DAYS = some.floats(0.0, 1500.0)


def test_the_municipality_pays_20_60_70_and_80_percent_by_weeks_on_benefit() -> None:
    for weeks, municipal_days in [
        (4, 0.2 * 28),
        (26, 0.2 * 28 + 0.6 * 154),
        (52, 0.2 * 28 + 0.6 * 154 + 0.7 * 182),
        (104, 0.2 * 28 + 0.6 * 154 + 0.7 * 182 + 0.8 * 364),
    ]:
        assert TARIFF.municipal_days(10.0, 10.0 + 7 * weeks, 10.0) == pytest.approx(
            municipal_days, abs=1e-10
        )


def test_one_more_day_costs_the_marginal_share_of_the_ladder() -> None:
    for day, share in [(3, 0.2), (27, 0.2), (28, 0.6), (181, 0.6), (182, 0.7), (364, 0.8)]:
        more = TARIFF.municipal_days(0.0, day + 1.0, 0.0) - TARIFF.municipal_days(0.0, day, 0.0)
        assert more == pytest.approx(share, abs=1e-10)


def test_a_clock_that_has_run_before_the_spell_starts_higher_on_the_ladder() -> None:
    assert TARIFF.municipal_days(0.0, 14.0, -21.0) == pytest.approx(0.2 * 7 + 0.6 * 7)
    assert TARIFF.municipal_days(0.0, 100.0, -1000.0) == pytest.approx(80.0)


@given(start=DAYS, first=DAYS, second=DAYS, before=DAYS, rate=some.sampled_from([0.0, 0.035]))
def test_a_stretch_costs_the_same_cut_in_two(
    start: float, first: float, second: float, before: float, rate: float
) -> None:
    tariff = replace(TARIFF, discount_rate_per_year=rate)
    cut, end, zero = start + first, start + first + second, start - before
    parts = tariff.municipal_days(start, cut, zero) + tariff.municipal_days(cut, end, zero)
    assert tariff.municipal_days(start, end, zero) == pytest.approx(parts, abs=1e-8)
    assert tariff.days(start, end) == pytest.approx(
        tariff.days(start, cut) + tariff.days(cut, end), abs=1e-8
    )


@given(start=DAYS, length=DAYS, before=DAYS, rate=some.sampled_from([0.0, 0.035]))
def test_municipality_and_state_pay_all_of_the_benefit(
    start: float, length: float, before: float, rate: float
) -> None:
    tariff = replace(TARIFF, discount_rate_per_year=rate)
    state = replace(tariff, state_share=tuple(1 - share for share in tariff.state_share))
    span = (start, start + length)
    both = sum(payer.municipal_days(*span, start - before) for payer in (tariff, state))
    assert both == pytest.approx(tariff.days(*span), abs=1e-8)


def test_discounting_halves_a_krone_after_the_years_that_compound_interest_takes() -> None:
    doubled = replace(TARIFF, discount_rate_per_year=1.0)
    assert doubled.discount(365.25) == pytest.approx(0.5)
    assert doubled.discount(2 * 365.25) == pytest.approx(0.25)
    assert TARIFF.discount(1000.0) == 1.0


def test_discounted_days_are_the_sum_of_discounted_moments() -> None:
    steps = 20_000
    width = 700.0 / steps
    sums = sum(BORROWED.discount(30.0 + (k + 0.5) * width) for k in range(steps)) * width
    assert BORROWED.days(30.0, 730.0) == pytest.approx(sums, rel=1e-9)


def test_sanctions_withhold_their_days_and_never_more_than_the_spell() -> None:
    assert 100.0 * TARIFF.withheld_share(14.0, 2.0, 100.0) == pytest.approx(28.0)
    assert TARIFF.withheld_share(14.0, 2.0, 20.0) == 1.0
    assert TARIFF.withheld_share(14.0, 2.0, 0.0) == 0.0


def test_prices_stand_in_the_order_of_groups_and_exits() -> None:
    assert TARIFF.benefit_dkk_per_day[GROUPS.index("education_help")] == 200.0
    assert TARIFF.after_exit_dkk_per_day[0][EXITS.index("other")] == 500.0
    assert TARIFF.after_exit_dkk_per_day[0][EXITS.index("job")] == 0.0


def test_each_account_counts_what_its_payer_pays() -> None:
    book = accounts(
        TARIFF,
        Amounts(
            benefit=1000.0, municipal_benefit=600.0, withheld=100.0, municipal_withheld=60.0,
            after_exit=200.0, wages=5000.0, displaced_wages=400.0, displaced_benefit=50.0,
            caseworkers=300.0, meetings=20.0, quality=7.0, programme=3.0,
        ),
    )  # fmt: skip
    total = {account: sum(items.values()) for account, items in book.items()}
    spending = 330.0
    assert total["municipality"] == pytest.approx(540.0 + 0.8 * 200.0 + spending)
    assert total["public"] == pytest.approx(
        0.7 * (900.0 + 200.0) - 0.4 * 5000.0 + 0.4 * 400.0 + 0.7 * 50.0 + spending
    )
    assert total["society"] == pytest.approx(spending - 1.25 * (5000.0 - 400.0))


def test_the_list_of_items_is_what_accounts_hold() -> None:
    book = accounts(TARIFF, Amounts(*[0.0] * len(Amounts._fields)))
    assert tuple(book) == ACCOUNTS
    assert {account: tuple(items) for account, items in book.items()} == ITEMS


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"benefit_dkk_per_day": {"ui": 600.0}}, "benefit_dkk_per_day has no price for cash"),
        ({"refund": {"until_weeks": [4, inf], "state_share": [0.8]}}, "one share for each step"),
        ({"refund": {"until_weeks": [4, 52], "state_share": [0.8, 0.2]}}, "must be .inf"),
        ({"refund": {"until_weeks": [52, 4, inf], "state_share": [0.8, 0.4, 0.2]}}, "must rise"),
    ],
)
def test_a_tariff_that_cannot_be_says_what_to_do(changed: dict, says: str) -> None:
    assert problems(COSTS) == []
    found = problems(COSTS | changed)
    assert len(found) == 1 and says in found[0]
