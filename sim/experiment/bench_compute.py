"""What processes and a cluster gain over one process, measured side by side in one session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import sim
from sim.experiment.computing import DASK, LOCAL, SERIAL, WARM
from sim.experiment.pool import Pool
from sim.experiment.study import Study
from sim.experiment.task import Job, replicate, shipped_world
from sim.model.engines import compile_for
from sim.rules.errors import ResourceError

WORKERS = 2
EMPTY_TASKS = 200
START_SECONDS = 60.0
SPREAD_SECONDS = 0.2
"""How long a worker is held when it gets ready, so that the others get ready too."""


@dataclass
class Place:
    """Where the replications ran: seconds of each round, of starting, and of an empty task."""

    name: str
    start_seconds: float = 0.0
    seconds: list[float] = field(default_factory=list)
    parent_seconds: list[float] = field(default_factory=list)
    """Processor seconds of this process in each round."""
    task_seconds: list[float] = field(default_factory=list)
    digests: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """What a place should reach, and what it reached."""

    what: str
    wanted: str
    measured: str
    is_met: bool


def measure(study: Study, rounds: int, tell: Callable[[str], None]) -> list[Place]:
    """Run all replications in one process and in two, in turn, and then on a cluster.

    The cluster starts when the others are measured: it takes processor time even when it waits.
    """
    job = Job(study, shipped_world)
    places = [Place(SERIAL), Place(LOCAL)]
    replicate(job, 0)
    with _started(places[1], job, lambda: Pool(WORKERS, WARM)) as local:
        for number in range(1, rounds + 1):
            _run(places[0], Pool(), job, number, tell)
            _run(places[1], local, job, number, tell)
    if find_spec("distributed") is None:
        return places
    from sim.experiment.cluster import Cluster

    places.append(Place(DASK))
    with (
        _cluster() as address,
        _started(places[2], job, lambda: Pool(Cluster(address, WARM))) as dask,
    ):
        for number in range(1, rounds + 1):
            _run(places[2], dask, job, number, tell)
    return places


def _run(place: Place, pool: Pool, job: Job, number: int, tell: Callable[[str], None]) -> None:
    wall, own = time.perf_counter(), time.process_time()
    found = list(pool.map(replicate, job, range(job.study.replications)))
    place.seconds.append(time.perf_counter() - wall)
    place.parent_seconds.append(time.process_time() - own)
    place.digests = [one.digests for one in found]
    wall = time.perf_counter()
    list(pool.map(_nothing, job, range(EMPTY_TASKS)))
    place.task_seconds.append((time.perf_counter() - wall) / EMPTY_TASKS)
    tell(f"round {number}: {place.name}: {place.seconds[-1]:.2f} s")


def targets(places: list[Place]) -> list[Target]:
    """The targets that what was measured can be held against."""
    by_name = {place.name: place for place in places}
    serial, local = by_name[SERIAL], by_name[LOCAL]
    gain = gain_of(local, serial)
    found = [
        Target(f"{WORKERS} local processes over serial", "1.8 times", f"{gain:.2f}", gain >= 1.8)
    ]
    for name, most in ((LOCAL, 0.010), (DASK, 0.030)):
        if name in by_name:
            took = median(by_name[name].task_seconds)
            found.append(
                Target(
                    f"overhead of a task, {name}", f"under {most * 1e3:.0f} ms",
                    f"{took * 1e3:.1f} ms", took < most,
                )
            )  # fmt: skip
    is_same = all(place.digests == serial.digests for place in places)
    return [*found, Target("the same rows everywhere", "yes", "yes" if is_same else "no", is_same)]


def gain_of(place: Place, serial: Place) -> float:
    """How many times quicker than serial: the median of the ratios within rounds."""
    return median(one / other for one, other in zip(serial.seconds, place.seconds, strict=True))


@contextmanager
def _started(place: Place, job: Job, start: Callable[[], Pool]) -> Iterator[Pool]:
    """A pool whose workers are all ready, the compiled engine loaded; it is told how long it took."""
    began = time.perf_counter()
    with start() as pool:
        seen: set[int] = set()
        while len(seen) < pool.workers:
            seen |= set(pool.map(_get_ready, job, range(pool.workers)))
        place.start_seconds = time.perf_counter() - began
        yield pool


def _get_ready(job: Job, _: int) -> int:
    compile_for(job.study)
    time.sleep(SPREAD_SECONDS)
    return os.getpid()


def _nothing(_: Job, item: int) -> int:
    return item


@contextmanager
def _cluster() -> Iterator[str]:
    """The address of a cluster on loopback, started as one does by hand; it ends with the block."""
    dask = [sys.executable, "-m", "dask"]
    with tempfile.TemporaryDirectory() as name, Path(name, "log.txt").open("wb") as log:
        file = Path(name, "scheduler.json")
        shared = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(file)]
        own = ["--nworkers", str(WORKERS), "--nthreads", "1"]
        begun: list[subprocess.Popen[bytes]] = []
        try:
            for words in (["scheduler", "--port", "0"], ["worker", *own]):
                begun.append(subprocess.Popen(
                    [*dask, *words, *shared], stdout=log, stderr=log, cwd=name, env=_environment()
                ))  # fmt: skip
            end = time.monotonic() + START_SECONDS
            while not file.exists():
                if time.monotonic() > end:
                    raise ResourceError("`dask scheduler` does not start on 127.0.0.1")
                time.sleep(0.1)
            address = str(json.loads(file.read_text())["address"])
            _wait_for_workers(address)
            yield address
        finally:
            for process in reversed(begun):
                process.terminate()
            for process in begun:
                process.wait()


def _environment() -> dict[str, str]:
    """What the processes of the cluster inherit: this package as it is imported here."""
    paths = [str(Path(sim.__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _wait_for_workers(address: str) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(WORKERS, timeout=START_SECONDS)
