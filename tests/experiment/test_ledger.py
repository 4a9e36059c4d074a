"""The ledger on persons worked by hand, and the relations that any ledger of theirs must keep."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest

from sim.experiment.ledger import calendar_years, staff_share
from sim.rules.costs import ITEMS
from sim.rules.meetings import NO_SHOW
from sim.rules.people import EDUCATION, GROUPS, JOB, OPEN, OTHER, RECALL

from .offices import Life, Talk, item, ledger, random_office, rows, study, yearly


def test_a_spell_climbs_the_ladder_at_weeks_4_26_and_52() -> None:
    made = ledger(Life(10.5, 410.5))
    assert made.benefit_dkk == pytest.approx([400 * 600.0])
    days = 0.2 * 28 + 0.6 * 154 + 0.7 * 182 + 0.8 * 36
    assert made.municipality_dkk == pytest.approx([days * 600.0])


def test_weeks_on_benefit_before_the_entry_count() -> None:
    made = ledger(Life(0.0, 70.0), weeks_at_entry=20.0)
    assert made.municipality_dkk == pytest.approx([600.0 * (0.6 * 42 + 0.7 * 28)])


def test_the_clock_is_carried_over_a_re_entry() -> None:
    made = ledger(Life(0.0, 140.0), Life(175.0, 245.0, spell=2, counted=False))
    assert made.benefit_dkk == pytest.approx([210 * 600.0])
    days = 0.2 * 28 + 0.6 * (112 + 42) + 0.7 * 28
    assert made.municipality_dkk == pytest.approx([600.0 * days])


def test_the_clock_of_a_third_spell_counts_both_earlier_ones() -> None:
    lives = [Life(0.0, 20.0), Life(30.0, 40.0, spell=2), Life(50.0, 60.0, spell=3)]
    made = ledger(lives[0], *(life._replace(counted=False) for life in lives[1:]))
    assert made.municipality_dkk == pytest.approx([600.0 * (0.2 * 28 + 0.6 * 12)])


def test_a_person_counts_for_728_days_and_the_office_for_the_whole_run() -> None:
    again = Life(820.0, 1000.0, spell=2, counted=False, talks=(Talk(828.0), Talk(829.0)))
    made = ledger(Life(100.0, 800.0), again, costs={"overhead_dkk_per_meeting": 90.0})
    assert made.benefit_dkk == pytest.approx([(700 + 8) * 600.0])
    assert sum(yearly(made, "public", "benefit").values()) == pytest.approx(880 * 600.0)
    assert item(made, "public", "meetings") == 90.0
    assert sum(yearly(made, "public", "meetings").values()) == 180.0


def test_people_in_the_office_on_day_0_cost_from_then_with_a_clock_from_their_entry() -> None:
    made = ledger(Life(-160.0, 50.0, counted=False))
    assert len(made.benefit_dkk) == 0 and np.isnan(made.items["public"]["benefit"])
    assert made.whole["public"]["benefit"] == pytest.approx(50 * 600.0)
    assert made.whole["municipality"]["benefit"] == pytest.approx(600.0 * (0.6 * 22 + 0.7 * 28))
    sanctioned = ledger(Life(-160.0, 50.0, counted=False, sanctions=1))
    assert sanctioned.whole["public"]["withheld"] == pytest.approx(-14 * 600.0)
    assert ledger().whole["public"]["benefit"] == 0.0


def test_a_sanction_withholds_its_days_at_the_mean_share_of_the_spell() -> None:
    made = ledger(Life(0.0, 56.0, sanctions=1))
    assert made.benefit_dkk == pytest.approx([42 * 600.0])
    assert made.municipality_dkk == pytest.approx([600.0 * (0.2 * 28 + 0.6 * 28) * 42 / 56])
    assert ledger(Life(0.0, 20.0, sanctions=3)).benefit_dkk == pytest.approx([0.0])


def test_leaving_the_labour_force_is_no_saving() -> None:
    for way, dkk in [(OTHER, 500.0), (EDUCATION, 200.0)]:
        made = ledger(Life(50.0, 150.0, way))
        assert made.lines["public"]["after_exit"] == pytest.approx([628 * dkk])
        assert made.lines["municipality"]["after_exit"] == pytest.approx([628 * dkk * 0.8])
        assert made.whole["public"]["after_exit"] == pytest.approx((1092 - 150) * dkk)
        assert item(made, "society", "output") == 0.0


def test_wages_run_from_a_job_or_a_recall_to_the_re_entry_or_the_728_days() -> None:
    for way in (JOB, RECALL):
        again = Life(200.0, 1092.0, OPEN, spell=2, counted=False)
        made = ledger(Life(0.0, 100.0, way), again)
        assert made.lines["public"]["wage_tax"] == pytest.approx([-0.4 * 100 * 1000.0])
        assert ledger(Life(0.0, 100.0, way)).society_dkk == pytest.approx([-1.25 * 628 * 1000.0])


def test_the_public_account_is_benefit_less_both_taxes() -> None:
    made = ledger(Life(0.0, 100.0, sanctions=1))
    assert made.public_dkk == pytest.approx([0.7 * 86 * 600.0 - 0.4 * 628 * 1000.0])


def test_idle_caseworkers_cost_and_are_shared_by_minutes_used() -> None:
    talks = (Talk(10.0, 60.0), Talk(30.0, 15.0, NO_SHOW))
    made = ledger(
        Life(0.0, 100.0, talks=talks),
        Life(0.0, 400.0, person=10_000_001, talks=(Talk(20.0, 25.0),)),
        caseworkers=2.0,
    )
    assert made.lines["society"]["caseworkers"] == pytest.approx([1_638_000.0, 546_000.0])
    years = yearly(made, "society", "caseworkers")
    assert years == pytest.approx({2019: 730_000.0, 2020: 732_000.0, 2021: 722_000.0})


def test_staff_that_meets_nobody_is_shared_by_days_in_unemployment() -> None:
    made = ledger(Life(0.0, 100.0), Life(0.0, 300.0, person=10_000_001), caseworkers=1.0)
    assert made.lines["public"]["caseworkers"] == pytest.approx([273_000.0, 819_000.0])
    assert made.flags and "days in unemployment" in made.flags[0]


def test_as_many_caseworkers_cost_as_much_however_they_spend_their_time() -> None:
    """Under the first arm 3 minutes of 4 are the counted spells', under the other 1 of 4."""

    def office(counted: float, other: float) -> list[Life]:
        return [
            Life(0.0, 100.0, talks=(Talk(10.0, counted),)),
            Life(0.0, 200.0, person=10_000_001),
            Life(-50.0, 100.0, person=10_000_002, counted=False, talks=(Talk(20.0, other),)),
        ]

    first, second = office(30.0, 10.0), office(20.0, 60.0)
    of: Any = study()
    share = staff_share(of, rows(first))
    assert share == pytest.approx(0.75)
    whole = 2.0 * 1092 * 1000.0
    for lives in (first, second):
        made = ledger(*lives, caseworkers=2.0, share=share)
        assert item(made, "society", "caseworkers") == pytest.approx(0.75 * whole)
        assert made.whole["society"]["caseworkers"] == pytest.approx(whole)
        assert made.lines["society"]["caseworkers"][1] == 0.0, "within an arm by minutes"
    more = ledger(*second, caseworkers=3.0, share=share)
    assert item(more, "society", "caseworkers") == pytest.approx(0.75 * 1.5 * whole)
    free = ledger(*second, caseworkers=inf, share=share)
    assert item(free, "society", "caseworkers") == pytest.approx(20.0 * 10.0)


