"""What the tests of the experiment floor share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let worker processes import these tests, from wherever they are run."""
    top = Path(__file__).resolve().parents[len(__name__.split(".")) - 1]
    if str(top) not in sys.path:
        monkeypatch.syspath_prepend(str(top))
