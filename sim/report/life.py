"""One person's life in words: what happened under each arm, when, and why."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.report.folder import Arm, Run, as_date
from sim.report.words import name_of, say
from sim.rules.errors import DataError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ArmLife:
    """The spells and meetings of a person under one arm, in order of time."""

    arm: Arm
    spells: tuple[Row, ...]
    meetings: tuple[Row, ...]

    def of_spell(self, spell: Row) -> list[Row]:
        """The meetings of one spell."""
        return [row for row in self.meetings if row["spell"] == spell["spell"]]


@dataclass(frozen=True)
class Life:
    """A person under every arm of a run, with the same luck in each."""

    person: int
    replication: int
    group: str
    frailty: float
    start_date: datetime.date
    arms: tuple[ArmLife, ...]
    chosen_for: str = ""
    """Why this person is told of, where nobody was named."""


def read_life(run: Run, person: int | None = None, replication: int = 0) -> Life:
    """The rows of a person; without a number, of one whose spell differs between the arms.

    Raises DataError where the rows were not kept or hold no such person.
    """
    chosen, why = _some_person(run.path, replication) if person is None else (person, "")
    spells = _rows(run.path, "spells", person=chosen, replication=replication)
    if not spells:
        raise DataError([say("life.nobody", person=chosen, replication=replication, path=run.path)])
    meetings = _rows(run.path, "meetings", person=chosen, replication=replication)
    arms = tuple(
        ArmLife(arm, _in_order(spells, arm, "spell"), _in_order(meetings, arm, "spell", "number"))
        for arm in run.arms
    )
    first = spells[0]
    start = as_date(run.scenario.get("start_date")) or datetime.date(2020, 1, 1)
    return Life(
        chosen, replication, str(first["group"]), float(first["frailty"]), start,
        tuple(life for life in arms if life.spells), why,
    )  # fmt: skip


def _rows(folder: Path, table: str, **where: int) -> list[dict[str, Any]]:
    path = folder / f"{table}.parquet"
    if not path.is_file():
        raise DataError([say("life.no_rows", path=path)])
    filters = [(column, "=", value) for column, value in where.items()]
    try:
        read = pq.read_table(path, filters=filters, page_checksum_verification=True)
    except (OSError, ValueError) as error:
        raise DataError([f"{path}: {error}"]) from error
    return read.to_pylist()


def _in_order(rows: list[dict[str, Any]], arm: Arm, *keys: str) -> tuple[Row, ...]:
    mine = [row for row in rows if row["arm"] == arm.name]
    return tuple(sorted(mine, key=lambda row: tuple(row[key] for key in keys)))


def _some_person(folder: Path, replication: int) -> tuple[int, str]:
    """A counted person with a job in every arm, two meetings held and spells of unlike length.

    Where there is none, another; and in words why it is this one.
    """
    path = folder / "spells.parquet"
    if not path.is_file():
        raise DataError([say("life.no_rows", path=path)])
    columns = ["arm", "person", "exit", "held", "duration_days"]
    filters = [("replication", "=", replication), ("counted", "=", True), ("spell", "=", 1)]
    rows = pq.read_table(
        path, columns=columns, filters=filters, page_checksum_verification=True
    ).to_pandas()
    if rows.empty:
        raise DataError([say("life.no_replication", replication=replication, path=path)])
    people = rows.groupby("person").agg(
        jobs=("exit", lambda exits: (exits.astype(str) == "job").all()),
        held=("held", "min"),
        shortest=("duration_days", "min"),
        longest=("duration_days", "max"),
    )
    apart = people.longest > people.shortest + 1.0
    for wanted, why in (
        (people.jobs & (people.held >= 2) & apart, "life.chosen_apart"),
        (people.held >= 2, "life.chosen_met"),
        (people.held >= 0, "life.chosen_first"),
    ):
        if wanted.any():
            return int(people.index[wanted][0]), say(why)
    raise DataError([say("life.no_replication", replication=replication, path=path)])


def tell(life: Life, run: Run) -> list[str]:
    """The life in lines of text, arm after arm; an empty line stands between arms."""
    first = life.arms[0].spells[0]
    lines = [say("life.chosen", person=life.person, why=life.chosen_for)] if life.chosen_for else []
    lines += [
        say(
            "life.who",
            person=life.person,
            replication=life.replication,
            group=name_of("group", life.group),
            date=_date(life, first["entry_day"]),
            frailty=f"{life.frailty:.2f}",
        ),
        say("life.luck"),
    ]
    for arm in life.arms:
        lines += ["", say("life.arm", arm=arm.arm.title)]
        plan = _plan(run, arm.arm, life.group)
        lines += [f"  {say('life.plan', plan=plan)}"] if plan else []
        for spell in arm.spells:
            lines += [f"  {line}" for line in _tell_spell(life, arm, spell)]
    lines += ["", *_compared(life)]
    return lines


def _tell_spell(life: Life, arm: ArmLife, spell: Row) -> list[str]:
    entry = float(spell["entry_day"])
    key = "life.entered" if spell["spell"] == 1 else "life.returned"
    if entry < 0:
        key = "life.already"
    lines = [say(key, date=_date(life, entry))]
    meetings = arm.of_spell(spell)
    missed: set[int] = set()
    for meeting in meetings:
        again = int(meeting["planned"]) in missed
        lines.append("  " + _tell_meeting(life, entry, meeting, again))
        if meeting["outcome"] != "held":
            missed.add(int(meeting["planned"]))
    held = [row for row in meetings if row["outcome"] == "held"]
    since = ""
    if held:
        gap = float(spell["exit_day"]) - float(held[-1]["end_day"])
        since = say("life.since", days=_days(gap), number=len(held))
    ended = say(
        f"life.exit_{spell['exit']}",
        date=_date(life, spell["exit_day"]),
        days=_days(spell["duration_days"]),
        since=since,
    )
    lines.append(ended)
    if int(spell.get("sanctions") or 0):
        lines.append(say("life.sanctions", number=int(spell["sanctions"])))
    return lines


def _tell_meeting(life: Life, entry: float, meeting: Row, again: bool) -> str:
    due, outcome = float(meeting["due_day"]), str(meeting["outcome"])
    start, end = float(meeting["start_day"]), float(meeting["end_day"])
    why = say("life.again" if again else "life.planned", planned=int(meeting["planned"]))
    key = f"life.{outcome}"
    if outcome == "held" and not float(meeting["minutes"] or 0):
        key = "life.held_by_partner"
    waited = start - due if isfinite(start) else 0.0
    return say(
        "life.meeting",
        number=int(meeting["number"]),
        due=_date(life, due),
        day=_days(due - entry),
        why=why,
        duty=name_of("duty", str(meeting["duty"])),
        happened=say(
            key,
            date=_moment(life, start) if isfinite(start) else "",
            form=name_of("form", str(meeting["form"])),
            minutes=f"{float(meeting['minutes'] or 0):.0f}",
            wait=say("life.waited", days=_days(waited)) if waited >= 0.05 else say("life.at_once"),
            left=_date(life, end) if isfinite(end) else "",
        ),
    )


def _compared(life: Life) -> list[str]:
    first = life.arms[0]
    lines = []
    for other in life.arms[1:]:
        saved = float(first.spells[0]["duration_days"]) - float(other.spells[0]["duration_days"])
        key = "life.same" if abs(saved) < 1e-6 else "life.shorter" if saved > 0 else "life.longer"
        text = say(key, arm=other.arm.title, baseline=first.arm.title, days=_days(abs(saved)))
        lines.append(text)
    return lines


def _plan(run: Run, arm: Arm, group: str) -> str:
    """The schedule of a group under an arm, in words; empty where the scenario does not say."""
    configured = (run.scenario.get("arms") or {}).get(arm.name) or {}
    regime = (run.scenario.get("regimes") or {}).get(configured.get("regime")) or {}
    schedule = dict(regime.get("schedule") or {})
    schedule.update((configured.get("levers") or {}).get("schedule") or {})
    phases = schedule.get(group, schedule.get("default")) or []
    words = [_phase(phase) for phase in phases]
    return "".join(words[:1] + [say("life.then", phase=phase) for phase in words[1:]])


def _phase(phase: Mapping[str, Any]) -> str:
    for key in ("none", "meetings", "every_days", "days", "agreed_days", "random_every_days"):
        if phase.get(key) is not None:
            value, span = phase[key], phase.get("span_days")
            given = ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
            text = say(f"life.phase_{key}", value=given, span=_plain(span))
            until = phase.get("until_day")
            return say("life.phase_until", phase=text, day=_plain(until)) if until else text
    return say("life.phase_kind", value=phase.get("kind", "?"))


def _plain(value: Any) -> str:
    """A number as one writes it by hand."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _days(days: float) -> str:
    return f"{float(days):.1f}"


def _date(life: Life, day: float) -> str:
    date = life.start_date + datetime.timedelta(days=int(float(day) // 1))
    return f"{date.day} {name_of('month', str(date.month))} {date.year}"


def _moment(life: Life, day: float) -> str:
    minutes = int(float(day) % 1 * 1440)
    return f"{_date(life, day)} {minutes // 60:02d}:{minutes % 60:02d}"
