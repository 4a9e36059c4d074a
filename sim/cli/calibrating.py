"""The command `calibrate`: effects fitted to published figures, every solution and the ridge."""

from __future__ import annotations

import argparse

from sim.cli import console


def calibrate(arguments: argparse.Namespace) -> None:
    """Fits a target; prints tables, writes calibration.csv, ridge.csv, a figure and a page."""
    from sim.config.targets import calibration
    from sim.experiment.calibration.emulation import Emulation
    from sim.experiment.calibration.fitting import calibrate as fit

    target, configuration = calibration(arguments.overrides, arguments.plugin)
    emulation = Emulation(
        target, configuration.values, configuration.plugins, configuration.parameters
    )
    found = fit(emulation, console.note)
    for one in found.solutions:
        console.say(str(one))
    console.say(str(found.configured))
    for pair in found.ridge:
        console.say(str(pair))
