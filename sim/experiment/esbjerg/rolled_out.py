"""What displacement does to a roll-out: a trial's contrast against days saved when all are treated."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sim.experiment.esbjerg.curves import TREATED, Insured
from sim.experiment.roll_out import Market
from sim.rules.published import Published

DISPLACEMENTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
POOL_SHARES = (0.2, 0.5, 1.0)
TRIAL, CONTROL_LOSS, IMPACT, STEADY = "trial", "trial_control", "impact", "steady"


def rolled_out(insured: Insured, published: Published) -> pd.DataFrame:
    """A row a displacement, pool share and question, in days saved under the literature's effect.

    Columns: ``displacement``, ``pool_share`` (of the simulated among those who compete for jobs),
    ``is_shipped`` (both are as shipped), ``what``, ``days_saved``. ``trial``: the contrast of treated and control when as many are
    treated as in the trial; ``trial_control``: days that this saves its control group (below 0: they
    lose); ``impact``: everybody is treated, in the stock that the old regime left; ``steady``:
    everybody is treated, stocks have come to rest.
    """
    treated = published["esbjerg_treated_people"].number
    share = treated / (treated + published["esbjerg_control_people"].number)
    market = Market.of(insured.study_in({}), TREATED)
    rows = []
    shipped = tuple(float(insured.values["market"][key]) for key in ("displacement", "pool_share"))
    for pool in sorted({*POOL_SHARES, shipped[1]}):
        for displacement in sorted({*DISPLACEMENTS, shipped[0]}):
            here = replace(market, displacement=displacement, pool_share=pool)
            trial = here.steady_state(share)
            found = {
                TRIAL: trial.contrast_days,
                CONTROL_LOSS: trial.control_days_saved,
                IMPACT: here.on_impact().days_saved,
                STEADY: here.steady_state().days_saved,
            }
            rows += [
                {
                    "displacement": displacement, "pool_share": pool,
                    "is_shipped": (displacement, pool) == shipped,
                    "what": what, "days_saved": days,
                }
                for what, days in found.items()
            ]  # fmt: skip
    return pd.DataFrame(rows)
