"""The figure of a look while the trial runs: a true effect made smaller, and one from nothing."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.experiment.esbjerg.looks import COMPLETED, EFFECT, FOLLOWED, NOTHING, SO_FAR
from sim.report.esbjerg.sheet import CLAIM, OTHER, OURS, Facts, sheet_of
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import COLOURS, darker, label_ends
from sim.report.folder import matching
from sim.report.words import say

LEFT, WIDE, TALL, HEAD, ROOM = 0.42, 2.75, 1.35, 0.3, 1.4
SHOWN = {
    FOLLOWED: (OURS, "s", "solid"),
    SO_FAR: (COLOURS[4], "^", (0, (5.0, 1.4))),
    COMPLETED: (CLAIM, "o", "solid"),
}


def draw(table: pd.DataFrame, facts: Facts) -> Sheet:
    """Two panels: estimators against the truth by week of the look; differences from nothing."""
    second = HEAD + TALL + 0.62
    sheet = sheet_of("looks", facts, second + HEAD + TALL + 0.4)
    for at, key in ((0.0, "effect"), (second, "nothing")):
        sheet.text(0.12, at + 0.12, say(f"esbjerg_looks.{key}", **facts), weight="bold", size=8.5)
    _effect(sheet.axes(LEFT, HEAD, WIDE, TALL), table)
    _nothing(sheet.axes(LEFT, second + HEAD, WIDE, TALL), table, facts)
    return sheet


def _effect(axes: Axes, table: pd.DataFrame) -> None:
    truth = float(table[matching(table, case=EFFECT, estimator=COMPLETED)]["truth_days"].iloc[0])
    axes.axhline(truth, color=OTHER, linewidth=1.4)
    ends = [(truth, say("esbjerg_looks.truth"), darker(OTHER))]
    for name, (colour, marker, dash) in SHOWN.items():
        rows = table[matching(table, case=EFFECT, estimator=name)].sort_values("look_weeks")
        weeks, days = rows["look_weeks"].to_numpy(), rows["difference_days"].to_numpy()
        axes.plot(weeks, days, color=colour, marker=marker, linestyle=dash, markersize=4.5,
                  clip_on=False)  # fmt: skip
        ends.append((float(days[-1]), say(f"esbjerg_looks.{name}"), darker(colour)))
    axes.set_xticks(weeks)
    axes.set_xlim(weeks[0] - 2.0, weeks[-1])
    axes.set_ylim(0.0, 1.15 * truth)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel(say("esbjerg_looks.week"), labelpad=2)
    label_ends(axes, TALL * 72, ends, ROOM * 72 - 9)


def _nothing(axes: Axes, table: pd.DataFrame, facts: Facts) -> None:
    claim = float(facts["claim_days"])
    axes.axhline(claim, color="#777777", linewidth=0.9, linestyle=(0, (1.2, 1.6)))
    axes.text(0.4, claim, say("esbjerg_looks.claim", **facts), fontsize=7.5, va="bottom",
              color="#555555")  # fmt: skip
    none = table[table["case"] == NOTHING]
    ends = []
    for place, look in enumerate(sorted(none["look_weeks"].unique())):
        rows = none[(none["look_weeks"] == look) & (none["estimator"] == COMPLETED)]
        weeks, days = rows["later_weeks"].to_numpy(), rows["difference_days"].to_numpy()
        axes.plot(weeks, days, color=CLAIM, marker="o", markersize=3,
                  clip_on=False, alpha=1.0 - 0.18 * place)  # fmt: skip
        ends.append((float(days[-1]), say("esbjerg_looks.judged", week=f"{look:g}"), darker(CLAIM)))
    rows = none[(none["look_weeks"] == look) & (none["estimator"] == FOLLOWED)]
    axes.plot(rows["later_weeks"], rows["difference_days"], color=OURS, marker="s", markersize=4,
              clip_on=False)  # fmt: skip
    ends.append((0.0, say("esbjerg_looks.km_any"), darker(OURS)))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xticks(weeks)
    axes.set_xlim(0.0, weeks[-1])
    axes.set_xlabel(say("esbjerg_looks.later"), labelpad=2)
    label_ends(axes, TALL * 72, ends, ROOM * 72 - 9)
