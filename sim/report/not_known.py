"""What is said of the band of what is not known, beside the interval of chance."""

from __future__ import annotations

from sim.report.digits import show_interval
from sim.report.folder import Run
from sim.report.words import say

PURSES = {
    "net_saving_municipality_dkk": "municipality",
    "net_saving_public_dkk": "public",
}


def sentences(run: Run) -> list[str]:
    """For each arm the band of days saved, and how often it pays; none without a sensitivity."""
    return [sentence for arm in run.arms[1:] if (sentence := _sentence(run, arm.name, arm.title))]


def _sentence(run: Run, arm: str, title: str) -> str:
    rows = run.rows("not_known", arm=arm)
    if rows.empty:
        return ""
    by_metric = rows.set_index("metric")
    days = by_metric.loc["days_saved"]
    low, high = float(days["unknown_low"]), float(days["unknown_high"])
    pays = {
        purse: f"{100 * float(by_metric.loc[metric, 'probability_positive']):.0f} %"
        for metric, purse in PURSES.items()
    }
    return say(
        "not_known.sentence", arm=title, draws=f"{days['draws']:.0f}",
        parameters=f"{days['parameters']:.0f}",
        span=show_interval((low + high) / 2, low, high), **pays,
    )  # fmt: skip


def note(run: Run) -> list[str]:
    """What line and band of a figure are; nothing without a band."""
    table = run.table("not_known")
    if table.empty:
        return []
    first = table.iloc[0]
    numbers = {name: f"{first[name]:.0f}" for name in ("draws", "parameters")}
    return [say("not_known.figure", **numbers)]
