"""Verdicts in words: the lead, the table for the terminal, and the page."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from sim.experiment.validation.judging import ARITHMETIC, KINDS, Judged, Row
from sim.experiment.validation.verdict import CONTRADICTED, FITTED, STRAINED, VERDICTS
from sim.report.digits import MINUS, show, show_interval
from sim.report.evidence import in_words
from sim.report.figures.validation import draw
from sim.report.inline import inline
from sim.report.words import find, join, name_of, say, spoken

PAGE, FIGURE = "validation.html", "validation"
RESEARCH = "E"
MINUS_BEFORE_DIGIT = re.compile(r"(?<!\w)-(?=\d)")
FACTS = ("command", "version", "commit", "seed", "replications", "packages")


def lead(judged: Sequence[Judged]) -> list[str]:
    """A paragraph a reading: how many rows have which verdict, arithmetic counted apart."""
    return [
        " ".join(
            (
                say(
                    "validate.counts",
                    reading=one.name,
                    rows=len(one.rows),
                    figures=len({row.figure.key for row in one.rows}),
                ),
                *(_count(one, kind) for kind in (*KINDS, "")),
            )
        )
        for one in judged
    ]


def _count(one: Judged, kind: str) -> str:
    """How many rows of a kind have which verdict, and what the fitted ones would be."""
    counts = []
    for word, number in one.counts(kind).items():
        text = f"{number} {word}"
        if word == FITTED:
            missed = join(
                [f"{n} would be {name}" for name, n in one.not_reached(kind).items() if n]
            )
            text += f" ({say('validate.not_reached', counts=missed)})" if missed else ""
        counts.append(text)
    return say(f"validate.counts_{kind or 'none'}", counts=", ".join(counts)) if counts else ""


def contradictions(one: Judged) -> list[tuple[str, list[str]]]:
    """What a reading contradicts, a sentence each, under a heading a kind; arithmetic apart."""
    found = []
    for kind in KINDS:
        rows = [row for row in one.rows if row.verdict == CONTRADICTED and row.kind == kind]
        if rows or kind != ARITHMETIC:
            heading = say(f"validate.contradicted_{kind}", reading=one.name)
            none = [say("validate.contradicted_none", reading=one.name)]
            found.append((heading, [contradiction(row) for row in rows] or none))
    return found


def contradicted(one: Judged) -> list[str]:
    """The same as lines for a terminal."""
    return [
        line
        for heading, sentences in contradictions(one)
        for line in (f"{heading}:", *(f"  {sentence}" for sentence in sentences))
    ]


def contradiction(row: Row) -> str:
    """One row as a sentence."""
    return say(
        f"validate.said_{row.kind}",
        what=f"{row.figure.source}, {row.figure.what}",
        published=published(row),
        predicted=predicted(row),
        measure=name_of("measure", row.measure),
    )


def published(row: Row) -> str:
    """The published figure as a reader writes it."""
    if row.expected and row.figure.value is None:
        return say("validate.implied", expected=row.expected)
    words = in_words(row.figure)
    return words if isinstance(row.figure.value, str) else MINUS_BEFORE_DIGIT.sub(MINUS, words)


def predicted(row: Row) -> str:
    """The prediction with its 90 % interval, in the figure's unit; nothing where there is none."""
    if row.prediction is None:
        return ""
    share = row.figure.unit == "share"
    if row.prediction.constant:
        return show(row.prediction.mean, share=share)
    low, high = row.prediction.interval()
    value = show(row.prediction.mean, low, high, share=share)
    return f"{value} ({show_interval(row.prediction.mean, low, high, share=share)})"


def chance(row: Row) -> str:
    """The standard deviations that make the interval: of one study, and of the simulation."""
    if row.prediction is None or row.prediction.even or row.prediction.constant:
        return ""
    share = row.figure.unit == "share"
    parts = (row.prediction.chance, row.prediction.error)
    return " / ".join(show(part, share=share) for part in parts)


