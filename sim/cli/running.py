"""The command `run`: from overrides to a run folder, telling first what it will take."""

import argparse
import datetime
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.planning import print_plan
from sim.rules.errors import InputError, ResourceError

if TYPE_CHECKING:
    from sim.config import Configuration
    from sim.experiment.folder import RunFolder

ASK_ABOVE_SECONDS = 2 * 3600.0


def configure(arguments: argparse.Namespace) -> "Configuration":
    """The configuration that the overrides compose; prints its warnings and notes.

    Raises InputError, with --strict also for a warning.
    """
    from sim.config import load

    configuration = load(arguments.overrides, plugins=arguments.plugin)
    if configuration.warnings and arguments.strict:
        raise InputError([*configuration.warnings, "(with --strict, warnings are errors)"])
    for warning in configuration.warnings:
        console.note(f"samtale: warning: {warning}")
    for text in configuration.notes:
        console.note(f"samtale: note: {text}")
    return configuration


def default_folder(scenario: str, command: str = "") -> Path:
    """`results/<scenario>/<time>` below the current folder; what another command makes of
    something stands in a folder of the command, `results/<command>/<name>/<time>`."""
    slug = re.sub(r"[^A-Za-z0-9_-]+", "_", scenario).strip("_")[:60] or "study"
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S")
    return Path("results") / command / slug / now


def near(path: Path) -> Path:
    """The path as seen from the current folder, where it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def run(arguments: argparse.Namespace) -> None:
    """Runs a scenario: plan, replications with a progress bar, tables, figures, report."""
    configuration = configure(arguments)
    from sim.experiment import compare, provenance, study
    from sim.experiment.duration import estimate_seconds
    from sim.experiment.manifest import Origin
    from sim.model.engines import compile_ahead, compiling_note, may_compile

    values = configuration.values
    with compare.start_pool(values["compute"], values["design"]["replications"]) as pool:
        compiled = None
        if may_compile(values):
            if note := compiling_note():
                console.note(f"samtale: {note}")
            compiled = pool.ahead(compile_ahead)
        built = study.build(values, configuration.plugins)
        folder = configuration.out or default_folder(configuration.scenario)
        origin = Origin(
            command=command_line(arguments),
            plugins=provenance.plugin_sums(configuration.plugins),
            seed_drawn=configuration.sources["design.seed"] == "drawn",
        )
        compare.prepare(built, folder, origin, arguments.force, arguments.resume)
        seconds = estimate_seconds(built)
        print_plan(built, seconds)
        if built.engine_note:
            console.note(f"samtale: {built.engine_note}")
        _agree(seconds, arguments.yes)
        compiled_seconds = compiled.result() if compiled is not None else 0.0
        finished = _simulate(
            arguments, configuration, built, folder, origin, pool, compiled_seconds
        )
        if arguments.excel:
            write_workbook(finished)
    console.say()
    print_comparison(finished.path)
    console.say(time_line(finished.manifest))
    console.say(f"Results: {near(folder)}")
    console.say(f"Report:  {near(folder / 'report.html')}")


def print_comparison(folder: Path) -> None:
    """Prints the table that compares the arms of a finished run."""
    from sim.report import folder as run_folder
    from sim.report import terminal

    terminal.print_comparison(run_folder.read(folder), console.rich_console())


def write_workbook(folder: "RunFolder") -> None:
    """Writes the tables of a finished folder as one workbook, and the manifest that knows it."""
    from sim.experiment import store
    from sim.report import workbook

    workbook.write(folder)
    store.reseal(folder)


def time_line(facts: Mapping[str, Any]) -> str:
    """Where the time of a run went, on one line."""
    from sim.experiment.timing import SPENT

    spent = facts["seconds"]
    cpu = ", ".join(f"{what} {spent[what]:.1f} s" for what in SPENT)
    return (
        f"Time:    {facts['wall_seconds']:.1f} s; processors spent {cpu}; "
        f"writing took {spent['writing']:.1f} s, drawing {spent['drawing']:.1f} s"
    )


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
    compiled_seconds: float,
) -> Any:
    from sim.experiment import compare
    from sim.report import DRAWING

    try:
        with console.progress("Replications", built.replications) as tell:
            return compare.run(
                built,
                folder,
                configuration=configuration,
                origin=origin,
                force=arguments.force,
                resume=arguments.resume,
                pool=pool,
                compiled_seconds=compiled_seconds,
                progress=tell,
                report=lambda made: _draw(made.path, made.manifest, pool),
                drawing=DRAWING,
            )
    except KeyboardInterrupt:
        again = command_line(arguments, f"design.seed={built.seed}")
        raise KeyboardInterrupt(f"Nothing was written. To run the same again: {again}") from None


def _draw(folder: Path, facts: Mapping[str, Any], pool: Any) -> None:
    from sim.report import write

    console.note("Drawing the figures ...")
    write(folder, facts, pool)


def command_line(arguments: argparse.Namespace, *more: str) -> str:
    """The command as it was given, for the manifest and for messages."""
    keys = {word.partition("=")[0] for word in more}
    words = [word for word in arguments.overrides if word.partition("=")[0] not in keys]
    plugins = [part for file in arguments.plugin for part in ("--plugin", str(file))]
    return shlex.join(["samtale", "run", *words, *more, *plugins])
