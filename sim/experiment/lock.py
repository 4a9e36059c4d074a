"""A lock on a results folder that knows its owner, so that one left by a dead process is seen."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.experiment import files
from sim.rules.errors import DataError

NAME = "in_use.json"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; it ends with the block, or with the process.

    Raises DataError that names the owner where another process that lives holds it.
    """
    path = folder / NAME
    with files.told(f"The results folder {folder} cannot be locked"), _guard(folder):
        _take(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def check(folder: Path) -> None:
    """Refuse a folder in which another process works; nothing is changed.

    Raises DataError that names it.
    """
    with files.told(f"The lock of {folder} cannot be read"):
        _refuse(folder / NAME)


def _refuse(path: Path) -> None:
    owner = _read(path)
    if owner is not None and not _is_gone(owner):
        own = owner.get("host") == socket.gethostname()
        advice = "" if own else f", or delete {path.name} if that computer has stopped"
        raise DataError(
            f"The results folder {path.parent} is in use by process {owner.get('pid')} on "
            f"{owner.get('host')}; wait for it, choose another folder with out={advice}"
        )


def _take(path: Path) -> None:
    """Make the lock file where there is none, after removing one whose owner is gone."""
    _refuse(path)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        os.write(descriptor, json.dumps(identity(os.getpid())).encode())
        files.sync(descriptor)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def identity(pid: int) -> dict[str, Any]:
    """Which process this is: its number alone would come again."""
    return {
        "pid": pid,
        "host": socket.gethostname(),
        "boot": _text("/proc/sys/kernel/random/boot_id"),
        "started": _started(pid),
    }


def _read(path: Path) -> dict[str, Any] | None:
    """The owner; an empty mapping where the lock was not written to its end."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_gone(owner: dict[str, Any]) -> bool:
    if "pid" not in owner:
        return True
    if owner.get("host") != socket.gethostname():
        return False
    now = identity(int(owner["pid"]))
    if owner.get("boot") != now["boot"]:
        return True
    if now["started"]:
        return bool(owner.get("started") != now["started"])
    if os.name == "nt":
        return False  # there is no way to ask that does not harm the process
    if now["boot"]:
        return True
    try:
        os.kill(int(owner["pid"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty where it is gone or cannot be told."""
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return "" if not fields or fields[0] == "Z" else fields[19]


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


@contextmanager
def _guard(folder: Path) -> Iterator[None]:
    """Let only one process at a time judge and take the lock."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
