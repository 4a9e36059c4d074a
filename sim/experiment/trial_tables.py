"""The tables of a trial over its replications."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import exp, log
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from sim.experiment.evaluator import COX, LONGEST
from sim.experiment.intervals import Estimate, estimate
from sim.experiment.trial import (
    ESTIMATE,
    QUARTER_DAYS,
    REPORTED_SE,
    TRUTHS,
    Found,
    followed_days,
)
from sim.experiment.validity import t_quantile
from sim.model.settings import dates_from, settings_of

if TYPE_CHECKING:
    from sim.model.settings import Study

Key = TypeVar("Key")

ARM_COLUMNS = (
    "arm", "look_date", "look_day", "metric", "unit", "mean", "se", "one_trial_low",
    "one_trial_high", "replications",
)  # fmt: skip
CONTRAST_COLUMNS = (
    "arm", "baseline", "look_date", "look_day", "estimator", "unit", "estimate", "se",
    "one_trial_low", "one_trial_high", "reported_se", "alone", "alone_se", "everybody",
    "everybody_se", "everybody_zero_load", "everybody_zero_load_se", "true_over_days",
    "replications",
)  # fmt: skip
ROLL_OUT_COLUMNS = (
    "arm", "baseline", "entry_from_week", "entry_to_week", "alone_days_saved", "alone_se",
    "everybody_days_saved", "everybody_se", "everybody_zero_load_days_saved",
    "everybody_zero_load_se", "replications",
)  # fmt: skip


def trial_tables(study: Study, found: Mapping[int, Found]) -> dict[str, pd.DataFrame]:
    """Tables by file name.

    Args:
        found: by replication.
    """
    each = [found[replication] for replication in sorted(found)]
    has_luck = study.values["design"]["luck"] != "grid"
    contrasts = _contrasts(study, each, has_luck)
    return {
        "trial.csv": contrasts,
        "trial_arms.csv": _arms(study, each, has_luck),
        "figures/trial_looks.csv": _looks(contrasts),
        "figures/roll_out.csv": _roll_out(study, each, has_luck),
    }


def enrolled_table(study: Study, found: Mapping[int, Found]) -> pd.DataFrame:
    """Who was enrolled in which arm, of some replications."""
    parts = [
        pd.DataFrame({
            "replication": replication,
            "person": one.people["person"],
            "arm": np.array(study.arms, dtype=object)[one.people["arm"]],
            "entry_day": one.people["entry_day"],
        })
        for replication, one in sorted(found.items())
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def one_trial(found: Estimate) -> tuple[float, float]:
    """Where one more trial of this size would lie, 19 times in 20 (Student's t, a new value).

    Of a hazard ratio, those of its logarithm are asked for.
    """
    number = int(found.number)
    half = float(t_quantile(found.number) * found.se) * np.sqrt(number + 1.0)
    return float(found.mean - half), float(found.mean + half)


def _figure(tables: Sequence[dict[Key, float]], key: Key, has_luck: bool) -> Estimate:
    return estimate(np.array([table[key] for table in tables]), has_luck)


def _log(ratio: float) -> float:
    return log(ratio) if ratio > 0.0 else float("nan")


def _contrasts(study: Study, each: Sequence[Found], has_luck: bool) -> pd.DataFrame:
    day_of = dates_from(study.start_date)
    plan = settings_of(study).enrolment
    assert plan is not None
    followed = followed_days(study, plan)
    tables = [one.contrasts for one in each]
    rows = []
    for date, arm, name, which in each[0].contrasts:
        if which != ESTIMATE:
            continue
        value, reported = (
            _figure(tables, (date, arm, name, one), has_luck) for one in (ESTIMATE, REPORTED_SE)
        )
        true = [_figure(tables, (date, arm, name, one), has_luck) for one in TRUTHS]
        if not np.isfinite(value.mean):
            continue
        chance = one_trial(value)
        if name in COX:
            logs = [{0: _log(one.contrasts[date, arm, name, ESTIMATE])} for one in each]
            low, high = one_trial(_figure(logs, 0, has_luck))
            chance = exp(low), exp(high)
        rows.append((
            arm, study.arms[0], date, day_of(date), name, "ratio" if name in COX else "days",
            float(value.mean), float(value.se), *chance, float(reported.mean),
            *(float(x) for one in true for x in (one.mean, one.se)),
            span_of(name, followed), int(value.number),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(CONTRAST_COLUMNS))


def _arms(study: Study, each: Sequence[Found], has_luck: bool) -> pd.DataFrame:
    day_of = dates_from(study.start_date)
    tables = [one.arms for one in each]
    rows = []
    for date, arm, name in each[0].arms:
        value = _figure(tables, (date, arm, name), has_luck)
        if np.isfinite(value.mean):
            rows.append((
                arm, date, day_of(date), name, _unit(name), float(value.mean), float(value.se),
                *one_trial(value), int(value.number),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(ARM_COLUMNS))


def span_of(estimator: str, followed: float) -> float:
    """Days over which the truth beside an estimator is taken; NaN where each look has its own."""
    if LONGEST in estimator:
        return float("nan")
    found = re.search(r"_km_(\d+)_", estimator)
    return float(found[1]) if found else followed


def _looks(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Days shorter by each way of measuring, the longest span of Kaplan-Meier's only."""
    chosen = contrasts["unit"].eq("days") & ~contrasts["estimator"].str.match(r".*_km_\d")
    rows = contrasts[chosen]
    turned = {"days_shorter": -rows["estimate"], "one_trial_low": -rows["one_trial_high"],
              "one_trial_high": -rows["one_trial_low"], "alone": -rows["alone"],
              "everybody": -rows["everybody"],
              "everybody_zero_load": -rows["everybody_zero_load"], "true_over_days": rows["true_over_days"]}  # fmt: skip
    keys = rows[["arm", "baseline", "look_date", "look_day", "estimator"]]
    return pd.concat([keys, pd.DataFrame(turned)], axis=1).reset_index(drop=True)


def _unit(metric: str) -> str:
    return "people" if metric == "enrolled" else "share" if metric.endswith("share") else "days"


def _roll_out(study: Study, each: Sequence[Found], has_luck: bool) -> pd.DataFrame:
    tables = [one.cohorts for one in each]
    weeks = int(QUARTER_DAYS // 7)
    rows = []
    for arm, quarter, which in each[0].cohorts:
        if which != next(iter(TRUTHS)):
            continue
        true = [_figure(tables, (arm, quarter, one), has_luck) for one in TRUTHS]
        rows.append((
            arm, study.arms[0], weeks * quarter, weeks * (quarter + 1),
            *(float(x) for one in true for x in (one.mean, one.se)), int(true[0].number),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(ROLL_OUT_COLUMNS))
