"""How figures look: colours, markers, type, and the labels that replace legends."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import matplotlib
from matplotlib import rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font

from sim.report.folder import Arm

# Okabe and Ito's colours with a contrast over 3:1 on white.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "*", "h", "d")
Dash = str | tuple[float, tuple[float, ...]]
DASHES: tuple[Dash, ...] = (
    "solid",
    (0, (5.0, 1.4)),
    (0, (1.2, 1.2)),
    (0, (6.0, 1.4, 1.2, 1.4)),
    (0, (9.0, 2.0)),
)
# Fills and hatches of items of money, the same in every run: light enough for black edges, apart
# in grey too, and apart most between those that are large most often.
FILLS = {
    "benefit": ("#56B4E9", ""),
    "after_exit": ("#E69F00", "//"),
    "caseworkers": ("#999999", ""),
    "benefit_tax": ("#F0E442", ".."),
    "wage_tax": ("#CC79A7", "\\\\"),
    "displaced": ("#009E73", ""),
    "output": ("#D9D9D9", "xx"),
    "programme": ("#0072B2", "--"),
    "quality": ("#F0E442", ""),
    "meetings": ("#999999", "//"),
    "withheld": ("#56B4E9", "xx"),
}
GREY = "#555555"
PALE = "#E3E3E3"
LINE_POINTS = 1.7

_KEEP = {"backend", "backend_fallback", "interactive", "toolbar", "webagg.open_in_browser"}
STYLE: dict[str, object] = {
    "svg.hashsalt": "samtale",
    "svg.fonttype": "path",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.labelsize": 8.5,
    "axes.labelcolor": "#333333",
    "axes.edgecolor": "#888888",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": LINE_POINTS,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": True,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Inside it matplotlib draws as the report wants, whatever the user's settings; then as before."""
    settings: Any = {k: v for k, v in rcParamsDefault.items() if k not in _KEEP} | STYLE
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # A title may hold signs that the font lacks; they become boxes, not warnings.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


@dataclass(frozen=True)
class Look:
    """Colour, marker and dashes of one arm, the same in every figure."""

    colour: str
    ink: str
    marker: str
    dash: Any
    face: str
    """Fill of the marker: white at every second turn of the colours."""


def look(arm: Arm) -> Look:
    """The look of an arm by its place.

    Colour, marker and dashes repeat with different periods: of 25 arms no two share colour and
    dashes, of 65 none colour and marker, and up to 13 each has a marker of its own.
    """
    colour = COLOURS[arm.place % len(COLOURS)]
    turn = arm.place // len(COLOURS)
    return Look(
        colour,
        darker(colour),
        MARKERS[arm.place % len(MARKERS)],
        DASHES[(arm.place + turn) % len(DASHES)],
        "#FFFFFF" if turn % 2 else colour,
    )


def darker(colour: str, factor: float = 0.78) -> str:
    """A colour dark enough for text of the same hue."""
    red, green, blue = to_rgb(colour)
    return to_hex((red * factor, green * factor, blue * factor))


def width_points(text: str, size: float, weight: str = "normal") -> float:
    """How wide a text is in points."""
    return _width_at_hundred(text, weight) * size / 100 if text.strip() else 0.0


@lru_cache(maxsize=4096)
def _width_at_hundred(text: str, weight: str) -> float:
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        # Measured large, so that rounding to whole pixels does not matter.
        font.set_size(100, 72)
        font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64