def test_unlimited_caseworkers_are_charged_by_the_minutes_that_they_gave() -> None:
    made = ledger(Life(0.0, 100.0, talks=(Talk(10.0, 30.0),)), caseworkers=inf)
    assert made.lines["public"]["caseworkers"] == pytest.approx([300.0])
    assert made.whole["public"]["caseworkers"] == pytest.approx(300.0)
    assert made.flags and "unlimited" in made.flags[0]


def test_only_held_meetings_carry_overhead_and_quality() -> None:
    talks = (Talk(10.0), Talk(30.0, 15.0, NO_SHOW), Talk(40.0))
    made = ledger(
        Life(0.0, 100.0, talks=talks),
        costs={"overhead_dkk_per_meeting": 90.0},
        levers={"quality_dkk_per_meeting": 25.0},
    )
    assert item(made, "society", "meetings") == 180.0
    assert item(made, "municipality", "quality") == 50.0


def test_a_programme_is_paid_once_by_all_entrants_and_for_each_new_job() -> None:
    made = ledger(
        Life(0.0, 100.0),
        Life(120.0, 200.0, RECALL, spell=2, counted=False),
        Life(30.0, 200.0, person=10_000_001),
        Life(-30.0, 90.0, person=15_000_000, counted=False),
        Life(400.0, 500.0, person=15_000_001, counted=False),
        levers={"programme": {"lump_dkk": 3000.0, "dkk_per_job": 70.0}},
    )
    assert made.lines["society"]["programme"] == pytest.approx([2070.0, 1070.0])
    years = yearly(made, "society", "programme")
    assert years == pytest.approx({2019: 3000.0 + 3 * 70.0, 2020: 70.0, 2021: 0.0})


