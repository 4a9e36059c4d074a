"""From the columns of a table to spells: everything that is wrong is told, with rows and advice."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment.fit.faults import Faults, did_you_mean
from sim.experiment.fit.numbers import LONGEST_DAYS, perhaps_thousands, thousands_advice
from sim.experiment.fit.reading import SEPARATORS, Table
from sim.rules.commas import comma_advice
from sim.rules.people import EXITS, GROUPS, JOB, OPEN

DURATION, EVENT, EXIT, GROUP, ENTRY = COLUMNS = ("duration", "event", "exit", "group", "entry")
NEEDED = (DURATION, EVENT)
UNITS = {"days": 1.0, "weeks": 7.0}
TRUE, FALSE = ("1", "true", "1.0"), ("0", "false", "0.0")
WAYS = EXITS[:OPEN]
NO_EXIT = ("", EXITS[OPEN])


@dataclass(frozen=True)
class Spells:
    """Spells in days; ``exit`` is a code of `people.EXITS`, ``group`` one of `people.GROUPS`."""

    group: np.ndarray
    exit: np.ndarray
    entry: np.ndarray
    duration: np.ndarray

    def __len__(self) -> int:
        return len(self.duration)

    def of(self, chosen: np.ndarray) -> Spells:
        """Some of the spells."""
        return Spells(
            self.group[chosen], self.exit[chosen], self.entry[chosen], self.duration[chosen]
        )


@dataclass(frozen=True)
class Judged:
    """The spells of a table, and what was left out of it or assumed, as (what, number, why)."""

    spells: Spells
    left_out: tuple[tuple[str, int, str], ...]
    assumed: tuple[str, ...]


def judge(table: Table, unit: str, group: str | None, faults: Faults) -> Judged:
    """The spells of a table.

    Args:
        unit: of durations and entries, a key of `UNITS`.
        group: the target group of all spells, where the table has no such column.
    Raises:
        InputError: with everything that is wrong, if anything is.
    """
    judging = _Judging(table, unit, faults)
    judging.columns(group)
    duration, entry = judging.duration(), judging.entry()
    ended = judging.ended()
    exits = judging.exits(ended)
    groups = judging.groups(group)
    judging.order(duration, entry)
    if ended is not None and table.rows and not np.any(ended == 1) and np.all(ended >= 0):
        faults.add(
            f"{table.name}: no row has event 1; without an exit there is no rate. Write 1 for "
            "spells whose end was seen, 0 for those still running when last seen."
        )
    faults.stop()
    assert duration is not None and exits is not None and groups is not None
    spells = Spells(groups, exits, entry, duration)
    kept = duration > 0.0
    left = [("columns", len(judging.unused), ", ".join(judging.unused))] if judging.unused else []
    if not kept.all():
        left.append(("zero", int((~kept).sum()), faults.places(table.place, table.numbers[~kept])))
    spells = spells.of(kept)
    for code in np.unique(spells.group):
        own = spells.group == code
        if not np.any(spells.exit[own] != OPEN):
            left.append(("group", int(own.sum()), GROUPS[code]))
            spells = spells.of(~own)
    if not len(spells):
        faults.add(f"{table.name}: every exit is in a spell of 0 days; nothing can be estimated.")
        faults.stop()
    return Judged(spells, tuple(left), tuple(judging.assumed))


class _Judging:
    """The checks of single columns."""

    def __init__(self, table: Table, unit: str, faults: Faults) -> None:
        self.table, self.unit, self.faults = table, unit, faults
        self.unused = [name for name in table.columns if name not in COLUMNS]
        self.assumed: list[str] = []

    def say(self, column: str, bad: np.ndarray, allowed: str, todo: str) -> None:
        """A fault of some rows of a column."""
        where = self.faults.places(self.table.place, self.table.numbers[bad])
        given = self.table.columns[column][bad]
        values = "blank" if (given.isna() | (given.astype(str) == "")).all() else (
            self.faults.values(given)
        )  # fmt: skip
        self.faults.add(
            f"{self.table.name}, {where}: {column} is {values}; it must be {allowed}. {todo}"
        )

    def columns(self, group: str | None) -> None:
        """Columns that must be there, and what stands for those that need not."""
        table, there = self.table, self.table.columns
        capitals = {one.lower(): one for one in self.unused if one.lower() in {*COLUMNS} - {*there}}
        for name, own in capitals.items():
            self.faults.add(
                f"{table.name} has no column {name} but one called {own}; names of columns are in "
                f"small letters: write {name}."
            )
        for name in NEEDED:
            if name not in there and name not in capitals:
                close = difflib.get_close_matches(name, [one.lower() for one in self.unused], 1)
                like = [one for one in self.unused if close and one.lower() == close[0]]
                meant = f" – is it {like[0]}? Then call it {name}." if like else "."
                found = ", ".join(filter(None, there)) or "none"
                self.faults.add(
                    f"{table.name} has no column {name}{meant} It has {found}; it must have "
                    f"{' and '.join(NEEDED)}, and may have {', '.join(COLUMNS[2:])}."
                )
        if GROUP in there and group is not None:
            self.faults.add(f"{table.name} has a column group; leave --group {group} out.")
        if GROUP not in there and GROUP not in capitals and group is None:
            self.faults.add(
                f"{table.name} has no column group; say --group NAME for all of its spells, one "
                f"of: {', '.join(GROUPS)}."
            )
        if group is not None and group not in GROUPS:
            self.faults.add(
                f"--group is {group}{did_you_mean(group, GROUPS) or '.'} It must be one of: "
                f"{', '.join(GROUPS)}."
            )
        if EXIT not in there:
            self.assumed.append("exit")
        if ENTRY not in there:
            self.assumed.append("entry")
        if table.separator == ";":
            self.assumed.append("semicolons")

    def number(self, column: str, allowed: str, blank: str) -> np.ndarray | None:
        """A column as numbers, in its unit; what is none is a fault and becomes NaN."""
        given = self.table.columns.get(column)
        if given is None:
            return None
        as_numbers = pd.to_numeric(given, errors="coerce")
        numbers = as_numbers.to_numpy(dtype=float, na_value=np.nan, copy=True)
        if (thousands := perhaps_thousands(given)).any():
            example = str(given[thousands].iloc[0]).strip()
            self.say(
                column, thousands, f"{allowed} without a separator of thousands",
                f"{thousands_advice(example)} The other values of the column have no point.",
            )  # fmt: skip
        wrong = ~np.isfinite(numbers)
        if not wrong.any():
            return numbers
        text = given.astype(str).str.strip().where(~given.isna(), "")
        empty = wrong & (text == "").to_numpy()
        commas = np.zeros_like(wrong)
        commas[wrong] = [bool(comma_advice(one)) for one in text[wrong]]
        if empty.any():
            self.say(column, empty, allowed, blank)
        if commas.any():
            separators = SEPARATORS[self.table.separator]
            self.say(
                column, commas, f"{allowed} with a decimal point",
                f"{comma_advice(text[commas].iloc[0]).capitalize()} (columns are separated by "
                f"{separators}; in a Danish Excel: File, Options, Advanced, decimal separator "
                "'.'; or use whole days).",
            )  # fmt: skip
        rest = wrong & ~empty & ~commas
        if rest.any():
            self.say(column, rest, allowed, "Correct it, or leave the row out.")
        numbers[wrong] = np.nan
        return numbers

    def duration(self) -> np.ndarray | None:
        """Durations in days."""
        allowed = f"a finite number of {self.unit}, 0 or more (those of 0 are left out)"
        found = self.number(DURATION, allowed, "Write how long the spell was seen.")
        if found is None:
            return None
        if (low := found < 0.0).any():
            self.say(
                DURATION, low, allowed, "Did it end before it began? Correct it, or leave it out."
            )
        return self.in_days(DURATION, found)

    def entry(self) -> np.ndarray:
        """Spell days from which each was observed; 0 where the table does not say."""
        allowed = f"a finite number of {self.unit}, 0 or more"
        found = self.number(ENTRY, allowed, "Write 0 for who was observed from the first day.")
        if found is None:
            return np.zeros(self.table.rows)
        if (low := found < 0.0).any():
            self.say(
                ENTRY, low, allowed, "It is the age of the spell when it came under observation."
            )
        return self.in_days(ENTRY, found)

    def in_days(self, column: str, found: np.ndarray) -> np.ndarray:
        """A column in days; what nobody lives through is a fault and becomes NaN."""
        most = LONGEST_DAYS / UNITS[self.unit]
        if (high := found > most).any():
            self.say(
                column, high, f"at most {most:,.0f} {self.unit} (100 years)",
                f"Wrong unit? It is read in {self.unit} (--unit says otherwise). Is it a date, or "
                "a code for what is not known? Write the time, or leave the row out.",
            )  # fmt: skip
        return np.where(high, np.nan, found) * UNITS[self.unit]

    def order(self, duration: np.ndarray | None, entry: np.ndarray) -> None:
        """Who is observed from an entry must have been unemployed a little longer than that."""
        if duration is None:
            return
        late = (entry >= duration) & (entry > 0.0)
        if late.any():
            self.say(
                ENTRY, late, "smaller than the duration of the spell",
                "A spell that ended before it was observed cannot be in the table: leave it out.",
            )  # fmt: skip

    def words(self, column: str) -> pd.Series | None:
        """A column as text without spaces around it, blank where there is nothing."""
        given = self.table.columns.get(column)
        if given is None:
            return None
        return given.astype(str).str.strip().where(~given.isna(), "")

    def codes(
        self, column: str, code: Callable[[str], int], allowed: str, known: Sequence[str], todo: str
    ) -> np.ndarray | None:
        """A column as codes; -1 and a fault, with what was probably meant, for any other word."""
        words = self.words(column)
        if words is None:
            return None
        places, different = pd.factorize(words)
        found = np.array([code(str(word)) for word in different], dtype=int)[places]
        for number in np.flatnonzero([code(str(word)) < 0 for word in different]):
            bad = places == number
            close = did_you_mean(str(different[number]), known) if different[number] else ""
            self.say(column, bad, f"{allowed}{close}", todo)
        return found

    def ended(self) -> np.ndarray | None:
        """1 where the end of the spell was seen, else 0; -1 where the table says neither."""
        return self.codes(
            EVENT,
            lambda word: 1 if word.lower() in TRUE else 0 if word.lower() in FALSE else -1,
            "0, 1, true or false", (), "1: the end was seen; 0: still unemployed when last seen.",
        )  # fmt: skip

    def exits(self, ended: np.ndarray | None) -> np.ndarray | None:
        """Ways out by code."""
        ways = ", ".join(WAYS)
        codes = self.codes(
            EXIT,
            lambda word: OPEN if word in NO_EXIT else WAYS.index(word) if word in WAYS else -1,
            f"one of: {ways} (or blank with event 0)", WAYS, "Name the ways out as the model does.",
        )  # fmt: skip
        if ended is None:
            return None
        if codes is None:
            return np.where(ended == 1, JOB, OPEN)
        nowhere = (ended == 1) & (codes == OPEN)
        if nowhere.any():
            self.say(
                EXIT, nowhere, f"one of: {ways}, where event is 1", "Say which way the spell ended."
            )
        both = (ended == 0) & (codes >= 0) & (codes != OPEN)
        if both.any():
            self.say(
                EXIT, both, "blank where event is 0",
                "Write event 1 if the spell ended so, else leave exit blank.",
            )  # fmt: skip
        return codes

    def groups(self, group: str | None) -> np.ndarray | None:
        """Target groups by code."""
        codes = self.codes(
            GROUP, lambda word: GROUPS.index(word) if word in GROUPS else -1,
            f"one of: {', '.join(GROUPS)}", GROUPS, "Name the target groups as the model does.",
        )  # fmt: skip
        if codes is not None or group not in GROUPS:
            return codes
        return np.full(self.table.rows, GROUPS.index(group))
