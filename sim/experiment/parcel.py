"""What tasks share, packed for a worker: with the files, where the worker has another disk."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any


def pack(shared: Any, with_files: bool) -> bytes:
    """Pickle what tasks share.

    Args:
        with_files: put the content of every file that a path in it names (a plug-in's) beside.
    """
    packed = io.BytesIO()
    (_WithFiles if with_files else pickle.Pickler)(packed, pickle.HIGHEST_PROTOCOL).dump(shared)
    return packed.getvalue()


def unpack(content: bytes) -> Any:
    """What was packed; files that came along lie in a folder of this process."""
    return _Unpickler(io.BytesIO(content)).load()


class _WithFiles(pickle.Pickler):
    def persistent_id(self, one: Any) -> tuple[str, bytes] | None:
        if isinstance(one, Path) and one.is_file():
            return one.name, one.read_bytes()
        return None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, file: tuple[str, bytes]) -> Path:
        name, content = file
        path = Path(_folder().name) / hashlib.sha256(content).hexdigest()[:16] / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}")
            part.write_bytes(content)
            part.replace(path)
        return path


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Where this process puts files that came to it; gone when it ends."""
    return tempfile.TemporaryDirectory(prefix="samtale-")
