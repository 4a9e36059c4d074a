"""A finished run folder as the report reads it: tables, arms and the facts of the run."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from sim.experiment.cells import plain_cell
from sim.report.words import translated

TEXT = frozenset(
    ["arm", "baseline", "group", "metric", "unit", "account", "item", "date", "outcome", "exit"]
    + ["name", "value", "low", "high", "source", "mark", "differs_from_default", "is_noise"]
    + ["title", "default", "where", "look_date", "estimator", "role", "is_kept", "kind"]
)
TABLES = (
    *("summary", "differences", "outcomes", "costs", "parameters"),
    *("backlog", "planned_meetings", "not_known"),
)
BEHIND_FIGURES = (
    "survival",
    "days_saved",
    "accounts",
    "account_differences",
    "meetings_by_month",
    "office_by_week",
    "queue_day",
    "queue_day_waiting",
    "example_person",
    "example_meetings",
    "thirty_spells",
    "thirty_meetings",
    "trial_looks",
    "roll_out",
)


@dataclass(frozen=True)
class Window:
    """Dates between which other levers hold in an arm."""

    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Arm:
    """An arm of the comparison, its place in it, and what it is called.

    A configured title "Standard: 6 meetings in 6 months" is the title "Standard" and what it is
    about.
    """

    name: str
    title: str
    place: int
    about: str = ""
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True)
class Run:
    """What a run left behind; tables that are not there are empty."""

    path: Path
    title: str
    question: str
    note: str
    scenario: dict[str, Any]
    arms: tuple[Arm, ...]
    tables: dict[str, pd.DataFrame]
    facts: dict[str, Any]

    @property
    def baseline(self) -> Arm:
        """The first arm, against which the others are compared."""
        return self.arms[0]

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name without .csv."""
        return self.tables[name]

    def rows(self, name: str, **where: str) -> pd.DataFrame:
        """The rows of a table in which each named column has the given value."""
        frame = self.tables[name]
        if frame.empty:
            return frame
        return frame[matching(frame, **where)]


def matching(frame: pd.DataFrame, **where: str) -> np.ndarray:
    """In which rows each named column has the given value."""
    chosen = np.ones(len(frame), dtype=bool)
    for column, value in where.items():
        chosen &= (frame[column] == value).to_numpy(dtype=bool)
    return chosen


def read_table(path: Path, text: frozenset[str] = frozenset()) -> pd.DataFrame:
    """A CSV table with text as text (an arm may be called `none`) and numbers as numbers.

    Args:
        text: further columns that are text.
    """
    if not path.is_file() or not path.read_bytes().strip():
        return pd.DataFrame()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in frame.columns:
        if column in TEXT or column in text:
            frame[column] = frame[column].map(plain_cell)
        else:
            frame[column] = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return frame


def clean(text: object, longest: int = 300) -> str:
    """Text of a configuration on one line: no control characters, blanks joined, cut at `longest`."""
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def as_date(value: object) -> datetime.date | None:
    """A date from a date or its ISO text; None where it is neither."""
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _windows(arm: Mapping[str, Any], scenario: Mapping[str, Any]) -> tuple[Window, ...]:
    regime = (scenario.get("regimes") or {}).get(arm.get("regime")) or {}
    levers = arm.get("levers") or {}
    found = []
    for window in levers.get("windows", regime.get("windows")) or []:
        first, last = as_date(window.get("from")), as_date(window.get("to"))
        if first and last:
            found.append(Window(first, last))
    return tuple(found)


def arms_of(scenario: Mapping[str, Any], summary: pd.DataFrame) -> tuple[Arm, ...]:
    """The arms of a scenario that a table has, by title and place."""
    configured = scenario.get("arms") or {}
    present = list(dict.fromkeys(summary["arm"])) if "arm" in summary else []
    names = [n for n in configured if n in present or not present]
    names += [n for n in present if n not in configured]
    arms = []
    for place, name in enumerate(names):
        arm = configured.get(name) or {}
        regime = (scenario.get("regimes") or {}).get(arm.get("regime")) or {}
        title = arm.get("title") or regime.get("title") or str(name).replace("_", " ")
        title = translated(str(title))
        arms.append(Arm(str(name), clean(title, 90), place, "", _windows(arm, scenario)))
    parted = [arm.title.partition(": ") for arm in arms]
    if len({short for short, _, _ in parted}) < len(arms):
        return tuple(arms)
    return tuple(
        replace(arm, title=short, about=about)
        for arm, (short, _, about) in zip(arms, parted, strict=True)
    )


def read(path: Path, facts: Mapping[str, Any] | None = None) -> Run:
    """Read a run folder. `facts` stands for manifest.json, which a run writes last.

    Raises FileNotFoundError where there is no summary.csv, ValueError where it names no arm.
    """
    path = Path(path)
    tables = {name: read_table(path / f"{name}.csv") for name in TABLES}
    tables |= {name: read_table(path / "figures" / f"{name}.csv") for name in BEHIND_FIGURES}
    if not (path / "summary.csv").is_file():
        raise FileNotFoundError(f"{path} holds no summary.csv, so it is no finished run")
    scenario: Any = None
    if (path / "scenario.yaml").is_file():
        scenario = yaml.safe_load((path / "scenario.yaml").read_text(encoding="utf-8"))
    scenario = scenario if isinstance(scenario, dict) else {}
    if facts is None and (path / "manifest.json").is_file():
        facts = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    arms = arms_of(scenario, tables["summary"])
    if not arms:
        raise ValueError(f"{path / 'summary.csv'} names no arm")
    run = Run(
        path=path,
        title="",
        question="",
        note="",
        scenario=scenario,
        arms=arms,
        tables=tables,
        facts=dict(facts or {}),
    )
    return in_words(run)


def in_words(run: Run) -> Run:
    """The same run with its titles, question and note in the language spoken."""
    scenario = run.scenario

    def words(*keys: str, longest: int) -> str:
        given = next((str(scenario[key]) for key in keys if scenario.get(key)), "")
        return clean(translated(given), longest)

    return replace(
        run,
        title=words("title", longest=120) or clean(run.path.name, 120),
        question=words("question", longest=400),
        note=words("note", "notes", longest=500),
        arms=arms_of(scenario, run.tables["summary"]),
    )
