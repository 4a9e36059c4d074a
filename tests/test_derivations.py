"""What the evidence says of spells follows from the shipped values, by formula alone."""

from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.rules.people import GROUPS

from .test_evidence import plain

STEP_DAYS = 0.5
DAYS = np.arange(0, 20 * 364 + STEP_DAYS, STEP_DAYS)


@pytest.fixture(scope="module")
def configs(checkout: Path) -> Path:
    return checkout / "configs"


def rates(hazard: dict[str, Any]) -> np.ndarray:
    """An exit rate per day at every step."""
    if hazard["kind"] == "none":
        return np.zeros_like(DAYS)
    if hazard["kind"] == "constant":
        return np.full_like(DAYS, hazard["rate_per_week"] / 7)
    place = np.searchsorted(hazard["from_days"], DAYS, side="right") - 1
    return np.array(hazard["rate_per_week"])[place] / 7


def cumulative(rate: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2) * STEP_DAYS])


def due_days(phases: list[dict[str, Any]]) -> list[float]:
    """The spell days of a schedule, by the words of its phases."""
    days: list[float] = []
    for phase in phases:
        if "meetings" in phase:
            n, span = phase["meetings"], phase["span_days"]
            days += [k * span / n for k in range(1, n + 1)]
        elif "days" in phase:
            days += phase["days"]
        else:
            while days[-1] + phase["every_days"] <= DAYS[-1]:
                days.append(days[-1] + phase["every_days"])
    return days


def survival(
    hazard: dict[str, Any], days: list[float], effect: dict[str, Any], responsiveness: float,
    attendance: float, variance: float = 0.4, limit_days: float = float("inf"),
) -> tuple[np.ndarray, float]:  # fmt: skip
    """The share surviving at every step, and the share leaving for a job."""
    stock = np.zeros_like(DAYS)
    for day in days:
        age = DAYS - day
        stock += np.where(age >= 0, np.exp(-np.maximum(age, 0) / effect["tau_days"]), 0)
    gain = effect["alpha"] * responsiveness * (attendance * stock) ** effect["rho"]
    job = rates(hazard["job"]) * np.exp(np.minimum(effect["cap"], gain))
    mixed = 1 + variance * cumulative(job)
    alive = mixed ** (-1 / variance)
    for way in ("education", "recall", "other"):
        alive = alive * np.exp(-cumulative(rates(hazard[way])))
    alive = np.where(limit_days > DAYS, alive, 0.0)
    return alive, float(np.trapezoid(job / mixed * alive, DAYS))


def test_the_insured_survive_as_the_evidence_says(configs: Path) -> None:
    hazard = plain(configs, "hazard/default")["ui"]
    effect = plain(configs, "effect/literature")
    six = due_days(plain(configs, "regime/standard")["schedule"]["ui"])
    alive, _ = survival(hazard, six, effect, 1.0, 1.0)
    assert np.interp([91, 182], DAYS, alive) == pytest.approx([0.52, 0.28], abs=0.005)
    assert 0.10 <= np.interp(364, DAYS, alive) <= 0.12
    assert DAYS[np.argmax(alive < 0.5)] / 7 == pytest.approx(13.7, abs=0.15)


@pytest.mark.parametrize(
    ("effect", "low", "high"), [("literature", 8.5, 9.2), ("esbjerg_linear", 18.7, 19.6)]
)
def test_the_calibrations_save_what_they_claim(
    configs: Path, effect: str, low: float, high: float
) -> None:
    hazard = plain(configs, "hazard/default")["ui"]
    means = []
    for regime in ("standard", "intensified"):
        days = due_days(plain(configs, f"regime/{regime}")["schedule"]["ui"])
        alive, _ = survival(hazard, days, plain(configs, f"effect/{effect}"), 1.0, 1.0)
        means.append(np.trapezoid(alive[DAYS <= 728], DAYS[DAYS <= 728]))
    assert low <= means[0] - means[1] <= high


# Spells a week and stock, as the table on top of configs/population/default.yaml has them.
STOCKS = {
    "ui": (61.7, 1350), "cash_job_ready": (6.5, 367), "cash_activity_ready": (6.3, 997),
    "education_help": (11.1, 749), "sickness": (90.3, 1389), "resource": (4.0, 504),
    "seasonal": (4.3, 77),
}  # fmt: skip

# People seen in a year (B7).
SEEN_2018 = {"cash_job_ready": 35_244, "cash_activity_ready": 66_254}


def test_inflow_times_duration_is_the_stock_of_the_table(configs: Path) -> None:
    people = plain(configs, "population/default")
    hazards = plain(configs, "hazard/default")
    effect = plain(configs, "effect/literature")
    schedule = plain(configs, "regime/standard")["schedule"]
    back = 1 - exp(-people["reentry_rate_per_week"] * people["reentry_days"] / 7)
    assert back == pytest.approx(0.25, abs=0.002)
    total = 0.0
    for name in GROUPS:
        group = people["groups"][name]
        alive, to_job = survival(
            hazards[name], due_days(schedule.get(name, schedule["default"])), effect,
            group["responsiveness"], 1 - group["no_show"]["physical"],
            people["frailty_variance"], group["benefit_limit_days"],
        )  # fmt: skip
        weeks = np.trapezoid(alive, DAYS) / 7
        spells_per_week = group["inflow_per_week"] / (1 - back * to_job)
        assert spells_per_week == pytest.approx(STOCKS[name][0], rel=0.02), name
        assert spells_per_week * weeks == pytest.approx(STOCKS[name][1], rel=0.02), name
        total += spells_per_week * weeks
        if name in SEEN_2018:
            seen = spells_per_week * (weeks + 52)
            assert seen == pytest.approx(0.02 * SEEN_2018[name], rel=0.03), name
    assert total == pytest.approx(5430, rel=0.02)


def test_sickness_gives_back_the_exit_rates_of_the_register(configs: Path) -> None:
    register = [0.168, 0.020, 0.042, 0.028, 0.019, 0.040]
    hazard = plain(configs, "hazard/default")["sickness"]
    variance = plain(configs, "population/default")["frailty_variance"]
    assert hazard["other"]["rate_per_week"] == pytest.approx([0.25 * r for r in register])
    assert hazard["other"]["from_days"] == hazard["job"]["from_days"]
    ends = [*hazard["job"]["from_days"][1:], 78 * 7]
    before = 0.0
    starts, singles = hazard["job"]["from_days"], hazard["job"]["rate_per_week"]
    for rate, single, start, end in zip(register, singles, starts, ends, strict=True):
        weeks = (end - start) / 7
        after = before + 0.75 * rate * weeks
        mean = (exp(variance * after) - exp(variance * before)) / (variance * weeks)
        assert single == pytest.approx(mean, abs=5e-5)
        before = after
    counted = [13_463, 6_876, 7_838, 13_942, 9_626, 7_516, 8_324, 1_500, 354]
    assert STOCKS["sickness"][1] == pytest.approx(0.02 * sum(counted), abs=1)


def test_flexible_plans_as_many_meetings_for_those_who_stay(configs: Path) -> None:
    standard = plain(configs, "regime/standard")["schedule"]
    for group, phases in plain(configs, "regime/flexible")["schedule"].items():
        here = np.array(due_days(phases))
        there = np.array(due_days(standard[group]))
        fewer = 1 if group == "sickness" else 0
        for horizon in (182, 364, 728):
            assert (here <= horizon).sum() == (there <= horizon).sum() - fewer, (group, horizon)
        assert (here <= 91).sum() >= (there <= 91).sum() - fewer
