"""Costs and savings by account: what a regime saves, and of what that is made."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from sim.report.cells import verdict
from sim.report.digits import column_place, show, show_interval
from sim.report.figures import not_known
from sim.report.figures.sheet import Sheet
from sim.report.figures.style import FILLS, GREY, level_ticks, look, names, width_points
from sim.report.folder import Arm, Run
from sim.report.not_known import note
from sim.report.words import name_of, say
from sim.rules.costs import ACCOUNTS

ROW, HEAD, LEFT = 0.34, 0.26, 1.22
SMALL = 0.02


def _others(run: Run, table: pd.DataFrame) -> list[Arm]:
    if table.empty:
        return []
    named = set(table["arm"])
    return [arm for arm in run.arms[1:] if arm.name in named]


def draw_net(run: Run) -> Sheet | None:
    """Net saving per spell against the first arm, an account a panel, with intervals."""
    table = run.table("account_differences")
    arms = _others(run, table)
    accounts = [a for a in ACCOUNTS if arms and (table["account"] == a).any()]
    if not accounts:
        return None
    titles = names([arm.title for arm in arms], 75, 8)
    wide = min(1.95, 4.68 - LEFT - 0.12 - _widest(table))
    ends = table[["net_saving_dkk_per_spell", "ci_low", "ci_high"]]
    bands = not_known.ends(run, [f"net_saving_{account}_dkk" for account in accounts])
    low, high = min(0.0, float(ends.min().min()), *bands), max(0.0, float(ends.max().max()), *bands)
    if high - low < 1e-9:
        low, high = -1.0, 1.0
    pad = 0.06 * (high - low)
    body = len(accounts) * (HEAD + 0.14 + ROW * len(arms)) + 0.3
    sheet = Sheet(
        run,
        _net_heading(table, arms),
        say("account_differences.subtitle", baseline=run.baseline.title),
        body,
        [say("account_differences.note"), *note(run)],
    )
    top = 0.0
    for i, account in enumerate(accounts):
        sheet.text(0.12, top + 0.13, name_of("account", account), weight="bold", size=9)
        title = name_of("account", account)
        left = 0.12 + width_points(title, 9, "bold") / 72 + 0.08
        sheet.text(left, top + 0.135, name_of("account_about", account), size=7.5, colour=GREY)
        top += HEAD
        axes = sheet.axes(LEFT, top, wide, ROW * len(arms))
        axes.set_ylim(len(arms), 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color="#333333", linewidth=1)
        for j, arm in enumerate(arms):
            own = table[(table["arm"] == arm.name) & (table["account"] == account)]
            metric = f"net_saving_{account}_dkk"
            not_known.draw(axes, run, arm.name, metric, j + 0.5)
            middle = top + ROW * (j + 0.5)
            sheet.text(0.12, middle, "\n".join(titles[j]), 8, look(arm).ink)
            _net_row(axes, sheet, arm, own, j, middle, LEFT + wide + 0.12, _place(table, account))
        axes.set_xlim(low - pad, high + pad)
        axes.xaxis.set_major_formatter(lambda x, _: show(x, whole=True) if abs(x) > 1e-9 else "0")
        level_ticks(axes, wide * 72, 5)
        if i < len(accounts) - 1:
            axes.tick_params(labelbottom=False, bottom=False)
        else:
            axes.set_xlabel(say("axis.net_saving"), labelpad=2)
        top += ROW * len(arms) + 0.14
    return sheet


def _net_heading(table: pd.DataFrame, arms: list[Arm]) -> str:
    """What is certain of the municipality's money; one question where no interval is known."""
    own = table[table["account"] == "municipality"]
    said = own["is_noise"].map(verdict)
    if own.empty or not said.isin([say("noise.more"), say("noise.noise")]).all():
        return say("account_differences.title")
    clear = own[said == say("noise.more")]
    if clear.empty:
        return say("account_differences.title_noise")
    saving = clear["net_saving_dkk_per_spell"]
    row = clear.loc[saving.idxmax() if saving.max() > 0 else saving.idxmin()]
    value, low, high = (float(row[column]) for column in NET)
    ends = (low, high) if value > 0 else (-high, -low)
    return say(
        f"account_differences.title_{'saves' if value > 0 else 'costs'}",
        arm=next(arm.title for arm in arms if arm.name == row["arm"]),
        dkk=show(abs(value), *ends, place=_place(table, "municipality")),
    )


