"""The picture of one life: a bar for each spell under each arm, a mark for each meeting."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from matplotlib.axes import Axes

from sim.report.figures.sheet import WIDTH, Sheet
from sim.report.figures.style import GREY, PALE, drawing, look
from sim.report.folder import Run
from sim.report.life import ArmLife, Life, Row
from sim.report.words import name_of, say

ROW_INCHES = 0.42
MARKS = {
    "held": ("o", "full"),
    "no_show": ("x", "full"),
    "declined": ("s", "none"),
    "cancelled": ("v", "none"),
    "broken_off": ("D", "none"),
    "suspended": ("|", "full"),
    "pending": ("^", "none"),
}


def draw(life: Life, run: Run, folder: Path) -> list[Path]:
    """Draws and saves `life_<person>.svg` and `.png`; returns their paths."""
    with drawing():
        seen = sorted({str(m["outcome"]) for arm in life.arms for m in arm.meetings})
        sheet = Sheet(
            run,
            say("life.picture_title"),
            say(
                "life.picture_subtitle",
                person=life.person,
                group=name_of("group", life.group),
            ),
            body=ROW_INCHES * len(life.arms) + 0.62 + 0.2 * ((len(seen) + 2) // 3),
            note=False,
        )
        axes = sheet.axes(1.25, 0.1, WIDTH - 1.45, ROW_INCHES * len(life.arms))
        origin = min(float(arm.spells[0]["entry_day"]) for arm in life.arms)
        for place, arm in enumerate(life.arms):
            _draw_arm(axes, place, arm, origin)
        axes.set_yticks(range(len(life.arms)), [_short(arm.arm.title) for arm in life.arms])
        axes.set_ylim(len(life.arms) - 0.5, -0.5)
        axes.set_xlabel(say("life.picture_axis"))
        axes.grid(axis="y", visible=False)
        axes.set_xlim(0, axes.get_xlim()[1] * 1.12)
        _key(sheet, seen, 0.1 + ROW_INCHES * len(life.arms) + 0.5)
        folder.mkdir(exist_ok=True)
        return sheet.save(folder, f"life_{life.person}")


def _draw_arm(axes: Axes, place: int, arm: ArmLife, origin: float) -> None:
    seen = look(arm.arm)
    for spell in arm.spells:
        begin, end = float(spell["entry_day"]) - origin, float(spell["exit_day"]) - origin
        axes.barh(place, end - begin, left=begin, height=0.62, color=PALE, edgecolor=seen.colour)
        axes.annotate(
            name_of("exit", str(spell["exit"])),
            (end, place),
            xytext=(3, 0),
            textcoords="offset points",
            fontsize=8,
            color=seen.ink,
            va="center",
        )
    for meeting in arm.meetings:
        marker, fill = MARKS[str(meeting["outcome"])]
        axes.plot(
            _when(meeting) - origin, place, marker, fillstyle=fill, color=seen.ink, markersize=4.5
        )


def _when(meeting: Row) -> float:
    """When it was held, or else when it fell due."""
    start = float(meeting["start_day"])
    return start if isfinite(start) else float(meeting["due_day"])


def _short(title: str) -> str:
    words, lines = title.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > 17:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines[:2])


def _key(sheet: Sheet, outcomes: list[str], top: float) -> None:
    axes = sheet.axes(0.12, top, WIDTH - 0.24, 0.2 * ((len(outcomes) + 2) // 3))
    axes.axis("off")
    rows = max(1, (len(outcomes) + 2) // 3)
    axes.set_xlim(0, 3)
    axes.set_ylim(rows, 0)
    for number, outcome in enumerate(outcomes):
        marker, fill = MARKS[outcome]
        x, y = number % 3, number // 3 + 0.5
        axes.plot(x + 0.06, y, marker, fillstyle=fill, color=GREY, markersize=4.5)
        axes.text(x + 0.14, y, name_of("outcome", outcome), fontsize=8, va="center")
