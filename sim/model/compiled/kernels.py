"""The compiled functions that Python calls, made once and kept on the disk between runs.

Numba does not notice an edit in a rule that lives in another file than the function it keeps: the
folder of what is kept is named after everything that goes into it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import typeof

import sim.model.luck
from sim.model import alone, stock
from sim.model.compiled import (
    before,
    clock,
    doors,
    groups,
    layout,
    luck,
    people,
    pointers,
    pools,
    queue,
    renewal,
    rows,
    story,
    world,
)
from sim.model.compiled.keeping import kept_in
from sim.model.compiled.translate import Function, compiled
from sim.rules import (
    effects,
    entering,
    hazards,
    leaving,
    market,
    meetings,
    plugged,
    regimes,
)
from sim.rules import people as people_rules
from sim.rules import renewal as renewal_rules

MODULES: tuple[ModuleType, ...] = (
    effects, entering, hazards, leaving, market, meetings, people_rules, plugged, regimes,
    renewal_rules, alone, stock, before, clock, doors, groups, luck, people, pools, queue, renewal,
    rows, story, world,
)  # fmt: skip

REPLACED: dict[Function, Function] = {
    people_rules.other_lines: doors.other_lines,
    people_rules.clear_other_lines: doors.clear_other_lines,
    people_rules.add_other_line: doors.add_other_line,
    people_rules.spare_line: doors.spare_line,
    plugged.plugged_hazard: doors.plugged_hazard,
    plugged.plugged_effect: doors.plugged_effect,
    plugged.plugged_schedule: doors.plugged_schedule,
    sim.model.luck.plan_luck: luck.plan_luck,
    sim.model.luck.meeting_luck: luck.meeting_luck,
    sim.model.luck.work_luck: luck.work_luck,
    sim.model.luck.threshold_luck: luck.threshold_luck,
}

CACHE_VARIABLE = "SAMTALE_CACHE"
MONTH_SECONDS = 30 * 86_400.0


@contextmanager
def later_interrupt() -> Iterator[None]:
    """Hold Ctrl-C until this is over: Numba swallows what is raised while it compiles.

    SIGTERM too, where somebody has decided what it does.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, Any]] = []
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    numbers = [number for number in numbers if callable(signal.getsignal(number))]
    before = {
        n: signal.signal(n, lambda number, frame: held.append((number, frame))) for n in numbers
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if held and callable(handler := before[held[0][0]]):
        handler(*held[0])


class Door:
    """A compiled function, and how long it took to compile it or to fetch it from the disk."""

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher = dispatcher
        self._known: set[tuple[Any, ...]] = set()
        self.seconds = 0.0

    def prepare(self, *arguments: Any) -> None:
        """Compile the function for arguments like these."""
        # finding out Numba's type of a record takes longer than some functions: kinds are known
        # by their dtype, of which there is one object each
        kinds = tuple(id(getattr(argument, "dtype", type(argument))) for argument in arguments)
        if kinds not in self._known:
            began = time.perf_counter()
            with later_interrupt():
                self._dispatcher.compile(tuple(typeof(argument) for argument in arguments))
            self.seconds += time.perf_counter() - began
            self._known.add(kinds)

    def __call__(self, *arguments: Any) -> Any:
        """What the function returns."""
        self.prepare(*arguments)
        return self._dispatcher(*arguments)


class Kernels(NamedTuple):
    """What Python calls; see the functions of the same names."""

    live: Door
    live_before: Door
    live_alone: Door
    finish_rows: Door
    set_up_events: Door
    begin_week: Door
    order_meetings: Door

    @property
    def seconds(self) -> float:
        """Seconds that compiling has taken in this process."""
        return sum(door.seconds for door in self)


DOORS = (
    world.live, before.live_before, before.live_alone, world.finish_rows, world.set_up_events,
    renewal.begin_week, rows.order_meetings,
)  # fmt: skip


@lru_cache(maxsize=1)
def kernels() -> Kernels:
    """The compiled functions; each is compiled, or fetched from the disk, at its first call."""
    folder = cache_folder()
    with kept_in(folder):
        twins = compiled(MODULES, REPLACED, DOORS, cache=folder is not None)
    return Kernels(*(Door(twins[door]) for door in DOORS))


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """The folder of what is kept; None where it cannot be written (that only costs time)."""
    folder = cache_home() / f"engine-{fingerprint(sources())}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        os.utime(folder)
        _forget_old(folder.parent)
        return folder
    except OSError:
        return None


def is_kept() -> bool:
    """Whether the loop has been compiled before, and kept."""
    folder = cache_folder()
    return folder is not None and any(folder.glob("world.live-*.nbi"))


def _forget_old(home: Path) -> None:
    """Take away what has been kept of other versions and not been used for a month."""
    for folder in home.glob("engine-*"):
        if time.time() - folder.stat().st_mtime > MONTH_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def cache_home() -> Path:
    """Where programs keep what they can make again: $SAMTALE_CACHE, or as the system has it."""
    own = os.environ.get(CACHE_VARIABLE)
    if own:
        return Path(own)
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = str(Path.home() / "Library" / "Caches")
    else:
        home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "samtale"


def sources() -> tuple[Path, ...]:
    """Every file whose text goes into what is compiled."""
    constants = ("sim.model.clock", "sim.model.search", "sim.model.world", "sim.rules.rulebook")
    modules = (*MODULES, layout, pointers, *(sys.modules[name] for name in constants))
    return tuple(Path(str(module.__file__)) for module in modules)


def fingerprint(files: Iterable[Path]) -> str:
    """A hash of source files and of the programs that compile them."""
    found = blake2b(digest_size=8)
    for text in (sys.version, numba.__version__, np.__version__):
        found.update(text.encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()
