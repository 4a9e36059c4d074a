"""What two computers must have in common to give the same rows: the program and its arithmetic."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import sim

PACKAGES = ("numpy", "scipy", "numba", "simpy", "holidays")
"""Those that a simulated row depends on."""

FLOORS = ("rules", "model", "experiment")
"""The floors of the package that work in a worker."""

NOT_THERE = "not there"


@lru_cache(maxsize=1)
def identity() -> dict[str, str]:
    """The program here by what it consists of, as it was when this process first asked."""
    found = {"samtale": sim.__version__, "samtale's source": _source(Path(sim.__file__).parent)}
    found["Python"] = platform.python_version()
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = NOT_THERE
    found["arithmetic"] = _arithmetic()
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What differs between two programs, in words."""
    return [
        f"{what} is {there.get(what, NOT_THERE)} there and {own} here"
        for what, own in here.items()
        if there.get(what) != own
    ]


def _source(package: Path) -> str:
    found = hashlib.blake2b(digest_size=6)
    for floor in FLOORS:
        for file in sorted((package / floor).rglob("*")):
            if file.suffix in (".py", ".yaml", ".csv"):
                found.update(file.relative_to(package).as_posix().encode())
                found.update(file.read_bytes())
    return found.hexdigest()


def _arithmetic() -> str:
    """A hash of exp, log and powers to the last bit, which are the C library's and the processor's."""
    x = np.linspace(0.01, 30.0, 2_000)
    found = hashlib.blake2b(digest_size=6)
    for values in (np.exp(-x), np.log(x), np.power(x, 0.37), np.sqrt(x)):
        found.update(values.tobytes())
    for function in (math.exp, math.log, math.log1p, math.gamma, math.erf):
        found.update(np.array([function(one) for one in x.tolist()]).tobytes())
    return found.hexdigest()
