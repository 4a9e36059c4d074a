"""Tasks in parallel or in turn: the results and their order never depend on the workers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from sim.experiment.parcel import pack, unpack
from sim.experiment.processes import Processes
from sim.rules.errors import ResourceError

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]

AHEAD = 3
"""Tasks in flight for each worker: enough that none waits, few enough to hold their results."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


class Workers(Protocol):
    """An executor of `concurrent.futures` that can replace what it has lost."""

    workers: int
    shares_disk: bool
    """Whether the workers see the files that this process sees."""
    tries_lost_again: bool
    """Whether a task whose worker is lost is begun elsewhere, before it counts as lost."""

    of_loss: str
    """What to say of a task that was lost with its worker."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Give a worker something to do; BrokenExecutor, here or as its result, is its loss."""

    def wait(self, futures: Collection[Future[Any]], seconds: float | None) -> set[Future[Any]]:
        """Those that have ended, as soon as one has; none when the seconds are over."""

    def warm(self, modules: Sequence[str]) -> None:
        """Let the workers import what they will need."""

    def kill(self) -> None:
        """End what is under way, which is lost."""

    def restart(self) -> None:
        """Begin again after a loss."""

    def stop(self) -> None:
        """End at once, in the middle of what is under way."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End after what is under way."""


class Pool:
    """Workers for tasks; without any, the tasks run here, one after the other.

    ``workers`` are processes of this computer, which import ``warm`` while they start, or of a
    cluster. Leaving the ``with`` block on an error stops what they do at once.
    """

    def __init__(self, workers: int | Workers = 1, warm: Sequence[str] = ()) -> None:
        self._executor: Workers | None = None
        if not isinstance(workers, int):
            self._executor = workers
        elif workers > 1:
            self._executor = Processes(workers, warm)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(at_once=kind is not None)

    @property
    def workers(self) -> int:
        """How many tasks can be under way side by side."""
        return 1 if self._executor is None else self._executor.workers

    @property
    def in_turn(self) -> bool:
        """Whether tasks run in this process, one after the other."""
        return self._executor is None

    @property
    def shares_disk(self) -> bool:
        """Whether the workers see the files that this process sees."""
        return self._executor is None or self._executor.shares_disk

    @property
    def tries_lost_again(self) -> bool:
        """Whether a task whose worker is lost is begun elsewhere, before it counts as lost."""
        return self._executor is not None and self._executor.tries_lost_again

    @property
    def of_loss(self) -> str:
        """What to say of a task that was lost with its worker."""
        return "" if self._executor is None else self._executor.of_loss

    @contextmanager
    def here(self, tasks: int, warm: Sequence[str] = ()) -> Iterator[Pool]:
        """A pool for so many tasks that need the files of this computer: this one, or processes."""
        if self.shares_disk:
            yield self
            return
        with Pool(min(PROCESSES_BESIDE_A_CLUSTER, tasks), warm) as beside:
            yield beside

    def warm(self, modules: Sequence[str]) -> None:
        """Let the workers, when they have nothing else to do, import what they will need."""
        if self._executor is not None and self.shares_disk:
            self._executor.warm(modules)

    def ahead(self, task: Callable[[], Result]) -> Future[Result] | None:
        """Let a process of this computer do something while this one is busy; None without one."""
        if self._executor is None or not self.shares_disk:
            return None
        return self._executor.submit(task)

    def close(self, at_once: bool = False) -> None:
        """End the workers, at once or after what they do."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        if at_once:
            executor.stop()
        else:
            executor.shutdown(wait=True, cancel_futures=True)

    def kill(self) -> None:
        """End what is under way at once: all that the workers were given is lost."""
        assert self._executor is not None
        self._executor.kill()

    def restart(self) -> None:
        """Begin again after a worker was lost."""
        assert self._executor is not None
        self._executor.restart()

    def wait(self, futures: Collection[Future[Any]], seconds: float | None) -> set[Future[Any]]:
        """Those that have ended, as soon as one has; none when the seconds are over.

        Raises ResourceError when there is nobody left who could end them.
        """
        assert self._executor is not None
        return self._executor.wait(futures, seconds)

    def pack(self, shared: Any) -> bytes:
        """What tasks share, as `submit` wants it."""
        return pack(shared, with_files=not self.shares_disk)

    def submit(
        self, task: Callable[[Shared, Item], Result], shared: bytes, item: Item
    ) -> Future[Result]:
        """Give a task to a worker; what is shared is unpacked once in each.

        Raises BrokenExecutor when a process was lost before.
        """
        assert self._executor is not None
        name = hashlib.sha256(shared).hexdigest()
        return self._executor.submit(_work, task, name, shared, item)

    def map(
        self,
        task: Callable[[Shared, Item], Result],
        shared: Shared,
        items: Sequence[Item],
        progress: Progress = no_progress,
    ) -> Iterator[Result]:
        """Yield ``task(shared, item)`` in the order of the items, as soon as each is there.

        ``task`` is a function at the top of a module; ``shared`` is unpacked once
        in each worker.
        ``progress(done, total)`` is called after each task. What a task raises is raised here.
        Raises ResourceError when a worker was lost.
        """
        if self._executor is None:
            return self._in_turn(task, shared, items, progress)
        return self._in_parallel(task, shared, items, progress)

    def _in_turn(
        self,
        task: Callable[[Shared, Item], Result],
        shared: Shared,
        items: Sequence[Item],
        progress: Progress,
    ) -> Iterator[Result]:
        for done, item in enumerate(items, start=1):
            result = task(shared, item)
            progress(done, len(items))
            yield result

    def _in_parallel(
        self,
        task: Callable[[Shared, Item], Result],
        shared: Shared,
        items: Sequence[Item],
        progress: Progress,
    ) -> Iterator[Result]:
        content = self.pack(shared)
        waiting: dict[int, Future[Result]] = {}
        begun = told = 0
        try:
            for turn in range(len(items)):
                while True:
                    while begun < min(len(items), turn + AHEAD * self.workers):
                        waiting[begun] = self.submit(task, content, items[begun])
                        begun += 1
                    done = turn + sum(future.done() for future in waiting.values())
                    if done > told:
                        told = done
                        progress(done, len(items))
                    if waiting[turn].done():
                        break
                    self.wait([f for f in waiting.values() if not f.done()], None)
                yield waiting.pop(turn).result()
        except BrokenExecutor as error:
            raise ResourceError(
                f"a worker process was lost while {len(waiting)} tasks were under way "
                f"({len(items)} in all): {self.of_loss}"
            ) from error
        except GeneratorExit:
            for future in waiting.values():
                future.cancel()
            raise


PROCESSES_BESIDE_A_CLUSTER = 2
"""For what needs the files of this computer: composing the points of a sweep."""

_kept: dict[str, Any] = {}


def _work(task: Callable[[Any, Any], Any], name: str, content: bytes, item: Any) -> Any:
    """Run a task in a worker; what tasks share is unpacked once."""
    if name not in _kept:
        _kept.clear()
        _kept[name] = unpack(content)
    return task(_kept[name], item)
