"""The script that sets a checkout up: samtale.py, with nothing but Python."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def script(checkout: Path, tmp_path: Path) -> ModuleType:
    """samtale.py as a module, in a folder of its own that looks like a checkout."""
    for name in ("samtale.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(checkout / name, tmp_path)
    spec = importlib.util.spec_from_file_location("samtale_script", tmp_path / "samtale.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_told_which_one_is_needed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as end:
        script.main()
    assert end.value.code == 4
    assert "this is Python 3.9; version 3.11 or later is needed" in capsys.readouterr().err
    assert not script.FOLDER.exists()


def test_a_python_without_venv_is_told_what_to_install(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit) as end:
        script.main()
    assert end.value.code == 4
    assert "sudo apt install python3-venv" in capsys.readouterr().err
    assert not script.FOLDER.exists()


def test_an_environment_of_somebody_else_is_left_alone(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    script.FOLDER.mkdir()
    (script.FOLDER / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit) as end:
        script.main()
    assert end.value.code == 4
    assert "was made by something else" in capsys.readouterr().err
    assert (script.FOLDER / "mine.txt").read_text() == "mine"


def test_a_failed_step_is_named_and_done_again_the_next_time(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[list[str]] = []

    def fail(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        begun.append(command)
        return subprocess.CompletedProcess(command, 0 if "venv" in command else 1)

    monkeypatch.setattr(script.subprocess, "run", fail)
    for _ in range(2):
        with pytest.raises(SystemExit) as end:
            script.main()
        assert end.value.code == 4
        assert "could not install the libraries of requirements.lock" in capsys.readouterr().err
    assert len(begun) == 4
    assert "--require-hashes" in begun[1]


def test_a_numba_that_cannot_be_installed_does_not_stop_the_set_up(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given: dict[str, str] = {}

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        if "-r" in command:
            given[Path(command[-1]).stem] = Path(command[-1]).read_text(encoding="utf-8")
        return subprocess.CompletedProcess(command, 1 if "--only-binary" in command else 0)

    monkeypatch.setattr(script.subprocess, "run", run)
    script.set_up()
    assert script.STAMP.read_text(encoding="utf-8") == script.wanted()
    assert "SimPy serves" in capsys.readouterr().err
    assert "numba==" not in given["needed"] and "simpy==" in given["needed"]
    assert [line.split("==")[0] for line in given["optional"].splitlines() if "==" in line] == [
        "llvmlite",
        "numba",
    ]
    whole = (script.HERE / "requirements.lock").read_text(encoding="utf-8")
    assert len(whole) == len(given["needed"]) + len(given["optional"])


def test_the_lock_has_numba_for_each_python_that_has_a_wheel_of_it(checkout: Path) -> None:
    """A wheel each of Linux (two machines), macOS and Windows for 3.11 to 3.14: 16 at least."""
    lock = (checkout / "requirements.lock").read_text(encoding="utf-8")
    for name in ("numba", "llvmlite"):
        pin = next(part for part in re.split(r"(?m)^(?=\S)", lock) if part.startswith(name + "=="))
        assert "python_full_version < '3.15'" in pin
        assert "platform_machine == 'arm64' or sys_platform != 'darwin'" in pin
        assert pin.count("--hash=sha256:") >= 16


def test_the_lock_pins_every_library_by_hash_and_names_no_host(checkout: Path) -> None:
    lines = (checkout / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and line[0] not in "# "]
    assert len(pins) > 20
    for pin in pins:
        assert "==" in pin, pin
        after = lines[lines.index(pin) + 1]
        assert after.strip().startswith("--hash=sha256:"), pin
    text = "\n".join(lines)
    assert "://" not in text and "index" not in text and "find-links" not in text


@pytest.mark.slow
def test_a_copy_of_the_checkout_sets_itself_up_and_runs(checkout: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a checkout"
    ignored = shutil.ignore_patterns(".*", "results", "__pycache__")
    shutil.copytree(checkout, copy, ignore=ignored)
    done = subprocess.run(
        [sys.executable, "samtale.py", "--version"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("samtale ")
    again = subprocess.run(
        [sys.executable, "samtale.py", "list"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert "four_regimes" in again.stdout
    assert "Setting up" not in again.stderr
    python = str(
        copy / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    )
    checked = subprocess.run([python, "-m", "pip", "check"], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout
