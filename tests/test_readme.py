"""What the README shows works as it stands there: commands, a regime and a hazard of one's own."""

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from sim.cli.arguments import parse
from sim.cli.commands import COMMANDS
from sim.cli.main import main
from sim.config import load
from sim.config.catalogue import published_figures
from sim.experiment import backlog, same_meetings
from sim.report.esbjerg.facts import facts
from sim.report.esbjerg.page import story as lines_of_the_story
from sim.report.folder import TABLES

from .esbjerg import story

TINY = ["design=quick", "design.replications=2", "population.scale=0.02", "compute=serial"]


@pytest.fixture(scope="module")
def readme(checkout: Path) -> str:
    return (checkout / "README.md").read_text(encoding="utf-8")


def fence(readme: str, language: str, says: str = "") -> str:
    """The only block of code in a language that says something."""
    blocks = re.findall(rf"```{language}\n(.*?)```", readme, flags=re.DOTALL)
    (block,) = [block for block in blocks if says in block]
    return str(block)


def commands(readme: str) -> list[list[str]]:
    """Every samtale command in the README, as words."""
    joined = readme.replace("\\\n", " ")
    shown = re.findall(r"^    (samtale [^#\n]*)", joined, flags=re.MULTILINE)
    shown += re.findall(r"`(samtale [^`]*)`", joined)
    return [shlex.split(command)[1:] for command in shown]


def test_every_command_of_the_readme_is_understood(readme: str) -> None:
    found = commands(readme)
    assert len(found) > 10
    for words in found:
        if words[0] != "X":
            parse(["1" if word == "N" and words[0] == "trace" else word for word in words])


def test_the_readme_names_every_command(readme: str) -> None:
    named = {words[0] for words in commands(readme)}
    assert set(COMMANDS) <= named


def test_the_readme_of_the_results_names_every_table(checkout: Path) -> None:
    text = (checkout / "results" / "README.md").read_text(encoding="utf-8")
    tables = {f"{name}.csv" for name in TABLES} | {backlog.FILE, same_meetings.FILE}
    tables |= {"trial.csv", "trial_arms.csv", "enrolled.csv"}
    tables |= {"figures/trial_looks.csv", "figures/roll_out.csv"}
    assert not [name for name in sorted(tables) if f"`{name}`" not in text]


def test_a_regime_of_ones_own_is_one_file(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = fence(readme, "yaml", "schedule:")
    assert len(text.splitlines()) < 25
    (tmp_path / "regimes").mkdir()
    (tmp_path / "regimes" / "early.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = ["arms.flexible.regime=early"]
    levers = load(words, folder=tmp_path).values["regimes"]["early"]
    assert levers["schedule"]["ui"][0]["days"] == [7, 21, 35, 49, 63, 84]
    assert main(["run", *TINY, *words, "out=results/early", "--no-report"]) == 0
    assert (tmp_path / "results" / "early" / "manifest.json").is_file()


def test_a_trial_of_ones_own_is_one_file(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    text = fence(readme, "yaml", "kind: trial")
    (tmp_path / "scenarios" / "pilot.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (words,) = [words for words in commands(readme) if "scenarios=pilot" in words]
    scale = ["design.replications=2", "population.scale=0.1", "compute=serial"]
    assert main([*words, *scale, "out=results/pilot", "--no-report"]) == 0
    looks = (tmp_path / "results" / "pilot" / "trial.csv").read_text(encoding="utf-8")
    assert "difference_completed_days" in looks and "2019-12-31" in looks


def test_a_hazard_of_ones_own_is_one_file(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = fence(readme, "python")
    assert len(text.splitlines()) < 25
    (tmp_path / "fading.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (words,) = [words for words in commands(readme) if any("kind: fading" in w for w in words)]
    assert words[0] == "run" and "--plugin" in words
    assert main([*words, *TINY[1:], "out=results/fading", "--no-report"]) == 0
    assert (tmp_path / "results" / "fading" / "manifest.json").is_file()


def test_the_story_of_the_readme_is_what_the_tables_say(readme: str, checkout: Path) -> None:
    told = readme.partition("<!-- story -->\n")[2].partition("<!-- /story -->")[0]
    assert told == lines_of_the_story(facts(story(), published_figures()))
    for picture, title in re.findall(r'src="([^"]+)" width="400" alt="([^"]+)"', told):
        # Copies of the command's pictures with fewer colours, which keep their title.
        assert Image.open(checkout / picture).text["Title"] == title, picture
