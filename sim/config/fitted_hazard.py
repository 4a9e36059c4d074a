"""A fit as a hazard file: fitted groups with their source beside each value, the others as shipped."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from math import floor, isfinite, log10

import numpy as np

from sim.config.catalogue import data_root
from sim.experiment.fit.fitting import Baseline, Fit, GroupFit
from sim.experiment.fit.judging import WAYS
from sim.experiment.fit.reading import Table
from sim.experiment.fit.tables import WEEK_DAYS
from sim.report.words import join, say
from sim.rules.people import GROUPS

SHIPPED = "configs/hazard/default.yaml"
DIGITS = 6
WIDTH = 100


def text(found: Fit, table: Table, date: str, about: Sequence[str]) -> str:
    """The file's text.

    Args:
        date: of the fit, as 2026-11-27.
        about: sentences for the head, what the fit means.
    """
    by_name = {one.group: one for one in found.groups}
    head = say(
        "fit.head", table=_plain(table.name), date=date, groups=join(list(by_name)),
        spells=f"{sum(len(one.spells) for one in found.groups):,}",
    )  # fmt: skip
    lines = [f"# {head}", "#"]
    for sentence in about:
        lines += [f"# {part}" for part in _wrapped(_plain(sentence))]
    shipped = _shipped()
    for group in GROUPS:
        lines.append("")
        if group in by_name:
            lines += _group(by_name[group], table, date)
        else:
            lines += shipped[group]
    return "\n".join(lines) + "\n"


def _group(found: GroupFit, table: Table, date: str) -> list[str]:
    lines = [f"{found.group}:"]
    fitted = {one.exit: one for one in found.baselines}
    for way in WAYS:
        if way not in fitted:
            source = say(
                "fit.no_exit", exit=way, spells=f"{len(found.spells):,}", group=found.group,
                table=_plain(table.name), sha256=table.sha256, date=date,
            )  # fmt: skip
            lines.append(f"  {way}: {{kind: {_noted('none', source)}}}")
            continue
        lines += [
            f"  {way}:",
            *(f"    {line}" for line in _baseline(found, fitted[way], table, date)),
        ]
    return lines


def _baseline(found: GroupFit, one: Baseline, table: Table, date: str) -> list[str]:
    rates = one.rates
    spans = [
        f"{_short(low * WEEK_DAYS)}-{_short(high * WEEK_DAYS)}"
        for low, high in zip(rates.low, rates.high, strict=True)
    ]
    source = say(
        "fit.source",
        table=_plain(table.name), kind=table.kind, spells=f"{len(found.spells):,}",
        group=found.group, exits=f"{int(rates.exits.sum()):,}", exit=one.exit, date=date,
        sha256=table.sha256, variance=f"{one.variance:g}",
    )  # fmt: skip
    noted = f"{source}; {say('fit.interval')}: {', '.join(spans)}"
    values = [_short(rate * WEEK_DAYS) for rate in rates.rate]
    ends = (float(rates.low.min()) * WEEK_DAYS, float(rates.high.max()) * WEEK_DAYS)
    limits = f"[{_short(ends[0])}, {_short(ends[1])}]" if isfinite(ends[1]) else ""
    if len(values) == 1:
        return [
            f"kind: {_noted('constant', source)}",
            f"rate_per_week: {_noted(values[0], noted, limits)}",
        ]
    days, together = ", ".join(f"{day:g}" for day in one.starts), ", ".join(values)
    return [
        f"kind: {_noted('piecewise', source)}",
        f"from_days: {_noted(f'[{days}]', source)}",
        f"rate_per_week: {_noted(f'[{together}]', noted, limits)}",
    ]


def _noted(value: str, source: str, limits: str = "") -> str:
    span = f", range: {limits}" if limits else ""
    return (
        f"{{value: {value}{span}, source: {json.dumps(source, ensure_ascii=False)}, mark: DERIVED}}"
    )


def _short(value: float) -> str:
    """A number in plain decimals, with six significant digits."""
    if value == 0.0 or not isfinite(value):
        return "0" if value == 0.0 else "inf"
    shown = np.format_float_positional(
        round(value, DIGITS - 1 - floor(log10(abs(value)))), trim="-"
    )
    return str(shown)


def _plain(words: str) -> str:
    """Text on one line that no reader of YAML takes for more than text."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in words)).replace(
        "${", "$ {"
    )


def _wrapped(sentence: str) -> list[str]:
    lines = [""]
    for word in sentence.split():
        if lines[-1] and len(lines[-1]) + len(word) + 3 > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _shipped() -> dict[str, list[str]]:
    """The lines of each group in the shipped file, with the comments over it."""
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    own: list[str] = []
    for line in (data_root() / SHIPPED).read_text(encoding="utf-8").splitlines():
        if key := re.fullmatch(r"(\w+):", line):
            own = found[key[1]] = [*waiting, line]
            waiting = []
        elif line.startswith(" "):
            own.append(line)
        elif line.startswith("#"):
            waiting.append(line)
        else:
            waiting = []
    return found
