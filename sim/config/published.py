"""Reading a file of published figures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sim.config import strict_yaml
from sim.rules.errors import DataError, InputError
from sim.rules.published import Published, figures


@lru_cache(maxsize=4)
def read(file: Path, name: str) -> Published:
    """The published figures of a file; it is read once, as it does not change while we run.

    Raises:
        DataError: it is missing or wrong.
    """
    document = strict_yaml.read(file, name, notes=False)
    if document.problems:
        raise DataError(document.problems)
    try:
        return figures(document.values)
    except InputError as error:
        raise DataError([f"{name}: {problem}" for problem in error.problems]) from None
