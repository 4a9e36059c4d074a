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


def configure(arguments: argparse.Namespace) -> "Configuration":
    """The configuration that the overrides compose; prints its warnings.

    Raises InputError, with --strict also for a warning.
    """
    from sim.config import load

    configuration = load(arguments.overrides, plugins=arguments.plugin)
    if configuration.warnings and arguments.strict:
        raise InputError([*configuration.warnings, "(with --strict, warnings are errors)"])
    for warning in configuration.warnings:
        console.note(f"samtale: warning: {warning}")
    return configuration


def default_folder(scenario: str) -> Path:
    """`results/<scenario>/<time>` below the current folder."""
    slug = re.sub(r"[^A-Za-z0-9_-]+", "_", scenario).strip("_")[:60] or "study"
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S")
    return Path("results") / slug / now


def run(arguments: argparse.Namespace) -> None:
    """Runs a scenario: plan, replications with a progress bar, tables, figures, report."""
    configuration = configure(arguments)
    from sim.experiment import compare, files, plan, study

    values = configuration.values
    with compare.start_pool(values["compute"], values["design"]["replications"]) as pool:
        built = study.build(values)
        folder = configuration.out or default_folder(configuration.scenario)
        origin = compare.Origin(
            command=command_line(arguments),
            plugins={file.name: files.sha256(file) for file in configuration.plugins},
            seed_drawn=configuration.sources["design.seed"] == "drawn",
        )
        compare.prepare(built, folder, origin, arguments.force, arguments.resume)
        planned = plan.describe(built)
        print_plan(built, planned)
        _agree(planned.seconds, arguments.yes)
        finished = _simulate(arguments, configuration, built, folder, origin, pool)
    from sim.report import terminal

    console.say()
    terminal.print_comparison(finished, console.rich_console())
    console.say(f"Results: {folder}")
    console.say(f"Report:  {folder / 'report.html'}")


def _agree(seconds: float, yes: bool) -> None:
    if seconds > ASK_ABOVE_SECONDS and not yes:
        raise ResourceError(
            f"this would take about {console.duration(seconds)}; say --yes to start it, "
            "or choose design=quick or fewer design.replications"
        )


def _simulate(
    arguments: argparse.Namespace,
    configuration: "Configuration",
    built: Any,
    folder: Path,
    origin: Any,
    pool: Any,
) -> Any:
    from sim.experiment import compare
    from sim.report import write

    try:
        with console.progress("Replications") as tell:
            return compare.run(
                built,
                folder,
                configuration=configuration,
                origin=origin,
                force=arguments.force,
                resume=arguments.resume,
                pool=pool,
                progress=tell,
                report=write,
            )
    except KeyboardInterrupt:
        again = command_line(arguments, f"design.seed={built.seed}")
        raise KeyboardInterrupt(f"Nothing was written. To run the same again: {again}") from None


def command_line(arguments: argparse.Namespace, *more: str) -> str:
    """The command as it was given, for the manifest and for messages."""
    keys = {word.partition("=")[0] for word in more}
    words = [word for word in arguments.overrides if word.partition("=")[0] not in keys]
    plugins = [part for file in arguments.plugin for part in ("--plugin", str(file))]
    return shlex.join(["samtale", "run", *words, *more, *plugins])


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
