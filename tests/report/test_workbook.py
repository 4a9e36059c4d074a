"""The workbook: the tables as they are, text as text, the same bytes for the same tables."""

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sim.cli.main import main
from sim.experiment import store
from sim.experiment.made_again import made_again
from sim.report import workbook

WORDS = (
    *("design=quick", "design.replications=2", "population.scale=0.02", "compute=serial"),
    *("~arms.flexible", "~arms.lockdown_voluntary", 'arms.intensified.title="=1+1 more"'),
    "engine=simpy",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("workbook") / "run"
    assert main(["run", *WORDS, f"out={place}", "--excel", "--no-report"]) == 0
    return place


def test_every_table_is_a_sheet_with_the_numbers_of_the_csv(folder: Path) -> None:
    run = store.read(folder)
    assert workbook.FILE in run.manifest["files"]
    names = [path.stem for path in sorted(folder.glob("*.csv"))]
    assert openpyxl.load_workbook(folder / workbook.FILE).sheetnames == [workbook.FRONT, *names]
    for name in ("summary", "differences", "outcomes", "costs"):
        told = run.table(f"{name}.csv")
        sheet = pd.read_excel(folder / workbook.FILE, sheet_name=name, keep_default_na=False,
                              na_values=[""])  # fmt: skip
        assert list(sheet.columns) == list(told.columns) and len(sheet) == len(told)
        for column in told.select_dtypes("number"):
            pd.testing.assert_series_equal(
                sheet[column].astype(float), told[column].astype(float), rtol=1e-15
            )


def test_text_that_looks_like_a_formula_is_text(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / workbook.FILE)
    odd = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))
    ]  # fmt: skip
    assert "=1+1 more" in {cell.value for cell in odd}
    assert all(cell.quotePrefix for cell in odd)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_equal_tables_give_equal_bytes_and_report_makes_it_too(
    folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    before = (copy / workbook.FILE).read_bytes()
    with made_again(store.read(copy)) as without:
        (without.path / workbook.FILE).unlink()
    assert not (copy / workbook.FILE).exists()
    assert main(["report", str(copy), "--excel"]) == 0
    assert (copy / workbook.FILE).read_bytes() == before
    assert workbook.FILE in store.read(copy).manifest["files"]


def test_a_table_longer_than_a_sheet_stays_a_csv_and_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    longest = len(store.read(copy).table("outcomes.csv"))
    monkeypatch.setattr(workbook, "MOST_ROWS", longest - 1)
    book = openpyxl.load_workbook(workbook.write(store.read(copy)))
    assert "outcomes" not in book.sheetnames and "differences" in book.sheetnames
    told = dict(book[workbook.FRONT].iter_rows(values_only=True))
    assert "read outcomes.csv" in told["outcomes"]
