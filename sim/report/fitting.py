"""What readers see of a fit: sentences and tables for the terminal and for the hazard file's head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import pandas as pd

from sim.experiment.fit.fitting import Fit
from sim.experiment.fit.frailty import LARGEST, Frailty
from sim.experiment.fit.judging import UNITS, Judged
from sim.experiment.fit.pieces import FEWEST_EXITS, MOST_PIECES
from sim.experiment.fit.reading import Table
from sim.experiment.fit.under import Under
from sim.report.digits import show, show_interval
from sim.report.words import join, say
from sim.rules.people import GROUPS

NOTED_SHARE = 0.01
"""A loss of precision by whole units that is worth a sentence."""

FEWEST_INSIDE, FAR = 0.9, 0.01
"""Other cuts are advised where the fitted survival leaves the band by more than FAR, or is inside on
too few exit days and FAR away: the band of a large table is so narrow that leaving it says little."""

NOISY = 0.03
"""A relative standard error of a regime's factor that is worth a sentence."""


def read(found: Fit, table: Table, unit: str) -> str:
    """What was read."""
    exits = sum(int(b.rates.exits.sum()) for one in found.groups for b in one.baselines)
    return say(
        "fit.read", table=table.name, kind=table.kind, rows=f"{table.rows:,}", unit=unit,
        spells=f"{sum(len(one.spells) for one in found.groups):,}", exits=f"{exits:,}",
    )  # fmt: skip


def about(
    found: Fit, values: Mapping[str, Any], regime: str | None, under: Under | None
) -> list[str]:
    """What the rates mean, and how far they reach.

    Args:
        under: the fit with a regime divided out, if that was asked for.
    """
    said = [say("fit.meaning")]
    if under is not None:
        distance = show(100 * under.distance)
        said = [
            say("fit.meaning_under", regime=regime, spells=f"{under.spells:,}", distance=distance)
        ]
        for group, errors in under.errors.items():
            if (worst := float(errors.max())) > NOISY:
                said.append(say("fit.under_noisy", group=group, error=show(100 * worst)))
    said.append(say("fit.variance", variance=found.variance))
    for one in found.groups:
        said.append(say("fit.beyond", group=one.group, longest=f"{one.longest_day:.0f}"))
        if one.first_day > 0.0:
            said.append(say("fit.early", group=one.group, first=f"{one.first_day:g}"))
        limit = values["population"]["groups"][one.group]["benefit_limit_days"]
        if isfinite(limit):
            said.append(say("fit.limit", group=one.group, days=f"{limit:g}"))
    rest = [group for group in GROUPS if group not in {one.group for one in found.groups}]
    if rest:
        said.append(say("fit.others_stay", groups=join(rest)))
    return said


def left_out(found: Fit, judged: Judged, unit: str, cuts: Sequence[float] | None) -> list[str]:
    """What the fit left out or assumed, and why, a sentence each."""
    said = [say(f"fit.{what}", number=f"{n:,}", why=why) for what, n, why in judged.left_out]
    said += [say(f"fit.{what}") for what in judged.assumed]
    for one in found.groups:
        for cut in cuts or ():
            if cut >= one.longest_day:
                said.append(say("fit.cut", day=cut, group=one.group))
        for baseline in one.baselines:
            exits = baseline.rates.exits
            names = {"group": one.group, "exit": baseline.exit}
            if cuts is None and exits.sum() < 2 * FEWEST_EXITS:
                few = f"{int(exits.sum()):,}"
                said.append(say("fit.few", **names, exits=few, fewest=FEWEST_EXITS))
            for place, number in enumerate(exits):
                if number == 0:
                    last = place + 1 == len(exits)
                    end = one.longest_day if last else baseline.starts[place + 1]
                    start = baseline.starts[place]
                    said.append(say("fit.empty", **names, start=start, end=f"{end:g}"))
        ended = sum(float(baseline.rates.exits.sum()) for baseline in one.baselines)
        days = float((one.spells.duration - one.spells.entry).sum())
        too_low = one.step_days / 2 * ended / days
        if too_low > NOTED_SHARE:
            step = f"{one.step_days / UNITS[unit]:g}"
            half = f"{one.step_days / UNITS[unit] / 2:g}"
            share = show(100 * too_low, place=-1)
            said.append(
                say("fit.whole", group=one.group, unit=unit, step=step, share=share, half=half)
            )
    return said


def cuts_rule(unit: str, cuts: Sequence[float] | None) -> str:
    """How the pieces were chosen."""
    if cuts is not None:
        return say("fit.cuts_rule", cuts=", ".join(f"{cut:g}" for cut in cuts))
    return say("fit.cuts_default", most=MOST_PIECES, unit=unit, fewest=FEWEST_EXITS)


def frailty(found: Fit) -> list[str]:
    """What the table says of the variance of frailty, and what the fit does about it."""
    seen = found.frailty
    if seen is None:
        return []
    said = say(
        f"fit.frailty_{seen.verdict}", largest=f"{LARGEST:g}", best=_two(seen.best),
        low=_two(seen.low), high=_two(seen.high),
    )  # fmt: skip
    sentences = [said, say("fit.frailty_caveat"), say("fit.frailty_set", variance=found.variance)]
    if _outside(seen, found.variance):
        sentences.append(say("fit.frailty_outside"))
    return [" ".join(sentences)]


def _two(value: float) -> str:
    return f"{value:.2g}"


def _outside(seen: Frailty, variance: float) -> bool:
    return variance < seen.low or (seen.high < LARGEST and variance > seen.high)


def near(found: Fit, cuts: Sequence[float] | None) -> list[str]:
    """How far fitted and observed survival lie apart, by group, and what to do if it is far."""
    said = []
    for one in found.groups:
        gap, day, inside, beyond = one.nearness()
        points, share = show(100 * gap, place=-1), f"{100 * inside:.0f}"
        said.append(say("fit.near", group=one.group, points=points, day=f"{day:.0f}", inside=share))
        exits = sum(int(baseline.rates.exits.sum()) for baseline in one.baselines)
        is_far = beyond > FAR or (inside < FEWEST_INSIDE and gap > FAR)
        if is_far and exits >= FEWEST_EXITS:
            todo = "fit.far" if cuts is None else "fit.far_with_cuts"
            said[-1] += f" {say(todo, day=f'{day:.0f}')}"
    return said


def rate_table(baselines: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the rates, in words."""
    keys = ["group", "exit", "days", "exits", "rate", "interval"]
    divided = bool((baselines["divided_out"] != 1.0).any())
    heads = [say(f"fit.col_{key}") for key in [*keys, *(["divided"] if divided else [])]]
    rows = []
    for one in baselines.itertuples():
        days = (
            say("fit.span", start=one.from_day, end=one.to_day)
            if isfinite(one.to_day)
            else say("fit.onwards", start=one.from_day)
        )
        numbers = (one.rate_per_week, one.ci_low, one.ci_high)
        interval = show_interval(*numbers) or say("fit.unbounded")
        row = [one.group, one.exit, days, f"{one.exits:,}", show(*numbers), interval]
        rows.append([*row, f"{one.divided_out:.2f}"] if divided else row)
    return heads, rows


def table_title() -> str:
    """What stands over the rates."""
    return say("fit.table_title", interval=say("fit.interval"))
