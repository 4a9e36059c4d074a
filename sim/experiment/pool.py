"""Tasks in parallel or in turn: the results and their order never depend on the workers."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Any, Self, TypeVar

from sim.rules.errors import ResourceError

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]

AHEAD = 3
"""Tasks in flight for each worker: enough that none waits, few enough to hold their results."""


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


class Pool:
    """Processes that work on tasks; with one worker the tasks run here, one after the other.

    The processes start at once and in the background, and import ``warm`` meanwhile, so that a
    command can get its configuration ready. They ignore Ctrl-C from birth, since the parent
    stops them, and end when the parent is gone. Leaving the ``with`` block on an error stops
    them at once, in the middle of what they do.
    """

    def __init__(self, workers: int = 1, warm: Sequence[str] = ()) -> None:
        self.workers = workers
        self._warm = tuple(warm)
        self._executor: ProcessPoolExecutor | None = None
        self._start()

    def _start(self) -> None:
        if self.workers > 1:
            self._executor = ProcessPoolExecutor(
                self.workers, get_context("spawn"), _begin, (self._warm,)
            )
            self.warm(())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(at_once=kind is not None)

    def warm(self, modules: Sequence[str]) -> None:
        """Let the processes, when they have nothing else to do, import what they will need."""
        if self._executor is not None:
            for _ in range(self.workers):
                self._submit(_import, tuple(modules))

    def ahead(self, task: Callable[[], Result]) -> Future[Result] | None:
        """Let one of the processes do something while this one is busy; None where there is none."""
        return None if self._executor is None else self._submit(task)

    def close(self, at_once: bool = False) -> None:
        """End the processes, at once or after what they were given."""
        if at_once:
            # Nothing may be cancelled before: a broken executor of Python 3.11 then prints an error.
            self.kill()
        executor, self._executor = self._executor, None
        if executor is None:
            return
        executor.shutdown(wait=True, cancel_futures=not at_once)

    @property
    def in_turn(self) -> bool:
        """Whether tasks run in this process, one after the other."""
        return self._executor is None

    def kill(self) -> None:
        """Kill the processes, which breaks the pool: all that they were given is lost."""
        for child in list((getattr(self._executor, "_processes", None) or {}).values()):
            child.kill()

    def restart(self) -> None:
        """Begin again with new processes, after one was lost."""
        self.close(at_once=True)
        self._start()

    def submit(
        self, task: Callable[[Shared, Item], Result], shared: bytes, item: Item
    ) -> Future[Result]:
        """Give a task to a process; ``shared`` is pickled, and unpacked once in each process.

        Raises BrokenProcessPool when a process was lost before.
        """
        return self._submit(_work, task, hashlib.sha256(shared).hexdigest(), shared, item)

    def map(
        self,
        task: Callable[[Shared, Item], Result],
        shared: Shared,
        items: Sequence[Item],
        progress: Progress = no_progress,
    ) -> Iterator[Result]:
        """Yield ``task(shared, item)`` in the order of the items, as soon as each is there.

        ``task`` is a function at the top of a module; ``shared`` is unpacked once
        in each process.
        ``progress(done, total)`` is called after each task. What a task raises is raised here.
        Raises ResourceError when a process was lost.
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
        content = pickle.dumps(shared)
        name = hashlib.sha256(content).hexdigest()
        waiting: dict[int, Future[Result]] = {}
        begun = told = 0
        try:
            for turn in range(len(items)):
                while True:
                    while begun < min(len(items), turn + AHEAD * self.workers):
                        waiting[begun] = self._submit(_work, task, name, content, items[begun])
                        begun += 1
                    done = turn + sum(future.done() for future in waiting.values())
                    if done > told:
                        told = done
                        progress(done, len(items))
                    if waiting[turn].done():
                        break
                    wait([f for f in waiting.values() if not f.done()], None, FIRST_COMPLETED)
                yield waiting.pop(turn).result()
        except BrokenProcessPool as error:
            raise ResourceError(
                f"a worker process was lost while {len(waiting)} tasks were under way "
                f"({len(items)} in all); it may have run out of memory: try compute.workers=1"
            ) from error
        except GeneratorExit:
            for future in waiting.values():
                future.cancel()
            raise

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        assert self._executor is not None
        with _interrupts_held():
            return self._executor.submit(function, *arguments)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is started meanwhile inherits that and never sees one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(warm: tuple[str, ...]) -> None:
    """First thing in a process: no Ctrl-C, no life without the parent, the imports."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _import(warm)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)


_kept: dict[str, Any] = {}


def _work(task: Callable[[Any, Any], Any], name: str, content: bytes, item: Any) -> Any:
    """Run a task in a process; what tasks share is unpacked once."""
    if name not in _kept:
        _kept.clear()
        _kept[name] = pickle.loads(content)
    return task(_kept[name], item)
