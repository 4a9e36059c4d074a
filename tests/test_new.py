"""What `samtale new` writes runs as written, with its own test, and is the start of one's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.cli.main import main

SMALL = ("design=quick", "design.replications=2", "population.scale=0.05", "engine=simpy")
ALONE = ("~arms.flexible", "~arms.lockdown_voluntary", "~arms.intensified")


@pytest.mark.parametrize("kind", ["hazard", "regime"])
def test_what_new_writes_passes_its_own_test(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", kind, "mine"]) == 0
    where = {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parent.parent)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=where)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_a_file_that_is_there_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_mine.py").write_text("mine", encoding="utf-8")
    assert main(["new", "regime", "mine"]) == 2
    assert "test_mine.py exists already" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["test_mine.py"]
    assert (tmp_path / "test_mine.py").read_text(encoding="utf-8") == "mine"


FIVE_LINES = {
    "def rate_per_week(spell_day, first_per_week, half_life_days, floor_per_week):": (
        "def rate_per_week(spell_day, first_per_week, half_life_days, floor_per_week, lost_week):"
    ),
    "    falling = first_per_week - floor_per_week": (
        "    falling = (first_per_week - floor_per_week) * 0.9 ** lost_week"
    ),
    '        floor_per_week=(0, 1, "per week"),': (
        '        floor_per_week=(0, 1, "per week"),\n        lost_week=(0, 52, "weeks"),'
    ),
    "    return floor_per_week + falling": "    return 0.5 * floor_per_week + falling",
}
"""Five lines changed or added: less to begin with by each week lost, half the floor."""


def test_a_hazard_of_new_edited_in_five_lines_moves_the_result_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rates at least a quarter lower: the same people with the same luck must stay longer."""
    monkeypatch.chdir(tmp_path)
    assert main(["new", "hazard", "mine"]) == 0
    text = (tmp_path / "mine.py").read_text(encoding="utf-8")
    for old, new in FIVE_LINES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "edited.py").write_text(text.replace('"mine",', '"edited",'), encoding="utf-8")
    own = "first_per_week: 0.05, half_life_days: 90, floor_per_week: 0.02"
    days = {}
    for name, more in (("mine", ""), ("edited", ", lost_week: 4")):
        word = f"hazard.ui.job={{kind: {name}, {own}{more}}}"
        question = sim.load(*SMALL, *ALONE, word, plugins=[f"{name}.py"])
        rows = question.compare().summary.query("group == 'ui' and metric == 'rmst_728_days'")
        days[name] = float(rows["mean"].iloc[0])
    assert days["edited"] > days["mine"] + 20
