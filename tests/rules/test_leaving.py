"""The integrator of exit rates: cumulative rates and exit times against independent answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import exp, inf, log
from pathlib import Path
from typing import Any

import pytest
from scipy.integrate import quad

from sim.rules.hazards import line_number
from sim.rules.leaving import advance, change_stock, find_exit, set_piece, start_line
from sim.rules.people import JOB, OTHER, Spell, blank_spell
from sim.rules.rulebook import Rulebook

from ..closed_form import case, rulebook

LOW = 0.005
"""The job rate per day of the base."""

MEETINGS = (14.0, 28.0, 30.5, 91.0)


def job_seeker(w: Rulebook, threshold: float = inf, frailty: float = 1.0) -> Spell:
    """Somebody who enters on day 0."""
    p = blank_spell()
    p.threshold, p.frailty, p.chi = threshold, frailty, w.responsiveness[0]
    start_line(p, w, 0.0)
    return p


def after(p: Spell, w: Rulebook, meetings: Sequence[float], weight: float = 1.0) -> Spell:
    """The same person after meetings that ended on these days."""
    for day in meetings:
        change_stock(p, w, day, weight)
    return p


def integral(rate: Callable[[float], float], to: float, kinks: Sequence[float]) -> float:
    """The integral of a rate from 0, by an integrator that is not ours."""
    edges = [0.0, *sorted(k for k in kinks if 0.0 < k < to), to]
    pieces = itertools.pairwise(edges)
    return sum(quad(rate, a, b, epsabs=1e-14, epsrel=1e-12, limit=500)[0] for a, b in pieces)


def stock(day: float, tau: float, meetings: Sequence[float] = MEETINGS) -> float:
    """The stock of meetings on a day, as the model defines it."""
    return sum(exp(-(day - end) / tau) for end in meetings if end <= day)


@pytest.mark.parametrize("case_id", ["U01", "U02", "U03"])
def test_exit_times_with_a_stock_of_meetings_are_those_of_lamberts_function(case_id: str) -> None:
    given = {k: float(v) for k, v in case(case_id).params.items()}
    w = rulebook({
        "hazard.ui.job": {"kind": "constant", "rate_per_week": 7.0 * given["h0"]},
        "effect.boost": given["a"], "effect.tau_days": given["tau"],
    })  # fmt: skip
    p = after(job_seeker(w, given["r"]), w, [0.0], given["M"])
    find_exit(p, w, 1e4)
    assert p.exit_day == pytest.approx(case(case_id).exact["days to exit"], rel=1e-9)
    assert p.exit == JOB


EFFECTS: dict[str, tuple[dict[str, Any], Callable[[float], float]]] = {
    "additive": ({"boost": 0.8}, lambda k: 1.0 + 0.8 * k),
    "negative": ({"boost": -0.6}, lambda k: max(0.0, 1.0 - 0.6 * k)),
    "log-linear": (
        {"kind": "concave", "alpha": 0.3, "rho": 1.0, "cap": inf}, lambda k: exp(0.3 * k),
    ),
    "concave": (
        {"kind": "concave", "alpha": 0.5, "rho": 0.5, "cap": inf}, lambda k: exp(0.5 * k**0.5),
    ),
    "capped": (
        {"kind": "concave", "alpha": 0.9, "rho": 0.5, "cap": 0.8},
        lambda k: exp(min(0.8, 0.9 * k**0.5)),
    ),
}  # fmt: skip
TAUS = (0.7, 21.0, 400.0, inf)


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("to", [60.0, 300.0])
def test_the_cumulative_rate_is_the_integral_of_the_rate(name: str, tau: float, to: float) -> None:
    settings, effect = EFFECTS[name]
    w = rulebook({f"effect.{k}": v for k, v in settings.items()} | {"effect.tau_days": tau})
    p = after(job_seeker(w, frailty=1.7), w, [end for end in MEETINGS if end < to])
    advance(p, w, to)
    meetings = [end for end in MEETINGS if end < to]
    truth = integral(lambda day: 1.7 * LOW * effect(stock(day, tau, meetings)), to, meetings)
    assert p.summed == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize("name", EFFECTS)
def test_people_leave_when_the_cumulative_rate_reaches_their_threshold(
    name: str, tau: float
) -> None:
    settings, _ = EFFECTS[name]
    w = rulebook({f"effect.{k}": v for k, v in settings.items()} | {"effect.tau_days": tau})
    for threshold in (0.001, 0.1, 0.46, 0.9, 2.5):
        p = job_seeker(w, threshold)
        for end in (*MEETINGS, inf):
            find_exit(p, w, min(end, 1e6))
            if p.exit_day < end or end == inf:
                break
            change_stock(p, w, end, 1.0)
        if p.exit_day == inf:  # a permanent effect may have stopped the rate altogether
            assert (name, tau) in (("negative", inf), ("negative", 400.0))
            continue
        advance(p, w, p.exit_day)
        assert p.summed == pytest.approx(threshold, rel=1e-9)


@pytest.mark.parametrize("shape", [0.5, 1.0, 1.7])
def test_weibull_people_leave_on_the_weibull_quantile(shape: float) -> None:
    w = rulebook({"hazard.ui.job": {"kind": "weibull", "scale_days": 150.0, "shape": shape}})
    for threshold in (0.01, 0.5, 3.0):
        p = job_seeker(w, threshold)
        find_exit(p, w, 1e5)
        assert p.exit_day == pytest.approx(150.0 * threshold ** (1.0 / shape), rel=1e-9)


@pytest.mark.parametrize("shape", [0.5, 1.7])
def test_weibull_with_meetings_is_the_integral_of_the_rate(shape: float) -> None:
    w = rulebook({
        "hazard.ui.job": {"kind": "weibull", "scale_days": 150.0, "shape": shape},
        "effect.boost": 0.8,
    })  # fmt: skip
    p = after(job_seeker(w), w, MEETINGS)
    advance(p, w, 200.0)

    def by_sum(h: float) -> float:  # h = (s / 150)**shape takes the pole at 0 away
        return 1.0 + 0.8 * stock(150.0 * h ** (1.0 / shape), 21.0)

    def to_sum(day: float) -> float:
        return (day / 150.0) ** shape

    truth = integral(by_sum, to_sum(200.0), [to_sum(end) for end in MEETINGS])
    assert p.summed == pytest.approx(truth, rel=1e-9)


PLUGIN = """
def rate_per_week(spell_day, level, half_life_days):
    return level * 0.5 ** (spell_day / half_life_days)

