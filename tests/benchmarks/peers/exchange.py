"""How a model in another language gets its task and gives back its spells: two binary files.

Task: as doubles the people, caseworkers, horizon, boost, tau, meeting, later gap, the two gaps,
the two numbers of first meetings, where the four rates begin, the four rates; then entry, frailty
and threshold (doubles) and regime (bytes) of all. Spells: durations, meetings held and days
waited (doubles). The program prints its processor seconds and peak bytes.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .common import (
    BOOST,
    FIRST_MEETINGS,
    GAP_DAYS,
    HORIZON_DAYS,
    LATER_GAP_DAYS,
    MEETING_DAYS,
    RATE_FROM_DAYS,
    RATE_PER_DAY,
    TAU_DAYS,
    Cost,
    NotHere,
    People,
    Spells,
)


def run(command: Sequence[str], people: People, caseworkers: int) -> Spells:
    """The spells that a program simulates; NotHere with what it says where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        task, spells = Path(folder) / "task", Path(folder) / "spells"
        write_task(task, people, caseworkers)
        done = subprocess.run(
            [*command, str(task), str(spells)], check=False, capture_output=True, text=True
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise NotHere(said[-1])
        seconds, peak = done.stdout.split()[-2:]
        return read_spells(spells, len(people), Cost(float(seconds), int(float(peak))))


def write_task(file: Path, people: People, caseworkers: int) -> None:
    """Write the constants of the task and its people."""
    head = (len(people), caseworkers, HORIZON_DAYS, BOOST, TAU_DAYS, MEETING_DAYS, LATER_GAP_DAYS)
    constants = (*head, *GAP_DAYS, *FIRST_MEETINGS, *RATE_FROM_DAYS, *RATE_PER_DAY)
    columns = (people.entry, people.frailty, people.threshold)
    with file.open("wb") as out:
        for column in (constants, *columns):
            out.write(np.asarray(column, dtype="=f8").tobytes())
        out.write(np.asarray(people.regime, dtype="i1").tobytes())


def read_spells(file: Path, people: int, cost: Cost) -> Spells:
    """Read what the program wrote."""
    found = np.fromfile(file, dtype="=f8", count=3 * people)
    if len(found) != 3 * people:
        raise ValueError(f"{len(found) // 3} spells came back instead of {people}")
    duration, held, waiting = found.reshape(3, people)
    return Spells(duration, held.astype(np.int64), waiting, cost)
