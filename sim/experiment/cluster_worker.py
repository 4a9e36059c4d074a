"""What runs in the workers of a Dask cluster before and beside the tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from distributed import get_worker
from distributed.core import Status

from sim.experiment.identity import NOT_THERE, identity
from sim.experiment.processes import import_all


def examine() -> dict[str, str]:
    """The program that this worker has."""
    return identity()


def admit(wanted: Mapping[str, str], ticket: str, modules: Sequence[str]) -> dict[str, str]:
    """Make this worker ready for tasks, and let it take them, if its program is the one wanted.

    Tasks ask for a resource with the name of the ticket, of which a worker that was admitted has
    one: so it does one of them at a time, however many threads it has. Gives back its program.
    """
    if identity() == wanted:
        import_all(modules)
        if wanted["numba"] != NOT_THERE:
            from sim.model.engines import compile_ahead

            compile_ahead()
        worker: Any = get_worker()
        asyncio.run_coroutine_threadsafe(
            give_ticket(worker, ticket), worker.loop.asyncio_loop
        ).result()
    return identity()


async def give_ticket(dask_worker: Any, ticket: str, number: int = 1) -> None:
    """Let a worker take tasks that ask for a ticket; with 0 of them, none any more."""
    if dask_worker.state.total_resources.get(ticket, 0) == number:
        return
    await dask_worker.set_resources(**{ticket: number})
    # Tasks that found no worker before look for one only when one joins, or resumes work.
    if number and dask_worker.status == Status.running:
        dask_worker.status = Status.paused
        dask_worker.status = Status.running
