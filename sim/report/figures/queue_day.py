"""One day in the jobcentre's queue: who waits above, each caseworker's meetings below."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from sim.report.digits import day as in_words
from sim.report.digits import rounded
from sim.report.figures.sheet import EDGE, Sheet
from sim.report.figures.style import look, width_points, wrap
from sim.report.folder import Arm, Run
from sim.report.words import say

LEFT, RIGHT, GAP = 0.42, 0.1, 0.3
QUEUE, DESK = 0.95, 2.3
OVERRUN, ABSENT = "#BBBBBB", "#FFFFFF"
HOUR = 60.0


def draw(run: Run) -> Sheet | None:
    """A panel an arm: people waiting by the minute, and bars for the meetings of the day."""
    bars, minutes = run.table("queue_day"), run.table("queue_day_waiting")
    arms = [arm for arm in run.arms if not minutes.empty and (minutes["arm"] == arm.name).any()]
    if not arms:
        return None
    of = {arm: minutes[minutes["arm"] == arm.name] for arm in arms}
    met = {arm: bars[bars["arm"] == arm.name] for arm in arms}
    wide = (4.8 - LEFT - RIGHT - GAP * (len(arms) - 1)) / len(arms)
    heads = [wrap(arm.title, wide * 72, 9, "bold", most=2) for arm in arms]
    head = 0.15 * max(len(lines) for lines in heads) + 0.04
    facts = [wrap(_facts(of[arm], met[arm]), wide * 72, 8, most=6) for arm in arms]
    told = 0.15 * max(len(lines) for lines in facts) + 0.1
    key = _key_places()
    top = 0.19 * (key[-1][3] + 1) + 0.06
    body = top + head + told + 0.2 + QUEUE + 0.3 + DESK + 0.42
    notes = [_hours_note(of[arms[0]]), say("queue_day.places")]
    office = run.scenario.get("office") or {}
    if office.get("own_caseworker") or office.get("pools", "shared") != "shared":
        notes.append(say("queue_day.pools"))
    sheet = Sheet(run, _heading(arms, of), say("queue_day.subtitle"), body, notes)
    _draw_key(sheet, key)
    first = float(minutes["minute"].min())
    last = float(minutes["minute"].max())
    most = max(float(minutes["waiting_at_opening"].max()), float(minutes["waiting"].max()), 1.0)
    slots = max(float(minutes["caseworkers"].max()), float(bars["slot"].max()) if len(bars) else 0)
    for place, arm in enumerate(arms):
        left, at = LEFT + place * (wide + GAP), top
        ink = look(arm).ink
        _lines(sheet, left, at, heads[place], 9, ink, "bold")
        _lines(sheet, left, at + head, facts[place], 8, "#222222", "normal")
        at += head + told
        for words, panel in (("waiting", QUEUE), ("caseworkers", DESK)):
            if place == 0:
                sheet.text(EDGE, at + 0.07, say(f"queue_day.{words}"), 8, weight="bold")
            axes = sheet.axes(left, at + 0.2, wide, panel)
            if words == "waiting":
                _waiting(axes, of[arm], arm, most)
            else:
                _desk(axes, met[arm], of[arm], arm, slots)
            _hours(axes, first, last, labels=words == "caseworkers")
            axes.tick_params(labelleft=place == 0)
            at += 0.2 + panel + 0.1
        axes.set_xlabel(say("queue_day.axis"), labelpad=2)
    return sheet


def _heading(arms: list[Arm], of: dict[Arm, pd.DataFrame]) -> str:
    rows = of[arms[0]]
    values = {
        "date": in_words(str(rows["date"].iloc[0])),
        "arm": arms[0].title,
        "people": rounded(float(rows["waiting_at_opening"].iloc[0]), 0),
    }
    if len(arms) < 2:
        return say("queue_day.title_one", **values)
    other = float(of[arms[1]]["waiting_at_opening"].iloc[0])
    return say("queue_day.title", other=arms[1].title, others=rounded(other, 0), **values)


def _facts(rows: pd.DataFrame, bars: pd.DataFrame) -> str:
    """Who waits, who is met after how long, and how much of the time is used, in a sentence each."""
    today = bars[bars["kind"] != "overrun"]
    people = float(today["people"].sum())
    waited = float((today["people"] * today["waited_days"]).sum()) / max(people, 1.0)
    return say(
        "queue_day.facts",
        people=rounded(people, 0),
        waited=rounded(waited, -1),
        caseworkers=rounded(float(rows["caseworkers"].iloc[0]), 0),
        used=rounded(100.0 * used_share(rows, bars), 0),
    )


def used_share(rows: pd.DataFrame, bars: pd.DataFrame) -> float:
    """Share of the caseworkers' time between opening and closing that meetings fill."""
    opens, closes = float(rows["minute"].min()), float(rows["closes_minute"].iloc[0])
    inside = np.minimum(bars["end_minute"], closes) - np.minimum(bars["start_minute"], closes)
    return float(inside.sum()) / ((closes - opens) * float(rows["caseworkers"].iloc[0]))


