"""The tables of docs/evidence.md that list published figures, made from configs/published.yaml."""

from __future__ import annotations

from collections.abc import Iterable

from sim.rules.errors import DataError
from sim.rules.published import Figure, Published

BEGIN, END = "<!-- published: {name} -->", "<!-- end -->"
HEADS = {
    "claims": ("id", "claim", "source", "what", "figure", "mark", "name"),
    "research": ("id", "source", "what", "figure", "mark", "name"),
}
BOUND_WORDS = {"": "", "about": "about ", "at_least": "at least ", "at_most": "at most "}
PER_CENT = 100


def renewed(text: str, published: Published) -> str:
    """The text with its tables between the marks made again.

    Raises:
        DataError: a mark is missing.
    """
    tables = {
        "claims": [one for one in published.values() if one.claim is not None],
        "research": [one for one in published.values() if one.claim is None],
    }
    for name, figures in tables.items():
        begin = BEGIN.format(name=name)
        before, mark, rest = text.partition(begin)
        _, end, after = rest.partition(END)
        if not mark or not end:
            raise DataError(f"the text has no place for the table {name}: {begin} ... {END}")
        table = "\n".join((begin, *_table(HEADS[name], figures), END))
        text = before + table + after
    return text


def in_words(figure: Figure) -> str:
    """A figure with its unit, its bound and its band, or what the text says instead."""
    if figure.value is None:
        return figure.why
    if isinstance(figure.value, str):
        return figure.value
    words = f"{number(figure.value, figure.unit)}{_unit(figure.unit)}"
    if figure.low is not None and figure.high is not None:
        low, high = number(figure.low, figure.unit), number(figure.high, figure.unit)
        words = f"{low} to {high}{_unit(figure.unit)}"
    if figure.standard_error is not None:
        words += f" (standard error {number(figure.standard_error, figure.unit)})"
    return BOUND_WORDS[figure.bound] + words


def number(value: float, unit: str) -> str:
    """A number as a reader writes it: shares in per cent, thousands apart."""
    if unit == "share":
        return f"{round(PER_CENT * value, 6):g}"
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _unit(unit: str) -> str:
    if unit == "share":
        return " %"
    return f" {unit}" if unit else ""


def _table(heads: tuple[str, ...], figures: Iterable[Figure]) -> list[str]:
    rows = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for figure in figures:
        cells = {
            "id": figure.row,
            "claim": str(figure.claim),
            "source": f"{figure.source.partition(' ')[2]}: {figure.text}",
            "what": figure.what,
            "figure": in_words(figure),
            "mark": figure.mark,
            "name": f"`{figure.key}`",
        }
        rows.append(f"| {' | '.join(cells[head] for head in heads)} |")
    return rows
