"""What `bench-compute` makes of its times; the times themselves are nobody's promise."""

from __future__ import annotations

import pytest

from sim.cli.main import main
from sim.experiment.bench_compute import Place, gain_of, targets

ROWS = [{"standard": "ab"}]


def test_a_gain_is_the_median_of_ratios_within_rounds() -> None:
    serial = Place("serial", seconds=[10.0, 20.0, 30.0])
    assert gain_of(Place("local", seconds=[5.0, 20.0, 10.0]), serial) == 2.0


def test_targets_are_met_or_not_by_what_was_measured() -> None:
    serial = Place("serial", seconds=[10.0], task_seconds=[0.0], digests=ROWS)
    local = Place("local", seconds=[5.5], task_seconds=[0.011], digests=ROWS)
    dask = Place("dask", seconds=[6.0], task_seconds=[0.02], digests=[{"standard": "xy"}])
    found = [(one.measured, one.is_met) for one in targets([serial, local, dask])]
    assert found == [("1.82", True), ("11.0 ms", False), ("20.0 ms", True), ("no", False)]


def test_no_round_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench-compute", "--rounds", "0"]) == 2
    assert "--rounds: 0; at least 1" in capsys.readouterr().err


@pytest.mark.slow
def test_a_tiny_bench_finds_the_same_rows_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["population.scale=0.02", "design.replications=3", "design=quick"]
    assert main(["bench-compute", "--rounds", "1", *words]) == 0
    said = capsys.readouterr().out
    assert "dask" in said and "the same rows everywhere" in said
    assert said.rstrip().splitlines()[-1].split()[-2:] == ["yes", "met"]