def test_displaced_jobs_cost_the_public_and_society_but_not_the_municipality() -> None:
    plain, moved = (ledger(Life(0.0, 128.0), displaced_jobs_per_counted_job=d) for d in (0.0, 0.25))
    assert moved.municipality_dkk == plain.municipality_dkk
    assert moved.public_dkk - plain.public_dkk == pytest.approx(
        [0.25 * 600 * (0.4 * 1000.0 + 0.7 * 600.0)]
    )
    assert moved.society_dkk - plain.society_dkk == pytest.approx([0.25 * 600 * 1250.0])
    recalled = ledger(Life(0.0, 9.0, RECALL), displaced_jobs_per_counted_job=1.0)
    assert item(recalled, "public", "displaced") == 0.0


def test_discounting_shrinks_what_is_paid_late_and_counts_from_day_0() -> None:
    rate = {"discount_rate_per_year": 0.035, "overhead_dkk_per_meeting": 90.0}
    made = ledger(Life(0.0, 400.0, talks=(Talk(365.25),)), costs=rate)
    assert item(made, "public", "meetings") == pytest.approx(90.0 / 1.035)
    days = sum(1.035 ** (-(k + 0.5) / 365.25) for k in range(400))
    assert made.benefit_dkk == pytest.approx([600.0 * days], rel=1e-8)
    later = ledger(Life(365.25, 765.25), costs=rate, observation_days=366.0)
    assert later.benefit_dkk == pytest.approx(made.benefit_dkk / 1.035)


def test_money_falls_into_its_calendar_year() -> None:
    made = ledger(Life(355.0, 375.0, talks=(Talk(364.9), Talk(365.0), Talk(1092.0))),
                  costs={"overhead_dkk_per_meeting": 90.0})  # fmt: skip
    assert yearly(made, "public", "benefit") == pytest.approx({2019: 6000.0, 2020: 6000.0, 2021: 0})
    assert yearly(made, "public", "meetings") == {2019: 90.0, 2020: 90.0, 2021: 90.0}
    assert calendar_years(study().start_date, 800.0) == [
        (2019, 0.0, 365.0), (2020, 365.0, 731.0), (2021, 731.0, 800.0)
    ]  # fmt: skip


