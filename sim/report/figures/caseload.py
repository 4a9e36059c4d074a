"""A moving picture of the office: open spells and people waiting under two regimes, week by week.

An SVG with CSS and no script: behind it stands the whole picture, which is what is seen on paper
and where the system asks for less motion; a frame a week passes before it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from sim.experiment.cells import safe_table
from sim.report.digits import day as in_words
from sim.report.digits import rounded
from sim.report.figures.sheet import arms_in_words
from sim.report.figures.style import DASHES, GREY, PALE, look, wrap
from sim.report.folder import Arm, Run, as_date
from sim.report.words import say

COLUMNS = ("caseload", "waiting")
SECONDS_A_WEEK = 0.14
TIMES = 2
WIDTH, EDGE, LEFT, RIGHT = 480.0, 12.0, 46.0, 96.0
TALL, ABOVE, BELOW, READ = 110.0, 24.0, 14.0, 17.0
TITLE, TEXT, SMALL = 15.0, 11.5, 10.5
LEADING = 1.3
TICKS = 4
CUT = 0.6
"""Above this part of the highest, an axis of open spells may begin above 0."""

STYLE = """
.cl text{{font-family:'DejaVu Sans',Verdana,sans-serif}}
.cl .cl-frame{{opacity:0;animation:cl-show {total:g}s step-end {times}}}
.cl .cl-still{{animation:cl-hide {total:g}s step-end {times}}}
@keyframes cl-show{{0%{{opacity:1}}{share:.4f}%{{opacity:0}}100%{{opacity:0}}}}
@keyframes cl-hide{{0%{{opacity:0}}100%{{opacity:0}}}}
.cl:hover *{{animation-play-state:paused!important}}
@media (prefers-reduced-motion:reduce){{.cl *{{animation:none!important}}}}
@media print{{.cl *{{animation:none!important}}}}
"""


def table(run: Run) -> pd.DataFrame:
    """Columns arm, week, date, caseload, waiting: the first arm, and the one furthest from it."""
    rows = run.table("office_by_week")
    if rows.empty or len(run.rows("office_by_week", arm=run.baseline.name)) < 2:
        return pd.DataFrame()
    base = _curve(rows, run.baseline, "caseload")
    others = [arm for arm in run.arms[1:] if len(_curve(rows, arm, "caseload")) == len(base)]
    chosen = [run.baseline]
    if others:
        chosen.append(max(others, key=lambda arm: _gap(_curve(rows, arm, "caseload"), base)))
    own = [rows[rows["arm"] == arm.name].sort_values("week") for arm in chosen]
    found = pd.concat(own)[["arm", "week", "date", *COLUMNS]].reset_index(drop=True)
    return found.astype({"week": int})


def _curve(rows: pd.DataFrame, arm: Arm, column: str) -> np.ndarray:
    return rows[rows["arm"] == arm.name].sort_values("week")[column].to_numpy(dtype=float)


def _gap(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


class Movie:
    """The lines of the SVG, from the table; lengths are those of its view box."""

    def __init__(self, run: Run, rows: pd.DataFrame) -> None:
        names = list(dict.fromkeys(rows["arm"]))
        self.arms = [arm for arm in run.arms if arm.name in names]
        self.curves = {
            column: {arm: _curve(rows, arm, column) for arm in self.arms} for column in COLUMNS
        }
        own = rows[rows["arm"] == self.arms[0].name]
        self.dates = [as_date(text) or datetime.date.min for text in own["date"]]
        self.limits = {column: _limits(column, self.curves[column]) for column in COLUMNS}
        one = len(self.arms) < 2
        titles = {"arm": self.arms[0].title, "other": self.arms[-1].title}
        self.title = say("caseload.title_one" if one else "caseload.title")
        self.subtitle = say("caseload.subtitle_one" if one else "caseload.subtitle", **titles)
        notes = [say("caseload.axis_cut")] if self.limits["caseload"][0] > 0 else []
        notes += [say("caseload.moves"), arms_in_words(run), run.note]
        notes.append(say("source", title=run.title))
        room = WIDTH - 2 * EDGE
        self.head = [
            *((line, TITLE, "bold", "#111111") for line in wrap(self.title, room, TITLE, "bold")),
            *((line, TEXT, "normal", GREY) for line in wrap(self.subtitle, room, TEXT)),
        ]
        self.notes = [line for note in notes if note for line in wrap(note, room, SMALL)]
        self.read = EDGE + sum(size * LEADING for _, size, _, _ in self.head) + 8
        self.top = {"caseload": self.read + READ * (1 + len(self.arms)) + ABOVE}
        self.top["waiting"] = self.top["caseload"] + TALL + BELOW + ABOVE
        self.under = self.top["waiting"] + TALL + 34
        self.height = self.under + SMALL * LEADING * len(self.notes) + 6
        self.wide = WIDTH - LEFT - RIGHT

    def lines(self) -> Iterator[str]:
        """The SVG."""
        weeks = len(self.dates)
        total = SECONDS_A_WEEK * weeks
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {self.height:.0f}"'
            f' class="cl" role="img" aria-label={quoteattr(self.title)}>'
        )
        yield f"<title>{escape(self.title)}</title>"
        yield f"<desc>{escape(self.subtitle)}</desc>"
        yield "<style>" + STYLE.format(total=total, times=TIMES, share=100.0 / weeks)
        yield "\n".join(
            f"#cl-{week}{{animation-delay:{SECONDS_A_WEEK * week:.2f}s}}" for week in range(weeks)
        )
        yield "</style>"
        yield f'<rect width="{WIDTH:g}" height="{self.height:.0f}" fill="#FFFFFF"/>'
        at = EDGE
        for text, size, weight, colour in self.head:
            at += size * LEADING
            yield _text(EDGE, at - 4, text, size, colour, weight)
        for column in COLUMNS:
            yield from self._panel(column)
        for place, line in enumerate(self.notes):
            yield _text(EDGE, self.under + SMALL * LEADING * (place + 0.8), line, SMALL, GREY)
        yield '<g class="cl-still">'
        means = {
            c: {arm: float(v.mean()) for arm, v in of.items()} for c, of in self.curves.items()
        }
        yield from self._reading(say("caseload.still", weeks=weeks), means)
        yield "</g>"
        for week in range(weeks):
            yield f'<g class="cl-frame" id="cl-{week}">'
            yield from self._frame(week)
            yield "</g>"
        yield "</svg>"

    def _x(self, week: float) -> float:
        return LEFT + self.wide * week / (len(self.dates) - 1)

    def _y(self, column: str, value: float) -> float:
        low, high = self.limits[column]
        return self.top[column] + TALL * (1 - (value - low) / (high - low))

    def _panel(self, column: str) -> Iterator[str]:
        top = self.top[column]
        yield _text(EDGE, top - 9, say(f"caseload.{column}"), TEXT, "#222222", "bold")
        low, high = self.limits[column]
        for value in _ticks(low, high):
            y = self._y(column, value)
            yield _line(LEFT, y, LEFT + self.wide, y, PALE)
            yield _text(LEFT - 5, y + 4, rounded(value, 0), SMALL, "#444444", anchor="end")
        last = len(self.dates) - 1
        for week in range(0, last + 1, 26 if last > 52 else 13):
            yield _line(self._x(week), top + TALL, self._x(week), top + TALL + 3, "#888888")
            if column == COLUMNS[-1]:
                yield _text(
                    self._x(week), top + TALL + 14, rounded(week, 0), SMALL, "#444444",
                    anchor="middle",
                )  # fmt: skip
        if column == COLUMNS[-1]:
            words = say("caseload.axis", date=in_words(self.dates[0]))
            yield _text(LEFT, top + TALL + 28, words, SMALL, "#333333")
        yield _line(LEFT, top + TALL, LEFT + self.wide, top + TALL, "#888888")
        ends = []
        for arm, curve in self.curves[column].items():
            points = " ".join(
                f"{self._x(week):.1f},{self._y(column, value):.1f}"
                for week, value in enumerate(curve)
            )
            yield (
                f'<polyline points="{points}" fill="none" stroke="{look(arm).colour}"'
                f' stroke-width="2"{_dashes(arm)}/>'
            )
            ends.append((self._y(column, curve[-1]), arm))
        yield from self._names(ends)

    def _names(self, ends: list[tuple[float, Arm]]) -> Iterator[str]:
        """The names at the ends of the curves, at least a line apart."""
        ends = sorted(ends, key=lambda end: end[0])
        room = RIGHT - 12
        blocks = [wrap(arm.title, room, SMALL, most=3) for _, arm in ends]
        if len(ends) == 2:
            (one, first), (two, second) = ends
            need = SMALL * 1.15 * (len(blocks[0]) + len(blocks[1])) / 2 + 3
            short = max(0.0, need - (two - one)) / 2
            ends = [(one - short, first), (two + short, second)]
        for (y, arm), block in zip(ends, blocks, strict=True):
            at = y + 4 - SMALL * 1.15 * (len(block) - 1) / 2
            for place, line in enumerate(block):
                x = LEFT + self.wide + 8
                yield _text(x, at + SMALL * 1.15 * place, line, SMALL, look(arm).ink)

    def _reading(self, heading: str, values: dict[str, dict[Arm, float]]) -> Iterator[str]:
        """A small table: the week, and for each arm the people in both panels."""
        yield _text(EDGE, self.read + 12, heading, TEXT, "#111111", "bold")
        for place, arm in enumerate(self.arms):
            y = self.read + 12 + READ * (place + 1)
            title = wrap(arm.title, 130, TEXT, "bold", most=1)[0]
            yield _text(EDGE, y, title, TEXT, look(arm).ink, "bold")
            for column, x in zip(COLUMNS, (150.0, 290.0), strict=True):
                people = rounded(values[column][arm], 0)
                yield _text(x, y, say(f"caseload.now_{column}", people=people), TEXT, "#222222")

    def _frame(self, week: int) -> Iterator[str]:
        x = self._x(week)
        for column in COLUMNS:
            top, end = self.top[column], LEFT + self.wide
            # What is still to come is veiled.
            yield (
                f'<rect x="{x:.1f}" y="{top - 4:.1f}" width="{end - x + 2:.1f}"'
                f' height="{TALL + 3:.1f}" fill="#FFFFFF" opacity=".85"/>'
            )
            yield _line(x, top, x, top + TALL, "#666666")
            for arm, curve in self.curves[column].items():
                y = self._y(column, curve[week])
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{look(arm).colour}"/>'
        now = {c: {arm: float(v[week]) for arm, v in of.items()} for c, of in self.curves.items()}
        date = in_words(self.dates[week])
        yield from self._reading(say("caseload.week", week=rounded(week, 0), date=date), now)


def _dashes(arm: Arm) -> str:
    dash = look(arm).dash
    if dash == DASHES[0]:
        return ""
    return f' stroke-dasharray="{" ".join(f"{2 * part:g}" for part in dash[1])}"'


def _limits(column: str, curves: dict[Arm, np.ndarray]) -> tuple[float, float]:
    low = min(float(curve.min()) for curve in curves.values())
    high = max(float(curve.max()) for curve in curves.values())
    if column == "caseload" and low > CUT * high:
        pad = 0.08 * (high - low) + 1.0
        return max(0.0, low - pad), high + pad
    return 0.0, 1.08 * high or 1.0


def _ticks(low: float, high: float) -> Sequence[float]:
    rough = (high - low) / TICKS
    size = 10.0 ** np.floor(np.log10(rough))
    step = max(1.0, size * next(m for m in (1, 2, 2.5, 5, 10) if m * size >= rough))
    first = np.ceil(low / step) * step
    return [float(value) for value in np.arange(first, high + 1e-9, step)]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"/>'


def _text(
    x: float, y: float, text: str, size: float, colour: str, weight: str = "", anchor: str = ""
) -> str:
    bold = f' font-weight="{weight}"' if weight == "bold" else ""
    side = f' text-anchor="{anchor}"' if anchor else ""
    about = f'font-size="{size:.3g}" fill="{colour}"{bold}{side}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {about}>{escape(text)}</text>'


def write(run: Run, folder: Path) -> list[Path]:
    """Write caseload.svg and, beside the English one, the table; nothing for less than two weeks.

    Equal tables give equal bytes. `folder` is that of the figures of a language.
    """
    rows = table(run)
    if rows.empty:
        return []
    picture, behind = folder / "caseload.svg", run.path / "figures" / "caseload.csv"
    picture.write_text("\n".join(Movie(run, rows).lines()) + "\n", encoding="utf-8")
    if folder != behind.parent:
        return [picture]
    safe_table(rows).to_csv(behind, index=False, lineterminator="\n")
    return [picture, behind]
