"""The commands as a user meets them: what they print, and the exit codes of the contract."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.cli import arguments, main
from sim.rules import errors

ROOT = Path(sim.__file__).resolve().parent.parent


def samtale(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a process of its own, with an almost empty environment."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "sim", *words],
        capture_output=True,
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
        (["--debug"], "name a command first"),
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
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
