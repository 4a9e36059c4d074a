"""Made-up run folders, and one with its pages, for the tests of the report."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.report import write

from .made_up import ARMS, Maker


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Path]:
    """A function that writes a made-up run folder and returns its path."""

    def make(
        path: Path,
        arms: dict[str, tuple[str, float]] | None = None,
        title: str = "Four regimes in a jobcentre of Esbjerg's size",
        note: str = "All regimes meet the same labour market, so the lockdown differs by its "
        "meetings only.",
        replications: int = 30,
    ) -> Path:
        arms = arms or ARMS
        maker = Maker(path, arms, replications)
        for step in (
            maker.survival,
            maker.days_saved,
            maker.money,
            maker.meetings,
            maker.office,
            maker.queue,
            maker.example,
            maker.thirty,
            maker.tables,
        ):
            step()
        window = {"from": datetime.date(2020, 3, 12), "to": "2020-05-27"}
        scenario = {
            "title": title,
            "question": "What would more, other or voluntary conversations do?",
            "note": note,
            "start_date": "2020-01-01",
            "regimes": {n: {"windows": [window] if "lockdown" in n else []} for n in arms},
            "arms": {n: {"regime": n, "title": t, "levers": {}} for n, (t, _) in arms.items()},
        }
        text = yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True)
        (path / "scenario.yaml").write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What a run says of itself before its manifest is written."""
    return {
        "seed": 7,
        "command": "samtale run",
        "packages": {"simpy": "4.1.2"},
        "differences": [["effect.tau_days", "56", "28", "the command line"]],
        "left_out": {"employed_weeks_104": "needs 728 days of follow-up"},
        "warnings": ["the queue <grows>"],
    }


@pytest.fixture(scope="session")
def reported(
    make_run: Callable[..., Path],
    facts: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A made-up run folder with its figures and its page, for tests that only read it."""
    path = make_run(tmp_path_factory.mktemp("reported") / "run")
    write(path, facts)
    return path
