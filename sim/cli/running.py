"""The command `run`: from overrides to a run folder, telling first what it will take."""

import argparse
import datetime
import re
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.planning import Expected, expected_seconds, print_plan
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
    began = time.perf_counter()
    configuration = _with_begun_seed(arguments, configure(arguments))
    from sim.report import pages

    folder = configuration.out or default_folder(configuration.scenario)
    try:
        finished = _run(arguments, configuration, folder)
    except KeyboardInterrupt:
        seed = int(configuration.values["design"]["seed"])
        raise KeyboardInterrupt(_how_to_go_on(arguments, folder, seed)) from None
    console.say()
    print_comparison(finished.path)
    console.say(time_line(finished.manifest, time.perf_counter() - began))
    console.say(f"Results: {near(folder)}")
    if arguments.no_report:
        console.say(f"Report:  samtale report {near(folder)} makes it")
        return
    for page in pages(folder):
        console.say(f"Report:  {near(page)}")


def _run(arguments: argparse.Namespace, configuration: "Configuration", folder: Path) -> Any:
    from sim.experiment import computing, provenance, room, run_place, study
    from sim.experiment.manifest import Origin
    from sim.experiment.precision import most_replications
    from sim.model.engines import compile_ahead, compiling_note, may_compile

    values = configuration.values
    compute, replications = values["compute"], values["design"]["replications"]
    with computing.start_pool(compute, replications, console.note) as pool:
        compiled, where = None, computing.told(compute, pool.workers)
        if may_compile(values):
            if note := compiling_note():
                console.note(f"samtale: {note}")
                where += ", once the engine is compiled"
            compiled = pool.ahead(compile_ahead)
        built = study.build(values, configuration.plugins)
        origin = Origin(
            command=command_line(arguments),
            plugins=provenance.plugin_sums(configuration.plugins),
            seed_drawn=configuration.sources["design.seed"] == "drawn",
        )
        expected = Expected(0.0, 0.0, 0.0)
        if not run_place.prepare(built, folder, origin, arguments.force, arguments.resume):
            expected = expected_seconds(built, pool.workers)
            print_plan(built, expected, where)
            if built.engine_note:
                console.note(f"samtale: {built.engine_note}")
            room.require(built, most_replications(built), folder.absolute())
            _agree(expected.most, arguments.yes)
            _tell_kept(folder)
        compiled_seconds = compiled.result() if compiled is not None else 0.0
        finished = _simulate(
            arguments, configuration, built, folder, origin, pool, compiled_seconds,
            expected.of_one,
        )  # fmt: skip
    if arguments.excel:
        write_workbook(finished)
    return finished


def _tell_kept(folder: Path) -> None:
    from sim.experiment import unfinished

    there = len(unfinished.kept(folder))
    finished = f", {there} are there already" if there else ""
    console.say(
        f"Finished replications are kept in {near(unfinished.place_of(folder))}{finished}; "
        "--resume goes on with them."
    )


def _with_begun_seed(
    arguments: argparse.Namespace, configuration: "Configuration"
) -> "Configuration":
    """The configuration; where its seed was drawn, with that of the run that is gone on with."""
    from sim.config import load
    from sim.experiment import unfinished

    is_drawn = configuration.sources["design.seed"] == "drawn"
    if not (arguments.resume and is_drawn and configuration.out):
        return configuration
    begun = unfinished.look(configuration.out)
    if not begun:
        return configuration
    return load([*arguments.overrides, f"design.seed={begun['seed']}"], plugins=arguments.plugin)


def print_comparison(folder: Path) -> None:
    """Prints the table that compares the arms of a finished run."""
    from sim.report import folder as run_folder
    from sim.report import terminal

    terminal.print_comparison(run_folder.read(folder), console.rich_console())


def write_workbook(folder: "RunFolder") -> None:
    """Writes the tables of a finished folder as one workbook, and the manifest that knows it."""
    from sim.experiment.made_again import made_again
    from sim.report import workbook

    with made_again(folder) as copy:
        workbook.write(copy)


def time_line(facts: Mapping[str, Any], seconds: float) -> str:
    """How long a command took, and where the time of its run went, on one line."""
    from sim.experiment.timing import SPENT

    spent = facts["seconds"]
    cpu = ", ".join(f"{what} {spent[what]:.1f} s" for what in SPENT)
    return (
        f"Time:    {seconds:.1f} s; processors spent {cpu}; "
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
    replication_seconds: float,
) -> Any:
    from sim.experiment import compare
    from sim.report import DRAWING

    def drawn(made: Any) -> None:
        _draw(made.path, made.manifest, pool)

    draw = None if arguments.no_report else drawn
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
            replication_seconds=replication_seconds,
            progress=tell,
            report=draw,
            drawing=DRAWING if draw else (),
        )


def _how_to_go_on(arguments: argparse.Namespace, folder: Path, seed: int) -> str:
    """What is kept of an interrupted run, and the command that goes on with it."""
    from sim.experiment import unfinished

    number = len(unfinished.kept(folder))
    command = again(arguments, folder, seed, resume=number > 0)
    if not number:
        return f"Nothing was finished. To run the same again: {command}"
    return f"Finished replications are kept ({number}). To go on: {command}"


def _draw(folder: Path, facts: Mapping[str, Any], pool: Any) -> None:
    from sim.report import write

    console.note("Drawing the figures ...")
    write(folder, facts, pool)


def command_line(arguments: argparse.Namespace) -> str:
    """The command as it was given, for the manifest."""
    return shlex.join(["samtale", "run", *arguments.overrides, *_plugins(arguments)])


def again(arguments: argparse.Namespace, folder: Path, seed: int, resume: bool) -> str:
    """The command that makes the same again, or goes on with it, in this folder."""
    fixed = {"out": f"out={near(folder)}", "design.seed": f"design.seed={seed}"}
    words = [word for word in arguments.overrides if word.partition("=")[0] not in fixed]
    flags = ["--resume"] if resume else []
    said = (flag for flag in ("force", "yes", "no_report") if getattr(arguments, flag))
    flags += [f"--{flag.replace('_', '-')}" for flag in said]
    return shlex.join(["samtale", "run", *words, *fixed.values(), *_plugins(arguments), *flags])


def _plugins(arguments: argparse.Namespace) -> list[str]:
    return [part for file in arguments.plugin for part in ("--plugin", str(file))]
