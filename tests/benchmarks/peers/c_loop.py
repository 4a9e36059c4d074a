"""Workload W as an event loop in C (c_loop.c), compiled into a folder of its own in each process."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from . import exchange
from .common import NotHere, People, Spells

GC_POLICY = "none in C"
SOURCE = Path(__file__).with_name("c_loop.c")
PROGRAM = "c_loop"
FLAGS = ("-O3", "-std=c99")


def compiler() -> str:
    """A C compiler: what CC names, or the first of the usual ones."""
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and (found := shutil.which(name)):
            return found
    raise NotHere("there is no C compiler (cc, gcc or clang)")


@lru_cache(maxsize=1)
def built() -> tempfile.TemporaryDirectory[str]:
    """The folder with the program, compiled once a process and gone with it."""
    folder = tempfile.TemporaryDirectory()
    command = [compiler(), *FLAGS, str(SOURCE), "-o", str(Path(folder.name, PROGRAM)), "-lm"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotHere(f"the compiler refuses it: {done.stderr.strip()[:200]}")
    return folder


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run the compiled loop; all luck is in the people, the seed is not used."""
    return exchange.run([str(Path(built().name, PROGRAM))], people, caseworkers)
