"""The page that holds the answer, the tables and the figures: one file, no network, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.report import tables
from sim.report.answers import closing_sentences
from sim.report.cells import verdict
from sim.report.digits import show, show_interval
from sim.report.figures import Drawn
from sim.report.folder import Arm, Run, clean
from sim.report.html import page
from sim.report.inline import inline
from sim.report.suspension import backlog_lines, planned_lines, suspension_sentences
from sim.report.words import LANGUAGES, find, name_of, say, spoken

FACTS = (
    "command",
    "version",
    "commit",
    "seed",
    "engine",
    "replications",
    "checks",
    "packages",
    "rows_sha256",
)
"""What the page shows of the manifest: nothing that differs from one making to the next."""


def file_name(code: str) -> str:
    """The name of the page in a language: report.html, report.da.html."""
    return "report.html" if code == LANGUAGES[0] else f"report.{code}.html"


def write(run: Run, drawn: Sequence[Drawn]) -> Path:
    """Write the page of the language spoken into the run folder."""
    content = page(
        "report.html.j2",
        run=run,
        answers=answers(run),
        lines=tables.main_table(run),
        figures=[_figure(figure) for figure in drawn],
        differences=tables.difference_table(run),
        costs=tables.cost_table(run),
        office=tables.office_table(run),
        suspension=suspension_sentences(run),
        backlog=backlog_lines(run),
        planned=planned_lines(run),
        changed=tables.parameter_rows(run, "changed"),
        assumed=tables.parameter_rows(run, "assumed"),
        left_out=find("brief.left_out_list"),
        too_short="rmst_728_days" not in set(run.table("summary")["metric"]),
        remarks=remarks(run),
        facts=facts_of(run),
    )
    path = run.path / file_name(spoken())
    path.write_text(content, encoding="utf-8", newline="\n")
    return path


def answers(run: Run) -> list[str]:
    """A sentence an arm: days, the municipality's money, and whether it is more than chance."""
    of_arms = [sentence for arm in run.arms[1:] if (sentence := _answer(run, arm))]
    return of_arms + closing_sentences(run)


def _answer(run: Run, arm: Arm) -> str:
    rows = run.rows("differences", arm=arm.name, group="all", metric="days_saved")
    if rows.empty or not math.isfinite(float(rows.iloc[0]["difference"])):
        return ""
    row = rows.iloc[0]
    days, low, high = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
    said = verdict(row["is_noise"])
    known = {"arm": arm.title, "baseline": run.baseline.title}
    if said == say("noise.noise"):
        span = show_interval(days, low, high)
        return f"{say('brief.answer_noise', span=span, **known)} {_money(run, arm)}"
    shown, low, high = _positive(days, low, high)
    text = say(
        "brief.answer_shorter" if days >= 0 else "brief.answer_longer",
        days=show(shown, low, high),
        span=_bracket(show_interval(shown, low, high)),
        **known,
    )
    chance = say("brief.chance") if said == say("noise.more") else say("brief.chance_undefined")
    return f"{text} {chance} {_money(run, arm)}"


def _positive(value: float, low: float, high: float) -> tuple[float, float, float]:
    return (value, low, high) if value >= 0 else (-value, -high, -low)


def _bracket(span: str) -> str:
    return f" ({span})" if span else ""


def _money(run: Run, arm: Arm) -> str:
    rows = run.rows("account_differences", arm=arm.name, account="municipality")
    if rows.empty or not math.isfinite(float(rows.iloc[0]["net_saving_dkk_per_spell"])):
        return ""
    row = rows.iloc[0]
    saved, low, high = (float(row[c]) for c in ("net_saving_dkk_per_spell", "ci_low", "ci_high"))
    if verdict(row["is_noise"]) == say("noise.noise"):
        span = show_interval(saved, low, high, whole=True)
        return say("brief.municipality_noise", span=span)
    shown, low, high = _positive(saved, low, high)
    return say(
        "brief.municipality_saves" if saved >= 0 else "brief.municipality_costs",
        dkk=show(shown, low, high, whole=True),
        span=_bracket(show_interval(shown, low, high, whole=True)),
    )


def _figure(figure: Drawn) -> dict[str, Any]:
    label = f"{figure.title}. {figure.subtitle}"
    caption = find(f"caption.{figure.stem}")
    return {
        "stem": figure.stem,
        "svg": Markup(inline(figure.svg, f"{figure.stem}-", label)),
        "caption": caption if isinstance(caption, str) else "",
    }


def remarks(run: Run) -> list[str]:
    """What the run itself says against its figures: no interval, warnings, notes, metrics left out."""
    said = [*no_interval(run), *(run.facts.get("warnings") or []), *(run.facts.get("notes") or [])]
    left_out = run.facts.get("left_out") or {}
    said += [
        say("brief.left_out_metric", metric=name_of("metric", metric), why=why)
        for metric, why in left_out.items()
    ]
    return [clean(text, 500) for text in said]


def no_interval(run: Run) -> list[str]:
    """Why nothing has an interval, where that is so."""
    if run.facts.get("luck") == "grid":
        return [say("brief.no_interval_grid")]
    return [say("brief.no_interval_one")] if run.facts.get("replications") == 1 else []


def facts_of(run: Run) -> list[tuple[str, str]]:
    """What is needed to run it again, from the manifest, in words."""
    shown = []
    for key in FACTS:
        if key in run.facts and run.facts[key] not in (None, "", {}, []):
            shown.append((name_of("fact", key), clean(_flat(run.facts[key]), 2000)))
    return shown


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_flat(inner) for inner in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
