"""Rows that contradict one another are found, with the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.model.books import check_rows
from sim.model.journal import ArmRows
from sim.rules.errors import CheckError
from sim.rules.meetings import BROKEN_OFF, CANCELLED, HELD

from .test_checks import busy


@pytest.fixture(scope="module")
def rows() -> ArmRows:
    return busy()


def corrupted(rows: ArmRows, table: str, column: str, change: Callable[[Any], Any]) -> str:
    """What the check of the rows says after one cell has been changed."""
    tables = {
        name: {key: values.copy() for key, values in getattr(rows, name).items()}
        for name in ("spells", "meetings")
    }
    outcome = tables["meetings"]["outcome"]
    at = int(np.flatnonzero(outcome == HELD)[100]) if table == "meetings" else 100
    tables[table][column][at] = change(tables[table][column][at])
    with pytest.raises(CheckError) as caught:
        check_rows(tables["spells"], tables["meetings"], True)
    person = tables[table]["person"][at]
    assert column == "person" or str(person) in str(caught.value)
    return str(caught.value)


def test_rows_that_contradict_one_another_name_the_person(rows: ArmRows) -> None:
    check_rows(rows.spells, rows.meetings, True)
    wrong = [
        ("spells", "due", lambda x: x + 1, "not all in rows"),
        ("spells", "held", lambda x: x + 1, "held meetings"),
        ("spells", "waiting_days", lambda x: x + 0.01, "waits do not add up"),
        ("spells", "minutes", lambda x: x + 1.0, "minutes do not add up"),
        ("meetings", "number", lambda x: x + 1, "not numbered in order"),
        ("meetings", "outcome", lambda x: CANCELLED, "held meetings in rows"),
        ("meetings", "outcome", lambda x: BROKEN_OFF, "held meetings in rows"),
        ("meetings", "start_day", lambda x: x - 300.0, "out of order"),
        ("meetings", "end_day", lambda x: x + 900.0, "after the exit"),
        ("meetings", "due_day", lambda x: x + 900.0, "falls due after the exit"),
        ("meetings", "person", lambda x: x + 9_000_000, "belongs to no spell"),
    ]
    for table, column, change, message in wrong:
        assert message in corrupted(rows, table, column, change), (table, column)
