"""Sentences after the comparison say what the tables hold."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.report.answers import beside, breaks_even, ranking
from sim.report.figures.saved import best_sentence
from sim.report.folder import BEHIND_FIGURES, TABLES, Arm, Run

NAMES = {"law": "Law", "more": "More", "most": "Most"}


def made(scenario: dict, **tables: list[dict]) -> Run:
    """A run of three arms with the rows that a test needs."""
    empty = {name: pd.DataFrame() for name in (*TABLES, *BEHIND_FIGURES)}
    frames = {name: pd.DataFrame(rows).assign(group="all") for name, rows in tables.items()}
    arms = tuple(Arm(name, title, i) for i, (name, title) in enumerate(NAMES.items()))
    return Run(Path(), "", "", "", scenario, arms, empty | frames, {})


def jobs(high: float) -> Run:
    asked = [("hoped for", 18), ("had", 43), ("before", 10)]
    return made(
        {"beside": [{"metric": "jobs_per_month", "value": v, "what": w} for w, v in asked]},
        summary=[
            {
                "arm": arm,
                "metric": "jobs_per_month",
                "mean": mean,
                "ci_low": mean - 2,
                "ci_high": up,
            }
            for arm, mean, up in (("law", 16.0, 18.0), ("more", 20.0, 22.0), ("most", 24.0, high))
        ],
        differences=[
            {
                "arm": "most",
                "metric": "jobs_per_month",
                "difference": 8.0,
                "ci_low": 7,
                "ci_high": 9,
            }
        ],
    )


@pytest.mark.parametrize(
    ("high", "said"),
    [(26.0, "No arm reaches 43."), (44.0, "No arm reaches 43 on average, though its interval")],
)
def test_published_figures_stand_beside_every_arm(high: float, said: str) -> None:
    (text,) = beside(jobs(high))
    assert text.startswith("Jobs a month: “Law” 16 (14 to 18); “More” 20 (18 to 22);")
    assert "More than “Law”: “Most” 8.0 (7.0 to 9.0)." in text
    assert "Published: 18 (hoped for), 43 (had) and 10 (before)." in text
    assert "“More” and “Most” reach 18 on average, the others do not." in text
    assert said in text
    assert "Every arm reaches 10." in text


def quality(top: float) -> Run:
    """The municipality pays 100 under the law, and linearly less the better a meeting is."""
    arms = {
        "law": {"regime": "law"},
        **{k: {"regime": "law", "levers": {"quality": q}} for k, q in (("more", 1), ("most", 2))},
    }
    costs = {"law": [100, 110, 90], "more": [119, 131, 110], "most": [top + 5, top + 5, top - 10]}
    return made(
        {
            "regimes": {"law": {"quality": 1}},
            "arms": arms,
            "break_even": {"lever": "quality", "account": "municipality"},
        },
        outcomes=[
            {"arm": arm, "replication": i, "metric": "municipality_dkk", "value": str(value)}
            for arm, values in costs.items()
            for i, value in enumerate(values)
        ],
    )


def test_the_lever_breaks_even_between_the_arms() -> None:
    """Savings are -20 and +20 on average: half way; their t interval is 2.484 |6 w - 1| wide."""
    (text,) = breaks_even(quality(80.0))
    assert text.startswith("Municipality: breaks even where the effect of a meeting")
    assert "is 1.50 (95 % interval 1.41 to 1.70)" in text


def test_a_lever_that_never_breaks_even_says_what_is_left() -> None:
    (text,) = breaks_even(quality(105.0))
    assert "does not break even" in text
    assert "from DKK −20 to −5 per spell" in text


def days(*found: tuple[str, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"arm": a, "days_saved": d, "ci_low": d - 1, "ci_high": d + 1, "is_noise": str(n)}
            for a, d, n in found
        ]
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("more", 3.0, False), ("most", -4.0, False)], "“More” shortens unemployment most: 3"),
        ([("more", -3.0, False)], "“More” lengthens unemployment by 3"),
        ([("more", -3.0, False), ("most", -4.0, False)], "Every regime lengthens unemployment, “M"),
        (
            [("more", -3.0, False), ("most", 0.5, True)],
            "1 of 2 regimes lengthen unemployment for c",
        ),
    ],
)
def test_the_title_counts_the_regimes_that_lengthen(
    rows: list[tuple[str, float, bool]], said: str
) -> None:
    assert best_sentence(made({}), days(*rows)).startswith(said)


def test_of_many_regimes_the_strongest_stands_first_and_noise_is_counted() -> None:
    found = made(
        {},
        differences=[
            {"arm": arm, "metric": "days_saved", "difference": d, "ci_low": d - 1, "ci_high": d + 1,
             "is_noise": str(abs(d) < 1)}
            for arm, d in (("more", 2.0), ("most", 6.0), ("law", 0.5), ("law", 0.1), ("law", 0.2))
        ],
    )  # fmt: skip
    (text,) = ranking(found)
    assert text.startswith("Days saved, the strongest regime first: “Most” 6.0 and “More” 2.0.")
    assert text.endswith("3 of 5 may be noise.")
