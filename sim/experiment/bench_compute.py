"""What processes and a cluster gain over one process, measured side by side in one session."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from statistics import median

from sim.experiment.computing import DASK, LOCAL, SERIAL, WARM
from sim.experiment.pool import Pool
from sim.experiment.study import Study
from sim.experiment.task import Job, replicate, shipped_world
from sim.model.engines import compile_for

WORKERS = 2
EMPTY_TASKS = 200
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
    """Run all replications at each place in turn, round after round; the pools live throughout."""
    job = Job(study, shipped_world)
    places = [Place(SERIAL), Place(LOCAL)]
    with _started(places[1], job, lambda: Pool(WORKERS, WARM)) as local:
        pools = [Pool(), local]
        with _cluster() as address:
            if not address:
                _rounds(places, pools, job, rounds, tell)
                return places
            from sim.experiment.cluster import Cluster

            places.append(Place(DASK))
            with _started(places[2], job, lambda: Pool(Cluster(address, WARM))) as dask:
                _rounds(places, [*pools, dask], job, rounds, tell)
    return places


def _rounds(
    places: list[Place], pools: list[Pool], job: Job, rounds: int, tell: Callable[[str], None]
) -> None:
    replicate(job, 0)
    for number in range(1, rounds + 1):
        for place, pool in zip(places, pools, strict=True):
            wall, own = time.perf_counter(), time.process_time()
            found = list(pool.map(replicate, job, range(job.study.replications)))
            place.seconds.append(time.perf_counter() - wall)
            place.parent_seconds.append(time.process_time() - own)
            place.digests = [one.digests for one in found]
            del found
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
    """The address of a cluster on loopback with workers of one thread; empty without Dask."""
    if find_spec("distributed") is None:
        yield ""
        return
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None,
        worker_dashboard_address=None,
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address
