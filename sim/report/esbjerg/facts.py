"""The numbers of the Esbjerg story as readers see them: each from a table, rounded once."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sim.experiment.esbjerg.looks import COMPLETED, EFFECT, NOTHING
from sim.experiment.esbjerg.money import STAFF_YEARS
from sim.experiment.esbjerg.rolled_out import CONTROL_LOSS, IMPACT, STEADY, TRIAL
from sim.report.digits import rounded
from sim.rules.published import Published

JUDGED_WEEKS = 74.0
"""A look about a year and a half after January 2017, when the figures were published."""

Tables = Mapping[str, pd.DataFrame]


SOURCES = ("esbjerg_days_saved", "e2_hazard_rise_half_year")


def facts(tables: Tables, published: Published) -> dict[str, str]:
    """By name: what sentences, titles and labels take in braces."""
    found = _published(published)
    for of in (_needed, _predicted, _looks, _rolled_out, _money):
        found |= of(tables)
    return found


def _published(published: Published) -> dict[str, str]:
    whole = {
        "claim_days": "esbjerg_days_saved",
        "criterion_days": "esbjerg_criterion_days",
        "people_treated": "esbjerg_treated_people",
        "people_control": "esbjerg_control_people",
        "control_meetings": "esbjerg_meetings_standard",
        "treated_meetings": "esbjerg_meetings_intensified",
        "staff_number": "esbjerg_extra_caseworkers",
    }
    found = {name: rounded(published[key].number, 0) for name, key in whole.items()}
    return found | {
        "more_meetings": rounded(
            published["esbjerg_meetings_intensified"].number
            - published["esbjerg_meetings_standard"].number, 0,
        ),
        "net_m": _millions(published["esbjerg_net_saving_dkk"].number),
        "published": ", ".join(published[key].source for key in SOURCES),
    }  # fmt: skip


def _needed(tables: Tables) -> dict[str, str]:
    table = tables["needed"]
    return {
        "rise_low": _per_cent(table["hazard_ratio"].min() - 1.0),
        "rise_high": _per_cent(table["hazard_ratio"].max() - 1.0),
        "meeting_low": _per_cent(table["rise_a_meeting"].min()),
        "meeting_high": _per_cent(table["rise_a_meeting"].max()),
        "package_low": _per_cent(table["package_low"].iloc[0] - 1.0),
        "package_high": _per_cent(table["package_high"].iloc[0] - 1.0),
    }


def _predicted(tables: Tables) -> dict[str, str]:
    rows = tables["predicted"].set_index("what")
    claim, together = rows.loc["claim"], rows.loc["together"]
    return {
        "literature_days": rounded(float(together["days"]), -1),
        "together_low": rounded(float(together["days_low"]), 0),
        "together_high": rounded(float(together["days_high"]), 0),
        "as_much_days": rounded(float(rows.loc["effect.rho", "days_high"]), 0),
        "claim_low": rounded(float(claim["days_low"]), 0),
        "claim_high": rounded(float(claim["days_high"]), 0),
        "chance_per_cent": _per_cent(rows.loc["shipped", "by_chance_share"]),
        "chance_high_per_cent": _per_cent(together["by_chance_share"]),
        "claim_half": rounded(float(claim["days_high"] - claim["days"]), 0),
    }


def _looks(tables: Tables) -> dict[str, str]:
    table = tables["looks"]
    ended = table[table["estimator"] == COMPLETED]
    effect = ended[ended["case"] == EFFECT].sort_values("look_weeks")
    nothing = ended[(ended["case"] == NOTHING)]
    latest = nothing[nothing["later_weeks"] == nothing["later_weeks"].max()]
    latest = latest.set_index("look_weeks")["difference_days"]
    first, last = effect.iloc[0], effect.iloc[-1]
    return {
        "first_look_weeks": f"{first['look_weeks']:g}",
        "last_look_weeks": f"{last['look_weeks']:g}",
        "first_look_days": rounded(float(first["difference_days"]), -1),
        "last_look_days": rounded(float(last["difference_days"]), -1),
        "later_weeks": f"{nothing['later_weeks'].max():g}",
        "judged_weeks": f"{JUDGED_WEEKS:g}",
        "nothing_days": rounded(float(latest.loc[JUDGED_WEEKS]), 0),
        "nothing_most_days": rounded(float(latest.max()), 0),
    }


def _rolled_out(tables: Tables) -> dict[str, str]:
    table = tables["rolled_out"]
    shipped = table[table["is_shipped"]]
    days = shipped.set_index("what")["days_saved"]
    steady = table[table["what"] == STEADY]["days_saved"]
    return {
        "displacement": f"{shipped['displacement'].iloc[0]:g}",
        "pool_share": _per_cent(shipped["pool_share"].iloc[0]),
        "trial_days": rounded(float(days[TRIAL]), -1),
        "impact_days": rounded(float(days[IMPACT]), -1),
        "steady_days": rounded(float(days[STEADY]), -1),
        "control_loses_days": rounded(-float(days[CONTROL_LOSS]), -1),
        "steady_least_days": rounded(float(steady.min()), 0),
    }


def _money(tables: Tables) -> dict[str, str]:
    rows = tables["money"].set_index("what")
    found = {
        "municipal_share": _per_cent(rows.loc["municipal_share", "value"]),
        "staff_years_low": f"{STAFF_YEARS[0]:g}",
        "staff_years_high": f"{STAFF_YEARS[1]:g}",
    }
    for name in ("staff", "gross_reported"):
        for end in ("low", "high"):
            found[f"{name}_{end}_m"] = _millions(rows.loc[name, end])
    for benefit in ("average", "largest"):
        found[f"a_day_{benefit}"] = rounded(float(rows.loc[f"saving_a_day_{benefit}", "value"]), 0)
        found[f"gross_{benefit}_m"] = _millions(rows.loc[f"gross_claimed_{benefit}", "value"])
        for end in ("low", "high"):
            days = float(rows.loc[f"days_implied_{benefit}", end])
            found[f"days_{benefit}_{end}"] = rounded(days, 0)
    return found


def _per_cent(share: float) -> str:
    return rounded(100.0 * float(share), 0)


def _millions(dkk: float) -> str:
    return rounded(float(dkk) / 1e6, -1)
