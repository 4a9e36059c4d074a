"""Tasks that may fail: each is tried twice, a lost process is replaced, the others go on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sim.experiment.pool import AHEAD, Pool
from sim.rules.errors import ResourceError, SamtaleError

Result = TypeVar("Result")

IDLE_LOSSES = 5
"""Processes that may be lost one after the other although they had nothing to do."""


@dataclass(frozen=True)
class Attempt(Generic[Result]):
    """How a task ended: with its result, or with what went wrong the second time."""

    place: int
    result: Result | None
    problem: str = ""


def attempts(
    pool: Pool,
    task: Callable[[Any, Any], Result],
    work: Sequence[tuple[Any, Any]],
    patience_seconds: float,
) -> Iterator[Attempt[Result]]:
    """Yield how each task ended, as they end: ``task(shared, item)`` for each (shared, item).

    A task that raises is tried again once, last. When a process is lost, nobody knows which of
    the tasks under way did it: each of them is begun again alone, and one that loses its process
    then is tried once more. A cluster knows which task was lost with a worker, and begins it on
    others before it calls it lost: the others go on, and who is lost alone then is told. When no
    task ends for ``patience_seconds``, what is under way is ended, which is a loss like any other.

    Raises ResourceError when processes are lost that had nothing to do.
    """
    if pool.in_turn:
        return _in_turn(task, work)
    return _Trying(pool, task, work, patience_seconds).run()


def _in_turn(
    task: Callable[[Any, Any], Result], work: Sequence[tuple[Any, Any]]
) -> Iterator[Attempt[Result]]:
    again: list[int] = []
    for place, (shared, item) in enumerate(work):
        try:
            result = task(shared, item)
        except Exception:  # noqa: BLE001 - whatever it is, it is tried once more
            again.append(place)
        else:
            yield Attempt(place, result)
    for place in again:
        try:
            result = task(*work[place])
        except Exception as error:  # noqa: BLE001 - told, and the others go on
            yield Attempt(place, None, told(error))
        else:
            yield Attempt(place, result)


def told(error: BaseException) -> str:
    """An error on one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, SamtaleError) else f"{type(error).__name__}: {text}"


class _Trying(Generic[Result]):
    """The state of tasks that processes work on."""

    def __init__(
        self,
        pool: Pool,
        task: Callable[[Any, Any], Result],
        work: Sequence[tuple[Any, Any]],
        patience_seconds: float,
    ) -> None:
        self.pool, self.task, self.work = pool, task, work
        self.patience_seconds = patience_seconds
        self.waiting = deque(range(len(work)))
        self.suspects: deque[int] = deque()
        self.failed_once: set[int] = set()
        self.under_way: dict[Future[Result], int] = {}
        self.idle_losses = 0
        self.was_killed = False
        self.on_trial: int | None = None
        """The suspect that was handed out last, alone."""
        self._packed: tuple[Any, bytes] = (None, b"")

    def run(self) -> Iterator[Attempt[Result]]:
        while self.waiting or self.suspects or self.under_way:
            is_whole = self._hand_out()
            lost: list[int] = []
            if self.under_way:
                yield from self._collect(lost)
            if lost or not is_whole:
                yield from self._lost(lost)

    def _hand_out(self) -> bool:
        """Give the processes enough to do, or one suspect alone; False where the pool is broken."""
        source = self.suspects or self.waiting
        room = 1 if self.suspects else AHEAD * self.pool.workers
        if self.suspects and self.under_way:
            return True
        while source and len(self.under_way) < room:
            shared, item = self.work[source[0]]
            try:
                future = self.pool.submit(self.task, self._pack(shared), item)
            except BrokenExecutor:
                return False
            self.under_way[future] = place = source.popleft()
            self.on_trial = place if source is self.suspects else None
        return True

    def _pack(self, shared: Any) -> bytes:
        if self._packed[0] is not shared:
            self._packed = (shared, self.pool.pack(shared))
        return self._packed[1]

    def _collect(self, lost: list[int]) -> Iterator[Attempt[Result]]:
        """What has ended; all that is under way where a process was lost."""
        ended = self.pool.wait(self.under_way, self.patience_seconds)
        if not ended:
            self.was_killed = True
            self.pool.kill()
        a_loss_is_everybodys = not self.pool.tries_lost_again
        if not ended or (a_loss_is_everybodys and any(_is_lost(future) for future in ended)):
            ended, _ = wait(self.under_way)
        for future in sorted(ended, key=lambda one: self.under_way[one]):
            place = self.under_way.pop(future)
            error = future.exception()
            if error is None:
                self.idle_losses = 0
                yield Attempt(place, future.result())
            elif isinstance(error, BrokenExecutor):
                lost.append(place)
            elif place in self.failed_once:
                yield Attempt(place, None, told(error))
            else:
                self.failed_once.add(place)
                self.waiting.append(place)

    def _lost(self, lost: Sequence[int]) -> Iterator[Attempt[Result]]:
        """Begin anew after a process was lost; who was alone then is to blame."""
        why = self.pool.of_loss
        was_tried = self.pool.tries_lost_again
        is_alone = len(lost) == 1 and (self.was_killed or not was_tried or lost[0] == self.on_trial)
        if self.was_killed:
            why = f"it did not end within {self.patience_seconds:.0f} s and was stopped"
            was_tried = self.was_killed = False
        self.pool.restart()
        if not lost:
            self.idle_losses += 1
            if self.idle_losses > IDLE_LOSSES:
                raise ResourceError("worker processes are lost as soon as they start")
        for place in lost:
            if is_alone and (was_tried or place in self.failed_once):
                yield Attempt(place, None, why)
                continue
            if is_alone:
                self.failed_once.add(place)
            self.suspects.append(place)


def _is_lost(future: Future[Any]) -> bool:
    return isinstance(future.exception(), BrokenExecutor)
