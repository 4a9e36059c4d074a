"""What all tests share: the long ones are left out unless --slow asks for them."""

import signal
import sys
from pathlib import Path

import pytest

import sim

# In the wheel this package is sim.tests; helpers are imported from `tests` in both places.
sys.modules.setdefault("tests", sys.modules[__name__.rpartition(".")[0]])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than half a minute; runs with --slow")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell does that to what it starts in the background, and the programs that the tests of
        # Ctrl-C start would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    chosen = [item for item in items if item.get_closest_marker("slow") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the checkout; a test of it is skipped where only the wheel is installed."""
    folder = Path(sim.__file__).resolve().parent.parent
    if not (folder / "pyproject.toml").is_file() or not (folder / "tests").is_dir():
        pytest.skip("only in a checkout")
    return folder


@pytest.fixture(autouse=True)
def as_wide_as_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests, in however many processes, tables are as wide as in a file."""
    monkeypatch.delenv("COLUMNS", raising=False)
