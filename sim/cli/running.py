"""The command `run`: from overrides to a run folder, telling first what it will take."""

import argparse
import datetime
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.rules.errors import InputError, ResourceError

if TYPE_CHECKING:
    from sim.config import Configuration

ASK_ABOVE_SECONDS = 2 * 3600.0


def configure(arguments: argparse.Namespace) -> "tuple[Configuration, Path | None]":
    """The configuration that the overrides compose, and the folder that `out=` names.

    Prints the warnings; with --strict they are errors. Raises InputError.
    """
    from sim.config import load

    words, out = _without_out(arguments.overrides)
    configuration = load(words, plugins=arguments.plugin)
    if configuration.warnings and arguments.strict:
        raise InputError([*configuration.warnings, "(with --strict, warnings are errors)"])
    for warning in configuration.warnings:
        console.note(f"samtale: warning: {warning}")
    return configuration, out


def _without_out(words: list[str]) -> tuple[list[str], Path | None]:
    outs = [word.partition("=")[2] for word in words if word.startswith("out=")]
    if len(outs) > 1:
        raise InputError([f"out is given {len(outs)} times: {', '.join(outs)}"])
    if outs and (not outs[0].strip() or "\0" in outs[0]):
        raise InputError(["out is empty; it must name a folder, for example out=results/mine"])
    rest = [word for word in words if not word.startswith("out=")]
    return rest, Path(outs[0]) if outs else None


def default_folder(scenario: str) -> Path:
    """`results/<scenario>/<time>` below the current folder."""
    slug = re.sub(r"[^A-Za-z0-9_-]+", "_", scenario).strip("_")[:60] or "study"
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S")
    return Path("results") / slug / now


def run(arguments: argparse.Namespace) -> None:
    """Runs a scenario: plan, replications with a progress bar, tables, figures, report."""
    configuration, out = configure(arguments)
    from sim.experiment import plan, study

    built = study.build(configuration.values)
    folder = out or default_folder(configuration.scenario)
    planned = plan.describe(built)
    print_plan(built, planned)
    if planned.seconds > ASK_ABOVE_SECONDS and not arguments.yes:
        raise ResourceError(
            [
                f"this would take about {console.duration(planned.seconds)}; say --yes to start it,"
                " or choose design=quick or fewer design.replications"
            ]
        )
    _simulate(arguments, configuration, built, folder)
    from sim.experiment import store
    from sim.report import terminal, write

    finished = store.read(folder)
    console.note("Drawing the figures ...")
    write(finished)
    terminal.print_comparison(finished, console.rich_console())
    console.say(f"Results: {folder}")
    console.say(f"Report:  {folder / 'report.html'}")


def _simulate(arguments: argparse.Namespace, configuration: Any, built: Any, folder: Path) -> None:
    from sim.experiment import compare

    try:
        with console.progress("Replications") as tell:
            compare.run(
                built,
                folder,
                configuration=configuration,
                resume=arguments.resume,
                force=arguments.force,
                progress=tell,
            )
    except KeyboardInterrupt:
        words = [word for word in arguments.overrides if not word.startswith("out=")]
        flags = [f"--plugin={plugin}" for plugin in arguments.plugin]
        again = shlex.join(["samtale", "run", *words, f"out={folder}", *flags, "--resume"])
        raise KeyboardInterrupt(
            f"What was finished is kept. To go on from there: {again}"
        ) from None


def print_plan(built: Any, planned: Any) -> None:
    """Prints what will be run: arms, people, offered load, caseworkers, their cost, the time."""
    console.say(f"{built.values['title']}")
    console.table(
        ("arm", "people", "caseworkers", "a year, m DKK", "offered load"),
        [
            (
                arm.title,
                f"{arm.people:,.0f}",
                arm.caseworkers_text,
                f"{arm.caseworkers_dkk_per_year / 1e6:,.1f}",
                f"{arm.offered_load:.2f}",
            )
            for arm in planned.arms
        ],
        right=("people", "caseworkers", "a year, m DKK", "offered load"),
    )
    for arm in planned.arms:
        if arm.offered_load > 1.0:
            console.note(
                f"samtale: warning: {arm.title}: the meetings ask for {arm.offered_load:.2f} times "
                "the time that the caseworkers have; queues will grow until people leave"
            )
    took = console.duration(planned.seconds)
    console.say(f"{built.replications} replications of each arm, about {took}.")
