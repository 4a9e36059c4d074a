"""The entry point: from arguments to an exit code, and from any error to a readable line."""

import errno
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sim.cli import console
from sim.cli.arguments import parse
from sim.rules.errors import SamtaleError

DONE, UNFORESEEN, BAD_DATA, NO_RESOURCES, INTERRUPTED = 0, 1, 3, 4, 130
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.EIO}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (see README: Exit codes)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console.prepare()
    debug = "--debug" in arguments
    try:
        with _second_interrupt_is_hard():
            return _told(arguments, debug)
    except KeyboardInterrupt:  # between the lines above and below
        return INTERRUPTED


def _told(arguments: list[str], debug: bool) -> int:
    """Runs one command; whatever happens, the user gets words."""
    try:
        code = _run(arguments)
        console.flush()
        return code
    except SystemExit as end:  # argparse, after --help and --version
        console.flush()
        return int(end.code or 0)
    except KeyboardInterrupt as interruption:
        if debug:
            traceback.print_exc()
        console.problems("interrupted", [str(interruption)] if str(interruption) else [])
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets words
        if debug:
            traceback.print_exc()
        return _explain(error, debug)


@contextmanager
def _second_interrupt_is_hard() -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM clean up and tell how to go on, and the second end at once.

    Nothing is lost by that: what was finished is on the disk, a lock of a dead process is none,
    and workers end with their parent. Whoever ends a job politely (a batch system, a shutdown)
    sends SIGTERM.
    """
    usual: dict[int, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    # What somebody else decided stays: a shell lets nobody interrupt what runs in the background.
    ours = {number: how for number, how in usual.items() if signal.getsignal(number) is how}
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return

    def first(number: int, frame: FrameType | None) -> None:
        for one in ours:
            signal.signal(one, lambda *_: os._exit(INTERRUPTED))
        raise KeyboardInterrupt

    for number in ours:
        signal.signal(number, first)
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)


def _run(arguments: list[str]) -> int:
    command, parsed = parse(arguments)
    module, _, function = command.function.partition(":")
    result = getattr(importlib.import_module(module), function)(parsed)
    return DONE if result is None else int(result)


def _explain(error: Exception, debug: bool) -> int:
    """Says what went wrong in words, and returns the exit code that belongs to it."""
    if isinstance(error, SamtaleError):
        console.problems("error", error.problems)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        console.silence()
        return DONE
    if isinstance(error, MemoryError):
        console.problems("out of memory", ["Fewer people or replications need less."])
        return NO_RESOURCES
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f": {error.filename}" if error.filename else ""
        console.problems("out of resources", [f"{os.strerror(error.errno or 0)}{where}"])
        return NO_RESOURCES
    if isinstance(error, OSError):
        console.problems("error", [str(error)])
        return BAD_DATA
    more = [] if debug else ["This is a fault of samtale; --debug shows where. Please report it."]
    console.problems("error", [f"{type(error).__name__}: {error}", *more])
    return UNFORESEEN
