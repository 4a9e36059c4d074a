"""A Dask cluster on loopback for the tests: a scheduler and workers, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import sim

Client = pytest.importorskip("distributed", reason="needs the extra dask").Client

ROOT = Path(sim.__file__).resolve().parent.parent
START_SECONDS = 60.0


@dataclass
class LoopbackCluster:
    """A cluster whose processes work in a folder of their own."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The scheduler's."""
        return str(json.loads((self.folder / "scheduler.json").read_text())["address"])

    @property
    def words(self) -> list[str]:
        """The overrides that ask for this cluster."""
        return ["compute=dask", f"compute.scheduler={self.address}"]

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start `dask` with these words and the file of the scheduler."""
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--scheduler-file", "scheduler.json"],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | self.environment | environment,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, nanny: bool = False, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker with one thread; without a nanny the process is the worker itself."""
        more = ["--nanny" if nanny else "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        return self.start("worker", "--host", "127.0.0.1", *more, **environment)

    def wait_for(self, workers: int) -> None:
        """Wait until so many workers have joined."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START_SECONDS)

    def log(self) -> str:
        """What all processes have said."""
        return (self.folder / "log.txt").read_text(errors="replace")


@contextmanager
def loopback_cluster(
    folder: Path, workers: int, nanny: bool = False, **environment: str
) -> Iterator[LoopbackCluster]:
    """A scheduler and so many workers, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = LoopbackCluster(folder, {"SAMTALE_TEST_WORKER": "1"} | environment)
    try:
        cluster.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        end = time.monotonic() + START_SECONDS
        while not (folder / "scheduler.json").exists() and time.monotonic() < end:
            time.sleep(0.05)
        for _ in range(workers):
            cluster.worker(nanny)
        cluster.wait_for(workers)
        yield cluster
    finally:
        for process in reversed(cluster.processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
