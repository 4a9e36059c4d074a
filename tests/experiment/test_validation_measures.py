"""Measures of a validation against numbers counted by hand, closed forms, and one whole command."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from sim.cli.main import main
from sim.config import load
from sim.config.catalogue import data_root, published_figures
from sim.experiment.validation.experiments import Experiment, experiment, read_rules
from sim.experiment.validation.measures import MEASURED_IN, MEASURES
from sim.experiment.validation.verdict import VERDICTS
from sim.experiment.validation.worlds import Arm, Outcome, simulated
from sim.model.journal import ArmRows
from sim.rules.meetings import HELD
from sim.rules.people import JOB, OPEN, OTHER

NOTHING = {"office": {}}


@pytest.fixture(scope="module")
def by_hand() -> Arm:
    """Two people: one in work on day 30, back for 10 days on day 100; one there to the end."""
    spells = {
        "person": np.array([0, 0, 1]),
        "spell": np.array([1, 2, 1]),
        "group": np.zeros(3, int),
        "entry_day": np.array([0.0, 100.0, 20.0]),
        "exit_day": np.array([30.0, 110.0, np.nan]),
        "duration_days": np.array([30.0, 10.0, 900.0]),
        "exit": np.array([JOB, OTHER, OPEN]),
        "counted": np.array([True, False, True]),
        "sanctions": np.array([0, 0, 2]),
    }
    meetings = {
        "person": np.array([0, 0, 1, 1]),
        "spell": np.array([1, 2, 1, 1]),
        "number": np.array([1, 1, 1, 2]),
        "due_day": np.array([10.0, 105.0, 40.0, 300.0]),
        "start_day": np.array([12.0, 106.0, 41.0, 301.0]),
        "outcome": np.array([HELD, HELD, HELD, HELD]),
    }
    return Arm(None, ArmRows(spells, meetings, {}))  # type: ignore[arg-type]


def test_days_in_and_out_of_work_are_counted_within_two_years_of_entry(by_hand: Arm) -> None:
    assert by_hand.unemployed_days() == pytest.approx([30 + 10, 728])
    assert by_hand.employed_days() == pytest.approx([70, 0])


def test_meetings_are_those_of_first_spells_in_their_time(by_hand: Arm) -> None:
    assert by_hand.held(182.0) == 1.0
    assert by_hand.held(728.0) == 1.5
    assert by_hand.held(728.0, until=30.0) == 0.5


def test_flows_count_everybody_by_the_calendar(by_hand: Arm) -> None:
    assert by_hand.jobs(364.0) == 1
    assert by_hand.jobs(20.0) == 0
    assert by_hand.spell_days(None, 50.0) == 30 + 30
    assert by_hand.meetings_due(None, 200.0) == 3


def test_contrasts_are_control_minus_treated(by_hand: Arm) -> None:
    spells = {**by_hand.rows.spells, "duration_days": np.array([50.0, 10.0, 900.0])}
    longer = Arm(None, ArmRows(spells, by_hand.rows.meetings, {}))  # type: ignore[arg-type]
    of = Experiment({}, {"control": 2, "treated": 2}, 364.0, False, False)
    outcome = Outcome(of, {"control": longer, "treated": by_hand})
    assert MEASURES["days_saved"](outcome) == 10.0
    assert MEASURES["more_days"](outcome) == -10.0
    assert MEASURES["sanctioned_share_control"](outcome) == 0.5


def test_jobs_by_the_end_of_the_lockdown_are_those_of_the_formula() -> None:
    """600 people in 40 replications: standard error 1.3 of 90, so an error of 6 % is seen."""
    values = load(["engine=simpy", "effect=none"], folder=data_root()).values
    values["regimes"]["lockdown_voluntary"] = load(
        ["arms.x.regime=lockdown_voluntary"], folder=data_root()
    ).values["regimes"]["lockdown_voluntary"]
    spec = read_rules()["experiments"]["hedensted_even"]
    one = experiment(spec, values, published_figures(), 40)
    found = [MEASURES["in_job_by_the_end_people"](simulated(one, r)) for r in range(40)]
    hazard = values["hazard"]["ui"]
    job, other = (hazard[name]["rate_per_week"] / 7 for name in ("job", "other"))
    variance, days = values["population"]["frailty_variance"], spec["entry_days"]

    def leaves(t: float) -> float:
        """Exits to a job a day on spell day t: frailty multiplies the job rate only."""
        return job * (1 + variance * job * t) ** (-1 / variance - 1) * exp(-other * t)

    share = quad(lambda t: leaves(t) * (days - t) / days, 0, days)[0]
    people = one.people["treated"]
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(people * share, abs=4 * error)


def test_every_measure_is_taken_somewhere() -> None:
    assert {one for names in MEASURED_IN.values() for one in names} == set(MEASURES)


@pytest.mark.slow
def test_the_command_judges_every_figure(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    out = tmp_path / "judged"
    words = ["validate", "design=quick", "design.replications=2", f"out={out}"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    with (out / "validation.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    published = published_figures()
    assert list(dict.fromkeys(row["id"] for row in rows)) == list(published)
    assert {row["verdict"] for row in rows} <= set(VERDICTS)
    claims = [int(row["claim"]) for row in rows if row["claim"]]
    assert sorted(set(claims)) == list(range(1, 45)) and claims == sorted(claims)
    page = (out / "validation.html").read_text(encoding="utf-8")
    for key in published:
        assert f'data-figure="{key}"' in page
    assert (out / "validation.svg").is_file() and (out / "validation.png").is_file()
    facts = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    arithmetic = [row for row in rows if row["kind"] == "arithmetic"]
    assert {row["kind"] for row in rows} == {"simulated", "arithmetic", ""}
    assert sum(facts["of_these_arithmetic"]["literature"].values()) == len(arithmetic)
    assert "Arithmetic, which does not try the model" in page and "Simulated: " in printed
    assert sum(facts["verdicts"]["literature"].values()) == len(rows)
    assert main(words) == 3  # it is there already


def test_threat_and_sanctions_are_what_worlds_have_beyond_the_exact_story() -> None:
    """Esbjerg's five more meetings with the same people and luck in both arms: standard errors of
    the contrasts are below .05 days, so .25 is five of them."""
    words = ["effect=literature", *(f"arms.x_{n}.regime={n}" for n in ("standard", "intensified"))]
    without = {
        "nothing": {},
        "threat": {"threat": 0.0},
        "sanctions": {"sanction_factor": 1.0},
        "both": {"threat": 0.0, "sanction_factor": 1.0},
    }
    spec = read_rules()["experiments"]["esbjerg"]
    spec["arms"] = {name: {**arm, "people": 6000} for name, arm in spec["arms"].items()}
    saved = {}
    for name, changes in without.items():
        values = load(words, folder=data_root()).values
        values["effect"] |= changes
        one = experiment(spec, values, published_figures(), 8)
        one = replace(one, arms={k: replace(s, seed=7) for k, s in one.arms.items()})
        saved[name] = float(np.mean([MEASURES["days_saved"](simulated(one, r)) for r in range(8)]))
    assert saved["nothing"] == pytest.approx(10.2, abs=0.25)
    assert saved["nothing"] - saved["threat"] == pytest.approx(0.7, abs=0.25)
    assert saved["nothing"] - saved["sanctions"] == pytest.approx(0.8, abs=0.25)
    assert saved["both"] == pytest.approx(8.8, abs=0.3)
