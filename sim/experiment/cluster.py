"""Workers of a Dask cluster that is there already, in the shape of `concurrent.futures`."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from typing import Any
from uuid import uuid4

from sim.experiment.cluster_link import connected, hand_over, settle
from sim.experiment.identity import differences, identity
from sim.rules.errors import ResourceError

ANSWER_SECONDS = 30.0
"""How long the first worker may take to join, and those that are there to say what they are."""

READY_SECONDS = 300.0
"""How long workers may take to get ready: on a new computer the engine is compiled."""

NOBODY_SECONDS = 120.0
"""How long there may be no worker, once all are lost, before that is final."""

LOOK_SECONDS = 1.0
CLOSE_SECONDS = 5.0

Tell = Callable[[str], None]


def no_tell(text: str) -> None:
    """Tell nobody."""


class Cluster(Executor):
    """The workers of a scheduler at an address, those that join later included.

    Only workers with the same program as here are given tasks. A result is fetched as soon as it is
    there and forgotten by the cluster, so that a worker that is lost takes nothing finished along;
    Dask begins what it was doing elsewhere.

    Raises:
        ResourceError: nobody answers, a worker has another program, or there is none.
    """

    shares_disk = False
    tries_lost_again = True
    of_loss = "every worker that had it was lost; it may have run out of memory"

    def __init__(self, address: str, modules: Sequence[str], tell: Tell = no_tell) -> None:
        self.address, self._tell = address, tell
        self._client = connected(address)
        self._program = identity()
        content = json.dumps(self._program, sort_keys=True).encode()
        self._ticket = f"samtale-{hashlib.sha256(content).hexdigest()[:16]}"
        self._admission = (self._program, self._ticket, tuple(modules))
        self._name, self._number = f"samtale-{uuid4().hex}", 0
        self._given: dict[Future[Any], Any] = {}
        self._fit: set[str] = set()
        self._asked: dict[str, Any] = {}
        self._unfit: set[str] = set()
        self._looked = self._seen = time.monotonic()
        try:
            self.workers = self._examine()
        except BaseException:
            self.stop()
            raise

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Give a worker something to do; the first time when those that are there are ready."""
        if not self._fit:
            self._get_ready()
        self._number += 1
        theirs = self._client.submit(
            function, *arguments, **named, key=f"{self._name}-{self._number}", pure=False,
            resources={self._ticket: 1},
        )  # fmt: skip
        ours: Future[Any] = Future()
        self._given[ours] = theirs
        ours.add_done_callback(self._forget)
        self._client.loop.add_callback(hand_over, ours, theirs)
        return ours

    def wait(self, futures: Collection[Future[Any]], seconds: float | None) -> set[Future[Any]]:
        """Those that have ended, as soon as one has; none when the seconds are over.

        Raises ResourceError when the scheduler or all workers are gone.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            left = LOOK_SECONDS if end is None else min(LOOK_SECONDS, end - time.monotonic())
            ended = wait(futures, max(0.0, left), FIRST_COMPLETED).done
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                self._look()
            if ended or (end is not None and time.monotonic() >= end):
                return ended

    def warm(self, modules: Sequence[str]) -> None:
        """Workers were made ready when they were admitted."""

    def kill(self) -> None:
        """End what is under way: its workers are started again, or given nothing more.

        A thread cannot be stopped: only a worker with a nanny can be started again.
        """
        busy = {worker for worker, keys in self._client.processing().items() if any(
            str(key).startswith(self._name) for key in keys)}  # fmt: skip
        busy &= self._fit
        nannies = self._with_nanny(busy)
        given = dict(self._given)
        self._client.cancel(list(given.values()), force=True)
        for ours in given:
            settle(ours, error=BrokenExecutor("it was stopped"))
        if nannies:
            self._client.restart_workers(
                list(nannies), timeout=READY_SECONDS, raise_for_error=False
            )
        if alone := busy - nannies:
            from sim.experiment.cluster_worker import give_ticket

            self._client.run(give_ticket, ticket=self._ticket, number=0, workers=list(alone))
            self._unfit |= alone
            self._tell(
                f"{_list(alone)}: does not end what it was given and has no nanny that could start "
                "it again; it is given nothing more"
            )
        self._fit -= busy

    def restart(self) -> None:
        """Nothing has to begin anew: Dask replaces what it lost."""

    def stop(self) -> None:
        """Cancel what is under way, and leave the cluster to itself."""
        given, self._given = dict(self._given), {}
        for ours in given:
            ours.cancel()
        with suppress(Exception):  # the scheduler may be gone: then there is nothing to cancel
            if given:
                self._client.sync(
                    self._client._cancel, list(given.values()), callback_timeout=CLOSE_SECONDS
                )
        self._client.close(timeout=CLOSE_SECONDS)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster when what was given to it is done, or cancel it."""
        if wait and not cancel_futures:
            while self._given:
                self.wait(list(self._given), None)
        self.stop()

    def _forget(self, ours: Future[Any]) -> None:
        """Let the cluster forget a task that has ended here; it is cancelled if that is why."""
        theirs = self._given.pop(ours, None)
        if theirs is not None:
            theirs.cancel() if ours.cancelled() else theirs.release()

    def _there(self) -> set[str]:
        """The workers that the scheduler knows.

        (`scheduler_info` may tell of none: Dask refreshes behind it what it is about to give.)
        """
        return set(self._client.nthreads())

    def _with_nanny(self, workers: set[str]) -> set[str]:
        """Those whose process is started again when it ends."""
        told: dict[str, Any] = {}
        end = time.monotonic() + CLOSE_SECONDS
        while not workers <= set(told) and time.monotonic() < end:
            told = dict(self._client.scheduler_info(n_workers=-1)["workers"])
        return {worker for worker in workers if told.get(worker, {}).get("nanny")}

    def _examine(self) -> int:
        """Ask every worker that is there for its program; how many may be given tasks."""
        from sim.experiment.cluster_worker import admit, examine

        end = time.monotonic() + ANSWER_SECONDS
        while not (there := self._there()):
            if time.monotonic() > end:
                raise ResourceError(
                    f"the Dask scheduler at {self.address} has no workers; start some with "
                    f"`dask worker {self.address} --nworkers 2 --nthreads 1`"
                )
            time.sleep(0.1)
        asked = {worker: self._ask(examine, worker) for worker in there}
        problems = []
        for worker, future in asked.items():
            try:
                found = differences(self._program, future.result(max(0.1, end - time.monotonic())))
            except TimeoutError:
                self._tell(f"{worker} is busy; it is given tasks when it answers")
                continue
            except Exception as error:  # noqa: BLE001 - whatever it lacks, it is told
                found = [f"{type(error).__name__}: {error}"]
            problems += [
                f"the Dask worker {worker} has another program: {'; '.join(found)}"
            ] * bool(found)
        if problems:
            more = "All workers must have the program that is here, started anew after a change."
            raise ResourceError([*problems, more])
        self._asked = {worker: self._ask(admit, worker, *self._admission) for worker in there}
        fit = sum(future.status == "finished" for future in asked.values())
        if not fit:
            raise ResourceError(
                f"none of the {len(there)} workers at {self.address} answers within "
                f"{ANSWER_SECONDS:.0f} s; they may be busy with other work"
            )
        return fit

    def _ask(self, function: Callable[..., Any], worker: str, *arguments: Any) -> Any:
        return self._client.submit(
            function, *arguments, workers=[worker], allow_other_workers=False, pure=False
        )

    def _get_ready(self) -> None:
        """Wait until the workers that are there have been admitted, or enough of them."""
        end = time.monotonic() + READY_SECONDS
        while not self._fit or (len(self._fit) < self.workers and self._asked):
            self._look()
            if time.monotonic() > end:
                if self._fit:
                    return
                raise ResourceError(
                    f"no worker at {self.address} got ready within {READY_SECONDS:.0f} s"
                )
            time.sleep(0.02)

    def _look(self) -> None:
        """See who was admitted, who has joined, and who is gone.

        Raises ResourceError when the scheduler is gone, or everybody has been for long.
        """
        from sim.experiment.cluster_worker import admit

        try:
            if self._client.status != "running":
                raise OSError(f"the connection is {self._client.status}")
            there = self._there()
        except (OSError, TimeoutError) as error:
            raise ResourceError(
                f"the Dask scheduler at {self.address} does not answer any more ({error})"
            ) from error
        for worker, future in list(self._asked.items()):
            if future.done() or worker not in there:
                del self._asked[worker]
                self._admitted(worker, future)
        for worker in sorted(there - self._fit - self._unfit - set(self._asked)):
            self._asked[worker] = self._ask(admit, worker, *self._admission)
        if gone := self._fit - there:
            self._fit -= gone
            self._tell(
                f"{_list(gone)}: lost; what it was doing is done again, {len(self._fit)} left"
            )
        now = self._looked = time.monotonic()
        if self._fit or self._asked:
            self._seen = now
        elif now - self._seen > NOBODY_SECONDS:
            raise ResourceError(f"all workers at {self.address} are gone, and none has joined")

    def _admitted(self, worker: str, future: Any) -> None:
        if future.status == "finished":
            found = differences(self._program, future.result())
        elif future.status == "error":
            found = [f"{type(future.exception()).__name__}: {future.exception()}"]
        else:  # it is gone
            return
        if found:
            self._unfit.add(worker)
            self._tell(f"{worker} has another program and is given nothing: {'; '.join(found)}")
        else:
            self._fit.add(worker)


def _list(workers: Collection[str]) -> str:
    return ", ".join(sorted(workers))
