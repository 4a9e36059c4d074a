"""Expected outcomes by integration of the model's own rate, against the table of exact answers."""

from __future__ import annotations

from functools import cache
from math import exp, inf, log

import pytest
from scipy.integrate import quad

from sim.experiment.exact import Expected, expect, gamma_nodes
from sim.experiment.limits import studies
from sim.experiment.limits.integrated import ExitDays, expected
from sim.experiment.limits.studies import ARM, number
from sim.experiment.limits.verdict import RELATIVE_ERROR
from sim.rules.errors import InputError

from ..closed_form import base, case, cases, study

LEFT_OUT = {
    "A12": "an effect of no length is no effect of this model",
    "A14": "meetings by luck: simulated in test_queues.py",
}
ROWS = [
    (one.case_id, quantity)
    for one in cases()
    if one.family in "ABG" and one.case_id not in LEFT_OUT
    for quantity in one.exact
]


@cache
def people_of(case_id: str) -> Expected:
    one = case(case_id)
    built = study(studies.alone(one.params))
    return expect(built, ARM, number(one.params["L"]))


@pytest.mark.parametrize(("case_id", "quantity"), ROWS)
def test_families_a_b_and_g_come_out_exactly(case_id: str, quantity: str) -> None:
    one = case(case_id)
    found = expected(people_of(case_id), quantity, number(one.params["L"]))
    assert found == pytest.approx(one.exact[quantity], rel=RELATIVE_ERROR, abs=0.0)


@pytest.mark.parametrize("case_id", ["U01", "U02", "U03"])
def test_exit_times_come_out_exactly(case_id: str) -> None:
    one = case(case_id)
    (quantity,) = one.exact
    found = ExitDays(base(), one).estimates()[quantity].value
    assert found == pytest.approx(one.exact[quantity], rel=RELATIVE_ERROR)


@pytest.mark.parametrize("variance", [0.01, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("sum_to", [0.01, 1.0, 30.0])
def test_frailty_nodes_give_the_laplace_transform_of_the_gamma_law(
    variance: float, sum_to: float
) -> None:
    nodes, weights = gamma_nodes(variance, sum_to)
    assert weights.sum() == pytest.approx(1.0, rel=1e-12)
    assert weights @ nodes == pytest.approx(1.0, rel=1e-10)
    found = sum(w * exp(-z * sum_to) for z, w in zip(nodes, weights, strict=True))
    assert found == pytest.approx((1.0 + variance * sum_to) ** (-1.0 / variance), abs=1e-9)


def test_other_exits_and_the_end_of_the_right_end_spells_too() -> None:
    people = expect(
        study({
            "hazard.ui.other": {"kind": "constant", "rate_per_week": 0.014},
            "population.groups.ui.benefit_limit_days": 300.0,
        }),
        ARM,
    )  # fmt: skip
    assert people.survival(299.9) == pytest.approx(exp(-0.007 * 299.9), rel=1e-12)
    assert people.survival(300.0) == 0.0
    assert people.restricted_mean(730.0) == pytest.approx((1.0 - exp(-2.1)) / 0.007, rel=1e-10)
    assert people.median() == pytest.approx(log(2.0) / 0.007, rel=1e-10)


def test_a_median_beyond_the_horizon_is_infinite() -> None:
    assert expect(study({}), ARM, 100.0).median() == inf


@pytest.mark.parametrize("breaks_off", [True, False])
def test_a_meeting_is_held_at_its_end_or_its_start_and_works_from_its_end(
    breaks_off: bool,
) -> None:
    people = expect(
        study({
            f"arms.{ARM}.levers.schedule": studies.for_everybody([{"days": [20.0]}]),
            f"arms.{ARM}.levers.minutes": {"kind": "fixed", "physical": 1440.0},
            "office.exit_breaks_meeting": breaks_off, "effect.boost": 1.0,
        }),
        ARM,
    )  # fmt: skip
    assert people.meetings(730.0) == pytest.approx(exp(-0.005 * (21 if breaks_off else 20)))
    boost = 21.0 * (1.0 - exp(-9.0 / 21.0))
    assert people.survival(30.0) == pytest.approx(exp(-0.005 * (30.0 + boost)), rel=1e-12)


def test_meetings_are_counted_by_their_number() -> None:
    people = people_of("A05t")
    first = sum(people.survival(182.0 * k / 11.0) for k in range(1, 7))
    assert people.meetings(730.0, planned=6) == pytest.approx(first, rel=1e-12)


def test_a_responsiveness_that_goes_with_frailty_is_integrated_person_by_person() -> None:
    people = expect(
        study({
            "population.frailty_variance": 0.5, "effect.frailty_power": 0.5, "effect.boost": 0.5,
            "effect.tau_days": inf,
            f"arms.{ARM}.levers.schedule": studies.for_everybody([{"days": [50.0]}]),
        }),
        ARM,
    )  # fmt: skip

    def by_frailty(z: float) -> float:  # gamma of shape 2, scale .5
        return 4.0 * z * exp(-2.0 * z) * exp(-z * 0.005 * (200.0 + 150.0 * 0.5 * z**0.5))

    truth = quad(by_frailty, 0.0, inf, epsabs=1e-13)[0]
    assert people.survival(200.0) == pytest.approx(truth, rel=1e-6)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({f"arms.{ARM}.levers.caseworkers": 3}, "number of caseworkers"),
        ({f"arms.{ARM}.levers.minutes": {"kind": "uniform", "physical": 70.0}}, "draws decide"),
        ({"office.calendar": "working"}, "opening hours"),
        ({"market.displacement": 0.4}, "market moves"),
    ],
)
def test_what_has_no_exact_answer_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        expect(study(changes), ARM)
