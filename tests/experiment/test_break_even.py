"""Where an account breaks even: on a straight line the crossing is known, and so is its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.experiment.break_even import break_even
from sim.rules.apart import arms_apart_by

LEVERS = [1.0, 1.2, 2.0]


def test_on_a_line_that_luck_shifts_the_crossing_and_its_interval_are_known() -> None:
    """Saving = 100 (q - 1.5) + luck: the interval is that of the mean of the luck, over 100."""
    luck = np.array([-6.0, 1.0, 2.0, 3.0])
    savings = 100 * (np.array(LEVERS)[:, None] - 1.5) + luck
    half = stats.t.ppf(0.975, 3) * luck.std(ddof=1) / 2 / 100
    found = break_even(LEVERS, savings)
    assert found.value == pytest.approx(1.5, abs=1e-9)
    assert found.low == pytest.approx(1.5 - half, abs=1e-3)
    assert found.high == pytest.approx(1.5 + half, abs=1e-3)


def test_an_interval_that_leaves_the_arms_is_open() -> None:
    savings = 100 * (np.array(LEVERS)[:, None] - 1.05) + np.array([-20.0, 20.0, 0.0])
    found = break_even(LEVERS, savings)
    assert found.value == pytest.approx(1.05, abs=1e-9)
    assert found.low == -math.inf and 1.05 < found.high < 2.0


def test_what_never_breaks_even_has_no_value_and_one_replication_no_interval() -> None:
    assert math.isnan(break_even(LEVERS, np.full((3, 2), -5.0)).value)
    one = break_even(LEVERS, np.array([[-1.0], [-0.5], [1.5]]))
    assert one.value == pytest.approx(1.4, abs=1e-9)
    assert math.isnan(one.low) and math.isnan(one.high)


def test_arms_are_read_together_that_differ_in_the_lever_and_in_nothing_else() -> None:
    regimes = {"plain": {"title": "Plain", "quality": 1.0, "pace": 1.0}}
    arms = {
        "control": {"regime": "plain"},
        "better": {"regime": "plain", "levers": {"quality": 1.4, "pace": 2.0}},
        "as_good": {"regime": "plain", "levers": {"pace": 2.0}},
        "other": {"regime": "plain", "levers": {"quality": 1.2}},
    }
    values = {"regimes": regimes, "arms": arms}
    assert arms_apart_by(values, "quality") == {"as_good": 1.0, "better": 1.4}
    assert arms_apart_by(values, "no_such_lever") == {}
