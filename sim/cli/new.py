"""The command `new`: a commented file that runs as written, with its test, to be changed from there."""

import argparse
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli import console
from sim.rules.errors import InputError

if TYPE_CHECKING:
    from sim.config.catalogue import Choice

TEST = "test_{name}.py"
PLACES = {
    "scenario": {"scenario.yaml": "scenarios/{name}.yaml"},
    "hazard": {"hazard.py": "{name}.py", "test_hazard.py": TEST},
    "regime": {"regime.yaml": "regimes/{name}.yaml", "test_regime.py": TEST},
}
"""By kind: what is written, a template by the place of its copy, the file itself first."""
NEXT = {
    "scenario": "samtale run scenarios={name} design=quick",
    "hazard": "samtale list --plugin {name}.py",
    "regime": "samtale run design=quick arms.flexible.regime={name}",
}
LONGEST = 60


def new(arguments: argparse.Namespace) -> None:
    """Writes the file, and its test where it has one, into the current folder.

    Raises:
        InputError: the name cannot be used, or a file is there already.
    """
    kind, name = arguments.kind, arguments.name
    if problem := name_problem(name, kind, _shipped(kind)):
        raise InputError(problem)
    places = {template: Path(at.format(name=name)) for template, at in PLACES[kind].items()}
    there = [str(path) for path in places.values() if path.exists()]
    if there and not arguments.force:
        raise InputError(
            [
                f"{path} exists already; choose another name, or --force to replace it"
                for path in there
            ]
        )
    title = name.replace("_", " ").capitalize()
    for template, path in places.items():
        text = files("sim.cli").joinpath("templates", template).read_text(encoding="utf-8")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("NAME", name).replace("TITLE", title), encoding="utf-8")
    written = " and ".join(str(path) for path in places.values())
    console.say(f"Wrote {written}. Try it: {NEXT[kind].format(name=name)}")


def name_problem(name: str, kind: str, shipped: Sequence["Choice"]) -> str:
    """What is wrong with the name of a new file, or ''."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or len(name) > LONGEST:
        return (
            f"the name is {name!r}; it must begin with a-z and hold only a-z, 0-9 and _, "
            f"at most {LONGEST} of them"
        )
    if name in [choice.name for choice in shipped]:
        return f"{name} is a {kind} that ships with samtale; choose another name"
    return ""


def _shipped(kind: str) -> Sequence["Choice"]:
    from sim.config import catalogue

    if kind == "hazard":
        return catalogue.list_hazards()
    if kind == "scenario":
        return catalogue.list_scenarios(catalogue.data_root())
    return catalogue.list_regimes(catalogue.data_root())
