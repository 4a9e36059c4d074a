"""The floors of the package: imports point down, and each floor brings only its libraries."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).resolve().parent
FLOORS = ("rules", "model", "experiment", "report", "config", "api", "cli")
BRINGS = {
    "rules": set(),
    "model": {"simpy", "numpy", "scipy", "holidays", "numba", "llvmlite"},
    "experiment": {"pandas", "pyarrow", "scipy", "statsmodels", "yaml", "SALib", "distributed"},
    "report": {"matplotlib", "jinja2", "babel", "markupsafe", "rich", "weasyprint", "xlsxwriter"},
    "config": {"hydra", "omegaconf"},
    "api": set(),
    "cli": set(),
}
ONLY_IN = {
    "hydra": "config",
    "omegaconf": "config",
    "simpy": "model",
    "distributed": "experiment",
    "numba": "model.compiled",
    "llvmlite": "model.compiled",
}


def module_files() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] != "tests":
            found[".".join(("sim", *(part for part in parts if part != "__init__")))] = path
    return found


MODULES = module_files()


def imports_of(name: str) -> Iterator[str]:
    """What a module imports anywhere in its code, as dotted names of modules."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else str(node.module)


def floor_of(module: str) -> int:
    """How high a module stands; the package itself and __main__ stand on top or below all."""
    parts = module.split(".")
    if module == "sim":
        return -1
    return len(FLOORS) if parts[1] == "__main__" else FLOORS.index(parts[1])


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    for imported in imports_of(name):
        if imported.split(".")[0] == "sim":
            assert floor_of(imported) <= floor_of(name), f"{name} imports {imported} from above"


@pytest.mark.parametrize("name", MODULES)
def test_a_floor_uses_only_the_libraries_of_its_floor_and_those_below(name: str) -> None:
    allowed = {"sim"} | set(sys.stdlib_module_names)
    for floor in FLOORS[: floor_of(name) + 1]:
        allowed |= BRINGS[floor]
    for imported in imports_of(name):
        library = imported.split(".")[0]
        assert library in allowed, f"{name} imports {imported}"
        home = ONLY_IN.get(library)
        at_home = home is None or name.startswith(f"sim.{home}")
        assert at_home, f"{library} belongs to {home}: {name}"


def test_no_import_goes_in_a_circle() -> None:
    graph = {name: {i for i in imports_of(name) if i in MODULES and i != name} for name in MODULES}
    open_, done = [], set()

    def visit(name: str) -> None:
        assert name not in open_, " -> ".join([*open_[open_.index(name) :], name])
        if name not in done:
            open_.append(name)
            for imported in sorted(graph[name]):
                visit(imported)
            open_.pop()
            done.add(name)

    for name in graph:
        visit(name)


@pytest.mark.parametrize("name", MODULES)
def test_a_file_says_its_one_subject_and_keeps_to_it(name: str) -> None:
    text = MODULES[name].read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{name}: which subject?"
    assert len(text.splitlines()) <= 300, f"{name} is long: more than one subject?"


IMPORT_ALL = """
import importlib, json, multiprocessing, os, random, sys, warnings
import matplotlib, numpy
def state():
    return [
        random.getstate(), str(numpy.random.get_state()), dict(os.environ), os.getcwd(),
        sorted(os.listdir(".")), {k: str(v) for k, v in matplotlib.rcParams.items()},
        multiprocessing.get_start_method(allow_none=True), list(sys.path), len(warnings.filters),
    ]
names = json.loads(sys.stdin.read())
import scipy.stats, pandas, pyarrow.parquet, matplotlib.figure, rich.console
before = state()
for name in names:
    importlib.import_module(name)
assert [a == b for a, b in zip(before, state())] == [True] * len(before), \\
    [a == b for a, b in zip(before, state())]
"""


def test_importing_changes_nothing_and_prints_nothing(tmp_path: Path) -> None:
    names = json.dumps([name for name in MODULES if name != "sim.__main__"])
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL],
        input=names,
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(PACKAGE.parent), "PATH": "", "MPLCONFIGDIR": str(tmp_path / "x")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_asking_for_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from sim.cli.main import main; main(['--help']); "
        "print(sorted({'numpy', 'pandas', 'matplotlib', 'hydra', 'rich', 'scipy', 'pyarrow'} "
        "& set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        text=True,
        env={"PYTHONPATH": str(PACKAGE.parent), "PATH": ""},
    )
    assert done.stderr.strip() == "[]"
