"""The command `new`: a commented file that runs as written, to be changed from there."""

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

PLACES = {
    "scenario": ("scenario.yaml", "scenarios/{name}.yaml"),
    "hazard": ("hazard.py", "{name}.py"),
    "regime": ("regime.yaml", "regimes/{name}.yaml"),
}
NEXT = {
    "scenario": "samtale run scenarios={name} design=quick",
    "hazard": "samtale list --plugin {name}.py",
    "regime": "samtale run design=quick arms.flexible.regime={name}",
}
LONGEST = 60


def new(arguments: argparse.Namespace) -> None:
    """Writes the file into the current folder and says how to run it."""
    kind, name = arguments.kind, arguments.name
    if problem := name_problem(name, kind, _shipped(kind)):
        raise InputError(problem)
    template, place = PLACES[kind]
    path = Path(place.format(name=name))
    if path.exists() and not arguments.force:
        raise InputError([f"{path} exists already; choose another name, or --force to replace it"])
    text = files("sim.cli").joinpath("templates", template).read_text(encoding="utf-8")
    title = name.replace("_", " ").capitalize()
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("NAME", name).replace("TITLE", title), encoding="utf-8")
    console.say(f"Wrote {path}. Try it: {NEXT[kind].format(name=name)}")


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
