"""The commands as a user meets them: what they print, and the exit codes of the contract."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from sim.cli import arguments, main, planning
from sim.config import load
from sim.experiment import study
from sim.rules import errors

ROOT = Path(sim.__file__).resolve().parent.parent


def samtale(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a process of its own, with an almost empty environment."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "sim", *words],
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
    )


def test_help_and_version_exit_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--help"]) == 0
    assert "verify" in capsys.readouterr().out
    assert main.main(["--version"]) == 0
    assert capsys.readouterr().out == f"samtale {sim.__version__}\n"


@pytest.mark.parametrize("name", arguments.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if name != "test":
        assert main.main([name, "--help"]) == 0
        assert "usage: samtale" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "unknown command rnu – did you mean run?"),
        (["run", "--resum"], "unknown flag --resum for samtale run – did you mean --resume?"),
        (["run", "--res"], "unknown flag --res"),
        (["list", "scenarios"], "samtale list does not take the argument scenarios"),
        (["trace"], "DIR"),
        (["trace", "x", "--person", "abc"], "invalid int value: 'abc'"),
        (["new", "scenery", "mine"], "invalid choice: 'scenery'"),
        (["--yes", "run"], "name a command first"),
    ],
)
def test_a_wrong_command_line_exits_with_two_and_says_what_is_meant(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(words) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_flags_may_stand_anywhere_among_overrides() -> None:
    words = ["--force", "a=1", "--plugin", "x.py", "b=2", "--plugin=y.py", "--yes", "c=-3"]
    _, parsed = arguments.parse(["run", *words])
    assert parsed.overrides == ["a=1", "b=2", "c=-3"]
    assert parsed.plugin == [Path("x.py"), Path("y.py")]
    assert (parsed.force, parsed.yes, parsed.resume, parsed.strict) == (True, True, False, False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InputError(["wrong"]), 2),
        (errors.DataError(["wrong"]), 3),
        (FileNotFoundError(errno.ENOENT, "wrong"), 3),
        (errors.ResourceError(["wrong"]), 4),
        (OSError(errno.ENOSPC, "wrong"), 4),
        (MemoryError(), 4),
        (errors.CheckError(["wrong"]), 5),
        (KeyboardInterrupt("wrong"), 130),
        (BrokenPipeError(), 0),
        (ZeroDivisionError("wrong"), 1),
    ],
)
def test_every_error_has_its_exit_code_and_no_traceback(
    error: BaseException,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(words: list[str]) -> int:
        raise error

    monkeypatch.setattr(main, "_run", fail)
    monkeypatch.setattr(main.console, "silence", lambda: None)
    assert main.main(["run"]) == code
    assert "Traceback" not in capsys.readouterr().err
    if not isinstance(error, BrokenPipeError):
        assert main.main(["run", "--debug"]) == code
        assert "Traceback" in capsys.readouterr().err


def test_output_survives_a_locale_without_letters(tmp_path: Path) -> None:
    for settings in ({"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}):
        done = samtale("rnu", cwd=tmp_path, **settings)
        assert done.returncode == 2
        assert "did you mean run?" in done.stderr


def test_a_reader_that_has_gone_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "sim", "list"],
        stdout=writing,
        check=False,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_list_names_what_there_is_with_one_line_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["list"]) == 0
    shown = capsys.readouterr().out
    for name in ("four_regimes", "fortnightly", "esbjerg_linear", "weibull", "concave", "quick"):
        assert re.search(rf"^ *{name} +\w", shown, flags=re.MULTILINE), name


def test_show_tells_value_unit_source_and_what_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["show", "effect.alpha=0.2"]) == 0
    shown = capsys.readouterr().out
    (first, second) = [line for line in shown.splitlines() if "effect.alpha" in line]
    assert "0.2624" in first and "the command line" in first
    assert second.split()[1] == "0.2" and second.split()[-1] == "yes"
    assert not list(tmp_path.iterdir())


def test_a_scenario_without_arms_is_told_which_it_gets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("title: Mine\n", encoding="utf-8")
    assert main.main(["show", "scenarios=mine.yaml", "--strict"]) == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.startswith("samtale: note: arms: none given in ")


def test_strict_turns_warnings_into_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["show", "population.frailty_variance=1000000"]
    assert main.main(words) == 0
    assert "warning" in capsys.readouterr().err
    assert main.main([*words, "--strict"]) == 2
    assert "warnings are errors" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["scenario", "hazard", "regime"])
def test_new_writes_a_file_that_is_found_and_composes(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["new", kind, "my_own"]) == 0
    written = capsys.readouterr().out.split()[1].rstrip(".")
    text = Path(written).read_text(encoding="utf-8")
    assert "NAME" not in text and "TITLE" not in text
    plugin = ["--plugin", "my_own.py"] if kind == "hazard" else []
    assert main.main(["list", *plugin]) == 0
    assert re.search(r"^ *my_own +\w", capsys.readouterr().out, flags=re.MULTILINE)
    given = "{kind: my_own, first_per_week: 0.05, half_life_days: 90, floor_per_week: 0.02}"
    uses = {
        "scenario": ["scenarios=my_own"],
        "hazard": [f"hazard.ui.job={given}"],
        "regime": ["arms.flexible.regime=my_own"],
    }
    assert main.main(["show", *uses[kind], *plugin]) == 0
    assert main.main(["new", kind, "my_own"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main.main(["new", kind, "my_own", "--force"]) == 0


@pytest.mark.parametrize(
    "name", ["../../x", "/abs", "CON", "x" * 300, "a b", "", "\N{PARTY POPPER}"]
)
def test_new_refuses_names_that_are_no_names(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["new", "scenario", name]) == 2
    assert not list(tmp_path.iterdir())


def test_new_refuses_the_name_of_what_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["new", "scenario", "four_regimes"]) == 2
    assert main.main(["new", "regime", "standard"]) == 2
    assert main.main(["new", "hazard", "weibull"]) == 2


SMALL = ("design=quick", "design.replications=2", "population.scale=0.02", "compute=serial")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small run in results/a, as a user makes it in an empty folder."""
    folder = tmp_path_factory.mktemp("user")
    done = samtale("run", *SMALL, "out=results/a", cwd=folder, LC_ALL="C")
    assert done.returncode == 0, done.stderr
    (folder / "answer.txt").write_text(done.stdout, encoding="utf-8")
    (folder / "progress.txt").write_text(done.stderr, encoding="utf-8")
    return folder