def register(registry):
    registry.hazard("fading", rate_per_week, level=(0, 10, "per week"),
                    half_life_days=(1, 3650, "days"))
"""


def test_a_plugged_in_rate_gives_what_its_closed_form_gives(tmp_path: Path) -> None:
    file = tmp_path / "fading.py"
    file.write_text(PLUGIN, encoding="utf-8")
    line = {"kind": "fading", "level": 0.07, "half_life_days": 90.0}
    w = rulebook({"hazard.ui.job": line}, [file])
    fading = log(2.0) / 90.0
    for threshold in (0.01, 0.4, 1.2):
        p = job_seeker(w, threshold)
        find_exit(p, w, 1e4)
        assert p.exit_day == pytest.approx(-log(1.0 - threshold * fading / 0.01) / fading, rel=1e-9)
    never = job_seeker(w, 1.3)  # the whole integral is .01 / fading = 1.2984
    find_exit(never, w, 1e4)
    assert never.exit_day == inf


def test_a_piecewise_baseline_with_threat_and_sanction_is_the_sum_of_its_pieces() -> None:
    w = rulebook({
        "hazard.ui.job": {"kind": "piecewise", "from_days": [0.0, 40.0, 90.0],
                          "rate_per_week": [0.07, 0.035, 0.014]},
        "effect.threat": 0.5, "effect.sanction_factor": 2.0,
    })  # fmt: skip
    p = job_seeker(w)
    p.threat_from_day, p.threat_to_day = 33.0, 50.0
    set_piece(p, w)
    advance(p, w, 60.0)
    p.sanction_to_day = 100.0
    set_piece(p, w)
    advance(p, w, 120.0)
    days = 33 * 0.01 + 7 * 0.015 + 10 * 0.0075 + 10 * 0.005 + 30 * 0.01 + 10 * 0.004 + 20 * 0.002
    assert p.summed == pytest.approx(days, rel=1e-12)


@pytest.mark.parametrize("response", [0.0, 0.4, 1.0])
def test_other_exits_respond_to_meetings_as_far_as_they_are_told_to(response: float) -> None:
    w = rulebook({
        "hazard.ui.other": {"kind": "constant", "rate_per_week": 0.014},
        "effect.boost": 0.8, "effect.tau_days": 60.0, "effect.other_exit_response": response,
    })  # fmt: skip
    p = job_seeker(w)
    q = job_seeker(w, 0.5)
    q.line, q.chi = line_number(0, OTHER), p.chi * w.other_response
    start_line(q, w, 0.0)
    p.others = (q,)
    after(p, w, MEETINGS)
    find_exit(p, w, 1e4)
    assert p.exit == OTHER
    truth = integral(
        lambda day: 0.002 * (1.0 + 0.8 * response * stock(day, 60.0)), p.exit_day, MEETINGS
    )
    assert truth == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("threshold", [0.3, 0.8, 1.6])
def test_an_exit_does_not_depend_on_how_often_it_is_looked_for(name: str, threshold: float) -> None:
    settings, _ = EFFECTS[name]
    w = rulebook({f"effect.{k}": v for k, v in settings.items()})
    once = after(job_seeker(w, threshold), w, [14.0, 28.0])
    find_exit(once, w, 1000.0)
    often = after(job_seeker(w, threshold), w, [14.0, 28.0])
    look = 28.0
    while often.exit_day == inf:
        look += 0.37
        find_exit(often, w, look)
    assert often.exit_day == once.exit_day


def test_a_meeting_without_weight_does_not_touch_the_sum() -> None:
    w = rulebook({"effect.boost": 0.8})
    plain = after(job_seeker(w, 0.9), w, [14.0])
    touched = after(job_seeker(w, 0.9), w, [14.0])
    after(touched, w, [19.3, 23.1, 77.7], weight=0.0)
    for p in (plain, touched):
        find_exit(p, w, 1000.0)
    assert touched.exit_day == plain.exit_day


@pytest.mark.parametrize("name", ["additive", "negative", "concave", "capped"])
def test_splitting_a_sum_changes_it_by_rounding_only(name: str) -> None:
    settings, _ = EFFECTS[name]
    w = rulebook({f"effect.{k}": v for k, v in settings.items()})
    whole = after(job_seeker(w), w, [14.0, 28.0])
    split = after(job_seeker(w), w, [14.0, 28.0])
    for tenth in range(281, 4000):
        advance(split, w, tenth / 10.0)
    advance(whole, w, 399.9)
    advance(split, w, 399.9)
    assert split.summed == pytest.approx(whole.summed, rel=1e-12)
