"""What a study is asked beside its comparison is checked before anything runs."""

from __future__ import annotations

import pytest

from sim.config import load
from sim.config.catalogue import published_figures
from sim.rules.errors import InputError


def test_figures_beside_come_from_the_published_ones() -> None:
    asked = load(["scenarios=esbjerg_2018_cash"]).values["beside"]
    ids = ("esbjerg_cash_jobs_hoped_per_month", "esbjerg_cash_jobs_per_month")
    known = published_figures()
    figures = [known.get(one) for one in ids]
    assert [one["value"] for one in asked] == [figure.value for figure in figures if figure]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("beside=[{metric: happiness, value: 3, what: had}]", r"beside\[0\]\.metric is happiness"),
        ("beside=[{metric: jobs_per_month, what: had}]", r"beside\[0\] has no value"),
        ("break_even.lever=minutes", "break_even.lever is minutes"),
    ],
)
def test_what_cannot_be_answered_is_refused(word: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(["scenarios=job_focused_2016", word])