def test_a_short_follow_up_cuts_everybody_alike_and_is_said() -> None:
    made = ledger(Life(0.0, 1000.0), follow_up_days=100.0)
    assert made.window_days == 100.0 and "100 days" in made.flags[0]
    assert made.benefit_dkk == pytest.approx([60_000.0])


@pytest.mark.parametrize("rate", [0.0, 0.035])
def test_any_office_adds_up_to_the_oere_and_a_lost_krone_is_found(rate: float) -> None:
    made = ledger(
        *random_office(seed=3, people=2000),
        caseworkers=5.0,
        costs={"discount_rate_per_year": rate, "overhead_dkk_per_meeting": 90.0},
        levers={"programme": {"lump_dkk": 1e6, "dkk_per_job": 70.0}},
        displaced_jobs_per_counted_job=0.3,
    )
    assert made.adds_up()
    assert {where: tuple(items) for where, items in made.items.items()} == ITEMS
    for name in ("municipality", "public", "society"):
        assert sum(made.items[name].values()) == pytest.approx(made.total(name).mean(), abs=0.005)
    short = replace(made, public_dkk=made.public_dkk - np.eye(1, len(made.public_dkk))[0])
    assert len(short.breaches()) == 1
    assert not replace(made, yearly=made.yearly[:-1]).adds_up()
    assert not replace(made, society_dkk=made.society_dkk * np.nan).adds_up()


def test_the_staff_is_shared_out_in_full() -> None:
    lives = [Life(float(k), 200.0, person=10_000_000 + k, talks=(Talk(150.0, 1.0 + k),))
             for k in range(50)]  # fmt: skip
    made = ledger(*lives, caseworkers=3.0)
    assert item(made, "public", "caseworkers") == pytest.approx(made.whole["public"]["caseworkers"])


def test_twice_the_prices_are_twice_the_costs() -> None:
    doubled = {
        "benefit_dkk_per_day": dict.fromkeys(GROUPS, 1200.0),
        "after_exit_dkk_per_day": {g: {"education": 400.0, "other": 1000.0} for g in GROUPS},
        "caseworker_dkk_per_year": 730_500.0,
        "wage_dkk_per_month": 60_875.0,
    }
    lives = random_office(seed=4, people=300)
    once, twice = (ledger(*lives, caseworkers=5.0, costs=costs) for costs in ({}, doubled))
    for name in ("benefit", "municipality", "public", "society"):
        once_dkk, twice_dkk = (getattr(made, f"{name}_dkk") for made in (once, twice))
        assert twice_dkk == pytest.approx(2.0 * once_dkk)


def test_one_more_person_moves_nobody_elses_benefit() -> None:
    lives = random_office(seed=5, people=200)
    more = ledger(*lives, Life(5.0, 77.7, person=19_999_999, sanctions=1))
    kept = more.person != 19_999_999
    assert np.array_equal(more.benefit_dkk[kept], ledger(*lives).benefit_dkk)


def test_cost_per_spell_is_benefit_times_restricted_mean_plus_meetings() -> None:
    """Exponential spells, a meeting every 30 days: the identity is exact, whatever the sample."""
    dice = np.random.default_rng(11)
    ends = dice.exponential(200.0, 1000)
    lives = [
        Life(0.0, min(end, 1092.0), JOB if end < 1092.0 else OPEN, 10_000_000 + k,
             talks=tuple(Talk(30.0 * n) for n in range(1, 25) if 30.0 * n < end))
        for k, end in enumerate(ends)
    ]  # fmt: skip
    prices = {"benefit_tax_share": 0.0, "wage_tax_share": 0.0, "overhead_dkk_per_meeting": 790.0}
    made = ledger(*lives, costs=prices)
    held = np.mean([len(life.talks) for life in lives])
    restricted_mean = np.minimum(ends, 728.0).mean()
    assert made.public_dkk.mean() == pytest.approx(600.0 * restricted_mean + 790.0 * held)
