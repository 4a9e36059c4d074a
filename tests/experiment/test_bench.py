"""What a bench makes of its runs: order, ratios within rounds, agreement, targets, its CSV."""

import csv
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sim.experiment import bench_runs, bench_tables
from sim.experiment.bench_models import MODELS, WORKLOAD_W
from sim.experiment.bench_runs import COLUMNS, BenchRun, Plan
from sim.experiment.bench_targets import targets

CHILD = """
import json, os, sys
task, model, people, number = sys.argv[1:]
if model == "ciw":
    print(json.dumps({"left_out": "ciw is not installed"}))
elif model == "starsim":
    raise SystemExit("it broke")
else:
    print("noise")
    print(json.dumps({"spells": int(people), "cpu_seconds": 2.0, "bytes_per_spell": 1.0}))
"""


def run_of(
    model: str, number: int, seconds: float, people: int = 50_000, **more: object
) -> BenchRun:
    run = BenchRun(
        WORKLOAD_W, model, people, number, people, seconds, 0.0, 1, 500.0, 190.0, 5.0, 0.5
    )
    return replace(run, **more)  # type: ignore[arg-type]


def collected(*models: str, sizes: tuple[int, ...] = (100,), rounds: int = 2) -> list[BenchRun]:
    plan = Plan(models, sizes, rounds, ("a_scenario",))
    return bench_runs.collect(plan, [sys.executable, "-c", CHILD], lambda run: None)


def test_rounds_are_interleaved_and_begin_with_another_model_each() -> None:
    models = [MODELS[name] for name in ("c_loop", "numpy_daily", "ciw")]
    order = [(n, model.name) for n, model in bench_runs.interleaved(models, 2, 100)]
    assert [name for n, name in order if n == 1] == ["c_loop", "numpy_daily", "ciw"]
    assert [name for n, name in order if n == 2] == ["numpy_daily", "ciw", "c_loop"]


def test_a_slow_model_runs_in_one_round_when_there_are_many_people_and_not_at_all_with_more() -> (
    None
):
    found = collected("simpy_daily_tick", sizes=(10_000, 50_000, 50_001), rounds=3)
    ran = [run.people for run in bench_tables.counted(found)]
    assert ran == [10_000, 10_000, 10_000, 50_000]
    assert [run.people for run in found if run.left_out] == [50_001]
    assert "50,000" in next(run.left_out for run in found if run.left_out)


def test_a_model_that_cannot_run_is_named_with_its_reason_and_left_out() -> None:
    found = collected("ciw", "starsim", "c_loop")
    reasons = {run.model: run.left_out for run in found if run.left_out}
    assert reasons == {"ciw": "ciw is not installed", "starsim": "it broke"}
    assert {run.model for run in bench_tables.counted(found)} == {"c_loop"}


def test_only_our_engines_run_scenarios() -> None:
    found = bench_tables.counted(collected("samtale_simpy", "c_loop"))
    assert {run.model for run in found if run.task == "a_scenario"} == {"samtale_simpy"}


def test_ratios_are_taken_within_rounds() -> None:
    runs = [run_of("samtale_compiled", n, s) for n, s in ((1, 1.0), (2, 4.0))]
    runs += [run_of("simpy_documented", n, s) for n, s in ((1, 10.0), (2, 8.0), (3, 1.0))]
    assert bench_tables.ratios(runs, "samtale_compiled", "simpy_documented", 50_000) == [0.1, 0.5]


def test_spread_is_the_median_with_minimum_and_maximum() -> None:
    assert bench_tables.spread([3.0, 1.0, 2.0]) == "2 (1 to 3)"
    assert bench_tables.spread([1234.5]) == "1,230"
    assert bench_tables.spread([296.2], 2) == "300"
    assert bench_tables.spread([]) == ""


def test_a_difference_beyond_luck_is_told_from_one_within_it() -> None:
    ours = [run_of("samtale_simpy", n, 1.0, held=5.0 + 0.01 * n) for n in range(1, 6)]
    near = [run_of("c_loop", n, 1.0, held=5.005 + 0.01 * n) for n in range(1, 6)]
    far = [run_of("salabim", 1, 1.0, held=5.5)]
    found = bench_tables.agreement([*ours, *near, *far], 50_000)
    said = {one.model: one.verdict for one in found if one.measure == "held"}
    assert said == {"samtale_simpy": "agrees", "c_loop": "agrees", "salabim": "DIFFERS"}


def test_a_model_without_a_queue_is_not_compared_in_its_waiting() -> None:
    runs = [run_of(m, n, 1.0) for m in ("samtale_simpy", "numpy_daily") for n in (1, 2)]
    found = bench_tables.agreement(runs, 50_000)
    said = {one.measure: one.verdict for one in found if one.model == "numpy_daily"}
    assert said["waiting_days"].startswith("no queue") and said["held"] == "agrees"


def test_one_round_tells_no_error() -> None:
    found = bench_tables.agreement([run_of("samtale_simpy", 1, 1.0), run_of("ciw", 1, 1.0)], 50_000)
    assert {one.verdict for one in found} == {"two rounds are needed to tell"}


@pytest.mark.parametrize(("seconds", "verdict"), [(0.049, "met"), (0.051, "NOT MET")])
def test_a_target_is_met_up_to_its_limit(seconds: float, verdict: str) -> None:
    runs = [run_of("samtale_compiled", 1, seconds), run_of("samtale_simpy", 1, 1.0)]
    against = targets(runs)[0]
    assert against.limit == pytest.approx(1 / 20) and against.verdict == verdict
    assert targets(runs)[1].verdict == "not run"


def test_growth_is_the_cost_of_a_spell_with_many_people_over_that_with_few() -> None:
    runs = [run_of("samtale_compiled", 1, 1.0, people=5_000)]
    runs += [run_of("samtale_compiled", 1, 140.0, people=500_000)]
    growth = next(target for target in targets(runs) if "500,000 over 5,000" in target.meaning)
    assert growth.measured == pytest.approx((1.4,)) and growth.verdict == "met"


def test_both_engines_must_make_the_same_rows_in_every_round() -> None:
    runs = [run_of("samtale_simpy", n, 1.0, rows_sha256=f"of round {n}") for n in (1, 2)]
    assert bench_tables.same_rows(runs, WORKLOAD_W, 50_000) is None
    runs += [run_of("samtale_compiled", 1, 1.0, rows_sha256="of round 1")]
    assert bench_tables.same_rows(runs, WORKLOAD_W, 50_000) is True
    runs += [run_of("samtale_compiled", 2, 1.0, rows_sha256="another")]
    assert bench_tables.same_rows(runs, WORKLOAD_W, 50_000) is False


def test_compiling_with_an_empty_cache_is_told_apart_from_loading() -> None:
    runs = [run_of("samtale_compiled", 0, 0.0, compile_seconds=8.0)]
    runs += [run_of("samtale_compiled", 1, 0.1, compile_seconds=0.3)]
    assert bench_tables.compiling(runs, "samtale_compiled") == (8.0, [0.3])


def test_the_csv_has_a_row_a_run_with_the_columns_of_the_schema(tmp_path: Path) -> None:
    found = collected("ciw", "c_loop")
    bench_runs.write(found, tmp_path / "bench.csv")
    with (tmp_path / "bench.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(found) == 4
    assert rows[0]["left_out"] == "ciw is not installed" and rows[0]["cpu_seconds"] == ""
    assert {row["round"] for row in rows if row["model"] == "c_loop"} == {"0", "1", "2"}