def _hours_note(rows: pd.DataFrame) -> str:
    opens, closes = float(rows["minute"].min()), float(rows["closes_minute"].iloc[0])
    return say(
        "queue_day.hours",
        opens=_clock(opens), closes=_clock(closes), minutes=rounded(closes - opens, 0),
    )  # fmt: skip


def _clock(minute: float) -> str:
    """The time of day in the way of the language spoken."""
    hour, rest = divmod(round(minute), 60)
    time = datetime.time(hour % 24, rest)
    return say("queue_day.clock", hour=f"{time:%H}", minute=f"{time:%M}")


def _lines(
    sheet: Sheet, left: float, top: float, lines: list[str], size: float, ink: str, weight: str
) -> None:
    for place, line in enumerate(lines):
        sheet.text(left, top + 0.08 + 0.15 * place, line, size, ink, weight)


def _waiting(axes: Axes, rows: pd.DataFrame, arm: Arm, most: float) -> None:
    seen = look(arm)
    # The queue as the doors open stands before what the first minute makes of it.
    first, opening = float(rows["minute"].min()), float(rows["waiting_at_opening"].iloc[0])
    minute = np.concatenate([[first], rows["minute"].to_numpy()])
    waiting = np.concatenate([[opening], rows["waiting"].to_numpy()])
    axes.fill_between(minute, 0, waiting, step="post", color=seen.colour, alpha=0.25, linewidth=0)
    axes.step(minute, waiting, where="post", color=seen.colour, linewidth=1.2)
    axes.plot([first], [opening], "o", color=seen.colour, markersize=3.5, clip_on=False, zorder=4)
    label = say("queue_day.at_opening", people=rounded(opening, 0))
    axes.annotate(label, (first, opening), (5, 1), textcoords="offset points", fontsize=8,
                  color=seen.ink, va="bottom")  # fmt: skip
    axes.set_ylim(0, 1.22 * most)
    axes.locator_params(axis="y", nbins=4, integer=True)


def _desk(axes: Axes, bars: pd.DataFrame, rows: pd.DataFrame, arm: Arm, slots: float) -> None:
    seen = look(arm)
    for kind, face, edge, hatch in (
        ("overrun", OVERRUN, OVERRUN, ""),
        ("absent", ABSENT, seen.colour, ""),
        ("meeting", seen.colour, "#FFFFFF", ""),
        ("group", seen.colour, "#FFFFFF", "///"),
    ):
        own = bars[_kind(bars) == kind]
        corners = [
            [(start, slot - 0.9), (end, slot - 0.9), (end, slot - 0.1), (start, slot - 0.1)]
            for start, end, slot in own[["start_minute", "end_minute", "slot"]].to_numpy()
        ]
        axes.add_collection(
            PolyCollection(corners, facecolor=face, edgecolor=edge, linewidth=0.5, hatch=hatch)
        )
    number = float(rows["caseworkers"].iloc[0])
    closes = float(rows["closes_minute"].iloc[0])
    # White below, or the line would be lost on dark bars.
    axes.axvline(closes, color="#FFFFFF", linewidth=2.4, zorder=3)
    axes.axvline(closes, color="#333333", linewidth=1.0, linestyle=(0, (3, 2)), zorder=3)
    axes.axhline(number, color="#333333", linewidth=0.7)
    axes.set_ylim(max(slots, 1.0) + 0.2, 0)
    axes.grid(visible=False, axis="y")
    axes.locator_params(axis="y", nbins=5, integer=True)


def _kind(bars: pd.DataFrame) -> np.ndarray:
    """What a bar is drawn as: `absent` is a meeting to which nobody came."""
    missed = (bars["outcome"] == "no_show") & (bars["kind"] == "meeting")
    return np.where(missed, "absent", bars["kind"])


def _hours(axes: Axes, first: float, last: float, labels: bool) -> None:
    axes.set_xlim(first - 4, last + 4)
    ticks = np.arange(np.ceil(first / HOUR) * HOUR, last + 1, HOUR)
    every = int(np.ceil(len(ticks) / 4))
    axes.set_xticks(ticks[::every], [_clock(tick) for tick in ticks[::every]])
    axes.tick_params(labelbottom=labels)


def _key_places() -> list[tuple[str, str, float, int]]:
    placed, left, row = [], 0.0, 0
    for kind in ("met", "group", "absent", "overrun"):
        text = say(f"queue_day.key_{kind}")
        wide = 0.3 + width_points(text, 8) / 72 + 0.14
        if left and left + wide > 4.56:
            left, row = 0.0, row + 1
        placed.append((kind, text, left, row))
        left += wide
    return placed


def _draw_key(sheet: Sheet, key: list[tuple[str, str, float, int]]) -> None:
    looks = {
        "met": ("#444444", "#444444", ""), "group": ("#444444", "#FFFFFF", "///"),
        "absent": (ABSENT, "#444444", ""), "overrun": (OVERRUN, OVERRUN, ""),
    }  # fmt: skip
    for kind, text, left, row in key:
        face, edge, hatch = looks[kind]
        where = EDGE + left, 0.19 * row + 0.03, 0.24, 0.1
        sheet.box(*where, facecolor=face, edgecolor=edge, linewidth=0.6, hatch=hatch)
        sheet.text(EDGE + left + 0.3, 0.19 * row + 0.085, text, 8)
