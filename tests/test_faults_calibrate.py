"""Faults of a calibration: targets out of reach, several solutions, words that mean nothing."""

import csv
import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.config import load
from sim.config.catalogue import data_root, published_figures
from sim.config.targets import calibration
from sim.experiment.calibration.emulation import Emulation
from sim.experiment.calibration.target import Figure
from sim.report.calibration_words import parameter_name
from sim.rules.errors import InputError

CLOSED = ["calibrate", "target=closed_form_19_days", "ridge=none"]


def test_fault_30_a_target_out_of_reach_tells_the_largest_attainable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*CLOSED, "value=27", "out=c"]) == 2
    said = capsys.readouterr().err
    assert "largest attainable 26.3 days" in said and "the target is 27 days" in said
    assert "effect.boost = 1.23" in said and "= 10" not in said  # where it turns, not the end
    assert list(tmp_path.iterdir()) == []


def test_fault_31_both_roots_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*CLOSED, "ridge=effect.tau_days:14,60", "out=c"]) == 0
    said = capsys.readouterr().out
    name = parameter_name("effect.boost")
    assert f"2 solutions in {name}: 0.3869752769, 5.079863786" in said
    assert f"{name} (effect.boost)" in said
    with (tmp_path / "c" / "calibration.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    roots = [
        float(r["value"]) for r in rows if r["role"] == "parameter" and r["kind"] == "solution"
    ]
    assert roots == pytest.approx([0.3869752769, 5.079863786], rel=1e-6)
    with (tmp_path / "c" / "ridge.csv").open(newline="", encoding="utf-8") as file:
        ridge = list(csv.DictReader(file))
    assert float(ridge[0]["effect.boost"]) == pytest.approx(0.7357577846, rel=1e-6)
    manifest = json.loads((tmp_path / "c" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["method"] == "exact" and "figures/calibration.svg" in manifest["files"]
    assert "2 solutions" in (tmp_path / "c" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["target=closed_form_19_dais"], "did you mean closed_form_19_days?"),
        (["target="], "name a target"),
        (["fit=effect.bost"], "did you mean effect.boost?"),
        (["fit=effect.kind"], "a fit needs a number"),
        (["fit=arms.twelve.levers.quality"], "no arms.twelve.levers.quality"),
        (["fit=effect.boost,effect.tau_days", "within=effect.boost:0,1;effect.tau_days:10,60"],
         "one figure cannot tell several parameters apart"),
        (["within=5,5"], "is empty"),
        (["within=-3,5"], "leaves its bounds"),
        (["within=effect.alpha:0,1"], "effect.alpha is not fitted"),
        (["value=.nan"], "it must be a finite number"),
        (["value=nineteen"], "it must be a finite number"),
        (["figures.days_saved.days=0"], "it must be a finite number above 0"),
        (["figures.days_saved.quantity=days_safed"], "did you mean days_saved?"),
        (["figures.days_saved.arm=twelve"], "unknown arm twelve"),
        (["figures.days_safed.days=364"], "did you mean days_saved?"),
        (["fit=effect.alpha"], "effect.alpha does not move it"),
        (["effect.bost=1"], "did you mean effect.boost?"),
        (["value="], "value is empty; give a number"),
        (["figures="], "figures is empty"),
        (["figures=,"], "figures is empty"),
        (["ridge="], "or write ridge=none"),
        (["value=-5"], "smallest attainable 0 days (0)"),
        (["value={published: esbjerg_days_safed}"], "did you mean esbjerg_days_saved?"),
        (["figures.days_saved.days=1e9"], "a finite number above 0 and at most 36525"),
        (["ridge=foo:1,2"], "ridge: unknown parameter foo"),
        (["ridge=effect.tau_days:0,1"], "ridge: effect.tau_days is 0.0; it must be"),
        (["ridge=hazard.ui.job.scale_days:100,200"], "ridge: this study has no hazard.ui.job.scale"),
        (["fit=hazard.ui.job.scale_days", "within=100,200"], "fit: this study has no hazard.ui.job"),
        (["figures.days_saved.days=[1]"], "days is [1]; it must be a finite number"),
        (["effect.kind=none"], "it is 0 days throughout"),
        (["figures.days_saved.changes={nonsense.key: 1}"], "unknown key nonsense"),
    ],
)  # fmt: skip
def test_a_calibration_that_makes_no_sense_is_refused_and_writes_nothing(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main([*CLOSED, *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_calibration_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    assert main([*CLOSED, f"out={tmp_path}"]) == 3
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_a_range_of_words_is_one_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CLOSED, "within=a,b"]) == 2
    said = capsys.readouterr().err
    assert "within of effect.boost is 'a'" in said and "is empty" not in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  effect.boost: [0, 10]", "  [effect.boost]", "fit is ['effect.boost']; it must be a map"),
        ("[14, 30, 60, 120]", "5", "ridge: effect.tau_days is 5; write a list"),
        ("  effect.tau_days: [14", "  effect.boost: [1, 2]\n  effect.tau_days: [14", "ridge names"),
        ("beside:", "beside: [1]\nmore:", "beside is [1]; it must be a mapping"),
        ("days: 730}\nbeside", "days: 730, changes: {hazard.ui.job.rate_per_week: abc}}\nbeside",
         "figures.days_saved.changes: hazard.ui.job.rate_per_week is 'abc'"),
        ("days: 730}\nbeside", "days: 730, changes: {hazard.ui.job.rate_per_week: -1}}\nbeside",
         "figures.days_saved.changes: hazard.ui.job.rate_per_week is -1"),
        ("days: 730}\nbeside", "days: 730, changes: 5}\nbeside", "days_saved.changes must be a map"),
        ("days: 730}\nbeside", "days: 730, out_of_reach: 'no'}\nbeside", "it must be true or false"),
        ('title: "', 'title: [1] #"', "title is [1]; it must be text"),
        ("  effect.kind: additive", "  effect.kind: addditive", "It is set in mine.yaml."),
        ("  effect.kind: additive", "  effect.kinds: additive", "effect.kinds – did you mean effect.kind? It is set in mine.yaml."),
    ],
)  # fmt: skip
def test_a_target_of_one_s_own_is_refused_where_it_is_wrong(
    old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    text = (data_root() / "configs/target/closed_form_19_days.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mine.yaml").write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["calibrate", "target=mine.yaml", "out=c"]) == 2
    told = capsys.readouterr().err
    assert said in told and "scan of" not in told
    assert ("the command line" in told) is False


