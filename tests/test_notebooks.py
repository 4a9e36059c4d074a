"""The notebooks run from beginning to end, each in an empty folder, and are kept without outputs."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import sim

ROOT = Path(sim.__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TITLES = (
    "01_first_comparison",
    "02_the_model",
    "03_what_a_meeting_does",
    "04_your_own_hazard",
    "05_your_own_regime",
    "06_reading_a_trial",
)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    read = nbformat.read(notebook, as_version=4)
    work = tmp_path / "work"
    work.mkdir()
    NotebookClient(read, timeout=600, resources={"metadata": {"path": str(work)}}).execute()
    outputs = [output for cell in read.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if "image/png" in output.get("data", {})]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert not list(work.iterdir()), "a notebook leaves files behind"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(notebook: Path) -> None:
    """To strip them: jupyter nbconvert --clear-output --inplace notebooks/*.ipynb."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


def test_the_course_is_whole(checkout: Path) -> None:
    assert tuple(notebook.stem for notebook in NOTEBOOKS) == TITLES
