"""The numbers of the Esbjerg story as readers see them: each from a table, rounded once."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sim.report.digits import rounded
from sim.rules.published import Published

Tables = Mapping[str, pd.DataFrame]


def facts(tables: Tables, published: Published) -> dict[str, str]:
    """By name: what sentences, titles and labels take in braces."""
    return _published(published) | _needed(tables) | _predicted(tables) | _money(tables)


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
    return found | {"net_m": _millions(published["esbjerg_net_saving_dkk"].number)}


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
        "claim_half": rounded(float(claim["days_high"] - claim["days"]), 0),
    }


def _money(tables: Tables) -> dict[str, str]:
    rows = tables["money"].set_index("what")
    found = {"municipal_share": _per_cent(rows.loc["municipal_share", "value"])}
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