def remark(row: Row) -> str:
    """Where an input enters, why something is outside, and what else is to be known."""
    parts = []
    if row.where:
        words = (find("enters") or {}).get(row.where)
        how = "enters_as" if words else "enters"
        parts.append(say(f"validate.{how}", where=words or row.where))
    if row.why:
        parts.append(name_of("why", row.why))
    if row.note:
        parts.append(name_of("remark", row.note))
    return "; ".join(parts)


def judgement(row: Row) -> str:
    """The verdict, with what a fitted figure that the fit does not reach would be."""
    if row.unfitted in (STRAINED, CONTRADICTED):
        return f"{row.verdict} ({say('validate.unfitted', verdict=row.unfitted)})"
    return row.verdict


def size(row: Row) -> str:
    """How many people were in the arms; a star where that is our assumption."""
    if not row.people:
        return ""
    people = " + ".join(f"{number:,}" for number in row.people)
    return say("validate.size", people=people, assumed="*" if row.assumed else "")


def short_table(judged: Sequence[Judged]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Heads and rows for a terminal."""
    first, second = judged
    columns = ("claim", "id", "published", "predicted_or", "kind", "verdict")
    heads = [say(f"validate.column_{name}") for name in columns]
    heads.append(second.name)
    rows = []
    for row, other in zip(first.rows, second.rows, strict=True):
        words = row.figure.why and not row.expected
        rows.append(
            [
                str(row.figure.claim or row.figure.row),
                row.figure.what,
                say("validate.in_words") if words else published(row),
                _short_prediction(row),
                row.kind,
                judgement(row),
                predicted(other),
            ]
        )
    return tuple(heads), rows


def _short_prediction(row: Row) -> str:
    """The prediction and what it is of; else where an input enters, or why not."""
    if row.prediction is None:
        return remark(row)
    return f"{predicted(row)}: {name_of('measure', row.measure)}"


def write(folder: Path, judged: Sequence[Judged], facts: Mapping[str, Any]) -> Path:
    """Write validation.html and its figure into a folder."""
    svg = draw(judged[0], folder, FIGURE)[0]
    place = files(__package__).joinpath("text")
    style = place.joinpath("report.css").read_text(encoding="utf-8").strip() + "\n"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    source = place.joinpath("validation.html.j2").read_text(encoding="utf-8")
    page = environment.from_string(source).render(
        language=spoken(),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        style=Markup(style),
        say=say,
        lead=lead(judged),
        meanings=[find(f"validate.{word.split()[0]}") for word in VERDICTS],
        contradicted=[part for one in judged for part in contradictions(one)],
        figure=Markup(inline(svg, "validation-", say("validate.figure"))),
        second=judged[1].name,
        groups=_groups(judged),
        facts=[
            (name_of("fact", key), _flat(facts[key])) for key in FACTS if facts.get(key) is not None
        ],
    )
    path = folder / PAGE
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def group_of(row: Row) -> str:
    """The part of the page that a row stands in."""
    code = RESEARCH if row.figure.claim is None else row.figure.row
    return name_of("validate_group", code)


def _groups(judged: Sequence[Judged]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows as the page shows them, by source."""
    first, second = judged
    groups: dict[str, list[dict[str, Any]]] = {}
    for row, other in zip(first.rows, second.rows, strict=True):
        groups.setdefault(group_of(row), []).append(
            {
                "claim": row.figure.claim or row.figure.row,
                "key": row.figure.key,
                "what": row.figure.what,
                "source": f"{row.figure.source} [{row.figure.mark}]",
                "published": published(row),
                "measure": name_of("measure", row.measure) if row.measure else "",
                "size": size(row),
                "predicted": predicted(row),
                "value": "" if row.prediction is None else repr(row.prediction.mean),
                "chance": chance(row),
                "kind": row.kind,
                "verdict": judgement(row),
                "other": predicted(other),
                "other_verdict": judgement(other) if other.prediction else "",
                "remark": remark(row),
            }
        )
    return list(groups.items())


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return str(value)
