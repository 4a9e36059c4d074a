"""The tables behind the figures, and the ledger's table, from the reductions of all replications."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.experiment import metrics
from sim.experiment.intervals import Estimate, estimate
from sim.experiment.outcomes import Reduction
from sim.experiment.precision import way_of
from sim.experiment.queue_day import KINDS
from sim.experiment.replicated import Replicated, Tables
from sim.experiment.validity import FIXED, Way
from sim.rules.costs import ACCOUNTS
from sim.rules.meetings import OUTCOMES
from sim.rules.people import EXITS, GROUPS

if TYPE_CHECKING:
    from sim.experiment.study import Study

BAND = (5, 95)


def figure_tables(
    study: Study, replications: Sequence[Replicated], differences: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Tables by the name of their file in ``figures/``, without ``.csv``."""
    has_luck, way = study.values["design"]["luck"] != "grid", way_of(study)
    arms = {arm: [one.reductions[arm] for one in replications] for arm in study.arms}
    tables = {
        "survival": _survival(arms, has_luck, way),
        "days_saved": _days_saved(differences),
        "accounts": _accounts(arms, has_luck, way),
        "account_differences": _account_differences(differences),
        "meetings_by_month": _meetings_by_month(arms),
        "office_by_week": _office_by_week(study, arms),
    }
    if replications[0].replication > 0:
        return tables
    return tables | _thirty(replications[0].thirty) | _queue(study, replications[0].queue)


def costs_table(
    arms: Sequence[str], replications: Sequence[Replicated], has_luck: bool, way: Way = FIXED
) -> pd.DataFrame:
    """The rows of costs.csv: the whole office by arm, account, item and year, over replications."""
    rows = []
    for arm in arms:
        dkk: dict[tuple[str, str, int], np.ndarray] = defaultdict(
            lambda: np.zeros(len(replications))
        )
        for place, one in enumerate(replications):
            for account, item, year, amount in one.reductions[arm].yearly:
                dkk[account, item, year][place] += amount
        for key, amounts in dkk.items():
            found = estimate(amounts, has_luck, way)
            rows.append((arm, *key, float(found.mean), float(found.se)))
    return pd.DataFrame(rows, columns=["arm", "account", "item", "year", "dkk_mean", "dkk_se"])


def _interval(found: Estimate, **limits: float) -> dict[str, np.ndarray]:
    low, high = found.low, found.high
    if limits:
        low, high = (np.clip(end, limits["least"], limits["most"]) for end in (low, high))
    return {"ci_low": low, "ci_high": high}


def _survival(arms: Mapping[str, list[Reduction]], has_luck: bool, way: Way) -> pd.DataFrame:
    parts = []
    for arm, of_arm in arms.items():
        found = estimate(np.stack([one.survival for one in of_arm], axis=-1), has_luck, way)
        at_risk = estimate(np.stack([one.at_risk for one in of_arm], axis=-1)).mean
        columns = {"survival": found.mean, **_interval(found, least=0, most=1), "at_risk": at_risk}
        parts.append(_grid(arm, of_arm[0].labels, "week", 0, columns))
    table = pd.concat(parts, ignore_index=True)
    return table[table["survival"].notna()].reset_index(drop=True)


def _meetings_by_month(arms: Mapping[str, list[Reduction]]) -> pd.DataFrame:
    parts = []
    for arm, of_arm in arms.items():
        mean = estimate(np.stack([one.months for one in of_arm], axis=-1)).mean
        columns = {
            "planned_per_person": mean[:, :, 0],
            "held_per_person": mean[:, :, 1],
            "missed_per_person": mean[:, :, 0] - mean[:, :, 1],
        }
        parts.append(_grid(arm, of_arm[0].labels, "month", 1, columns))
    table = pd.concat(parts, ignore_index=True)
    return table[table["planned_per_person"].notna()].reset_index(drop=True)


