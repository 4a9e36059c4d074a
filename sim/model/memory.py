"""Memory that is free again, given back to the system where the C library can do that."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    """glibc's ``malloc_trim``, where there is one."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None


def give_back() -> None:
    """Give free memory back: glibc keeps what arrays of a megabyte or so have left behind."""
    trim = _trim()
    if trim is not None:
        trim(0)
