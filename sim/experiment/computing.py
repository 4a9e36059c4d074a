"""Where tasks run: what `compute` of a study asks for, started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.experiment.pool import Pool

SERIAL, LOCAL, DASK = "serial", "local", "dask"

WARM = ("sim.experiment.task", "sim.model.replication")
"""What a worker imports while it starts."""


def start_pool(
    compute: Mapping[str, Any], tasks: int, tell: Callable[[str], None] | None = None
) -> Pool:
    """The workers that ``compute`` asks for; never more processes than there are tasks.

    Args:
        tell: called with what happens to the workers of a cluster.

    Raises ResourceError where there is no cluster, or not the same program in its workers.
    """
    if compute["backend"] == DASK:
        from sim.experiment.cluster import Cluster, no_tell

        return Pool(Cluster(compute["scheduler"], WARM, tell or no_tell))
    return Pool(min(workers_there(compute), tasks), WARM)


def workers_there(compute: Mapping[str, Any]) -> int:
    """How many tasks can be under way side by side, without starting anything.

    Raises ResourceError where there is no cluster, or not the same program in its workers.
    """
    if compute["backend"] == DASK:
        with start_pool(compute, 1) as pool:
            return pool.workers
    return int(compute["workers"]) if compute["backend"] == LOCAL else 1


def told(compute: Mapping[str, Any], workers: int) -> str:
    """Where tasks run, in words."""
    if compute["backend"] == DASK:
        return f"the Dask cluster at {compute['scheduler']}, workers: {workers}"
    return "this process" if workers == 1 else f"{workers} processes of this computer"
