"""What readers see of a sensitivity analysis: sentences, tables for terminal and page, the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.experiment.hours import AS_CONFIGURED, kind_of
from sim.experiment.sensitivity.answer import MORRIS, SOBOL, Answer
from sim.experiment.sensitivity.break_even import STEPS
from sim.experiment.sensitivity.ranges import LeftOut
from sim.experiment.sensitivity.tornado import CHANCE
from sim.report.digits import show
from sim.report.figures.sensitivity import draw
from sim.report.html import page
from sim.report.inline import inline
from sim.report.words import name_of, say

PAGE = "report.html"
NAMED = 3
"""Parameters that a sentence names."""

ON_PAGE = 30
"""Parameters that a table of the page shows."""

Shown = tuple[str, str, list[str], list[list[str]]]
"""A table in words: title, what it is, heads, rows."""

INDICES = {
    MORRIS: ("mu_star", "mu_star_conf", "sigma"),
    SOBOL: ("total_order", "first_order"),
}


def title_of(values: Mapping[str, Any], arm: str) -> str:
    """What an arm is called, without what it is about."""
    return str(values["arms"][arm].get("title", arm)).partition(":")[0]


def lead(found: Answer) -> list[str]:
    """The answer in sentences."""
    table, values = found.sensitivity, found.task.values
    said: list[str] = []
    if table is not None:
        sentence = _moved if "span" in table else _depends
        for (arm, metric), of_one in table.groupby(["arm", "metric"], sort=False):
            said.append(sentence(title_of(values, arm), name_of("metric", metric), of_one))
    if found.bands is not None:
        said += _banded(found)
    for row in found.break_even.itertuples(index=False):
        key = "sensitivity.lead_no_break_even" if isnan(row.break_even) else "sensitivity.lead_break_even"  # fmt: skip
        ends = {"low": f"{row.low:g}", "high": f"{row.high:g}"}
        where = "below" if row.break_even < row.low else "inside"
        said.append(say(
            key, arm=title_of(values, row.arm), parameter=row.parameter, value=show(row.break_even),
            where=_place(where, ends), configured=f"{row.configured:g}", high=ends["high"],
            first=f"{row.tried_from:g}", saving_first=show(row.saving_at_first, whole=True),
            saving_high=show(row.saving_at_high, whole=True),
        ))  # fmt: skip
    return said


def _place(where: str, ends: Mapping[str, str]) -> str:
    text = name_of("sensitivity", where)
    return text.format(**ends)


def _moved(arm: str, metric: str, of_one: pd.DataFrame) -> str:
    chance = of_one[of_one["parameter"].eq(CHANCE)].iloc[0]
    others = of_one[of_one["parameter"].ne(CHANCE)]
    wider = others[others["span"] > chance["span"]]
    names = [
        say("sensitivity.lead_name", name=row.parameter, low=show(row.outcome_at_low),
            high=show(row.outcome_at_high))
        for row in wider.head(NAMED).itertuples(index=False)
    ]  # fmt: skip
    return say(
        "sensitivity.lead_tornado" if names else "sensitivity.lead_tornado_none",
        arm=arm, metric=metric, outcome=show(chance["outcome"]),
        low=show(chance["outcome_at_low"]), high=show(chance["outcome_at_high"]),
        wider=len(wider), all=len(others), names="; ".join(names),
    )  # fmt: skip


def _depends(arm: str, metric: str, of_one: pd.DataFrame) -> str:
    names = ", ".join(of_one["parameter"].head(NAMED))
    return say("sensitivity.lead_index", arm=arm, metric=metric, names=names)


def _banded(found: Answer) -> Iterator[str]:
    assert found.bands is not None
    for row in found.bands.itertuples(index=False):
        if row.metric in found.task.metrics:
            yield say(
                "sensitivity.lead_bands", arm=title_of(found.task.values, row.arm),
                metric=name_of("metric", row.metric), outcome=show(row.configured),
                low=show(row.chance_low), high=show(row.chance_high),
                unknown_low=show(row.unknown_low), unknown_high=show(row.unknown_high),
            )  # fmt: skip
    drawn = found.frontier[found.frontier["hours"].eq(kind_of(found.task.values))]
    shares = drawn.set_index(["arm", "purse"])["probability_pays"]
    for arm in found.task.arms:
        yield say(
            "sensitivity.lead_pays", arm=title_of(found.task.values, arm),
            municipality=_share(shares[arm, 'municipality']), public=_share(shares[arm, 'public']),
        )  # fmt: skip


def tables(found: Answer, most: int) -> Iterator[Shown]:
    """Every table in words, of parameters the `most` that move the outcome most."""
    values, method = found.task.values, found.task.method
    if found.sensitivity is not None:
        for (arm, metric), of_one in found.sensitivity.groupby(["arm", "metric"], sort=False):
            names = {"metric": name_of("metric", metric), "arm": title_of(values, arm)}
            heads, rows = (_spans if "span" in of_one else _indices)(of_one, method, most)
            title = say(f"sensitivity.head_{method}", **names)
            yield title, say(f"sensitivity.about_{method}"), heads, rows
    if found.bands is not None:
        yield say("sensitivity.head_bands"), say("sensitivity.about_bands"), *_bands(found)
    for (purse, kind), of_one in found.frontier.groupby(["purse", "hours"], sort=False):
        title = say("sensitivity.head_frontier", purse=name_of("purse", str(purse)))
        about, drawn = say("sensitivity.about_frontier"), True
        if kind != AS_CONFIGURED:
            same = name_of("same_hours", str(kind))
            title, about = f"{title}, {same}", say(f"sensitivity.about_{kind}")
            drawn = str(kind) == kind_of(values)
        yield title, about, *_frontier(of_one, values, drawn)
    if len(found.break_even):
        about = say("sensitivity.about_break_even", steps=STEPS)
        yield say("sensitivity.head_break_even"), about, *_break_even(found)


def _share(probability: float) -> str:
    """A probability in whole per cent."""
    return f"{100.0 * probability:.0f} %"


def _heads(*codes: str) -> list[str]:
    return [name_of("sensitivity_column", code) for code in codes]


def _range(row: Any) -> str:
    return "" if isnan(row.low) else f"{row.low:g} to {row.high:g}"


def _name(parameter: str) -> str:
    return say("sensitivity.chance") if parameter == CHANCE else parameter


def _spans(table: pd.DataFrame, _: str, most: int) -> tuple[list[str], list[list[str]]]:
    heads = _heads("parameter", "unit", "range", "at_low", "outcome", "at_high", "span")
    shown = table[(table.reset_index().index < most) | table["parameter"].eq(CHANCE)]
    rows = [
        [_name(row.parameter), row.unit, _range(row), show(row.outcome_at_low), show(row.outcome),
         show(row.outcome_at_high), show(row.span)]
        for row in shown.itertuples(index=False)
    ]  # fmt: skip
    return heads, rows


def _indices(table: pd.DataFrame, method: str, most: int) -> tuple[list[str], list[list[str]]]:
    names = INDICES[method]
    rows = [
        [row["parameter"], row["unit"], f"{row['low']:g} to {row['high']:g}",
         *(show(row[name]) for name in names)]
        for _, row in table.head(most).iterrows()
    ]  # fmt: skip
    return _heads("parameter", "unit", "range", *names), rows


def _bands(found: Answer) -> tuple[list[str], list[list[str]]]:
    assert found.bands is not None
    rows = [
        [title_of(found.task.values, row.arm), name_of("metric", row.metric), show(row.configured),
         f"{show(row.chance_low)} to {show(row.chance_high)}",
         f"{show(row.unknown_low)} to {show(row.unknown_high)}", _share(row.probability_positive)]
        for row in found.bands.itertuples(index=False)
    ]  # fmt: skip
    return _heads("arm", "metric", "configured", "chance", "unknown", "positive"), rows


def _frontier(
    table: pd.DataFrame, values: Mapping[str, Any], may_be_drawn: bool
) -> tuple[list[str], list[list[str]]]:
    drawn = may_be_drawn and "probability_pays" in table
    heads = _heads("arm", "status", "days", "cost", "further", *(["on_frontier", "pays"] * drawn))
    rows = []
    for row in table.itertuples(index=False):
        cells = [
            title_of(values, row.arm), say(f"sensitivity.status_{row.status}"), show(row.days_saved),
            show(row.cost_dkk, whole=True), show(row.dkk_per_further_day, whole=True),
        ]  # fmt: skip
        if drawn:
            pays = "–" if isnan(row.probability_pays) else _share(row.probability_pays)
            cells += [_share(row.probability_on_frontier), pays]
        rows.append(cells)
    return heads, rows


def _break_even(found: Answer) -> tuple[list[str], list[list[str]]]:
    rows = [
        [title_of(found.task.values, row.arm), row.parameter, _range(row), f"{row.configured:g}",
         show(row.break_even)]
        for row in found.break_even.itertuples(index=False)
    ]  # fmt: skip
    return _heads("arm", "parameter", "range", "configured", "break_even"), rows


def left_out(left: Sequence[LeftOut]) -> pd.DataFrame:
    """left_out.csv: each parameter with a range that does not vary, and why."""
    rows = [[one.name, name_of("sensitivity_why", one.why), one.more] for one in left]
    return pd.DataFrame(rows, columns=["parameter", "why", "more"])


def left_in_short(left: Sequence[LeftOut]) -> str:
    """How many are left out, by reason."""
    if not left:
        return say("sensitivity.left_none")
    counts = Counter(one.why for one in left)
    reasons = "; ".join(
        say("sensitivity.left_reason", number=number, why=name_of("sensitivity_why", why))
        for why, number in counts.items()
    )
    return say("sensitivity.left_in_short", number=len(left), reasons=reasons)


def write(folder: Path, found: Answer, left: pd.DataFrame, command: str) -> Path:
    """Draw the figures into figures/ and write report.html: one file, no network, no script.

    Args:
        left: the rows of left_out.csv.
    """
    task = found.task
    title = say("sensitivity.title", title=task.values.get("title", ""))
    pictures = [
        Markup(inline(file, f"{file.stem}-", name))
        for file, name in draw(found, lambda arm: title_of(task.values, arm), folder / "figures")
    ]
    omitted = (
        say("sensitivity.head_left_out"), say("sensitivity.about_left_out"),
        _heads("parameter", "why", "more"), left.to_numpy().tolist(),
    )  # fmt: skip
    design = task.values["design"]
    content = page(
        "sensitivity.html.j2",
        title=title,
        method=say(f"sensitivity.method_{task.method}"),
        note=say("sensitivity.same_luck", replications=task.replications,
                 days=f"{design['observation_days']:g}"),
        lead=lead(found),
        pictures=pictures,
        tables=[*((*one, False) for one in tables(found, most=ON_PAGE)), (*omitted, True)],
        command=command,
    )  # fmt: skip
    path = folder / PAGE
    path.write_text(content, encoding="utf-8", newline="\n")
    return path
