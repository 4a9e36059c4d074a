"""A comparison from beginning to end, over a made-up world."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.experiment import metrics
from sim.experiment.cells import plain_cell, safe_cell
from sim.experiment.compare import run
from sim.experiment.compare_runs import side_by_side
from sim.experiment.estimates import Outcomes, differences, summary
from sim.experiment.folder import RunFolder
from sim.experiment.pool import Pool
from sim.model.journal import ArmRows
from sim.model.replication import Part
from sim.rules.errors import CheckError, InputError
from sim.rules.people import GROUPS

from .fakes import FakeConfiguration, FakeStudy, study, world, worlds

TABLES = {
    "survival": "arm group week survival ci_low ci_high at_risk",
    "days_saved": "arm baseline group days_saved ci_low ci_high is_noise zero_load_days_saved "
    "zero_load_ci_low zero_load_ci_high",
    "accounts": "arm account item dkk_per_spell ci_low ci_high",
    "account_differences": "arm baseline account net_saving_dkk_per_spell ci_low ci_high is_noise",
    "meetings_by_month": "arm group month planned_per_person held_per_person missed_per_person",
    "office_by_week": "arm week date caseload waiting utilisation caseworkers caseload_low "
    "caseload_high waiting_low waiting_high",
    "thirty_spells": "arm rank person group exit duration_days",
    "thirty_meetings": "arm rank spell_day outcome",
}


def make(of: FakeStudy, out: Path, **how: Any) -> RunFolder:
    given: Any = {"configuration": FakeConfiguration(), "world": world} | how
    made: Any = of
    return run(made, out, **given)


def table_files(folder: RunFolder) -> dict[str, str]:
    return {name: sha for name, sha in folder.manifest["files"].items() if name.endswith(".csv")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    of = study(("standard", "more", "fewer"), replications=6, people=120, zero_load_twin=True)
    return make(of, tmp_path_factory.mktemp("runs") / "run")


def test_the_folder_holds_every_table_with_its_columns(finished: RunFolder) -> None:
    for name, columns in TABLES.items():
        table = finished.table(f"figures/{name}.csv")
        assert list(table.columns) == columns.split(), name
        assert len(table) > 0, name
    assert finished.text("scenario.yaml") == FakeConfiguration().to_yaml()
    assert set(finished.table("summary.csv")["metric"]) == set(metrics.UNITS)
    assert set(finished.table("differences.csv")["metric"]) == {
        *metrics.UNITS, *metrics.PAIRED_UNITS,
    }  # fmt: skip
    costs = finished.table("costs.csv")
    assert list(costs.columns) == ["arm", "account", "item", "year", "dkk_mean", "dkk_se"]
    assert set(costs["year"]) == {2020, 2021, 2022}


def test_summary_and_differences_follow_from_outcomes_csv_alone(finished: RunFolder) -> None:
    again = Outcomes.from_table(finished.table("outcomes.csv"))
    for name, made in (("summary", summary(again)), ("differences", differences(again))):
        kept = finished.table(f"{name}.csv")
        pd.testing.assert_frame_equal(kept, made.astype(kept.dtypes), check_exact=True)


def test_days_saved_are_the_mean_difference_of_the_same_people(finished: RunFolder) -> None:
    saved = finished.table("figures/days_saved.csv").set_index(["arm", "group"])
    assert saved.loc[("more", "all"), "days_saved"] > 0
    assert not saved.loc[("more", "all"), "is_noise"]
    assert saved.loc[("fewer", "all"), "days_saved"] < 0
    zero = saved["zero_load_days_saved"].loc[("more", "all")]
    assert 0 < zero < saved.loc[("more", "all"), "days_saved"]
    table = finished.table("differences.csv")
    worse = table[table["metric"] == "worse_off_share"].set_index(["arm", "group"])["difference"]
    assert worse.loc[("more", "all")] == 0
    assert worse.loc[("fewer", "all")] > 0.9


def test_accounts_add_up_to_the_summary(finished: RunFolder) -> None:
    accounts = finished.table("figures/accounts.csv")
    means = finished.table("summary.csv").query("group == 'all'").set_index(["arm", "metric"])
    for (arm, account), items in accounts.groupby(["arm", "account"]):
        total = items[items["item"] == "total"]["dkk_per_spell"].item()
        parts = items[items["item"] != "total"]["dkk_per_spell"].sum()
        assert total == pytest.approx(parts)
        assert total == pytest.approx(means.loc[(arm, f"{account}_dkk"), "mean"])


def test_staff_that_is_the_same_in_every_arm_moves_no_saving(finished: RunFolder) -> None:
    accounts = finished.table("figures/accounts.csv").query("item == 'caseworkers'")
    assert (accounts["dkk_per_spell"] > 0).all()
    for _, of_account in accounts.groupby("account"):
        dkk = of_account["dkk_per_spell"].to_numpy()
        assert dkk == pytest.approx(np.full(3, dkk[0]), rel=1e-12)


def test_rows_are_kept_of_the_first_replication_only_and_checks_are_counted(
    finished: RunFolder,
) -> None:
    spells = finished.rows("spells")
    assert set(spells["replication"]) == {0}
    assert list(spells.columns[:5]) == ["arm", "replication", "person", "spell", "group"]
    assert set(spells["group"].cat.categories) == set(GROUPS)
    assert set(finished.rows("meetings", arm="more")["arm"]) == {"more"}
    assert set(finished.rows("office", columns=["arm"])["arm"]) == {"standard", "more", "fewer"}
    checks = finished.manifest["checks"]
    assert checks["told"] == 2 * 3 * 6
    assert finished.manifest["checks_held"] == sum(checks.values())


def timed_world(of: FakeStudy, replication: int) -> list[Part]:
    """Worlds that say how long they were compiled and checked, and take longer than that."""
    began = time.process_time()
    while time.process_time() < began + 0.03:
        pass
    spent = {"compiling": 0.001, "checking": 0.002}
    return [
        replace(part, rows=replace(part.rows, seconds=spent)) for part in world(of, replication)
    ]


def test_the_manifest_says_where_the_time_went(tmp_path: Path) -> None:
    found = make(study(replications=3), tmp_path / "run", world=timed_world).manifest
    spent = found["seconds"]
    assert list(spent) == [
        "compiling", "simulating", "checking", "reducing", "writing", "drawing",
    ]  # fmt: skip
    assert spent["compiling"] == pytest.approx(3 * 2 * 0.001)
    assert spent["checking"] == pytest.approx(3 * 2 * 0.002)
    assert spent["simulating"] >= 3 * (0.03 - 2 * 0.003)
    assert spent["reducing"] > 0.0 and spent["writing"] > 0.0
    assert 0.0 <= spent["drawing"] <= found["wall_seconds"]


def test_thirty_people_stand_side_by_side_in_the_first_two_arms(finished: RunFolder) -> None:
    spells = finished.table("figures/thirty_spells.csv")
    assert list(dict.fromkeys(spells["arm"])) == ["standard", "more"]
    base, other = (spells[spells["arm"] == arm] for arm in ("standard", "more"))
    assert list(base["rank"]) == list(range(1, 31))
    assert base["duration_days"].is_monotonic_increasing
    assert list(base["person"]) == list(other["person"])
    rows = finished.rows("spells", arm="more", replication=0).query("spell == 1")
    lived = rows.set_index("person").loc[other["person"], "duration_days"]
    assert np.allclose(np.minimum(lived, 728), other["duration_days"])
    talks = finished.table("figures/thirty_meetings.csv").merge(spells, on=["arm", "rank"])
    assert (talks["spell_day"] >= 0).all()
    assert (talks["spell_day"] <= talks["duration_days"] + 1).all()


def test_the_workers_change_nothing(tmp_path: Path) -> None:
    of = study(replications=5, keep_rows="all")
    folders = []
    for workers in (1, 2, 3):
        with Pool(workers) as pool:
            folders.append(make(of, tmp_path / str(workers), pool=pool))
    for other in folders[1:]:
        assert other.manifest["rows_sha256"] == folders[0].manifest["rows_sha256"]
        assert table_files(other) == table_files(folders[0])
        assert (
            other.manifest["files"]["spells.parquet"]
            == (folders[0].manifest["files"]["spells.parquet"])
        )


def test_the_sum_of_an_arm_does_not_depend_on_other_arms_or_on_what_is_kept(
    tmp_path: Path,
) -> None:
    sums = [
        make(study(arms, keep_rows=keep), tmp_path / str(place)).manifest["rows_sha256"]["arms"]
        for place, (arms, keep) in enumerate(
            [(("more",), "none"), (("standard", "more"), "all"), (("fewer", "more"), "first")]
        )
    ]
    assert sums[0]["more"] == sums[1]["more"] == sums[2]["more"]
    assert sums[1]["standard"] != sums[1]["more"]
    seed = make(study(("more",), seed=2), tmp_path / "seed").manifest["rows_sha256"]["arms"]
    assert seed["more"] != sums[0]["more"]


def test_one_arm_and_one_replication_give_a_folder_without_differences(tmp_path: Path) -> None:
    found = make(study(("standard",), replications=1, keep_rows="none"), tmp_path / "run")
    assert found.table("differences.csv").empty
    assert found.table("figures/days_saved.csv").empty
    only = found.table("summary.csv")
    assert only["mean"].notna().any() and only["ci_low"].isna().all()
    assert found.rows("spells").empty
    assert list(found.rows("spells").columns)[:3] == ["arm", "replication", "person"]


def test_a_short_follow_up_leaves_metrics_out_and_the_manifest_says_why(tmp_path: Path) -> None:
    found = make(study(follow_up_days=400.0), tmp_path / "run")
    assert "rmst_728_days" in found.manifest["left_out"]
    kept = set(found.table("summary.csv")["metric"])
    assert kept == set(metrics.UNITS) - set(found.manifest["left_out"])
    assert found.table("figures/accounts.csv").empty
    assert found.table("figures/survival.csv")["week"].max() == 57
    assert any("400 days" in note for note in found.manifest["notes"])


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    found = make(study(("standard", "=2+3")), tmp_path / "run")
    lines = found.text("summary.csv").splitlines()
    assert any(line.startswith("'=2+3,") for line in lines)
    assert not any(line.startswith("=") for line in lines)
    assert "'=cmd()" in found.text("parameters.csv")
    assert set(found.table("summary.csv")["arm"]) == {"standard", "=2+3"}
    assert set(found.rows("spells")["arm"]) == {"standard", "=2+3"}
    for text in ("=1", "+1", "-1", "@a", "plain", "'quoted", ""):
        assert plain_cell(safe_cell(text)) == text
    assert found.table("differences.csv")["difference"].min() < 0  # numbers stay numbers


def test_a_report_is_written_before_the_manifest_and_is_in_it(tmp_path: Path) -> None:
    def report(folder: RunFolder) -> None:
        assert not folder.has("manifest.json")
        assert folder.arms == ["standard", "more"]
        assert len(folder.table("summary.csv"))
        (folder.path / "report.html").write_text(folder.manifest["title"])

    example = pd.DataFrame({"arm": ["more"], "day": [1.0]})
    found = make(study(), tmp_path / "run", report=report, extra_tables={"example_person": example})
    assert {"report.html", "figures/example_person.csv"} <= set(found.manifest["files"])


def test_arms_with_other_people_are_a_breach(tmp_path: Path) -> None:
    def other_people(of: FakeStudy, replication: int) -> list[Part]:
        made = worlds(of, replication)
        spells = dict(made["more"].spells)
        spells["counted"] = spells["counted"] & (spells["person"] % 2 == 0)
        made["more"] = ArmRows(spells, made["more"].meetings, made["more"].office)
        return [Part(name, 0, rows) for name, rows in made.items()]

    with pytest.raises(CheckError, match="do not hold the same counted people"):
        make(study(), tmp_path / "run", world=other_people)
    assert list(tmp_path.iterdir()) == []


def test_runs_side_by_side_tell_what_differs(tmp_path: Path) -> None:
    one = make(study(("standard", "more")), tmp_path / "a" / "run")
    more = FakeConfiguration(table=[{"name": "effect.alpha", "value": 0.4}])
    two = make(study(("standard", "fewer"), seed=5), tmp_path / "b" / "run", configuration=more)
    beside = side_by_side([one, two])
    assert beside.labels == ("a/run", "b/run")
    settings = beside.settings.set_index("name")
    assert settings.loc["effect.alpha"].tolist() == ["0.3", "0.4"]
    assert settings.loc["effect.kind"].tolist() == ["concave", ""]
    assert settings.loc["seed"].tolist() == ["1", "5"]
    assert "version" not in settings.index
    table = beside.summary.set_index(["arm", "group", "metric"])
    assert table.loc[("more", "all", "rmst_728_days"), "a/run: mean"] > 0
    assert pd.isna(table.loc[("more", "all", "rmst_728_days"), "b/run: mean"])
    assert not table.loc[("standard", "all", "rmst_728_days")].isna().any()
    assert not beside.same_rows
    with pytest.raises(InputError, match="at least two"):
        side_by_side([one])