NET = ["net_saving_dkk_per_spell", "ci_low", "ci_high"]


def _place(table: pd.DataFrame, account: str) -> int:
    """The last digit of the numbers of a panel, none behind the point."""
    own = table[table["account"] == account][NET]
    return max(column_place([tuple(row) for row in own.to_numpy()]) or 0, 0)


def _widest(table: pd.DataFrame) -> float:
    """How much room the numbers beside the bars take, in inches."""
    spans = [
        show_interval(value, low, high, place=_place(table, account))
        for account in dict.fromkeys(table["account"])
        for value, low, high in table[table["account"] == account][NET].to_numpy()
    ]
    return max((width_points(f"({span})", 7.5) for span in spans), default=0.0) / 72


def _net_row(
    axes: Axes,
    sheet: Sheet,
    arm: Arm,
    own: pd.DataFrame,
    j: int,
    middle: float,
    right: float,
    place: int,
) -> None:
    seen = look(arm)
    if own.empty:
        return
    row = own.iloc[0]
    value, low, high = (float(row[c]) for c in ("net_saving_dkk_per_spell", "ci_low", "ci_high"))
    if not math.isfinite(value):
        return
    axes.barh(j + 0.5, value, height=0.42, color=seen.colour, alpha=0.28, linewidth=0)
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [j + 0.5] * 2, color=seen.colour, linewidth=2)
    axes.plot(
        [value],
        [j + 0.5],
        marker=seen.marker,
        markerfacecolor=seen.face,
        color=seen.colour,
        markersize=5,
    )
    span = show_interval(value, low, high, place=place)
    more = verdict(row["is_noise"])
    weight = "bold" if more == say("noise.more") else "normal"
    sheet.text(right, middle - 0.075, show(value, place=place), 8.5, "#111111", weight)
    sheet.text(right, middle + 0.075, f"({span})" if span else more, 7.5, GREY)


def item_savings(run: Run) -> pd.DataFrame:
    """What each item adds to the net saving of an arm against the first, DKK per spell.

    Columns arm, account, item, saving. Items are entered in accounts.csv as costs or as receipts;
    the sign is taken from the net saving of the account, so that the items add up to it.
    """
    table = run.table("accounts")
    net = run.table("account_differences")
    if table.empty:
        return pd.DataFrame(columns=["arm", "account", "item", "saving"])
    base = table[table["arm"] == run.baseline.name].set_index(["account", "item"])["dkk_per_spell"]
    rows = []
    for account in dict.fromkeys(table["account"]):
        sign = _sign(table[table["account"] == account], net, account, base)
        for _, row in table[table["account"] == account].iterrows():
            if row["arm"] == run.baseline.name or row["item"] == "total":
                continue
            gap = float(row["dkk_per_spell"]) - float(base.get((account, row["item"]), 0.0))
            rows.append((row["arm"], account, row["item"], sign * gap))
    return pd.DataFrame(rows, columns=["arm", "account", "item", "saving"])


def _sign(table: pd.DataFrame, net: pd.DataFrame, account: str, base: pd.Series) -> float:
    total = table[table["item"] == "total"]
    agreement = 0.0
    for _, row in total.iterrows():
        own = net[(net["arm"] == row["arm"]) & (net["account"] == account)] if len(net) else net
        if len(own):
            gap = float(row["dkk_per_spell"]) - float(base.get((account, "total"), 0.0))
            agreement += gap * float(own["net_saving_dkk_per_spell"].iloc[0])
    if agreement:
        return math.copysign(1.0, agreement)
    return 1.0 if account == "society" else -1.0


def draw_items(run: Run) -> Sheet | None:
    """What is saved and what it costs, item by item, an account a panel."""
    savings = item_savings(run)
    arms = _others(run, savings)
    accounts = [a for a in ACCOUNTS if arms and (savings["account"] == a).any()]
    if not accounts:
        return None
    scale = float(
        savings.groupby(["arm", "account"])["saving"].apply(lambda s: s.abs().sum()).max()
    )
    seen = savings.groupby("item")["saving"].apply(lambda s: s.abs().max())
    items = [i for i in dict.fromkeys(savings["item"]) if seen[i] > SMALL * scale]
    items = [i for i in items if i in FILLS]
    rest = [i for i in seen.index if i not in items and seen[i] > 1e-9]
    labels = [name_of("item", item) for item in items]
    wide = 4.8 - LEFT - 0.34
    key = _key_places(labels, 4.56)
    body = 0.19 * (key[-1][1] + 1 if key else 0) + 0.1
    above = body
    body += len(accounts) * (HEAD + 0.14 + ROW * len(arms)) + 0.3
    notes = [say("accounts.note")]
    if rest:
        notes.append(say("accounts.rest", items=", ".join(name_of("item", i) for i in rest)))
    subtitle = say("accounts.subtitle", baseline=run.baseline.title)
    titles = names([arm.title for arm in arms], 75, 8)
    sheet = Sheet(run, say("accounts.title"), subtitle, body, notes)
    _draw_key(sheet, items, key)
    top, ends = above, [0.0]
    panels = []
    for account in accounts:
        sheet.text(0.12, top + 0.13, name_of("account", account), weight="bold", size=9)
        top += HEAD
        axes = sheet.axes(LEFT, top, wide, ROW * len(arms))
        panels.append(axes)
        for j, arm in enumerate(arms):
            own = savings[(savings["arm"] == arm.name) & (savings["account"] == account)]
            amounts = own.set_index("item")["saving"]
            middle = top + ROW * (j + 0.5)
            sheet.text(0.12, middle, "\n".join(titles[j]), 8, look(arm).ink)
            ends += _stack(axes, j, items, amounts)
        axes.set_ylim(len(arms), 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color="#333333", linewidth=1)
        top += ROW * len(arms) + 0.14
    reach = (max(ends) - min(ends)) or 1.0
    for axes in panels:
        axes.set_xlim(min(ends) - 0.04 * reach, max(ends) + 0.04 * reach)
        axes.xaxis.set_major_formatter(lambda x, _: show(x, whole=True) if abs(x) > 1e-9 else "0")
        level_ticks(axes, wide * 72)
        axes.tick_params(labelbottom=axes is panels[-1], bottom=axes is panels[-1])
    panels[-1].set_xlabel(say("axis.costs_and_savings"), labelpad=2)
    return sheet


def _stack(axes: Axes, j: int, items: list[str], amounts: pd.Series) -> list[float]:
    right = left = 0.0
    for item in items:
        amount = float(amounts.get(item, 0.0))
        start = right if amount > 0 else left
        axes.barh(
            j + 0.5,
            amount,
            left=start,
            height=0.5,
            color=FILLS[item][0],
            hatch=FILLS[item][1],
            edgecolor="#333333",
            linewidth=0.5,
        )
        if amount > 0:
            right += amount
        else:
            left += amount
    net = float(amounts.sum())
    axes.plot([net, net], [j + 0.12, j + 0.88], color="black", linewidth=2.6)
    return [left, right, net]


def _key_places(labels: list[str], room: float) -> list[tuple[float, int]]:
    places, left, row = [], 0.0, 0
    for label in labels:
        wide = 0.26 + width_points(label, 8) / 72 + 0.16
        if left + wide > room and left:
            left, row = 0.0, row + 1
        places.append((left, row))
        left += wide
    return places


def _draw_key(sheet: Sheet, items: list[str], places: list[tuple[float, int]]) -> None:
    for item, (left, row) in zip(items, places, strict=True):
        colour, hatch = FILLS[item]
        place = 0.12 + left, 0.19 * row + 0.03, 0.2, 0.12
        sheet.box(*place, edgecolor="#333333", linewidth=0.5, facecolor=colour, hatch=hatch)
        sheet.text(0.12 + left + 0.26, 0.19 * row + 0.09, name_of("item", item), 8)
