"""The command `calibrate`: effects fitted to published figures, every solution and the ridge."""

from __future__ import annotations

import argparse
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.running import default_folder, near

if TYPE_CHECKING:
    from sim.experiment.calibration.results import Calibration

STEM = "calibration"


def calibrate(arguments: argparse.Namespace) -> None:
    """Fits a target; prints tables, writes calibration.csv, ridge.csv, a figure and a page.

    Raises InputError for a target that is wrong or lies outside of what can be attained.
    """
    began = time.perf_counter()
    from sim.config.targets import calibration
    from sim.experiment import provenance, store
    from sim.experiment.calibration import tables
    from sim.experiment.calibration.emulation import Emulation
    from sim.experiment.calibration.fitting import calibrate as fit

    target, configuration = calibration(arguments.overrides, arguments.plugin)
    for text in configuration.notes:
        console.note(f"samtale: note: {text}")
    values = configuration.values
    out = configuration.out or default_folder(target.name, "calibrate")
    place = store.prepare(out, {}, arguments.force, resume=None)
    assert isinstance(place, store.Writer)
    emulation = Emulation(target, values, configuration.plugins, configuration.parameters)
    if emulation.why_not_exact:
        console.note(f"samtale: note: worlds, not exact integration: {emulation.why_not_exact}")
    found = fit(emulation, console.note)

    from sim.report import calibration as page
    from sim.report.figures.calibration import draw

    _print(found, values)
    command = shlex.join(["samtale", "calibrate", *arguments.overrides])
    plugins = provenance.plugin_sums(configuration.plugins)
    with place as writer:
        writer.table(f"{STEM}.csv", tables.solutions(found))
        if found.target.ridge is not None:
            writer.table("ridge.csv", tables.ridge(found))
        writer.table(f"figures/{STEM}.csv", tables.scans(found))
        writer.text("scenario.yaml", configuration.to_yaml())
        drawn = draw(found, writer.path / "figures", STEM)
        page.write(writer.path, found, values, drawn[0], command)
        seconds = time.perf_counter() - began
        writer.seal(tables.manifest(found, values, command, plugins, seconds))
    for what, name in (("Page:   ", "report.html"), ("Tables: ", f"{STEM}.csv")):
        console.say(f"{what} {near(Path(out) / name)}")


def _print(found: Calibration, values: dict[str, Any]) -> None:
    from sim.report import calibration as words
    from sim.report.words import say

    console.say(found.target.title)
    console.say(words.method(found, values))
    heads, rows = words.solution_table(found)
    console.table(heads, rows, title=say("calibration.solutions"), right=heads[2:])
    heads, rows = words.ridge_table(found)
    if rows:
        console.table(heads, rows, title=say("calibration.ridge"), right=heads)
    for sentence in words.remarks(found):
        console.say(sentence)
