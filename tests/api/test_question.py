"""Samtale from Python: the same answers and the same refusals as on the command line."""

import ast
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pandas as pd
import pytest

import sim
import sim.api
from sim.cli.main import main
from sim.rules import errors
from sim.rules.errors import InputError
from sim.rules.registry import Registry

TINY = (
    *("design=quick", "design.replications=2", "population.scale=0.02"),
    *("~arms.flexible", "~arms.lockdown_voluntary"),
)
FADING = "hazard.ui.job={kind: fading, first_per_week: 0.05, half_life_days: 180}"


def rate_per_week(spell_day: float, first_per_week: float, half_life_days: float) -> float:
    return first_per_week * 0.5 ** (spell_day / half_life_days)


def register(registry: Registry) -> None:
    registry.hazard(
        "fading",
        rate_per_week,
        first_per_week=(0, 1, "per week"),
        half_life_days=(1, 3650, "days"),
    )


@pytest.fixture(scope="module")
def found() -> sim.Comparison:
    return sim.load(*TINY).compare()


def test_five_lines_give_what_the_command_gives(
    found: sim.Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", *TINY, "compute=serial", "out=there", "--no-report"]) == 0
    told = pd.read_csv(tmp_path / "there" / "differences.csv")
    numbers = ["difference", "se", "ci_low", "ci_high"]
    pd.testing.assert_frame_equal(found.differences[numbers], told[numbers])
    assert set(found.outcomes["metric"]) >= {"rmst_728_days", "municipality_dkk"}
    assert len(found.spells) and len(found.meetings) and len(found.office)
    assert {"summary", "costs", "parameters", "figures/survival"} <= set(found.tables)


def test_without_a_folder_nothing_stays_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    comparison = sim.load(*TINY).compare()
    assert comparison.path is None and list(tmp_path.iterdir())
    del comparison
    assert not list(tmp_path.iterdir())


def test_with_a_folder_there_is_the_report_too(tmp_path: Path) -> None:
    comparison = sim.load(*TINY).compare(tmp_path / "run")
    assert comparison.path == tmp_path / "run"
    assert (tmp_path / "run" / "report.html").is_file()
    again = sim.load(*TINY).compare(tmp_path / "run", resume=True)
    assert again.manifest["finished"] == comparison.manifest["finished"]


def test_a_comparison_cannot_be_changed_by_changing_a_table(found: sim.Comparison) -> None:
    table = found.summary
    table["mean"] = 0.0
    assert found.summary["mean"].abs().max() > 0.0
    with pytest.raises(FrozenInstanceError):
        found.study = None  # type: ignore[assignment, misc]


def test_a_comparison_says_in_a_line_what_it_compared(found: sim.Comparison) -> None:
    shown = repr(found)
    assert shown.startswith("Comparison(") and len(shown) < 300
    for part in (found.study.values["title"], "'standard', 'intensified'", "replications=2",
                 "seed=1", "path=None"):  # fmt: skip
        assert part in shown


def test_a_table_that_is_not_there_is_told(found: sim.Comparison) -> None:
    with pytest.raises(InputError, match="no table 'sumary'; it has .*summary"):
        found.table("sumary")
    with pytest.raises(InputError, match="no table 5; it has"):
        found.table(5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no table 'trial'"):
        _ = found.trial


def test_a_question_shows_what_it_will_take_and_what_differs() -> None:
    question = sim.load(*TINY)
    assert list(question.plan["arm"]) == ["standard", "intensified"]
    assert (question.plan["offered_load"] > 0).all()
    assert "population.scale" in set(question.changes["name"])
    more = question.but("effect.alpha=0.3")
    assert {"effect.alpha"} == set(more.changes["name"]) - set(question.changes["name"])


def test_a_function_of_a_notebook_is_a_hazard() -> None:
    question = sim.load(*TINY, FADING, "engine=simpy", plugins=[register])
    changed = question.compare()
    assert list(changed.manifest["plugins"]) == ["function register"]
    assert "days_saved" in set(changed.differences["metric"])


def test_all_faults_are_told_at_once_as_on_the_command_line() -> None:
    with pytest.raises(InputError) as caught:
        sim.load("population.scale=-2", "market.displacement=9")
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("words", "plugins", "said"),
    [
        (("compute=local", FADING), [register], "other processes do not have"),
        (("out=x",), [], r"compare\(out=...\)"),
        ((), ["no_such_file.py"], "no such file"),
        ((), [lambda registry: registry.hazard("A b", rate_per_week)], "a name is made of"),
        ((), [lambda registry: 1 / 0], "ZeroDivisionError"),
    ],
)
def test_what_python_cannot_have_is_refused(
    words: tuple[str, ...], plugins: list[object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        sim.load(*words, plugins=plugins)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "plugins", "said"),
    [
        ((5,), [], "override 1 is 5; it must be text"),
        (("design=quick", None), [], "override 2 is None; it must be text"),
        ((["design=quick"],), [], r"put a star before it: sim.load\(\*words\)"),
        ((), "mine.py", r"plugins must be a list; write plugins=\[...\]"),
        ((), None, "plugins must be a list"),
        ((), [5], "plugin 1 is 5; it must be the path of a file"),
    ],
)
def test_what_is_no_word_or_plugin_is_refused_in_words(
    words: tuple[object, ...], plugins: object, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        sim.load(*words, plugins=plugins)  # type: ignore[arg-type]


@pytest.mark.parametrize("out", [5, "", b"x", ["x"]])
def test_what_is_no_folder_is_refused_before_anything_is_run(out: object) -> None:
    with pytest.raises(InputError, match=r"out must be the path of a folder, text or pathlib.Path"):
        sim.load(*TINY).compare(out)  # type: ignore[arg-type]


def test_every_refusal_can_be_caught_by_a_public_name(tmp_path: Path) -> None:
    kinds = {errors.SamtaleError, *errors.SamtaleError.__subclasses__()}
    own = {one for one in kinds if one.__module__ == errors.__name__}
    assert own == {getattr(sim, name) for name in sim.__all__ if name.endswith("Error")}
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(sim.DataError, match="file"):
        sim.load(*TINY).compare(tmp_path / "file" / "run")


def test_what_is_odd_though_allowed_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="frailty_variance"):
        question = sim.load(*TINY, "population.frailty_variance=1000000")
    assert question.warnings


def test_importing_sim_loads_nothing_and_names_what_is_public() -> None:
    code = "import sim, sys; print(sorted(m for m in sys.modules if m.startswith('sim')), dir(sim))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("['sim']")
    assert all(name in done.stdout for name in sim.__all__)
    with pytest.raises(AttributeError, match="its public names are"):
        _ = sim.nothing  # type: ignore[attr-defined]


def test_the_stub_names_what_the_package_gives() -> None:
    stub = (Path(sim.__file__).with_suffix(".pyi")).read_text(encoding="utf-8")
    imports = (one for one in ast.parse(stub).body if isinstance(one, ast.ImportFrom))
    named = [(alias.name, alias.asname) for one in imports for alias in one.names]
    assert named == [(name, name) for name in sim.__all__]
    assert all(getattr(sim, name).__doc__ for name in sim.__all__)
