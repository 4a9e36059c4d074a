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

FITTED, COMPATIBLE = TOLD[2:]
HEADS = ("claim", "what", "published", "model", "measure", "kind")
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
    lines += ["", _fitted(found), "", _compatible(found)]
    for verdict in TOLD:
        heads = HEADS if verdict != FITTED else (*HEADS, "if_not_fitted")
        lines += ["", f"## {verdict.capitalize()}", ""]
        lines += [f"| {' | '.join(say(f'documents.head_{head}') for head in heads)} |",
                  f"|{'---|' * len(heads)}"]  # fmt: skip
        lines += [_line(row, published) for row in found if row["verdict"] == verdict]
    lines += ["", f"## {say('documents.outside_title')}", ""]
    lines += [f"- `{row['id']}`: {row['why'] or row['note']}" for row in found
              if row["verdict"] == "outside the model"]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _fitted(found: Sequence[Row]) -> str:
    """Which of the fitted figures the model does not reach even so."""
    fitted = [row for row in found if row["verdict"] == FITTED]
    missed = [row for row in fitted if row["if_not_fitted"] != COMPATIBLE]
    return say(
        "documents.fitted_missed", all=len(fitted), reached=len(fitted) - len(missed),
        missed=", ".join(f"`{row['id']}` ({row['if_not_fitted']})" for row in missed)
        or say("documents.none"),
    )  # fmt: skip


def _compatible(found: Sequence[Row]) -> str:
    """How much of what is compatible could have come out otherwise."""
    rows = [row for row in found if row["verdict"] == COMPATIBLE]
    tried = [row for row in rows if row["kind"] != ARITHMETIC]
    direction = [row for row in tried if row["read_as"]]
    load = [row for row in tried if row["note"] == say("remark.load")]
    named = {
        name: f"{len(own)} ({', '.join('`' + row['id'] + '`' for row in own)})" if own else "0"
        for name, own in (("direction", direction), ("load", load))
    }
    return say(
        "documents.compatible_of", all=len(rows), arithmetic=len(rows) - len(tried), **named,
        rest=sum(row not in direction and row not in load for row in tried),
    )  # fmt: skip


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
        *((row["if_not_fitted"],) if row["verdict"] == FITTED else ()),
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
