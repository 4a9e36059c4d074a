"""Sentences after the comparison: the largest changes, published figures beside, and what breaks even."""

from __future__ import annotations

import math

import pandas as pd

from sim.experiment.break_even import BreakEven, break_even
from sim.report import hours, not_known
from sim.report.cells import verdict
from sim.report.digits import plain, rounded, show, show_interval, with_interval
from sim.report.folder import Run, matching
from sim.report.trial_words import trial_sentences
from sim.report.words import join, name_of, say, translated
from sim.rules.apart import arms_apart_by

MANY = 5
"""From so many regimes on, the largest changes are told in their order."""


def closing_sentences(run: Run) -> list[str]:
    """What the page and the screen say of all arms together."""
    return [
        *ranking(run),
        *beside(run),
        *breaks_even(run),
        *hours.sentences(run),
        *not_known.sentences(run),
        *trial_sentences(run),
    ]


def ranking(run: Run) -> list[str]:
    """Which regimes move unemployment by more than noise, the strongest first."""
    rows = run.rows("differences", group="all", metric="days_saved")
    if len(rows) < MANY:
        return []
    clear = rows[[verdict(noise) == say("noise.more") for noise in rows["is_noise"]]]
    clear = clear.sort_values("difference", ascending=False)
    if clear.empty:
        return []
    titles = {arm.name: arm.title for arm in run.arms}
    named = [
        say(
            "answers.of_arm", arm=titles[row["arm"]],
            value=show(float(row["difference"]), float(row["ci_low"]), float(row["ci_high"])),
        )
        for _, row in clear.iterrows()
    ]  # fmt: skip
    others = len(rows) - len(clear)
    said = [say("answers.ranking", arms=join(named))]
    return [
        " ".join(said + ([say("answers.others", number=others, arms=len(rows))] if others else []))
    ]


def beside(run: Run) -> list[str]:
    """Each metric that the scenario holds against published figures: by arm, and who reaches them."""
    asked = run.scenario.get("beside") or []
    found = []
    for metric in dict.fromkeys(str(one["metric"]) for one in asked):
        means = _by_arm(run, "summary", metric, "mean")
        if not means:
            continue
        figures = [one for one in asked if one["metric"] == metric]
        listed = [
            say("answers.figure", value=plain(one["value"]), what=translated(one["what"]))
            for one in figures
        ]
        more = _by_arm(run, "differences", metric, "difference")
        said = [say("answers.beside", metric=name_of("metric", metric), arms=_listed(means))]
        if more:
            said.append(say("answers.more", baseline=run.baseline.title, arms=_listed(more)))
        said.append(say("answers.published", figures=join(listed)))
        said += [_reach(means, float(one["value"])) for one in figures]
        found.append(" ".join(said))
    return found


def _by_arm(
    run: Run, table: str, metric: str, column: str
) -> dict[str, tuple[float, float, float]]:
    """Mean and ends of the interval by the title of the arm."""
    frame = run.rows(table, group="all", metric=metric)
    found = {}
    for arm in run.arms:
        own = frame[matching(frame, arm=arm.name)] if not frame.empty else frame
        if not own.empty and math.isfinite(float(own.iloc[0][column])):
            mean, low, high = (float(own.iloc[0][c]) for c in (column, "ci_low", "ci_high"))
            found[arm.title] = mean, low, high
    return found


def _listed(values: dict[str, tuple[float, float, float]]) -> str:
    return "; ".join(
        say("answers.of_arm", arm=title, value=with_interval(*three))
        for title, three in values.items()
    )


def _reach(means: dict[str, tuple[float, float, float]], value: float) -> str:
    """Which arms have as many as was published."""
    reach = [title for title, (mean, _, _) in means.items() if mean >= value]
    shown = plain(value)
    if len(reach) == len(means):
        return say("answers.every_reaches", value=shown)
    if reach:
        arms = join([say("list.quoted", name=title) for title in reach])
        return say("answers.some_reach", value=shown, arms=arms)
    by_chance = any(high >= value for _, _, high in means.values())
    return say("answers.none_by_chance" if by_chance else "answers.none_reaches", value=shown)


def breaks_even(run: Run) -> list[str]:
    """At which value of a lever an account breaks even, where the scenario asks."""
    asked = run.scenario.get("break_even")
    if not asked:
        return []
    lever, account = str(asked["lever"]), str(asked["account"])
    arms = arms_apart_by(run.scenario, lever)
    rows = run.rows("outcomes", group="all", metric=f"{account}_dkk")
    if rows.empty or not arms:
        return []
    rows = rows.assign(value=pd.to_numeric(rows["value"], errors="coerce").astype(float))
    wide = rows.pivot(index="arm", columns="replication", values="value")
    if not {run.baseline.name, *arms} <= set(wide.index):
        return []
    savings = (wide.loc[run.baseline.name] - wide.loc[list(arms)]).dropna(axis=1).to_numpy()
    values = list(arms.values())
    found = break_even(values, savings, run.facts.get("luck") != "grid")
    known = {
        "lever": name_of("lever", lever), "account": name_of("account", account),
        "first": plain(values[0]), "last": plain(values[-1]),
    }  # fmt: skip
    if math.isfinite(found.value):
        return [
            say(
                "answers.break_even",
                value=f"{_shown(found)} {_span(found, values)}".strip(),
                **known,
            )
        ]
    ends = [rounded(float(mean), 0) for mean in (savings.mean(axis=1)[[0, -1]])]
    return [say("answers.never_even", at_first=ends[0], at_last=ends[1], **known)]


def _shown(found: BreakEven) -> str:
    ends = (found.low, found.high)
    return show(found.value, *(ends if all(map(math.isfinite, ends)) else (None, None)))


def _span(found: BreakEven, values: list[float]) -> str:
    low, high = found.low, found.high
    if math.isnan(low):
        return ""
    if math.isfinite(low) and math.isfinite(high):
        return say("answers.span", span=show_interval(found.value, low, high))
    below = say("answers.below", value=plain(values[0])) if math.isinf(low) else show(low)
    above = say("answers.above", value=plain(values[-1])) if math.isinf(high) else show(high)
    return say("answers.span_open", low=below, high=above)