def test_a_run_tells_its_plan_its_progress_and_its_answer(finished: Path) -> None:
    answer = (finished / "answer.txt").read_text(encoding="utf-8")
    parts = ("caseworkers", "offered load", "2 replications", "Days saved", "Results: results/a")
    places = [answer.find(part) for part in parts]
    assert -1 not in places and places == sorted(places), (places, answer)
    assert "2 of 2" in (finished / "progress.txt").read_text(encoding="utf-8")


def test_a_finished_folder_is_not_touched_unless_told(finished: Path) -> None:
    manifest = finished / "results" / "a" / "manifest.json"
    before = manifest.read_bytes()
    done = samtale("run", *SMALL, "out=results/a", cwd=finished)
    assert done.returncode == 3
    assert "--force" in done.stderr and "--resume" in done.stderr
    assert samtale("run", *SMALL, "out=results/a", "--resume", cwd=finished).returncode == 0
    assert manifest.read_bytes() == before
    other = samtale("run", *SMALL, "effect=none", "out=results/a", "--resume", cwd=finished)
    assert other.returncode == 3
    assert manifest.read_bytes() == before


def test_bad_input_exits_with_two_and_writes_nothing(tmp_path: Path) -> None:
    done = samtale("run", *SMALL, "effect.alpha=-99", "efect.rho=1", cwd=tmp_path)
    assert done.returncode == 2
    assert "effect.alpha" in done.stderr and "did you mean effect" in done.stderr
    assert not list(tmp_path.iterdir())


def test_report_makes_the_same_figures_and_report_again(finished: Path) -> None:
    folder = finished / "results" / "a"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "report.html").write_text("lost", encoding="utf-8")
    assert samtale("report", "results/a", cwd=finished).returncode == 3
    (folder / "report.html").write_bytes(before[folder / "report.html"])
    assert samtale("report", "results/a", cwd=finished).returncode == 0
    assert {path: path.read_bytes() for path in before} == before


