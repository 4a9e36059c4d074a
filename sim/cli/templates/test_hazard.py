"""The hazard NAME does what it says: pytest test_NAME.py (in the folder where NAME.py lies)."""

from pathlib import Path

import sim

SMALL = ("design=quick", "design.replications=2", "population.scale=0.02", "~arms.flexible")
PLUGIN = Path(__file__).with_name("NAME.py")


def with_rate(first_per_week):
    """The question with this hazard for the insured, from a rate per week on the first day."""
    hazard = f"{{kind: NAME, first_per_week: {first_per_week}, half_life_days: 90, floor_per_week: 0.02}}"
    return sim.load(*SMALL, f"hazard.ui.job={hazard}", plugins=[PLUGIN])


def days(comparison):
    """Mean days of unemployment of the insured within two years, under the first arm."""
    found = comparison.summary.query("group == 'ui' and metric == 'rmst_728_days'")
    return float(found["mean"].iloc[0])


def test_a_higher_rate_means_fewer_days():
    assert days(with_rate(0.08).compare()) < days(with_rate(0.04).compare())


def test_a_rate_below_zero_is_refused():
    try:
        with_rate(-1)
    except sim.InputError as error:
        assert "first_per_week" in str(error)
    else:
        raise AssertionError("a rate below 0 was taken")
