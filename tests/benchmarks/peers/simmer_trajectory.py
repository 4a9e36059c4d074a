"""Workload W in simmer (simmer.R), run by the R on this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import exchange
from .common import NotHere, People, Spells

GC_POLICY = "R's default"
SOURCE = Path(__file__).with_name("simmer.R")


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W until everybody has left; all luck is in the people, the seed is not used."""
    program = shutil.which("Rscript")
    if program is None:
        raise NotHere("there is no R (Rscript)")
    return exchange.run([program, "--vanilla", str(SOURCE)], people, caseworkers)
