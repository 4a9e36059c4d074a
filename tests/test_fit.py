"""`samtale fit` from a table to a simulation: the file it writes gives the observed survival back."""

import csv
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from sim.cli.main import main
from sim.config import load
from sim.experiment import study
from sim.experiment.fit import reading
from sim.experiment.fit.faults import Faults
from sim.experiment.fit.fitting import fit
from sim.experiment.fit.judging import Spells, judge
from sim.model.replication import run_replication
from sim.report.fitting import frailty, near
from sim.report.words import catalogue
from sim.rules.people import GROUPS, JOB
from tests.spells import JOB_RATE, STARTS, known, table

PEOPLE = 8000
PLAIN = ["effect=none", "market=fixed", "office.load_elasticity=0"]
ONLY_UI = [
    "population.warm_start=false",
    *(f"population.groups.{g}.inflow_per_week=0" for g in GROUPS[1:]),
]


def world(words: list[str], regime: str) -> dict[str, np.ndarray]:
    """The counted spells of one replication under a regime."""
    values = load([*words, f"arms.one.regime={regime}"]).values
    values["arms"] = {"one": values["arms"]["one"]}
    spells = run_replication(study.build(values), 0)["one"].spells
    return {name: column[spells["counted"]] for name, column in spells.items()}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a table of known rates has been fitted."""
    folder = tmp_path_factory.mktemp("fit")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        text = table(known(21, 1, 3000, 0.4))
        (folder / "spells.csv").write_text(text, encoding="utf-8")
        assert main(["fit", "spells.csv", "--cuts", "56,140,280", "out=f"]) == 0
    return folder


def rows(file: Path) -> list[dict[str, Any]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_file_holds_the_rates_of_the_table_with_their_source_beside_each(fitted: Path) -> None:
    file = fitted / "hazards" / "my_baseline.yaml"
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert list(tree) == list(GROUPS)
    digest = hashlib.sha256((fitted / "spells.csv").read_bytes()).hexdigest()
    job = tree["ui"]["job"]
    for entry in (*job.values(), *tree["ui"]["other"].values(), tree["ui"]["recall"]["kind"]):
        for part in ("spells.csv", "spells of ui", digest):
            assert part in entry["source"]
    assert "piecewise-constant maximum likelihood, frailty variance 0.4" in job["kind"]["source"]
    assert "95 % intervals" in job["rate_per_week"]["source"]
    assert job["from_days"]["value"] == STARTS.tolist()
    found = [row for row in rows(fitted / "f" / "baseline.csv") if row["exit"] == "job"]
    assert job["rate_per_week"]["value"] == pytest.approx(
        [float(row["rate_per_week"]) for row in found], rel=1e-5
    )
    for row, true in zip(found, JOB_RATE * 7, strict=True):
        assert float(row["ci_low"]) < true < float(row["ci_high"])
    shipped = load([]).values["hazard"]
    mine = load(["hazard=hazards/my_baseline.yaml"], folder=fitted).values["hazard"]
    assert {g: mine[g] for g in GROUPS[1:]} == {g: shipped[g] for g in GROUPS[1:]}


def test_the_folder_holds_figure_tables_and_what_was_read(fitted: Path) -> None:
    manifest = json.loads((fitted / "f" / "manifest.json").read_text(encoding="utf-8"))
    assert {
        "baseline.csv", "nelson_aalen.csv", "figures/fit.csv", "figures/fit.svg", "figures/fit.png",
    } == set(manifest["files"])  # fmt: skip
    text = (fitted / "hazards" / "my_baseline.yaml").read_bytes()
    assert manifest["hazard"]["sha256"] == hashlib.sha256(text).hexdigest()
    assert manifest["table"]["kind"] == "CSV" and manifest["frailty_variance"] == 0.4
    curves = pd.read_csv(fitted / "f" / "figures" / "fit.csv")
    assert set(curves["what"]) == {"unemployed", "job", "other"}
    inside = (curves["ci_low"] - 1e-9 <= curves["fitted"]) & (curves["fitted"] <= curves["ci_high"])
    assert inside[curves["spell_day"] > 30].mean() > 0.9


def test_it_is_found_by_name_and_listed_and_never_overwritten_unasked(
    fitted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(fitted)
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    assert "hazard=NAME" in shown and "my_baseline" in shown
    assert "Fitted from spells.csv" in shown
    before = (fitted / "hazards" / "my_baseline.yaml").read_bytes()
    assert main(["fit", "spells.csv", "out=g"]) == 2
    assert "exists already; choose another --name, or --force" in capsys.readouterr().err
    assert not (fitted / "g").exists()
    assert (fitted / "hazards" / "my_baseline.yaml").read_bytes() == before
    assert main(["show", "hazard=my_basline"]) == 2
    assert "did you mean my_baseline?" in capsys.readouterr().err


def test_a_world_without_effects_gives_the_fitted_survival_back(
    fitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """8,000 people: four standard errors are at most .022; a wrong frailty would cost .03."""
    monkeypatch.chdir(fitted)
    words = [
        "hazard=my_baseline", *PLAIN, *ONLY_UI, "engine=simpy", "population.inflow.kind=cohort",
        "population.groups.ui.share=1", *(f"population.groups.{g}.share=0" for g in GROUPS[1:]),
        f"population.inflow.people={PEOPLE}", "design.follow_up_days=400", "design.seed=5",
    ]  # fmt: skip
    spells = world(words, "none")
    faults = Faults()
    read = judge(reading.read(Path("spells.csv"), faults), "days", None, faults).spells
    (group,) = fit(read, 0.4, 1.0, STARTS[1:].tolist()).groups
    days = np.array([28.0, 91.0, 182.0, 364.0])
    assert len(spells["duration_days"]) == PEOPLE
    for day, share in zip(days, group.survival(days), strict=True):
        simulated = np.mean(spells["duration_days"] > day)
        assert abs(simulated - share) < 4 * np.sqrt(share * (1 - share) / PEOPLE)
        left = np.mean((spells["exit"] == JOB) & (spells["duration_days"] <= day))
        jobs = float(group.incidence("job", np.array([day]))[0])
        assert abs(left - jobs) < 4 * np.sqrt(jobs * (1 - jobs) / PEOPLE)


def test_what_is_left_out_is_told_in_the_terminal_and_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["duration;event;group;age"]
    lines += [f"{n % 40 + 1};1;ui;30" for n in range(100)]
    lines += ["0;1;ui;30", "9;0;resource;50", "8;0;resource;50"]
    (tmp_path / "spells.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["fit", "spells.csv", "--unit", "weeks", "--name", "mine", "out=f"]) == 0
    said = capsys.readouterr().out
    text = (tmp_path / "hazards" / "mine.yaml").read_text(encoding="utf-8").replace("\n# ", " ")
    for part in (
        "columns that the fit does not use: age",
        "spells of 0 days: 1 (line 102)",
        "spells of resource: 2; nobody left",
        "no column exit: every exit is taken for a job",
        "columns are separated by semicolons",
        "all exits lie on multiples of 1 weeks",
    ):
        assert part in said and part in text
    assert "effect=none, office.load_elasticity=0 and market=fixed" in said
    assert "effect=none, office.load_elasticity=0 and market=fixed" in text


def test_csv_and_parquet_weeks_and_days_give_the_same_rates(tmp_path: Path) -> None:
    days = pd.DataFrame({
        "duration": [7.0, 14.0, 21.0, 70.0], "event": [1, 1, 0, 1], "group": ["ui"] * 4,
    })  # fmt: skip
    days.to_csv(tmp_path / "days.csv", index=False)
    weeks = days.assign(duration=days["duration"] / 7, event=days["event"] == 1)
    weeks.to_parquet(tmp_path / "weeks.parquet")
    found = []
    for name, unit in (("days.csv", "days"), ("weeks.parquet", "weeks")):
        faults = Faults()
        spells = judge(reading.read(tmp_path / name, faults), unit, None, faults).spells
        found.append(fit(spells, 0.4, 1.0).groups[0].baselines[0].rates.rate)
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def jumping() -> Spells:
    """2,000 spells: hardly anybody leaves before day 100, and then ten times as many."""
    total = np.random.default_rng(3).exponential(size=2000)
    days = np.where(total < 0.2, total / 0.002, 100.0 + (total - 0.2) / 0.02)
    nobody = np.zeros(2000, dtype=int)
    return Spells(nobody, nobody + JOB, 0.0 * days, days)


def test_other_cuts_are_advised_where_the_rates_jump_and_not_where_they_do_not() -> None:
    missed = near(fit(jumping(), 0.0, 1.0, [60.0, 140.0]), [60.0, 140.0])
    assert "Give --cuts another spell day, near 100;" in missed[0]
    one_rate = near(fit(jumping(), 0.0, 1.0, [1e6]), None)
    assert "Cut where they do, with --cuts and spell days, one of them near 100;" in one_rate[0]
    (right,) = near(fit(jumping(), 0.0, 1.0, [100.0]), [100.0])
    assert "--cuts" not in right


def test_the_sentence_about_the_variance_says_what_its_interval_rests_on() -> None:
    (said,) = frailty(fit(jumping(), 0.0, 1.0, [60.0, 140.0]))
    assert "if the rates are constant within their pieces; where they jump between the cuts" in said
    known = [text for key, text in catalogue("en")["fit"].items() if "profile likelihood" in text]
    assert len(known) == 4 and all("can exclude the true variance" in text for text in known)


@pytest.mark.slow
def test_a_regime_is_divided_out_of_the_spells_of_a_simulated_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Spells of a world under the standard regime with a known rate, fitted without knowing it.

    Without dividing out, the later rates are a third too high: far outside of their intervals.
    """
    monkeypatch.chdir(tmp_path)
    true = "hazard.ui.job={kind: constant, rate_per_week: 0.03}"
    common = [*ONLY_UI[1:], "population.scale=2", "market=fixed"]
    spells = world([true, *common, "design.follow_up_days=364", "design.seed=77"], "standard")
    exits = np.array(["job", "education", "recall", "other", ""])[spells["exit"]]
    frame = pd.DataFrame({
        "duration": np.minimum(spells["duration_days"], 364.0),
        "event": (spells["duration_days"] < 364.0) & (exits != ""), "group": "ui",
    })  # fmt: skip
    frame["exit"] = np.where(frame["event"], exits, "")
    frame.to_csv("spells.csv", index=False)
    for name, words in (("as_seen", []), ("without", ["--under", "standard"])):
        cuts = ["--cuts", "28,91,182"]
        assert (
            main(["fit", "spells.csv", *cuts, *words, "--name", name, f"out={name}", *common]) == 0
        )
    for name, inside in (("as_seen", False), ("without", True)):
        found = [row for row in rows(tmp_path / name / "baseline.csv") if row["exit"] == "job"]
        held = [float(row["ci_low"]) < 0.03 < float(row["ci_high"]) for row in found[1:]]
        assert all(held) is inside and any(held) is inside, found
    assert "is divided out" in capsys.readouterr().out


@pytest.mark.slow
def test_a_million_rows_take_less_than_ten_seconds(tmp_path: Path) -> None:
    luck = np.random.default_rng(1)
    rows_ = 1_000_000
    frame = pd.DataFrame({
        "duration": luck.exponential(150.0, rows_).round(2) + 0.01,
        "event": luck.integers(0, 2, rows_),
        "group": luck.choice(["ui", "sickness", "seasonal"], rows_),
    })  # fmt: skip
    frame.to_csv(tmp_path / "spells.csv", index=False)
    began = time.process_time()
    faults = Faults()
    read = judge(reading.read(tmp_path / "spells.csv", faults), "days", None, faults)
    found = fit(read.spells, 0.4, 1.0)
    assert time.process_time() - began < 10.0
    assert len(found.groups) == 3 and len(read.spells) == rows_
