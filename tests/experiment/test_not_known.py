"""The band of what is not known in the folder of a run: taken from its own study's draws only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from sim.experiment import not_known, store
from sim.experiment.folder import RunFolder
from sim.experiment.made_again import made_again
from sim.rules.errors import DataError

VALUES: dict[str, Any] = {
    "title": "Made up",
    "engine": "auto",
    "compute": {"workers": 2},
    "effect": {"alpha": 0.3},
    "arms": {"standard": {"regime": "standard"}, "more": {"regime": "more"}},
    "design": {"kind": "worlds", "replications": 50, "seed": 1},
}
BAND = {
    "arm": "more", "metric": "days_saved", "unit": "days", "configured": 5.0, "chance_low": 4.0,
    "chance_high": 6.0, "unknown_low": 1.25, "unknown_middle": 5.0, "unknown_high": 9.5,
    "probability_positive": 0.98, "draws": 128,
}  # fmt: skip


def folder(path: Path, values: Mapping[str, Any], **facts: Any) -> RunFolder:
    with store.prepare(path, {}) as writer:  # type: ignore[union-attr]
        writer.text("scenario.yaml", yaml.safe_dump(dict(values), sort_keys=False))
        if facts:
            writer.table("bands.csv", pd.DataFrame([BAND]))
        writer.seal({"version": "1", "command": "made", "plugins": {}} | facts)
    return store.read(path)


DRAWN: dict[str, Any] = {
    "method": "draws", "size": 128, "over": {"effect.alpha": [0.1, 0.4], "x": [0, 1]}, "seed": 1,
    "replications": 2, "configuration_sha256": "ab",
}  # fmt: skip


def test_the_band_is_kept_in_the_run_and_sealed(tmp_path: Path) -> None:
    run = folder(tmp_path / "run", VALUES)
    small = VALUES | {"design": {"kind": "worlds", "replications": 2, "seed": 9}, "compute": {}}
    drawn = folder(tmp_path / "drawn", small | {"engine": "simpy"}, **DRAWN)
    with made_again(run) as copy:
        copy.manifest["not_known"] = not_known.take(copy, drawn)
    again = store.read(tmp_path / "run")
    (row,) = again.table(not_known.FILE).to_dict("records")
    assert (row["unknown_low"], row["unknown_high"]) == (1.25, 9.5)
    assert row["draws"] == 128 and row["parameters"] == 2
    assert not_known.FILE in again.manifest["files"]
    assert again.manifest["not_known"]["over"] == DRAWN["over"]
    (tmp_path / "run" / not_known.FILE).write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=not_known.FILE):
        store.read(tmp_path / "run")


@pytest.mark.parametrize(
    ("values", "facts", "says"),
    [
        ({"effect": {"alpha": 0.2}}, {}, "effect.alpha: 0.2, not 0.3"),
        ({"arms": {"standard": {"regime": "standard"}}}, {}, "arms: standard, not standard, more"),
        ({"arms": dict(reversed(VALUES["arms"].items()))}, {}, "arms: more, standard, not"),
        ({"design": {"kind": "trial"}}, {}, "design.kind: trial, not worlds"),
        ({}, {"version": "2"}, "version: 2, not 1"),
        ({}, {"plugins": {"mine.py": "cd"}}, "plug-in mine.py: cd, not not used"),
        ({}, {"method": "tornado"}, "method=draws"),
    ],
)
def test_draws_of_another_study_are_refused_and_nothing_is_written(
    tmp_path: Path, values: dict[str, Any], facts: dict[str, Any], says: str
) -> None:
    run = folder(tmp_path / "run", VALUES)
    drawn = folder(tmp_path / "drawn", VALUES | values, **(DRAWN | facts))
    before = json.dumps(run.manifest)
    with pytest.raises(DataError) as refused:
        not_known.take(run, drawn)
    assert says in " ".join(refused.value.problems)
    assert not run.has(not_known.FILE) and json.dumps(store.read(run.path).manifest) == before
