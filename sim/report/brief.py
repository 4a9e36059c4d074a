"""The page that holds the answer, the tables and the figures: one file that asks for nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.report import precision, tables
from sim.report.answers import closing_sentences
from sim.report.brief_data import EVERYBODY, brief_data
from sim.report.cells import verdict
from sim.report.digits import show, show_interval
from sim.report.figures import Drawn
from sim.report.folder import Arm, Run, clean
from sim.report.html import page
from sim.report.inline import inline
from sim.report.suspension import backlog_lines, planned_lines, suspension_sentences
from sim.report.words import LANGUAGES, find, name_of, say, spoken, translated

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

PRINTED = ("trial_looks", "account_differences", "survival")
"""Figures of which the first two that are there are printed."""

LONG = ("commit", "engine", "checks", "packages", "rows_sha256")
"""Facts that are not printed."""

MANY_ARMS = 6
"""With more of them the main table has an arm a row."""

NAMES_PRINTED = 12
"""So many names of changed parameters are printed."""

ROOMY_CHARACTERS, TIGHT_CHARACTERS = 1000, 1500
ARM_CHARACTERS = 150
"""What an arm takes of the first printed page beside its sentences, in the table."""

TINY_DAYS = 0.1
"""Fewer days than these are told to be of no practical meaning, however certain."""

MUCH_MORE = 1.5
"""A group is told of where it gains so many times as much as all together."""

WORTH_TELLING = 0.2
"""One that it goes the other way for is told of from such a part of the largest change."""

FEW_REPLICATIONS = 5
"""With fewer of them an interval is told to be rough."""

KEY_ASSUMPTIONS = (
    "effect.alpha",
    "effect.rho",
    "effect.tau_days",
    "effect.threat",
    "market.displacement",
    "office.load_elasticity",
)
"""What the answer rests on most, as sensitivity studies of the default scenario found."""


def write(run: Run, drawn: Sequence[Drawn], path: Path) -> Path:
    """Write the page in the language spoken."""
    changed = tables.parameter_rows(run, "changed")
    said, suspension = answers(run), suspension_sentences(run)
    content = page(
        "report.html.j2",
        also="brief",
        data=brief_data(run),
        run=run,
        many=len(run.arms) > MANY_ARMS,
        answers=said,
        intervals=not no_interval(run),
        room=_room(run, [*said, *suspension]),
        lines=tables.main_table(run),
        figures=_figures(drawn),
        differences=tables.difference_table(run),
        costs=tables.cost_table(run),
        office=tables.office_table(run),
        suspension=suspension,
        backlog=backlog_lines(run),
        planned=planned_lines(run),
        key_assumptions=tables.key_rows(run, KEY_ASSUMPTIONS),
        changed=changed,
        changed_names=_names(changed),
        assumed=tables.parameter_rows(run, "assumed"),
        left_out=find("brief.left_out_list"),
        too_short="rmst_728_days" not in set(run.table("summary")["metric"]),
        remarks=[
            (text, spoken() != LANGUAGES[0] and is_english) for text, is_english in _remarks(run)
        ],
        facts=facts_of(run),
    )
    path.write_text(content, encoding="utf-8", newline="\n")
    return path


def _room(run: Run, said: Sequence[str]) -> str:
    """How much room the first printed page has.

    `roomy`: it holds what the model leaves out too, so that the figures on the second are larger;
    `tight`: its type is smaller, so that it stays one page.
    """
    filled = sum(map(len, said)) + ARM_CHARACTERS * (len(run.arms) - 1)
    if filled <= ROOMY_CHARACTERS:
        return "roomy"
    return "tight" if filled > TIGHT_CHARACTERS else ""


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
    if low == days == high == 0.0 and not _moves_money(run, arm):
        return say("brief.no_change", **known)
    if said == say("noise.noise"):
        span = show_interval(days, low, high)
        text = say("brief.answer_noise", span=span, **known)
        return " ".join(filter(None, (text, _money(run, arm), _of_groups(run, arm, 0.0))))
    shown, low, high = _positive(days, low, high)
    text = say(
        "brief.answer_shorter" if days >= 0 else "brief.answer_longer",
        days=show(shown, low, high),
        span=_bracket(show_interval(shown, low, high)),
        **known,
    )
    chance = say("brief.chance") if said == say("noise.more") else say("brief.chance_undefined")
    tiny = say("brief.tiny") if abs(days) < TINY_DAYS else ""
    return " ".join(
        filter(None, (text, chance, tiny, _money(run, arm), _of_groups(run, arm, days)))
    )


def _of_groups(run: Run, arm: Arm, overall: float) -> str:
    """What the average hides: groups that gain much more, and groups that it goes the other way for.

    Of each the one that moves most, where that is more than noise.
    """
    rows = run.rows("days_saved", arm=arm.name)
    if rows.empty:
        return ""
    rows = rows[(rows["group"] != EVERYBODY) & (rows["is_noise"].map(verdict) == say("noise.more"))]
    along = rows[rows["days_saved"] * (overall or 1.0) > 0.0]
    against = rows[rows["days_saved"] * (overall or 1.0) < 0.0]
    if overall and (along.empty or along["days_saved"].abs().max() < MUCH_MORE * abs(overall)):
        along = along.iloc[:0]
    most = max(rows["days_saved"].abs(), default=0.0)
    found = []
    for own in (along, against):
        if own.empty:
            continue
        row = own.loc[own["days_saved"].abs().idxmax()]
        days, low, high = (float(row[c]) for c in ("days_saved", "ci_low", "ci_high"))
        if abs(days) < WORTH_TELLING * most:
            continue
        shown = show(*_positive(days, low, high))
        key = "brief.group_shorter" if days > 0.0 else "brief.group_longer"
        found.append(say(key, group=name_of("group", row["group"]), days=shown))
    return say("brief.of_groups", groups=", ".join(found)) if found else ""


def _moves_money(run: Run, arm: Arm) -> bool:
    """Whether an arm changes any account by more than the last digits of a sum."""
    saved = run.rows("account_differences", arm=arm.name)
    return not saved.empty and bool((saved["net_saving_dkk_per_spell"].abs() > 1e-6).any())


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


def _names(rows: Sequence[Mapping[str, Any]]) -> str:
    named = [clean(row["name"], 80) for row in rows]
    more = ["…"] if len(named) > NAMES_PRINTED else []
    return ", ".join(named[:NAMES_PRINTED] + more)


def _figures(drawn: Sequence[Drawn]) -> list[dict[str, Any]]:
    printed = [stem for stem in PRINTED if any(figure.stem == stem for figure in drawn)][:2]
    return [{**_figure(figure), "printed": figure.stem in printed} for figure in drawn]


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
    return [text for text, _ in _remarks(run)]


def _remarks(run: Run) -> list[tuple[str, bool]]:
    """Each remark, and whether it stands in English whatever the language spoken."""
    said = [(text, False) for text in (*no_interval(run), *_rough(run), *precision.sentences(run))]
    for text in (*(run.facts.get("warnings") or []), *(run.facts.get("notes") or [])):
        own = translated(str(text))
        said.append((own, own == str(text)))
    left_out = run.facts.get("left_out") or {}
    said += [
        (say("brief.left_out_metric", metric=name_of("metric", metric), why=why), False)
        for metric, why in left_out.items()
    ]
    return [(clean(text, 500), is_english) for text, is_english in said]


def _rough(run: Run) -> list[str]:
    """That intervals rest on little, where replications are few."""
    number = run.facts.get("replications") or 0
    if no_interval(run) or not 1 < number < FEW_REPLICATIONS:
        return []
    return [say("brief.few_replications", number=number)]


def no_interval(run: Run) -> list[str]:
    """Why nothing has an interval, where that is so."""
    if run.facts.get("luck") == "grid":
        return [say("brief.no_interval_grid")]
    return [say("brief.no_interval_one")] if run.facts.get("replications") == 1 else []


def facts_of(run: Run) -> list[tuple[str, str, bool]]:
    """What is needed to run it again, from the manifest, in words; whether it is for screens only."""
    shown = []
    for key in FACTS:
        if key in run.facts and run.facts[key] not in (None, "", {}, []):
            shown.append((name_of("fact", key), clean(_flat(run.facts[key]), 2000), key in LONG))
    return shown


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_flat(inner) for inner in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
