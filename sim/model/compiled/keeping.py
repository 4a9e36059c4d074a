"""Where Numba keeps what it has compiled: by what went into it, wherever the program lies.

Numba's own places go by the path and the date of a source file, so that another checkout or virtual
environment of the same version would compile for half a minute again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import _CacheLocator

LOCATORS = "CACHE_LOCATOR_CLASSES"


class Locator(_CacheLocator):
    """The folder that is set while functions are made; its name stands for all their sources."""

    def __init__(self, function: Any, folder: str) -> None:
        self._line = function.__code__.co_firstlineno
        self._folder = folder

    def get_cache_path(self) -> str:
        """The folder."""
        return self._folder

    def get_source_stamp(self) -> str:
        """What tells whether the sources are the same: the name of the folder."""
        return Path(self._folder).name

    def get_disambiguator(self) -> str:
        """What tells functions of one name apart."""
        return str(self._line)

    @classmethod
    def from_function(cls, function: Any, file: str) -> Locator | None:
        """The place for a function; none where no folder is set."""
        folder = getattr(numba.config, "CACHE_DIR", "")
        return cls(function, folder) if folder else None


@contextmanager
def kept_in(folder: Path | None) -> Iterator[None]:
    """Functions made inside are kept in this folder; without one, as Numba has it."""
    if folder is None:
        yield
        return
    settings: Any = numba.config
    before = settings.CACHE_DIR, getattr(settings, LOCATORS, "")
    settings.CACHE_DIR = str(folder)
    setattr(settings, LOCATORS, f"{Locator.__module__}.{Locator.__qualname__}")
    try:
        yield
    finally:
        settings.CACHE_DIR = before[0]
        setattr(settings, LOCATORS, before[1])
