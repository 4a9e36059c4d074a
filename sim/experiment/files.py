"""Writing files so that they are whole or not there: the only place that touches the disk."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sim.rules.errors import DataError, ResourceError, SamtaleError

NEW = ".new"
"""What follows the name of a file that is not whole yet."""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE}


def refusal(error: OSError, what: str) -> SamtaleError:
    """What to tell a user about an error of the operating system."""
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return ResourceError(f"{what}: {reason}; nothing half-written is left behind")
    return DataError(f"{what}: {reason}")


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn errors of the operating system into refusals that say what could not be done."""
    try:
        yield
    except OSError as error:
        raise refusal(error, what) from error


def new(path: Path) -> BinaryIO:
    """A new file to be written in pieces; whoever asks for it closes it."""
    return open(path, "wb")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a new file in a folder that is still temporary, down to the disk."""
    with open(path, "wb") as stream:
        stream.write(content)
        sync(stream.fileno())


def write_text(path: Path, content: str) -> None:
    """Write a new text file in UTF-8, lines ended by a line feed."""
    write_bytes(path, content.encode())


def replace_text(path: Path, content: str) -> None:
    """Put a text file in the place of one that may be there: it is the old or the new, whole."""
    replace_bytes(path, content.encode())


def replace_bytes(path: Path, content: bytes) -> None:
    """Put a file in the place of one that may be there: it is the old or the new, whole."""
    new = path.with_name(path.name + NEW)
    try:
        write_bytes(new, content)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync(descriptor: int) -> None:
    """Wait until the disk has it."""
    os.fsync(descriptor)


def sync_file(path: Path) -> None:
    """Wait until the disk has a file that somebody else wrote."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the disk has the names in a folder."""
    if os.name == "nt":
        return  # Windows cannot open a folder
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def rename(old: Path, new: Path) -> None:
    """Give a folder another name."""
    os.replace(old, new)


def remove(path: Path) -> None:
    """Remove a folder, if it is there, that nobody wants any more; what cannot be removed stays."""
    shutil.rmtree(path, ignore_errors=True)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def names(folder: Path) -> list[str]:
    """All files below a folder, by their names with forward slashes, sorted."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
