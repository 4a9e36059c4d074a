"""The schema of the rows, and their SHA-256: equal for equal rows, however they came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.rules.errors import CheckError
from sim.rules.meetings import DUTIES, FORMS, OUTCOMES
from sim.rules.people import EXITS, GROUPS

if TYPE_CHECKING:
    from sim.model.journal import ArmRows

Columns = Mapping[str, np.ndarray]

SCHEMA: dict[str, dict[str, str]] = {
    "spells": {
        "person": "<i4",
        "spell": "<i2",
        "group": "|i1",
        "area": "<i2",
        "entry_day": "<f8",
        "exit_day": "<f8",
        "duration_days": "<f8",
        "exit": "|i1",
        "frailty": "<f8",
        "due": "<i2",
        "held": "<i2",
        "waiting_days": "<f8",
        "counted": "|b1",
        "sanctions": "<i2",
        "minutes": "<f8",
    },
    "meetings": {
        "person": "<i4",
        "spell": "<i2",
        "number": "<i2",
        "planned": "<i2",
        "due_day": "<f8",
        "start_day": "<f8",
        "end_day": "<f8",
        "form": "|i1",
        "duty": "|i1",
        "outcome": "|i1",
        "minutes": "<f8",
    },
    "office": {
        "day": "<i4",
        "caseload": "<i4",
        "waiting": "<i4",
        "busy": "<f8",
        "caseworkers": "<f8",
        "minutes_used": "<f8",
        "minutes_open": "<f8",
    },
}
"""Table -> column -> NumPy type; ``arm`` and ``replication`` come before these in the files."""

LIVES = ("spells", "meetings")
"""Tables that come area by area; the office's is that of all areas together."""

KEYS = {
    "spells": ("person", "spell"),
    "meetings": ("person", "spell", "number"),
    "office": ("day",),
}

WORDS: dict[str, tuple[str, ...]] = {
    "group": tuple(GROUPS),
    "exit": tuple(EXITS),
    "form": tuple(FORMS),
    "duty": tuple(DUTIES),
    "outcome": tuple(OUTCOMES),
}
"""Coded columns and their words in code order."""


def columns(rows: ArmRows, table: str) -> dict[str, np.ndarray]:
    """One table's columns in the types of the schema.

    Raises CheckError when a column is missing, when a number does not fit its type, or when the
    rows are not in strict key order.
    """
    return typed_columns(getattr(rows, table), table)


def typed_columns(given: Columns, table: str) -> dict[str, np.ndarray]:
    """The same of a table that stands alone."""
    typed: dict[str, np.ndarray] = {}
    for name, dtype in SCHEMA[table].items():
        if name not in given:
            raise CheckError(f"{table}: the column {name} is missing")
        typed[name] = _typed(np.asarray(given[name]), dtype, f"{table}.{name}")
    if len({len(column) for column in typed.values()}) != 1:
        raise CheckError(f"{table}: the columns are not equally long")
    _check_order(table, typed)
    return typed


def _typed(column: np.ndarray, dtype: str, name: str) -> np.ndarray:
    wanted = np.dtype(dtype)
    if wanted.kind == "f":
        # One zero and one NaN, or equal rows could differ in their bytes.
        plain = np.add(column, 0.0, dtype=wanted)
        is_nan = np.isnan(plain)
        if is_nan.any():
            plain[is_nan] = np.nan
        return plain
    if wanted.kind == "i" and column.dtype != wanted and len(column):
        limits = np.iinfo(wanted)
        lowest, highest = column.min(), column.max()
        if lowest < limits.min or highest > limits.max:
            raise CheckError(f"{name} goes from {lowest} to {highest}; it is kept as {wanted.name}")
    return np.ascontiguousarray(column, dtype=wanted)


def _check_order(table: str, typed: Columns) -> None:
    tie = np.ones(max(len(next(iter(typed.values()))) - 1, 0), dtype=bool)
    ascending = np.zeros_like(tie)
    for key in KEYS[table]:
        before, after = typed[key][:-1], typed[key][1:]
        ascending |= tie & (after > before)
        tie &= after == before
    if not ascending.all():
        first = int(np.argmin(ascending)) + 1
        where = ", ".join(f"{key} {typed[key][first]}" for key in KEYS[table])
        raise CheckError(f"{table}: the rows are not in the order of their keys at {where}")


def spell_rows(rows: ArmRows) -> np.ndarray:
    """For each meeting the row of its spell; both tables are sorted by person and spell."""

    def key(person: np.ndarray, spell: np.ndarray) -> np.ndarray:
        return person.astype(np.int64) * 65_536 + spell

    person, spell = rows.meetings["person"], rows.meetings["spell"]
    begins = np.ones(len(person), dtype=bool)
    begins[1:] = (person[1:] != person[:-1]) | (spell[1:] != spell[:-1])
    first = np.flatnonzero(begins)
    keys = key(rows.spells["person"], rows.spells["spell"])
    found = np.searchsorted(keys, key(person[first], spell[first]))
    return np.repeat(found, np.diff(first, append=len(person)))


def digest_of_part(tables: Mapping[str, Columns]) -> str:
    """SHA-256 of tables of one arm of one replication in one area: number of rows, columns."""
    total = hashlib.sha256()
    for table, typed in tables.items():
        total.update(len(next(iter(typed.values()))).to_bytes(8, "little"))
        for name in SCHEMA[table]:
            total.update(typed[name].data)
    return total.hexdigest()


def digest_of_world(arm: str, replication: int, rows: ArmRows) -> str:
    """`digest` of a world with one office."""
    lives = digest_of_part({table: columns(rows, table) for table in LIVES})
    return digest(arm, replication, [lives], columns(rows, "office"))


def digest(arm: str, replication: int, parts: Sequence[str], office: Columns) -> str:
    """SHA-256 of the rows of one arm in one replication: schema, areas in order, the office.

    Args:
        parts: of each area, `digest_of_part` of its ``LIVES``.
    """
    schema = {"arm": arm, "replication": replication, "schema": SCHEMA, "words": WORDS}
    text = json.dumps(schema, ensure_ascii=True)
    return _of_texts([text, *parts, digest_of_part({"office": office})])


def arm_digest(arm: str, digests: Iterable[str]) -> str:
    """SHA-256 of an arm: of the digests of its replications, in order."""
    return _of_texts([arm, *digests])


def rows_digest(arms: Mapping[str, str]) -> str:
    """SHA-256 of all rows: of the arms' digests, in the order of their names."""
    return _of_texts([text for arm in sorted(arms) for text in (arm, arms[arm])])


def _of_texts(texts: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps(list(texts), ensure_ascii=True).encode()).hexdigest()


def rows_sha256(digests: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The manifest's entry: ``{"all": ..., "arms": {arm: ...}}`` from replications' digests."""
    arms = {arm: arm_digest(arm, of_arm) for arm, of_arm in digests.items()}
    return {"all": rows_digest(arms), "arms": arms}
