"""The figure of displacement: what a trial shows, and what remains when everybody is treated."""

from __future__ import annotations

import pandas as pd

from sim.experiment.esbjerg.rolled_out import IMPACT, STEADY, TRIAL
from sim.report.esbjerg.sheet import CLAIM, OURS, Facts, sheet_of
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import GREY, darker, label_ends
from sim.report.words import say

LEFT, TALL, HEAD, WIDE, GAP, ROOM = 0.34, 1.7, 0.46, 0.97, 0.13, 1.02
SHOWN = {TRIAL: ("#000000", "^"), STEADY: (OURS, "s"), IMPACT: (CLAIM, "o")}


def draw(table: pd.DataFrame, facts: Facts) -> Sheet:
    """A panel a pool share: days saved by displacement, trial beside roll-out."""
    sheet = sheet_of("rolled_out", facts, HEAD + TALL + 0.42)
    pools = sorted(table["pool_share"].unique())
    seen = table[table["what"].isin(SHOWN)]["days_saved"]
    for place, pool in enumerate(pools):
        left = LEFT + place * (WIDE + GAP)
        words = say("esbjerg_rolled_out.pool", share=f"{100.0 * pool:.0f}")
        sheet.text(left, HEAD / 2, words, 7.5, GREY)
        axes = sheet.axes(left, HEAD, WIDE, TALL)
        axes.axvline(float(facts["displacement"]), color="#999999", linewidth=0.9)
        ends = []
        for name, (colour, marker) in SHOWN.items():
            rows = table[(table["pool_share"] == pool) & (table["what"] == name)]
            days = rows["days_saved"].to_numpy()
            axes.plot(rows["displacement"], days, color=colour, marker=marker, markersize=3.5,
                      markevery=2, clip_on=False)  # fmt: skip
            ends.append((float(days[-1]), say(f"esbjerg_rolled_out.{name}"), darker(colour)))
        axes.set_ylim(min(0.0, float(seen.min())) - 0.3, 1.08 * float(seen.max()))
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks([0.0, 0.4, 1.0], ["0", "0.4", "1"])
        if place:
            axes.tick_params(labelleft=False)
        if place == len(pools) // 2:
            axes.set_xlabel(say("esbjerg_rolled_out.axis"), labelpad=2)
        if place == len(pools) - 1:
            label_ends(axes, TALL * 72, ends, ROOM * 72 - 9)
    return sheet
