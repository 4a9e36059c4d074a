"""The runs of a bench: each in a fresh process, in interleaved rounds, what does not run named."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import sim
from sim.experiment.bench_models import MODELS, WORKLOAD_W, Model

PROBE_PEOPLE = 300
PROBE_ROUND = 0
NO_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
CACHES = ("SAMTALE_CACHE", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
"""Variables that say where compiled code is kept."""


@dataclass(frozen=True)
class BenchRun:
    """One run of one model, a row of bench.csv; numbers are empty where it did not run.

    Processor seconds are those of the simulation alone, on one core. Round 0 is the probe, with few
    people and an empty cache of compiled code; its times are in no table but that of compiling.
    """

    task: str
    model: str
    people: int
    """Asked for in workload W; 0 in a scenario, which has its own."""
    round: int
    spells: int | None = None
    cpu_seconds: float | None = None
    compile_seconds: float | None = None
    """Processor seconds that the first small run took beyond the second one."""
    peak_bytes: int | None = None
    bytes_per_spell: float | None = None
    """The peak of the memory beyond what was there before the simulation, per spell."""
    duration_days: float | None = None
    """Mean of all spells, as are the two that follow."""
    held: float | None = None
    waiting_days: float | None = None
    rows_sha256: str = ""
    """Of the rows, in our engines."""
    garbage_collection: str = ""
    left_out: str = ""
    """Why it did not run."""


COLUMNS = tuple(field.name for field in fields(BenchRun))


@dataclass(frozen=True)
class Plan:
    """What a bench runs: which models, on how many people, how often, and on which scenarios."""

    models: tuple[str, ...]
    sizes: tuple[int, ...]
    rounds: int
    scenarios: tuple[str, ...]


Told = Callable[[BenchRun], None]


def collect(plan: Plan, child: Sequence[str], tell: Told) -> list[BenchRun]:
    """All runs of a plan, the probes first; `child` is the command that makes one run.

    Compiled code is kept in a folder of the bench: empty before the probes, so that they show what
    compiling takes, and gone after the bench.
    """
    runs: list[BenchRun] = []
    with tempfile.TemporaryDirectory() as cache:
        environment = _environment(cache)

        def ran(task: str, model: Model, people: int, number: int) -> bool:
            run = _one(child, environment, task, model.name, people, number)
            runs.append(run)
            tell(run)
            return not run.left_out

        models = [MODELS[name] for name in plan.models]
        running = [m for m in models if ran(WORKLOAD_W, m, PROBE_PEOPLE, PROBE_ROUND)]
        tasks = [(WORKLOAD_W, people) for people in plan.sizes]
        for task, people in [*tasks, *((scenario, 0) for scenario in plan.scenarios)]:
            able = []
            for model in running:
                if task != WORKLOAD_W and not model.engine:
                    continue
                if people > model.at_most:
                    why = f"it takes too long: at most {model.at_most:,} people"
                    runs.append(BenchRun(task, model.name, people, 1, left_out=why))
                    tell(runs[-1])
                    continue
                able.append(model)
            failed: set[str] = set()
            for number, model in interleaved(able, plan.rounds, people):
                if model.name not in failed and not ran(task, model, people, number):
                    failed.add(model.name)
    return runs


def interleaved(models: Sequence[Model], rounds: int, people: int) -> Iterator[tuple[int, Model]]:
    """Round after round, each beginning with another model; large ones come in the first only."""
    for number in range(1, rounds + 1):
        turn = (number - 1) % max(1, len(models))
        for model in (*models[turn:], *models[:turn]):
            if number == 1 or people <= model.one_round_above:
                yield number, model


def _environment(cache: str) -> dict[str, str]:
    """What a run's process inherits: this package, one thread, and where compiled code is kept."""
    paths = [str(Path(sim.__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | dict.fromkeys(NO_THREADS, "1") | dict.fromkeys(CACHES, cache)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def _one(
    child: Sequence[str],
    environment: dict[str, str],
    task: str,
    name: str,
    people: int,
    number: int,
) -> BenchRun:
    """One run in a fresh process."""
    words = [*child, task, name, str(people), str(number)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        code = done.returncode
        silent = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
        said = done.stderr.strip().splitlines() or [silent]
        return BenchRun(task, name, people, number, left_out=said[-1].strip())
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return BenchRun(task, name, people, number, **found)


def write(runs: Sequence[BenchRun], file: Path) -> None:
    """Write every run as a row of a CSV."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: getattr(run, name) for name in COLUMNS} for run in runs)
