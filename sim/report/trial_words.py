"""What a trial would have reported, in sentences: for the page and for the terminal."""

from __future__ import annotations

import math

from sim.report.digits import day, show
from sim.report.folder import Run
from sim.report.words import join, name_of, say


def trial_sentences(run: Run) -> list[str]:
    """A sentence for each arm, of the last look; none where the run is no trial."""
    table = run.table("trial_looks")
    if table.empty:
        return []
    found = []
    for arm in run.arms:
        rows = table[table["arm"] == arm.name]
        if rows.empty:
            continue
        last = rows[rows["look_day"] == rows["look_day"].max()]
        measured = [
            say(
                "trial_looks.measured",
                by=name_of("estimator", str(row["estimator"])),
                days=_days(float(row["days_shorter"])),
            )
            for _, row in last.iterrows()
        ]
        by = last.iloc[-1]
        low, high = float(by["one_trial_low"]), float(by["one_trial_high"])
        named = name_of("estimator", str(by["estimator"]))
        chance = say("trial_looks.one_of_many")
        if math.isfinite(low):
            chance = say("trial_looks.chance", low=_days(low), high=_days(high), by=named)
        whole = last.iloc[0]
        found.append(
            say(
                "trial_looks.sentence", arm=arm.title, date=day(whole["look_date"]),
                measured=join(measured), chance=chance,
                over=f"{float(whole['true_over_days']):.0f}",
                alone=_days(float(whole["alone"])), everybody=_days(float(whole["everybody"])),
                zero_load=_days(float(whole["everybody_zero_load"])),
            )
        )  # fmt: skip
    return found


def _days(days: float) -> str:
    return show(days, place=-1)
