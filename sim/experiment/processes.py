"""Processes of this computer, in the shape of `concurrent.futures`."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from typing import Any


class Processes(Executor):
    """Processes that start at once, in the background, and import ``modules`` meanwhile.

    They ignore Ctrl-C from birth, since the parent stops them, and end when the parent is gone.
    """

    shares_disk = True
    tries_lost_again = False
    of_loss = "its process was lost; it may have run out of memory (try compute.workers=1)"

    def __init__(self, workers: int, modules: Sequence[str] = ()) -> None:
        self.workers = workers
        self._modules = tuple(modules)
        self._start()

    def _start(self) -> None:
        self._executor = ProcessPoolExecutor(
            self.workers, get_context("spawn"), _begin, (self._modules,)
        )
        self.warm(())

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Give a process something to do.

        Raises BrokenExecutor when a process was lost before.
        """
        with _interrupts_held():
            return self._executor.submit(function, *arguments, **named)

    def wait(self, futures: Collection[Future[Any]], seconds: float | None) -> set[Future[Any]]:
        """Those that have ended, as soon as one has; none when the seconds are over."""
        return wait(futures, seconds, FIRST_COMPLETED).done

    def warm(self, modules: Sequence[str]) -> None:
        """Let the processes, when they have nothing else to do, import what they will need."""
        for _ in range(self.workers):
            self.submit(import_all, tuple(modules))

    def kill(self) -> None:
        """Kill the processes: all that they were given is lost."""
        for child in list((getattr(self._executor, "_processes", None) or {}).values()):
            child.kill()

    def restart(self) -> None:
        """Begin again with new processes, after one was lost."""
        self.stop()
        self._start()

    def stop(self) -> None:
        """End the processes at once, in the middle of what they do."""
        # Nothing may be cancelled before: a broken executor of Python 3.11 then prints an error.
        self.kill()
        self._executor.shutdown(wait=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes after what they do now, or after all that they were given."""
        self._executor.shutdown(wait=wait, cancel_futures=cancel_futures)


def import_all(modules: Sequence[str]) -> None:
    """Import modules by their names."""
    for module in modules:
        import_module(module)


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


def _begin(modules: tuple[str, ...]) -> None:
    """First thing in a process: no Ctrl-C, no life without the parent, the imports."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import_all(modules)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
