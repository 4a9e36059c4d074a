"""Outcomes from rows on the disk: those of the run, however the file is parted, and what differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.cli.main import main
from sim.experiment import compare, parquet, rows_again
from sim.experiment.folder import RunFolder, read
from sim.experiment.made_again import made_again
from sim.rules.errors import DataError

from .fakes import FakeConfiguration, study, world


def made(folder: Path, keep: str = "all", **more: Any) -> RunFolder:
    of: Any = study(keep_rows=keep, **more)
    return compare.run(of, folder, configuration=FakeConfiguration(), world=world)


def test_the_rows_give_every_outcome_of_spells_again(tmp_path: Path) -> None:
    run = made(tmp_path / "run")
    found = rows_again.compare(run)
    assert found.problems == () and found.largest == 0.0
    assert found.replications == 3 and found.rows > 700
    of_spells = run.table("outcomes.csv")
    wanted = of_spells["metric"].str.match(r"rmst|median|survival|exit|jobs|employed").sum()
    assert found.values == wanted


def test_only_the_kept_replications_are_held_against_their_rows(tmp_path: Path) -> None:
    assert rows_again.compare(made(tmp_path / "run", keep="first")).replications == 1
    with pytest.raises(DataError, match="kept no rows"):
        rows_again.compare(made(tmp_path / "none", keep="none"))


@pytest.mark.parametrize(
    ("name", "column", "says"),
    [("outcomes.csv", "value", "spells.parquet give"), ("summary.csv", "mean", "outcomes.csv gives")],
)  # fmt: skip
def test_a_number_that_the_rows_do_not_give_is_named(
    tmp_path: Path, name: str, column: str, says: str
) -> None:
    run = made(tmp_path / "run")
    table = run.table(name)
    place = table.index[table["metric"].eq("rmst_364_days")][0]
    table.loc[place, column] *= 1 + 1e-7
    table.to_csv(run.path / name, index=False)
    problems = rows_again.compare(run).problems
    assert problems and all("rmst_364_days" in text for text in problems)
    assert says in problems[0]


def test_however_the_file_is_parted_and_its_words_are_ordered(tmp_path: Path) -> None:
    run = made(tmp_path / "run")
    path = run.path / "spells.parquet"
    before = list(parquet.stream(path, rows_again.COLUMNS))
    table = pq.read_table(path)
    for name in ("group", "exit"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast("string").dictionary_encode())
    kept = [one for one in before if one[0] == "more"]
    writer = pq.ParquetWriter(tmp_path / "again.parquet", table.schema)
    for _, replication, _ in kept:
        rows = table.filter(
            (table["arm"].cast("string").to_numpy() == "more")
            & (table["replication"].to_numpy() == replication)
        )
        writer.write_table(rows, row_group_size=7)
    writer.close()
    after = list(parquet.stream(tmp_path / "again.parquet", rows_again.COLUMNS))
    assert [one[:2] for one in after] == [one[:2] for one in kept]
    for (_, _, was), (_, _, now) in zip(kept, after, strict=True):
        for name in rows_again.COLUMNS:
            assert np.array_equal(was[name], now[name]), name


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    run = made(tmp_path / "run")
    path = run.path / "spells.parquet"
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"spells\.parquet"):
        rows_again.compare(replace(run))
    with pytest.raises(DataError, match="SHA-256"):
        read(run.path)


def test_report_check_ends_with_5_where_a_sealed_number_is_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made(tmp_path / "run")
    assert main(["report", str(run.path), "--check"]) == 0
    assert "PASS" in capsys.readouterr().out
    table = run.table("summary.csv")
    table.loc[table["metric"].eq("survival_91"), "ci_low"] -= 0.001
    with made_again(run) as copy:
        table.to_csv(copy.path / "summary.csv", index=False)
    assert main(["report", str(run.path), "--check"]) == 5
    assert "ci_low of standard, all, survival_91" in capsys.readouterr().err
    assert main(["report", str(run.path), "--check", "--unknown", str(run.path)]) == 2
    assert main(["report", str(run.path), "--unknown", str(run.path)]) == 3