def plan_of(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a study before it runs."""
    built = study.build(load(words, folder=folder).values)
    planning.print_plan(built, planning.Expected(1.0, 1.0, 1.0), "here")
    return " ".join(capsys.readouterr().out.split())


def test_a_plan_says_where_there_are_no_caseworkers_and_where_the_load_is_a_bound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = [*SMALL, "population.inflow.people=50"]
    poisson = plan_of([*small, "arms.standard.levers.caseworkers=0"], tmp_path, capsys)
    assert re.search(r"Standard: 6 meetings in 6 months 0 0\.0 no caseworkers", poisson)
    assert "inf" not in poisson.replace("in full", "") and "upper bound" not in poisson
    cohort = plan_of([*small, "population.inflow.kind=cohort"], tmp_path, capsys)
    assert "upper bound" in cohort and "everybody comes on the first day" in cohort
    even = plan_of(
        [*small, "population.inflow.kind=even", "population.inflow.days=20"], tmp_path, capsys
    )
    assert "upper bound" in even and "everybody comes in 20 days" in even


def test_trace_tells_a_life_and_saves_its_picture(finished: Path) -> None:
    done = samtale("trace", "results/a", cwd=finished)
    assert done.returncode == 0, done.stderr
    named = re.search(r"so person (\d+) was chosen: the first ", done.stdout.splitlines()[0])
    assert named is not None and f"Person {named[1]} (" in done.stdout.splitlines()[1]
    assert "Meeting 1, due on" in done.stdout
    picture = re.search(r"Picture: (.*\.png)", done.stdout)
    assert picture is not None and (finished / picture[1]).is_file()
    nobody = samtale("trace", "results/a", "--person", "5", cwd=finished)
    assert nobody.returncode == 3
    assert "no person 5" in nobody.stderr


def test_compare_sets_runs_side_by_side(finished: Path) -> None:
    done = samtale("run", *SMALL, "effect=none", "out=results/b", "--no-report", cwd=finished)
    assert done.returncode == 0, done.stderr
    done = samtale("compare", "results/a", "results/b", cwd=finished)
    assert done.returncode == 0, done.stderr
    assert re.search(r"effect\.kind +concave +none", done.stdout)
    assert re.search(r"Intensified +Days saved +.*\d", done.stdout)
    assert re.search(r"Standard +Found a job +[\d.]+ % ", done.stdout)
    assert re.search(r"Standard +Municipality's cost, DKK per spell +\d", done.stdout)
    for name in ("days_saved", "rmst_728_days", "_dkk", "lockdown_voluntary  "):
        assert name not in done.stdout.replace("arms.", "")
    assert samtale("compare", "results/a", cwd=finished).returncode == 2
    assert samtale("compare", "results/a", "results/c", cwd=finished).returncode == 3


@pytest.mark.parametrize("columns", [60, 79])
def test_compare_breaks_no_number_on_a_narrow_terminal(finished: Path, columns: int) -> None:
    wide = samtale("compare", "results/a", "results/b", cwd=finished)
    narrow = samtale("compare", "results/a", "results/b", cwd=finished, COLUMNS=str(columns))
    assert narrow.returncode == 0, narrow.stderr
    assert "Intensified: Days saved" in narrow.stdout
    cells = re.findall(r"\S+ \(\S+ to [^)]+\)", wide.stdout)
    assert len(cells) > 60 and all(cell in narrow.stdout for cell in cells)
    assert max(map(len, narrow.stdout.splitlines())) <= 79


def test_halved_caseworkers_are_warned_of_before_the_run(tmp_path: Path) -> None:
    words = ("arms.standard.levers.caseworkers=1", "population.scale=0.05", "out=r", "--no-report")
    done = samtale("run", *SMALL[:2], *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"Standard: .*the meetings ask for \d\.\d+ times", done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_ctrl_c_before_anything_is_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    words = ["design=quick", "design.replications=99", "engine=simpy"]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "sim", "run", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "99 replications" in line:
            break
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=180)
    assert process.returncode == 130, said
    assert "samtale run design=quick design.replications=99 engine=simpy out=" in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*"))