def test_a_published_figure_on_the_command_line_brings_its_source() -> None:
    def figure(*words: str) -> Figure:
        (found,) = calibration([*CLOSED[1:], *words])[0].figures
        return found

    assert figure("value={published: esbjerg_days_saved}") == figure()
    other = figure("figures.days_saved.value={published: esbjerg_criterion_days}")
    assert other.value == published_figures()["esbjerg_criterion_days"].number
    assert other.source == published_figures()["esbjerg_criterion_days"].source
    assert figure("value=12").source == ""


def test_what_a_target_sets_on_top_of_a_choice_is_told() -> None:
    notes = calibration([*CLOSED[1:], "effect=none"])[1].notes
    assert [note for note in notes if "sets effect.kind, effect.tau_days on top" in note]
    assert not [n for n in calibration(CLOSED[1:])[1].notes if "on top of that choice" in n]


def test_changes_of_a_figure_are_those_of_the_command_line() -> None:
    """A figure's own study is that of a command line that says the same."""
    rate = "hazard.ui.job.rate_per_week"
    target, study = calibration([*CLOSED[1:], f"figures.days_saved.changes={{{rate}: 0.02}}"])
    other, changed = calibration([*CLOSED[1:], f"{rate}=0.02"])
    (one,), point = target.figures, {"effect.boost": 0.4}
    found = Emulation(target, study.values, (), study.parameters).figures(point)
    assert found == Emulation(other, changed.values, (), changed.parameters).figures(point)
    assert one.study is not None and study.values["hazard"]["ui"]["job"]["rate_per_week"] == 0.035


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("design.replications=1,000", "thousands? write 1000."),
        ("people=1,000,000", "thousands? write 1000000."),
        ("effect.tau_days=1,000", "decimal comma? write 1.000; thousands? write 1000."),
        ("effect.tau_days=0,500", "decimal comma? write 0.500."),
    ],
)
def test_a_comma_in_a_number_is_read_in_both_ways(word: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        load([word])
    (problem,) = refused.value.problems
    assert f"several values – {said}" in problem


@pytest.mark.parametrize(
    ("names", "said"),
    [(("A", "A"), "names A, A; no name may come twice"), (("A", "''"), "name is empty")],
)
def test_areas_need_names_of_their_own(names: tuple[str, str], said: str) -> None:
    areas = ", ".join(f"{{name: {name}, share: 0.5}}" for name in names)
    with pytest.raises(InputError) as refused:
        load(["office.pools=area", f"office.areas=[{areas}]"])
    (problem,) = refused.value.problems
    assert said in problem
