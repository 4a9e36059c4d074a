"""Commands in processes of their own that are killed at random moments and gone on with."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import sim

ROOT = Path(sim.__file__).resolve().parent.parent


def start(*words: str, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own, that heads a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "sim", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        start_new_session=True,
    )


ROWS = re.compile(r"(\d{5})-[a-z]+\.parquet")
"""Rows of a replication of a run: they count with its part, which is written after them."""


def kept(folder: Path) -> dict[str, int]:
    """The files in a folder that will stay, each with the time at which it was written."""
    found = {}
    for path in folder.glob("*.parquet"):
        try:
            found[path.name] = path.stat().st_mtime_ns
        except FileNotFoundError:  # a run that is whole removes them
            continue
    rows = {name: match[1] for name in found if (match := ROWS.fullmatch(name))}
    gone = [name for name, number in rows.items() if f"{number}.parquet" not in found]
    return {name: when for name, when in found.items() if name not in gone}


def killed_until_done(
    words: list[str], out: Path, parts: Path, units: int, kills: int, seed: int
) -> int:
    """Kill a command at random moments and resume it each time, then let it end.

    A moment is some milliseconds after so many more parts are there, or some seconds after the
    start. Gives back how often it was killed when some units were finished and others not.
    """
    dice, midway = random.Random(seed), 0
    before: dict[str, int] = {}
    for _ in range(kills):
        wanted = len(before) + dice.randint(0, 2 * units // (kills + 1))
        program = start(*words, f"out={out.name}", "--resume", cwd=out.parent)
        end = time.monotonic() + (600 if wanted > len(before) else dice.uniform(0, 5))
        while len(kept(parts)) <= wanted and program.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.05))
        program.kill()
        program.communicate()
        if program.returncode == 0:  # it was whole before it could be killed
            return midway
        now = kept(parts)
        assert {name: now.get(name) for name in before} == before, "nothing is run again"
        midway += 0 < len(now) < units
        before = now
    program = start(*words, f"out={out.name}", "--resume", cwd=out.parent)
    _, said = program.communicate(timeout=600)
    assert program.returncode == 0, said
    after = kept(parts)
    assert not parts.exists() or {name: after[name] for name in before} == before
    return midway
