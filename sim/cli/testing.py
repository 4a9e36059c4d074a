"""The command `test`: the test-suite, from a checkout or from an installed copy."""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import sim
from sim.rules.errors import ResourceError

TESTS_FAILED, INTERRUPTED = 5, 130

MOST_WORKERS = 4
"""Each takes up to a gigabyte, and a share of the tests start processes of their own."""


def folder() -> Path:
    """Where the tests lie: beside the package in a checkout, inside it when installed."""
    package = Path(sim.__file__).resolve().parent
    inside = package / "tests"
    return inside if inside.is_dir() else package.parent / "tests"


def side_by_side() -> list[str]:
    """Arguments of pytest that run the whole suite in several processes, where that can be."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    if workers < 2 or importlib.util.find_spec("xdist") is None:
        return []
    return ["-n", str(workers), "--dist", "worksteal"]


def test(arguments: argparse.Namespace) -> int:
    """Runs pytest on the tests, from the current folder, and returns 0, or 5 when a test failed."""
    if importlib.util.find_spec("pytest") is None or importlib.util.find_spec("hypothesis") is None:
        raise ResourceError(["the tests need pytest and hypothesis: pip install 'samtale[test]'"])
    given = [word for word in arguments.arguments if word != "--"]
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *given]
    if not any(Path(word.partition("::")[0]).exists() for word in given):
        command += [str(folder()), *side_by_side()]
    environment = {**os.environ, "PYTHONPATH": str(Path(sim.__file__).resolve().parent.parent)}
    code = subprocess.run(command, env=environment, check=False).returncode
    return {0: 0, 2: INTERRUPTED}.get(code, TESTS_FAILED)
