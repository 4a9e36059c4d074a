"""How long the outcomes of many spell rows take, and how much memory, in a process of its own.

    python -m tests.benchmarks.rows 10000000

makes so many rows as a run folder keeps them (four arms, five replications), works every metric of
spells out of the file again, and prints seconds on the clock and the largest memory of the process
that did it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sim.experiment.parquet import RowFiles
from sim.experiment.rows import SCHEMA
from sim.experiment.rows_again import SPELLS, summaries
from sim.rules.people import GROUPS, JOB, OPEN

ARMS, REPLICATIONS = ("standard", "intensified", "flexible", "lockdown_voluntary"), 5
FOLLOW_UP_DAYS, OBSERVATION_DAYS = 728.0, 364.0
ROWS = 10_000_000


def spells(number: int, seed: int) -> dict[str, np.ndarray]:
    """Made-up spells in the types of the schema: exponential durations, a tenth of them returns."""
    dice = np.random.default_rng(seed)
    again = dice.random(number) < 0.1
    again[0] = False
    person = np.cumsum(~again)
    first = np.maximum.accumulate(np.where(~again, np.arange(number), 0))
    entry = dice.uniform(0.0, OBSERVATION_DAYS, number)
    duration = dice.exponential(200.0, number)
    is_open = duration > FOLLOW_UP_DAYS
    columns = {
        "person": person, "spell": np.arange(number) - first + 1,
        "group": dice.integers(0, len(GROUPS), number)[first],
        "entry_day": entry, "duration_days": np.where(is_open, FOLLOW_UP_DAYS, duration),
        "exit": np.where(is_open, OPEN, JOB), "counted": ~again,
    }  # fmt: skip
    columns["exit_day"] = columns["entry_day"] + columns["duration_days"]
    return {
        name: np.asarray(columns.get(name, np.zeros(number)), dtype=dtype)
        for name, dtype in SCHEMA["spells"].items()
    }


def write(folder: Path, rows: int) -> None:
    """The files of a run's rows with so many spells and nothing else."""
    each = rows // (len(ARMS) * REPLICATIONS)
    with RowFiles(folder, ARMS) as files:
        for replication in range(REPLICATIONS):
            for place, arm in enumerate(ARMS):
                made = spells(each, replication * len(ARMS) + place)
                files.add("spells", arm, replication, made)


def measure(file: Path) -> dict[str, float]:
    """Seconds and largest memory (gigabytes) of this process for the outcomes of a file."""
    import resource

    began, spent = time.perf_counter(), time.process_time()
    found = list(summaries(file, GROUPS, FOLLOW_UP_DAYS, OBSERVATION_DAYS + FOLLOW_UP_DAYS))
    return {
        "rows": sum(one.rows for one in found),
        "counted spells": sum(one.values["all", SPELLS] for one in found),
        "metrics": sum(len(one.values) for one in found),
        "seconds on the clock": time.perf_counter() - began,
        "processor seconds": time.process_time() - spent,
        "peak memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }


def main(words: list[str]) -> None:
    """Make the rows, measure in a process of its own, print."""
    if words[:1] == ["--measure"]:
        print(json.dumps(measure(Path(words[1]))))
        return
    rows = int(words[0]) if words else ROWS
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), rows)
        file = Path(folder) / "spells.parquet"
        print(f"{file.stat().st_size / 1e6:,.0f} MB of Parquet")
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.rows", "--measure", str(file)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    for what, value in json.loads(done.stdout).items():
        print(f"{what}: {value:,.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