def wrap(text: str, points: float, size: float, weight: str = "normal", most: int = 9) -> list[str]:
    """The text in lines no wider than `points`; at most `most` lines, the last cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_points(joined, size, weight) <= points:
            lines[-1] = joined
        else:
            while len(word) > 4 and width_points(word, size, weight) > points:
                cut = max(3, int(len(word) * points / width_points(word, size, weight)) - 1)
                lines.append(word[:cut] + "-")
                word = word[cut:]
            lines.append(word)
    if len(lines) > most:
        lines = lines[:most]
        while lines[-1] and width_points(lines[-1] + "…", size, weight) > points:
            lines[-1] = lines[-1][:-1].rstrip()
        lines[-1] += "…"
    return lines


def fit(text: str, points: float, size: float) -> str:
    """The text on one line no wider than `points`, cut with an ellipsis where it must be."""
    return wrap(text, points, size, most=1)[0] if text else ""


def names(
    titles: Sequence[str], room: float, size: float, weight: str = "normal", most: int = 2
) -> list[list[str]]:
    """Titles of arms in lines; one that must be cut goes without the words it shares.

    Titles often begin alike ("Every 14 days, with ..."), and cut they would be the same.
    """
    found = []
    for place, title in enumerate(titles):
        words, others = title.split(), [*titles[:place], *titles[place + 1 :]]
        lines = wrap(title, room, size, weight, most)
        shared = max((_alike(words, other.split()) for other in others), default=0)
        if lines and lines[-1].endswith("…") and 0 < shared < len(words):
            lines = wrap("…" + " ".join(words[shared:]), room, size, weight, most)
        found.append(lines)
    return found


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many equal words both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((k for k, (a, b) in pairs if a != b), min(len(one), len(other)))


def level_ticks(axes: Axes, points: float, most: int = 6) -> None:
    """As many ticks on the x axis as have room side by side; the axes are `points` wide.

    To be called when the limits and the formatter are set.
    """
    for number in range(most, 1, -1):
        axes.locator_params(axis="x", nbins=number, steps=[1, 2, 2.5, 5, 10])
        low, high = axes.get_xlim()
        ticks = [x for x in axes.get_xticks() if low <= x <= high]
        labels = axes.xaxis.get_major_formatter().format_ticks(ticks)
        widest = max((width_points(text, 8.5) for text in labels), default=0.0)
        if len(ticks) < 2 or (ticks[1] - ticks[0]) / (high - low) * points > widest + 8:
            return


def spread(wanted: Sequence[float], gaps: Sequence[float], low: float, high: float) -> list[float]:
    """Places as near as possible to the wanted ones, `gaps[i]` tall each, none overlapping."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], -i))
    blocks: list[tuple[list[int], float]] = []

    def tall(members: list[int]) -> float:
        return sum(gaps[i] for i in members)

    for i in order:
        blocks.append(([i], wanted[i]))
        while True:
            members, middle = blocks[-1]
            half = tall(members) / 2
            middle = min(max(middle, low + half), max(high - half, low + half))
            blocks[-1] = (members, middle)
            if len(blocks) == 1:
                break
            before, centre = blocks[-2]
            if centre + tall(before) / 2 <= middle - half + 1e-9:
                break
            merged = before + members
            aim = sum(wanted[j] for j in merged) / len(merged)
            blocks[-2:] = [(merged, aim)]
    places = [0.0] * len(wanted)
    for members, middle in blocks:
        start = middle - tall(members) / 2
        for j in members:
            places[j] = start + gaps[j] / 2
            start += gaps[j]
    return places


def crowded(arms: Sequence[Arm], height: float, room: float) -> bool:
    """Whether names at the ends of curves would not fit beside axes `height` points tall."""
    lines = sum(len(block) for block in names([arm.title for arm in arms], room, 8.5))
    return 10.5 * lines + 2 * len(arms) > height + 16


def label_ends(
    axes: Axes, height: float, ends: Sequence[tuple[float, str, str]], room: float
) -> None:
    """Names at the right end of curves: (y, text, colour) each, `room` points wide, none overlapping.

    `height` is the height of the axes in points.
    """
    low, high = axes.get_ylim()
    lines = names([text for _, text, _ in ends], room, 8.5)
    wanted = [(y - low) / (high - low) * height for y, _, _ in ends]
    places = spread(wanted, [10.5 * len(block) + 2 for block in lines], -8, height + 8)
    for (_, _, colour), block, want, place in zip(ends, lines, wanted, places, strict=True):
        axes.annotate(
            "\n".join(block),
            xy=(1, want / height),
            xycoords="axes fraction",
            xytext=(1 + 9 / (axes.bbox.width / axes.figure.dpi * 72), place / height),
            textcoords="axes fraction",
            color=colour,
            va="center",
            ha="left",
            fontsize=8.5,
            linespacing=1.1,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.6,
                "shrinkA": 0,
                "shrinkB": 1,
                "relpos": (0, 0.5),
            },
            annotation_clip=False,
        )
