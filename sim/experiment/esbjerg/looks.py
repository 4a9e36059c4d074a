"""What a look while the trial runs shows: a true effect made smaller, and an effect from nothing."""

from __future__ import annotations

import pandas as pd

from sim.experiment.esbjerg.curves import HORIZON_DAYS, Curve, Insured
from sim.experiment.interim import interim

LOOK_WEEKS = (52.0, 65.0, 74.0, 104.0)
KM_WEEKS = (26.0, 52.0)
LATER_WEEKS = (0.0, 4.0, 8.0, 13.0, 17.0, 22.0, 26.0)
"""How long after the control the treated begin to be enrolled, where nothing has an effect."""

EFFECT, NOTHING = "effect", "nothing"
COMPLETED, SO_FAR, FOLLOWED = "completed", "so_far", "km_as_followed"


def looks(insured: Insured) -> pd.DataFrame:
    """A row a look and estimator: days by which the treated seem to be unemployed for less.

    Columns: ``case``: ``effect`` (that of the literature; both arms are enrolled evenly from the
    first day to the look) or ``nothing`` (both arms live alike; the treated are enrolled from
    ``later_weeks`` on); ``look_weeks``; ``estimator``: mean of ``completed`` spells, mean time
    ``so_far``, Kaplan and Meier's restricted mean over 26 or 52 weeks (``km_26_weeks``) or over as
    long as both arms were followed (``km_as_followed``); ``difference_days``; ``truth_days`` over
    the estimator's own horizon, which is 104 weeks for means; ``completed_share`` of the control.
    """
    pair = insured.pair()
    rows = []
    for look in LOOK_WEEKS:
        rows += _rows(EFFECT, look, 0.0, pair.control, pair.treated)
        for later in LATER_WEEKS:
            rows += _rows(NOTHING, look, later, pair.control, pair.control)
    return pd.DataFrame(rows)


def _rows(
    case: str, look: float, later: float, control: Curve, treated: Curve
) -> list[dict[str, object]]:
    look_day = 7.0 * look
    both = min(7.0 * (look - later), HORIZON_DAYS)
    horizons = {f"km_{weeks:g}_weeks": 7.0 * weeks for weeks in KM_WEEKS} | {FOLLOWED: both}
    one, other = (
        interim(people, 7.0 * start, look_day, look_day, tuple(horizons.values()))
        for people, start in ((control, 0.0), (treated, later))
    )
    found = {
        COMPLETED: (one.completed_mean_days - other.completed_mean_days, HORIZON_DAYS),
        SO_FAR: (one.so_far_mean_days - other.so_far_mean_days, HORIZON_DAYS),
    } | {
        name: (one.km_rmst_days[days] - other.km_rmst_days[days], days)
        for name, days in horizons.items()
    }
    return [
        {
            "case": case, "look_weeks": look, "later_weeks": later, "estimator": name,
            "difference_days": difference,
            "truth_days": control.restricted_mean(to) - treated.restricted_mean(to),
            "completed_share": one.completed_share,
        }
        for name, (difference, to) in found.items()
    ]  # fmt: skip
