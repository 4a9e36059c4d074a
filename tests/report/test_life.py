"""One life in words and in a picture, on rows written by hand."""

import datetime
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.report.figures import life as picture
from sim.report.folder import Arm, Run
from sim.report.life import read_life, tell
from sim.rules.errors import DataError

SPELL: dict[str, Any] = {
    "arm": "standard", "replication": 0, "person": 10000007, "spell": 1, "group": "ui",
    "entry_day": 33.4, "exit_day": 103.4, "duration_days": 70.0, "exit": "job", "frailty": 1.25,
    "due": 2, "held": 1, "waiting_days": 2.0, "counted": True, "sanctions": 1,
}  # fmt: skip
MEETING: dict[str, Any] = {
    "arm": "standard", "replication": 0, "person": 10000007, "spell": 1, "number": 1, "planned": 1,
    "due_day": 63.4, "start_day": 65.4, "end_day": 65.45, "form": "physical", "duty": "mandatory",
    "outcome": "held", "minutes": 70.0,
}  # fmt: skip
OUTCOMES = ("held", "no_show", "declined", "cancelled", "broken_off", "suspended", "pending")
EXITS = ("job", "education", "recall", "other", "open")


def folder(path: Path, spells: list[dict[str, Any]], meetings: list[dict[str, Any]]) -> Run:
    """A run of two arms with the given rows."""
    for name, rows in (("spells", spells), ("meetings", meetings)):
        pq.write_table(pa.Table.from_pylist(rows), path / f"{name}.parquet")
    regime = {
        "schedule": {"default": [{"every_days": 60}], "ui": [{"meetings": 6, "span_days": 182}]}
    }
    return Run(
        path=path,
        title="A run",
        question="",
        note="",
        scenario={
            "start_date": datetime.date(2020, 1, 1),
            "regimes": {"standard": regime},
            "arms": {"standard": {"regime": "standard"}},
        },
        arms=(Arm("standard", "Standard", 0), Arm("more", "More", 1)),
        tables={},
        facts={},
    )  # fmt: skip


def test_a_life_says_what_happened_when_and_why(tmp_path: Path) -> None:
    later = {**MEETING, "number": 2, "due_day": 93.4, "outcome": "no_show", "planned": 2}
    again = {**later, "number": 3, "due_day": 100.4, "outcome": "cancelled", "start_day": math.nan}
    more = {**SPELL, "arm": "more", "exit_day": 90.4, "duration_days": 57.0}
    run = folder(tmp_path, [SPELL, more], [later, MEETING, again, {**MEETING, "arm": "more"}])
    text = "\n".join(tell(read_life(run, 10000007), run))
    assert "Unemployment insurance" in text and "1.25 times" in text
    assert "The plan for this group: 6 meetings within 182 days." in text
    assert "Meeting 1, due on 4 March 2020 (day 30.0 of the spell; number 1 of the plan" in text
    assert "held on 6 March 2020 09:36, after waiting 2.0 days" in text
    assert "number 2 of the plan, called again" in text
    assert "Found a job on 13 April 2020, after 70.0 days" in text
    assert "More: the first spell is 13.0 days shorter than under “Standard”." in text


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_of_a_meeting_has_words(outcome: str, tmp_path: Path) -> None:
    run = folder(tmp_path, [SPELL], [{**MEETING, "outcome": outcome}])
    assert any("Meeting 1" in line for line in tell(read_life(run, 10000007), run))


@pytest.mark.parametrize("ended", EXITS)
def test_every_exit_has_words(ended: str, tmp_path: Path) -> None:
    run = folder(tmp_path, [{**SPELL, "exit": ended}], [MEETING])
    assert any("after 70.0 days" in line for line in tell(read_life(run, 10000007), run))


def test_without_a_number_somebody_is_chosen_whose_spell_differs(tmp_path: Path) -> None:
    same = [{**SPELL, "arm": arm, "person": 10000001, "held": 3} for arm in ("standard", "more")]
    unlike = [
        {**SPELL, "arm": arm, "held": 3, "duration_days": days}
        for arm, days in (("standard", 70.0), ("more", 50.0))
    ]
    run = folder(tmp_path, same + unlike, [MEETING])
    assert read_life(run).person == 10000007


def test_who_is_chosen_is_said_with_the_reason_and_who_is_named_is_not(tmp_path: Path) -> None:
    """One life met twice and apart, one met twice and alike, one met once."""
    for number, (days, held, why) in enumerate(
        [
            (10.0, 2, "differ by more than a day"),
            (70.0, 2, "nobody's spells"),
            (70.0, 1, "nobody was"),
        ]
    ):
        other = {**SPELL, "arm": "more", "duration_days": days, "held": held}
        path = tmp_path / str(number)
        path.mkdir()
        run = folder(path, [{**SPELL, "held": held}, other], [MEETING])
        line = tell(read_life(run), run)[0]
        assert "so person 10000007 was chosen: the first" in line and why in line
        assert "chosen" not in "".join(tell(read_life(run, 10000007), run))


def test_nobody_of_that_number_is_said_so(tmp_path: Path) -> None:
    run = folder(tmp_path, [SPELL], [MEETING])
    with pytest.raises(DataError, match="holds no person 5 in replication 0"):
        read_life(run, 5)
    (tmp_path / "spells.parquet").unlink()
    with pytest.raises(DataError, match="design.keep_rows=first"):
        read_life(run, 5)


def test_the_picture_is_saved_twice_and_is_the_same_each_time(tmp_path: Path) -> None:
    meetings = [{**MEETING, "outcome": o, "due_day": 40.0 + i} for i, o in enumerate(OUTCOMES)]
    run = folder(tmp_path, [SPELL, {**SPELL, "arm": "more"}], meetings)
    life = read_life(run, 10000007)
    first = {path.name: path.read_bytes() for path in picture.draw(life, run, tmp_path / "figures")}
    assert set(first) == {"life_10000007.svg", "life_10000007.png"}
    for path in picture.draw(life, run, tmp_path / "figures"):
        assert path.read_bytes() == first[path.name]
