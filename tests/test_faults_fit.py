"""Faults of a table of spells: each told with its rows, what is allowed and what to do; exit 2."""

from pathlib import Path

import pandas as pd
import pytest

from sim.cli.main import main
from sim.experiment.fit import reading
from sim.experiment.fit.faults import Faults
from sim.experiment.fit.judging import judge
from sim.rules.errors import DataError, InputError

GOOD = "duration,event,exit,group\n10,1,job,ui\n20,0,,ui\n"


def judged(text: str | bytes, folder: Path, group: str | None = None) -> str:
    """What is said of a table."""
    file = folder / "spells.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    faults = Faults()
    with pytest.raises(InputError) as refused:
        judge(reading.read(file, faults), "days", group, faults)
    return str(refused.value)


def told(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says of spells.csv; nothing may be written."""
    assert main(["fit", "spells.csv", *words]) == 2
    assert [path.name for path in folder.iterdir()] == ["spells.csv"]
    return capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("duration,event,group\n-4,1,ui\n5,1,ui\n-7,0,ui\n",
         "lines 2 and 4: duration is -4, -7; it must be a finite number of days, 0 or more"),
        ("duration,group\n4,ui\n", "no column event. It has duration, group"),
        ("Duration,event,group\n4,1,ui\n",
         "no column duration but one called Duration; names of columns are in small letters: write "
         "duration."),
        ("duration,event,Group\n4,1,ui\n", "no column group but one called Group"),
        ("duration,event,EXIT,group\n4,1,job,ui\n", "no column exit but one called EXIT"),
        ("Duration_days,event,group\n4,1,ui\n",
         "no column duration – is it Duration_days? Then call it duration. It has Duration_days,"),
        ("duration,event,group\n1e300,1,ui\n5,1,ui\n36501,0,ui\n",
         "lines 2 and 4: duration is 1e300, 36501; it must be at most 36,500 days (100 years). Wrong "
         "unit?"),
        ("duration,event,group,entry\n5,1,ui,90000000\n",
         "line 2: entry is 90000000; it must be at most 36,500 days"),
        ("duration,event,group\n95,1,ui\n1.234,0,ui\n812,1,ui\n",
         "line 3: duration is 1.234; it must be a finite number of days, 0 or more (those of 0 are "
         "left out) without a separator of thousands. Thousands separator? Write 1234. If it is a "
         "decimal number, write 1.2340."),
        ("duration,event,group,entry\n2000,1,ui,1.000\n812,1,ui,5\n", "entry is 1.000;"),
        ("duration,event,group\n3,5,1,ui\n4,1,ui\n",
         "line 2: 4 fields where the header names 3 – decimal comma? write 3.5"),
        ('duration,event,group\n"3,5",1,ui\n', "duration is '3,5'; it must be"),
        ('duration,event,group\n"3,5",1,ui\n', "Decimal comma? write 3.5"),
        ("duration;event;group\n12,5;1;ui\n4;1;ui\n", "decimal separator '.'"),
        ("duration,event,group\n4,0,ui\n5,0,ui\n", "no row has event 1"),
        ("duration,event,group\nnan,1,ui\ninf,1,ui\nabc,1,ui\n4,1,ui\n",
         "lines 2, 3 and 4: duration is nan, inf, abc"),
        ("duration,event,group\n,1,ui\n4,1,ui\n", "line 2: duration is blank"),
        ("duration,event,group,event\n4,1,ui,1\n", "has the column event 2 times"),
        ("duration,event,group\n4,2,ui\n5,yes,ui\n6,1,ui\n",
         "line 2: event is 2; it must be 0, 1, true or false"),
        ("duration,event,group\n4,2,ui\n5,yes,ui\n6,1,ui\n", "line 3: event is yes"),
        ("duration,event,exit,group\n4,1,jobb,ui\n",
         "line 2: exit is jobb; it must be one of: job, education, recall, other (or blank with "
         "event 0) – did you mean job?"),
        ("duration,event,exit,group\n4,1,,ui\n5,1,job,ui\n", "line 2: exit is blank"),
        ("duration,event,exit,group\n4,0,job,ui\n5,1,job,ui\n", "blank where event is 0"),
        ("duration,event,group\n4,1,sicknes\n", "did you mean sickness?"),
        ("duration,event,group\n4,1,\n", "line 2: group is blank; it must be one of: ui, cash_"),
        ("duration,event\n4,1\n", "say --group NAME for all of its spells, one of: ui, cash_job"),
        ("duration,event,group,entry\n4,1,ui,4\n9,1,ui,12\n5,1,ui,0\n",
         "lines 2 and 3: entry is 4, 12; it must be smaller than the duration"),
        ("duration,event,group,entry\n4,1,ui,-1\n5,1,ui,\n", "line 2: entry is -1"),
        ("duration,event,group,entry\n4,1,ui,-1\n5,1,ui,\n", "line 3: entry is blank"),
        ("", "spells.csv is empty"),
        ("duration,event,group\n", "a header and no rows"),
        ("duration,event,group\n4,1,gård\n".encode("cp1252"), "line 2: not UTF-8 text"),
        ("duration,event,group\n4,1,ui\n".encode("utf-16"), "perhaps UTF-16"),
        ("duration,event,group\n4,1,ui\n".encode("utf-16-be"), "perhaps UTF-16"),
        (bytes(range(256)), "is no text (it has bytes that no text has)"),
        (b"duration,event,group\n4,1,u\0i\n", "is no text"),
        (b"PK\x03\x04\x14\x00", "is a spreadsheet"),
        ('duration,event,group\n"4,1,ui\n', "not CSV"),
        ("duration,event,group\n0,1,ui\n5,0,ui\n", "every exit is in a spell of 0 days"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_with_its_rows_and_advice(
    text: str | bytes, said: str, folder: Path
) -> None:
    assert said in judged(text, folder)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--group", "uii"], "--group is uii – did you mean ui?"),
        (["--group", "ui"], "has a column group; leave --group ui out"),
        (["--cuts", "91,28"], "--cuts is 91,28; it must be spell days above 0, each larger"),
        (["--cuts", "0"], "--cuts is 0"),
        (["--unit", "months"], "invalid choice: 'months'"),
        (["--name", "../x"], "--name: the name is '../x'"),
        (["--name", "default"], "default is a hazard that ships with samtale"),
        (["--under", "standrd"], "did you mean standard?"),
        (["population.frailty_variance=-1"], "population.frailty_variance is -1"),
    ],
)
def test_flags_that_cannot_be_used_are_refused_before_anything_is_written(
    words: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "spells.csv").write_text(GOOD, encoding="utf-8")
    assert said in told(words, folder, capsys)


def test_all_faults_are_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "duration,event,exit,group,entry\n"
        "-1,1,job,ui,0\n"
        "5,maybe,job,ui,0\n"
        "6,1,holiday,ui,0\n"
        "7,1,job,u1,0\n"
        "8,1,job,ui,9\n"
        "9,1,job,ui\n"
        '"9,5",1,job,ui,0\n'
    )
    (folder / "spells.csv").write_text(text, encoding="utf-8")
    said = told(["--cuts", "x", "--name", "X!"], folder, capsys)
    for part in (
        "line 2: duration is -1", "line 3: event is maybe", "line 4: exit is holiday",
        "line 5: group is u1", "line 6: entry is 9", "line 7: 4 fields", "line 8: duration is '9,5'",
        "--cuts is x", "--name: the name is 'X!'",
    ):  # fmt: skip
        assert part in said


def test_durations_in_weeks_have_the_same_longest_day(folder: Path) -> None:
    (folder / "spells.csv").write_text("duration,event,group\n5215,1,ui\n1.7e308,1,ui\n")
    faults = Faults()
    with pytest.raises(InputError, match=r"lines 2 and 3: .* at most 5,214 weeks \(100 years\)"):
        judge(reading.read(folder / "spells.csv", faults), "weeks", None, faults)


@pytest.mark.parametrize(
    ("durations", "days"),
    [
        (["1.234", "12.5", "812"], [1.234, 12.5, 812.0]),
        (["1.234", "12.567"], [1.234, 12.567]),
        (["1.2340", "812"], [1.234, 812.0]),
        (["0.500", "812"], [0.5, 812.0]),
        (["1234", "36500"], [1234.0, 36500.0]),
    ],
)
def test_numbers_that_cannot_be_taken_for_thousands_are_read(
    durations: list[str], days: list[float], folder: Path
) -> None:
    text = "duration,event,group\n" + "".join(f"{one},1,ui\n" for one in durations)
    (folder / "spells.csv").write_text(text, encoding="utf-8")
    faults = Faults()
    read = judge(reading.read(folder / "spells.csv", faults), "days", None, faults)
    assert read.spells.duration.tolist() == days


def test_lines_are_counted_with_empty_lines_and_quotes(folder: Path) -> None:
    text = 'duration,event,group\r\n\r\n4,1,ui\r\n\r\n"-5",1,"ui"\r\n'
    assert "line 5: duration is -5" in judged(text, folder)


def test_many_rows_with_a_fault_are_counted_not_listed(folder: Path) -> None:
    text = "duration,event,group\n" + "".join(f"-{n},1,ui\n" for n in range(1, 5001))
    said = judged(text, folder)
    assert "lines 2, 3, 4, 5, 6, 7, 8, 9 and 4,992 more" in said and "4,997 other values" in said
    assert len(said) < 1000


def test_a_file_that_is_not_there_is_bad_input_and_a_damaged_parquet_bad_data(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", "spells.csv"]) == 2
    assert "spells.csv does not exist" in capsys.readouterr().err
    assert main(["fit", "."]) == 2
    assert "is a folder" in capsys.readouterr().err
    pd.DataFrame({"duration": [4.0], "event": [1], "group": ["ui"]}).to_parquet("s.parquet")
    whole = (folder / "s.parquet").read_bytes()
    (folder / "s.parquet").write_bytes(whole[: len(whole) // 2])
    assert main(["fit", "s.parquet"]) == 3
    assert "damaged or no Parquet file" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["s.parquet"]
    for damaged in (whole[:-4] + b"\0\0\0\0", b"PAR1", b"nothing"):
        (folder / "s.parquet").write_bytes(damaged)
        with pytest.raises(DataError, match="damaged or no Parquet file"):
            reading.read(folder / "s.parquet", Faults())


def test_faults_of_a_parquet_table_are_told_by_row(folder: Path) -> None:
    table = pd.DataFrame({
        "duration": [4.0, float("nan"), -2.0, float("inf")], "event": [True, False, True, True],
        "group": ["ui", "ui", None, "ui"],
    })  # fmt: skip
    table.to_parquet("s.parquet")
    faults = Faults()
    with pytest.raises(InputError) as refused:
        judge(reading.read(folder / "s.parquet", faults), "days", None, faults)
    said = str(refused.value)
    assert "row 2: duration is blank" in said and "row 3: duration is -2.0" in said
    assert "row 4: duration is inf" in said and "row 3: group is blank" in said
