"""Where a study is computed: which keys of `compute` belong together, and who may name a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from sim.config.facts import Facts
from sim.config.overrides import COMMAND_LINE

SCHEDULER, WORKERS = ("compute", "scheduler"), ("compute", "workers")
EXAMPLE = "compute=dask compute.scheduler=tcp://127.0.0.1:8786"
SCHEMES = ("tcp", "tls")


def compute(facts: Facts) -> Iterator[str]:
    """A cluster has an address and its own workers; this computer has no scheduler."""
    asked = facts.values["compute"]
    backend, address = asked["backend"], asked.get("scheduler")
    if backend != "dask":
        if address is not None:
            yield facts.say(
                SCHEDULER,
                f"is {address}, and compute.backend is {backend}, which has no scheduler; leave it "
                "out, or add compute=dask",
            )
        return
    if "workers" in asked:
        yield facts.say(
            WORKERS,
            f"is {asked['workers']}, and the workers of a Dask cluster are those that it has; "
            "choose compute=dask, which leaves the number out",
        )
    if address is None:
        yield (
            "compute.scheduler is not given; a Dask cluster is named by the address of its "
            f"scheduler: {EXAMPLE}."
        )
    elif not _is_address(address):
        yield facts.say(
            SCHEDULER,
            f"is {address!r}; it must be the address of a Dask scheduler, tcp://HOST:PORT or "
            "tls://HOST:PORT",
        )
    else:
        origin = facts.origins.of(SCHEDULER, address)
        if origin is None or origin.name != COMMAND_LINE:
            yield facts.say(
                SCHEDULER,
                f"is {address}; a file may not say to whom this computer connects. Write it on the "
                f"command line: {EXAMPLE}",
            )


def workers(facts: Facts) -> Iterator[str]:
    """Processes of this computer have a number."""
    asked = facts.values["compute"]
    backend = asked["backend"]
    if backend != "dask" and "workers" not in asked:
        yield f"compute.workers is not given; compute={backend} gives it."


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_known = parts.scheme in SCHEMES and bool(parts.hostname) and bool(parts.port)
    except ValueError:  # a port that is none
        return False
    return is_known and text == f"{parts.scheme}://{parts.netloc}" and "@" not in text
