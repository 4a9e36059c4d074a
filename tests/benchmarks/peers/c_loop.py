"""Workload W as an event loop in C (c_loop.c), compiled into a folder of its own at each run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import exchange
from .common import NotHere, People, Spells

GC_POLICY = "none in C"
SOURCE = Path(__file__).with_name("c_loop.c")
FLAGS = ("-O3", "-std=c99")


def compiler() -> str:
    """A C compiler: what CC names, or the first of the usual ones."""
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and (found := shutil.which(name)):
            return found
    raise NotHere("there is no C compiler (cc, gcc or clang)")


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Compile and run; all luck is in the people, the seed is not used."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "c_loop"
        command = [compiler(), *FLAGS, str(SOURCE), "-o", str(program), "-lm"]
        built = subprocess.run(command, check=False, capture_output=True, text=True)
        if built.returncode:
            raise NotHere(f"the compiler refuses it: {built.stderr.strip()[:200]}")
        return exchange.run([str(program)], people, caseworkers)
