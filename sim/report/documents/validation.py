"""docs/validation.md: the verdicts of `samtale validate`, from the rows that it left in docs/."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.digits import show, show_interval
from sim.report.evidence import in_words
from sim.report.words import name_of, say
from sim.rules.published import Published

Row = Mapping[str, str]
ARITHMETIC = "arithmetic"
TOLD = ("contradicted", "strained", "fitted", "compatible")
"""Verdicts with a table of their own, what does not fit first."""

APART = ("input", "outside the model")


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a validation.csv."""
    return list(csv.DictReader(io.StringIO(text)))


def page(found: Sequence[Row], facts: Mapping[str, Any], published: Published) -> str:
    """The page: what was compared how, the counts, and a table a verdict."""
    lines = [say("documents.made"), "", f"# {say('documents.validation_title')}", ""]
    lines += [say("documents.validation_lead", **{key: facts[key] for key in
              ("command", "version", "seed", "replications", "commit")}), ""]  # fmt: skip
    lines += [f"| {say('documents.head_verdict')} | {say('documents.head_simulated')} | "
              f"{say('documents.head_arithmetic')} | {say('documents.head_says')} |",
              "|---|---|---|---|"]  # fmt: skip
    counted = Counter((row["verdict"], row["kind"]) for row in found)
    for verdict in (*TOLD, *APART):
        by_kind = {kind: counted[verdict, kind] for _, kind in counted}
        arithmetic = by_kind.get(ARITHMETIC, 0)
        others = sum(by_kind.values()) - arithmetic
        meaning = say(f"validate.{verdict.split()[0]}").partition(": ")[2]
        lines.append(f"| {verdict} | {others} | {arithmetic} | {meaning} |")
    for verdict in TOLD:
        lines += ["", f"## {verdict.capitalize()}", ""]
        lines += [f"| {' | '.join(say(f'documents.head_{head}') for head in ('claim', 'what', 'published', 'model', 'measure', 'kind'))} |",
                  f"|{'---|' * 6}"]  # fmt: skip
        lines += [_line(row, published) for row in found if row["verdict"] == verdict]
    lines += ["", f"## {say('documents.outside_title')}", ""]
    lines += [f"- `{row['id']}`: {row['why'] or row['note']}" for row in found
              if row["verdict"] == "outside the model"]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _line(row: Row, published: Published) -> str:
    figure = published[row["id"]]
    told = say("validate.implied", expected=row["read_as"]) if (
        row["read_as"] and figure.value is None) else in_words(figure)  # fmt: skip
    cells = (
        row["claim"] or figure.row,
        f"{figure.what} (`{row['id']}`)",
        told,
        _predicted(row),
        name_of("measure", row["measure"]),
        row["kind"],
    )
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def _predicted(row: Row) -> str:
    if not row["simulated"]:
        return ""
    share, mean = row["unit"] == "share", float(row["simulated"])
    if not row["low_90"]:
        return show(mean, share=share)
    low, high = float(row["low_90"]), float(row["high_90"])
    return f"{show(mean, low, high, share=share)} ({show_interval(mean, low, high, share=share)})"
