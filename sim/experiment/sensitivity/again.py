"""A finished sensitivity analysis read back from its folder: its tables, and what they are of."""

from __future__ import annotations

import pandas as pd
import yaml

from sim.experiment.folder import RunFolder
from sim.experiment.sensitivity.answer import Answer, Task
from sim.experiment.sensitivity.ranges import Varied
from sim.rules.errors import DataError

WORDS = ("unit", "source", "mark", "more")
"""Columns of text in which a blank is a text without a word."""


def answer_of(found: RunFolder) -> Answer:
    """The answer as its tables tell it; the points behind them are not kept.

    Raises DataError where the folder lacks what was not yet told when it was made.
    """
    told = found.manifest
    try:
        task = Task(
            method=told["method"],
            size=told["size"],
            metrics=tuple(told["of"]),
            varied=tuple(
                Varied(name, (name,), low, low, high, "", "", "")
                for name, (low, high) in told["over"].items()
            ),
            effect=None,
            values=yaml.safe_load(found.text("scenario.yaml")),
            hours=tuple(told["hours"][1:]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"The manifest of {found.path} does not tell what its page is made from ({error!r}); "
            f"make it again with: {told.get('command')} --force"
        ) from error
    names = ("frontier", "break_even", "sensitivity", "bands", "draws")
    return Answer(task, **{name: _table(found, f"{name}.csv") for name in names})


def _table(found: RunFolder, name: str) -> pd.DataFrame | None:
    if not found.has(name):
        return None
    table = words_filled(found.table(name))
    # In a run's tables an outcome is a word, that of a meeting; here it is a number.
    return table.astype({"outcome": float}) if "outcome" in table else table


def words_filled(table: pd.DataFrame) -> pd.DataFrame:
    """The table with no blank where a text stands."""
    named = [column for column in WORDS if column in table]
    return table.assign(**{column: table[column].fillna("").astype(str) for column in named})
