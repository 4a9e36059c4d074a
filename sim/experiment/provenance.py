"""Where results come from: version, commit, packages, and what makes two runs the same."""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sim
from sim.experiment import files
from sim.rules.registry import Plugin, Registry

PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "simpy", "numba", "hydra-core", "omegaconf",
    "holidays", "matplotlib", "jinja2", "babel", "SALib", "statsmodels",
)  # fmt: skip


def made_by(command: str) -> dict[str, Any]:
    """What every manifest begins with: program, version, commit, command, and the time."""
    return {
        "program": "samtale",
        "version": sim.__version__,
        "commit": commit(),
        "command": command,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def packages() -> dict[str, str]:
    """Versions of Python and of the packages that are there."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """The commit of the checkout, with + where files differ from it; None outside of one."""
    top = Path(sim.__file__).resolve().parent.parent
    if not (top / ".git").exists():
        return None
    try:
        name = _git(top, "rev-parse", "HEAD")
        changed = _git(top, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return name + ("+" if changed else "")


def _git(top: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(top), *arguments], capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()


def plugin_sums(plugins: Iterable[Plugin]) -> dict[str, str]:
    """SHA-256 of each plug-in by its name: of a file, or of the source of the functions."""
    sums = {}
    for plugin in plugins:
        if isinstance(plugin, Path):
            with files.told(f"The plug-in {plugin} cannot be read"):
                sums[plugin.name] = files.sha256(plugin)
        else:
            name = f"function {getattr(plugin, '__name__', type(plugin).__name__)}"
            sums[name] = hashlib.sha256(_source(plugin).encode()).hexdigest()
    return sums


def _source(plugin: Callable[[Registry], object]) -> str:
    """The text of a function that registers, and of what it registers, where it can be had."""
    found = Registry()
    plugin(found)
    kinds = (*found.hazards.values(), *found.effects.values(), *found.schedules.values())
    texts = [json.dumps({name: dict(levers) for name, levers in found.regimes.items()})]
    for function in (plugin, *(kind.function for kind in kinds)):
        try:
            texts.append(inspect.getsource(function))
        except (OSError, TypeError):
            texts.append(repr(getattr(function, "__qualname__", type(function))))
    return "\n".join(texts)


def of_results(values: Mapping[str, Any]) -> dict[str, Any]:
    """A composed study but for its seed and for what never changes results."""
    study = {key: value for key, value in values.items() if key != "compute"}
    study["design"] = {key: value for key, value in values["design"].items() if key != "seed"}
    return study


NOT_OF_ROWS = ("replications", "keep_rows", "precision")
"""What of ``design`` changes how many rows there are or are kept, but no row."""


def of_rows(values: Mapping[str, Any]) -> dict[str, Any]:
    """A composed study but for what changes no row of a replication, and for its seed."""
    study = of_results(values)
    study["design"] = {k: v for k, v in study["design"].items() if k not in NOT_OF_ROWS}
    return study


def replications_sha256(values: Mapping[str, Any], seed: int, plugins: Mapping[str, str]) -> str:
    """SHA-256 that names a configuration and its seed, however many replications it has."""
    configuration = configuration_sha256(of_rows(values), plugins)
    return hashlib.sha256(f"{configuration} {seed}".encode()).hexdigest()


def configuration_sha256(values: Mapping[str, Any], plugins: Mapping[str, str]) -> str:
    """SHA-256 of a composed study but for its seed and for what never changes results.

    Args:
        plugins: names of plug-in files and the SHA-256 of each.
    """
    content = json.dumps([of_results(values), dict(plugins)], ensure_ascii=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
