"""The wheel as a user gets it: built, installed beside the libraries, used in an empty folder."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

SMALL = ("design=quick", "design.replications=2", "population.scale=0.05", "out=results/small")


@pytest.fixture(scope="session")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(folder)], cwd=checkout, check=True)
    (built,) = folder.glob("samtale-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samtale of a new virtual environment that borrows the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", str(wheel)], check=True)
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    places = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(places) / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    return python.with_name("samtale.exe" if os.name == "nt" else "samtale")


def run(installed: Path, *words: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs the installed command in a folder, without the checkout on any path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(installed), *words], cwd=cwd, env=kept, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_the_wheel_holds_one_package_with_its_configurations_and_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"sim", next(top for top in tops if top.endswith(".dist-info"))}
    for name in (
        "sim/config/data/configs/regime/standard.yaml",
        "sim/config/data/scenarios/four_regimes.yaml",
        "sim/cli/templates/scenario.yaml",
        "sim/report/text/en.toml",
        "sim/tests/conftest.py",
    ):
        assert name in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".parquet")]


def test_an_installed_copy_runs_the_main_job_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    assert "four_regimes" in run(installed, "list", cwd=tmp_path).stdout
    run(installed, "run", *SMALL, cwd=tmp_path)
    folder = tmp_path / "results" / "small"
    for name in ("manifest.json", "summary.csv", "report.html", "scenario.yaml"):
        assert (folder / name).is_file(), name
    assert sorted(tmp_path.iterdir()) == [tmp_path / "results"]


def test_an_installed_copy_runs_its_own_tests_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    done = run(installed, "test", "-k", "test_costs", cwd=tmp_path)
    assert " passed" in done.stdout
    number = int(re.search(r"(\d+) passed", done.stdout)[1])  # type: ignore[index]
    assert 5 < number < 200


@pytest.mark.slow
def test_an_installed_copy_passes_all_its_tests_and_verifies(
    installed: Path, tmp_path: Path
) -> None:
    run(installed, "verify", cwd=tmp_path)
    run(installed, "test", cwd=tmp_path)