def _grid(
    arm: str, labels: Sequence[str], axis: str, first: int, columns: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Arrays of (label, place) as rows."""
    length = next(iter(columns.values())).shape[1]
    index = pd.MultiIndex.from_product(
        [[arm], labels, range(first, first + length)], names=["arm", "group", axis]
    )
    flat = {name: np.ravel(values) for name, values in columns.items()}
    return pd.DataFrame(flat, index=index).reset_index()


def _days_saved(differences: pd.DataFrame) -> pd.DataFrame:
    keys = ["arm", "baseline", "group"]
    names = {"difference": "days_saved"}
    saved = differences[differences["metric"] == "days_saved"].rename(columns=names)
    zero = differences[differences["metric"] == "days_saved_zero_load"].rename(
        columns={
            "difference": "zero_load_days_saved",
            "ci_low": "zero_load_ci_low",
            "ci_high": "zero_load_ci_high",
        }
    )
    beside = [name for name in zero.columns if name.startswith("zero_load")]
    return saved[[*keys, "days_saved", "ci_low", "ci_high", "is_noise"]].merge(
        zero[[*keys, *beside]], on=keys, how="left"
    )


def _accounts(arms: Mapping[str, list[Reduction]], has_luck: bool, way: Way) -> pd.DataFrame:
    rows = []
    for arm, of_arm in arms.items():
        for account, items in of_arm[0].items.items():
            amounts = {
                item: np.array([one.items[account][item] for one in of_arm]) for item in items
            }
            amounts["total"] = np.sum(list(amounts.values()), axis=0)
            for item, dkk in amounts.items():
                found = estimate(dkk, has_luck, way)
                ends = float(found.low), float(found.high)
                rows.append((arm, account, item, float(found.mean), *ends))
    columns = ["arm", "account", "item", "dkk_per_spell", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)


def _account_differences(differences: pd.DataFrame) -> pd.DataFrame:
    """What an account saves: the baseline's kroner per spell minus the arm's."""
    of_all = differences[differences["group"] == metrics.ALL]
    parts = []
    for account in ACCOUNTS:
        found = of_all[of_all["metric"] == f"{account}_dkk"]
        parts.append(
            pd.DataFrame(
                {
                    "arm": found["arm"],
                    "baseline": found["baseline"],
                    "account": account,
                    "net_saving_dkk_per_spell": 0.0 - found["difference"],
                    "ci_low": 0.0 - found["ci_high"],
                    "ci_high": 0.0 - found["ci_low"],
                    "is_noise": found["is_noise"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _office_by_week(study: Study, arms: Mapping[str, list[Reduction]]) -> pd.DataFrame:
    """Means over replications, and where nine in ten of them lie."""
    parts = []
    for arm, of_arm in arms.items():
        weeks = np.stack([one.weeks for one in of_arm])
        used, opened = weeks[:, :, 2].sum(axis=0), weeks[:, :, 3].sum(axis=0)
        fit = np.isfinite(opened) & (opened > 0)
        length = weeks.shape[1]
        dates = [study.start_date + timedelta(weeks=week) for week in range(length)]
        columns: dict[str, object] = {
            "arm": arm,
            "week": np.arange(length),
            "date": [day.isoformat() for day in dates],
            "caseload": weeks[:, :, 0].mean(axis=0),
            "waiting": weeks[:, :, 1].mean(axis=0),
            "utilisation": np.divide(used, opened, out=np.full(length, np.nan), where=fit),
            "caseworkers": weeks[:, :, 4].mean(axis=0),
        }
        for place, name in enumerate(("caseload", "waiting")):
            low, high = np.percentile(weeks[:, :, place], BAND, axis=0)
            columns |= {f"{name}_low": low, f"{name}_high": high}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _thirty(by_arm: Mapping[str, Tables]) -> dict[str, pd.DataFrame]:
    words = {
        "group": np.array(GROUPS, dtype=object),
        "exit": np.array(EXITS, dtype=object),
        "outcome": np.array(OUTCOMES, dtype=object),
    }
    tables = {}
    for kind in ("spells", "meetings"):
        parts = [
            pd.DataFrame(
                {
                    "arm": arm,
                    **{
                        name: words[name][column] if name in words else column
                        for name, column in of_arm[kind].items()
                    },
                }
            )
            for arm, of_arm in by_arm.items()
        ]
        if parts:
            tables[f"thirty_{kind}"] = pd.concat(parts, ignore_index=True)
    return tables


def _queue(study: Study, by_arm: Mapping[str, Tables]) -> dict[str, pd.DataFrame]:
    """A day in the queue by arm: codes as words, the day as a date."""
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for arm, tables in by_arm.items():
        for name, columns in tables.items():
            table = pd.DataFrame(columns)
            dates = [(study.start_date + timedelta(int(day))).isoformat() for day in table["day"]]
            table.insert(0, "arm", arm)
            table.insert(1, "date", dates)
            if "kind" in table:
                table["kind"] = [KINDS[code] for code in table["kind"]]
                table["outcome"] = [
                    OUTCOMES[code] if code >= 0 else "" for code in table["outcome"]
                ]
            parts[name].append(table.drop(columns="day"))
    return {name: pd.concat(own, ignore_index=True) for name, own in parts.items()}
