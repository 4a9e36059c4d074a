"""The command `bench` on a tiny task: what it writes, what it prints, what it refuses."""

import csv
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.experiment.bench_runs import COLUMNS

TINY = ["bench", "--sizes", "60", "--rounds", "1", "--scenarios"]
MODELS = ["samtale_simpy", "numpy_daily", "simmer", "c_loop"]


def test_a_tiny_bench_writes_its_csv_and_figure_and_prints_its_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # neither R nor a C compiler
    assert main([*TINY, "--models", *MODELS, "--out", str(tmp_path / "b")]) == 0
    with (tmp_path / "b" / "bench.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    ran = [row for row in rows if row["round"] != "0" and not row["left_out"]]
    assert sorted(row["model"] for row in ran) == ["numpy_daily", "samtale_simpy"]
    assert all(float(row["cpu_seconds"]) > 0.0 and row["spells"] == "60" for row in ran)
    assert {len(row["rows_sha256"]) for row in ran if row["model"] == "samtale_simpy"} == {64}
    for name in ("bench.svg", "bench.png"):
        assert (tmp_path / "b" / name).stat().st_size > 1000
    said = capsys.readouterr()
    for text in ("NumPy, daily step", "do the models agree", "Targets", "not run"):
        assert text in said.out
    assert "Left out: simmer (R): there is no R (Rscript)" in said.out
    assert "Left out: C event loop: there is no C compiler" in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--models", "salabin"], "unknown model salabin – did you mean salabim?"),
        (["--sizes", "0"], "--sizes: 0 people; from 1 to 5,000,000"),
        (["--rounds", "0"], "--rounds: 0; at least 1"),
    ],
)
def test_a_bench_that_makes_no_sense_is_refused_before_it_starts(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*TINY, *words, "--out", str(tmp_path / "b")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_an_earlier_bench_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench.csv").write_text("kept", encoding="utf-8")
    assert main([*TINY, "--out", str(tmp_path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "bench.csv").read_text(encoding="utf-8") == "kept"
