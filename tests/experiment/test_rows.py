"""The SHA-256 of rows: equal for equal rows, different for any other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.experiment.rows import SCHEMA, columns, digest_of_world, rows_sha256
from sim.model.journal import ArmRows
from sim.rules.errors import CheckError

from .fakes import arm_rows, study


def of(rows: ArmRows, arm: str = "standard", replication: int = 0) -> str:
    return digest_of_world(arm, replication, rows)


def changed(rows: ArmRows, table: str, column: str, values: np.ndarray) -> ArmRows:
    return replace(rows, **{table: getattr(rows, table) | {column: values}})


@pytest.fixture
def rows() -> ArmRows:
    return arm_rows(study(), 0, "standard")


def test_the_width_and_byte_order_of_columns_do_not_matter(rows: ArmRows) -> None:
    wide = changed(rows, "spells", "person", rows.spells["person"].astype(np.int64))
    swapped = changed(rows, "spells", "entry_day", rows.spells["entry_day"].astype(">f8"))
    strided = changed(rows, "office", "busy", np.repeat(rows.office["busy"], 2)[::2])
    assert of(wide) == of(swapped) == of(strided) == of(rows)


def test_zero_has_no_sign_and_nan_no_payload(rows: ArmRows) -> None:
    zeros = np.zeros(len(rows.spells["person"]))
    assert of(changed(rows, "spells", "waiting_days", -zeros)) == of(
        changed(rows, "spells", "waiting_days", zeros)
    )
    nans = rows.meetings["start_day"].copy()
    nans.view(np.uint64)[np.isnan(nans)] = 0xFFF8000000000123
    assert of(changed(rows, "meetings", "start_day", nans)) == of(rows)


@pytest.mark.parametrize("table", SCHEMA)
def test_any_other_number_anywhere_gives_another_sum(rows: ArmRows, table: str) -> None:
    sums = {of(rows), of(rows, "more"), of(rows, replication=1)}
    number = 3
    for name in SCHEMA[table]:
        if name in ("person", "spell", "number", "day"):
            continue
        other = getattr(rows, table)[name].copy()
        other[-1] = not other[-1] if other.dtype == bool else other[-1] + 1
        if other.dtype.kind == "f" and np.isnan(other[-1]):
            other[-1] = 1.0
        sums.add(of(changed(rows, table, name, other)))
        number += 1
    assert len(sums) == number


def test_an_arm_has_the_same_sum_alone_and_beside_others() -> None:
    alone = rows_sha256({"b": ["1", "2"]})
    beside = rows_sha256({"b": ["1", "2"], "a": ["3", "4"]})
    assert alone["arms"]["b"] == beside["arms"]["b"]
    assert alone["all"] != beside["all"]
    assert beside["all"] == rows_sha256({"a": ["3", "4"], "b": ["1", "2"]})["all"]


def test_rows_out_of_order_are_a_breach_that_names_the_person(rows: ArmRows) -> None:
    backwards = replace(rows, spells={k: v[::-1] for k, v in rows.spells.items()})
    with pytest.raises(CheckError, match="not in the order of their keys at person 500000"):
        columns(backwards, "spells")


def test_a_missing_column_or_a_number_too_large_is_a_breach(rows: ArmRows) -> None:
    less = {k: v for k, v in rows.spells.items() if k != "frailty"}
    with pytest.raises(CheckError, match="column frailty is missing"):
        columns(replace(rows, spells=less), "spells")
    many = changed(rows, "spells", "due", np.full(len(rows.spells["due"]), 70_000))
    with pytest.raises(
        CheckError, match="spells.due goes from 70000 to 70000; it is kept as int16"
    ):
        columns(many, "spells")


def test_no_rows_at_all_are_rows_too(rows: ArmRows) -> None:
    none = replace(rows, meetings={k: v[:0] for k, v in rows.meetings.items()})
    assert of(none) != of(rows)
