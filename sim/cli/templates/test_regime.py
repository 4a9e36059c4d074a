"""The regime NAME does what it says: pytest test_NAME.py (in the folder that holds regimes/)."""

import sim

SMALL = ("design=quick", "design.replications=2", "population.scale=0.05")
ARMS = ("~arms.intensified", "~arms.lockdown_voluntary", "arms.flexible.regime=NAME")


def test_it_runs_beside_the_standard_regime_and_plans_other_meetings():
    question = sim.load(*SMALL, *ARMS)
    planned = dict(zip(question.plan["arm"], question.plan["planned_meetings"], strict=True))
    assert planned["flexible"] != planned["standard"]
    found = question.compare().summary.query("group == 'ui' and metric == 'held_per_person'")
    held = dict(zip(found["arm"], found["mean"], strict=True))
    assert held["flexible"] > held["standard"]  # the template's schedule meets early and often
