"""The connection to a Dask scheduler, and how outcomes of tasks come over it."""

from __future__ import annotations

import socket
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from sim.rules.errors import ResourceError

CONNECT_SECONDS = 10.0
"""How long a scheduler may take to answer."""


def connected(address: str) -> Any:
    """A client of the scheduler at an address.

    Raises ResourceError.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ResourceError(
            "compute=dask needs the package distributed, which is not installed here: "
            "pip install 'samtale[dask]'"
        ) from error
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="samtale")
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        raise ResourceError(
            f"no Dask scheduler answers at {address} within {CONNECT_SECONDS:.0f} s "
            f"({_reason(address, error)}); start one with `dask scheduler`, or correct "
            "compute.scheduler"
        ) from error


def _reason(address: str, error: Exception) -> str:
    """Why there is no connection, which Dask hides: another is tried to learn it."""
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname, parts.port), CONNECT_SECONDS):
            return "something else listens there, or a scheduler of another version"
    except socket.gaierror as told:
        return f"no computer of this name is known: {told.strerror}"
    except ConnectionRefusedError:
        return "nothing listens at this port: connection refused"
    except OSError:
        return str(error) or type(error).__name__


async def hand_over(ours: Future[Any], theirs: Any) -> None:
    """Give the outcome of a task of the cluster to who waits for it here.

    All outcomes that are there are fetched together: until then they are lost with their worker.
    """
    from distributed import KilledWorker

    try:
        outcome = await theirs._result(raiseit=False)
    except Exception as problem:  # noqa: BLE001 - the cluster went away meanwhile
        settle(ours, error=BrokenExecutor(f"its result was lost: {problem}"))
        return
    if theirs.status == "finished":
        settle(ours, outcome)
    elif theirs.status != "error" or isinstance(outcome[1], KilledWorker):
        settle(ours, error=BrokenExecutor("its worker was lost"))
    else:
        settle(ours, error=outcome[1])


def settle(ours: Future[Any], result: Any = None, error: BaseException | None = None) -> None:
    """End a task here with its result or its error, unless it has ended."""
    with suppress(Exception):  # it was cancelled or stopped before
        ours.set_result(result) if error is None else ours.set_exception(error)
