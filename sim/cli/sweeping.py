"""The command `sweep`: a grid of studies, planned, run in parallel, resumable, in one table."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.running import default_folder, near, write_workbook
from sim.cli.sweep_plan import ASK_ABOVE_POINTS, agree, print_plan, refuse_many
from sim.cli.sweep_points import Asked, check_all
from sim.rules.errors import InputError, ResourceError

if TYPE_CHECKING:
    from sim.config import Configuration


def sweep(arguments: argparse.Namespace) -> None:
    """Runs a sweep: every point checked, the plan, units with a progress bar, tables, figures.

    Raises ResourceError where units failed twice: the others are in the tables, which mark the
    gaps.
    """
    from sim.config.sweeping import understand_sweep

    asked = understand_sweep(arguments.overrides, arguments.plugin)
    if asked.count > ASK_ABOVE_POINTS and not arguments.yes:
        refuse_many(asked, arguments.plugin)
    from sim.experiment import computing, provenance
    from sim.experiment.manifest import Origin
    from sim.experiment.sweep import parts, place, whole
    from sim.experiment.task import shipped_world
    from sim.model.engines import compile_ahead, compiling_note, may_compile

    sums = provenance.plugin_sums(arguments.plugin)
    checks = Asked(asked, (), tuple(arguments.plugin), sums, arguments.strict)
    base = _base(checks)
    values = base.values
    out = (base.out or default_folder(f"sweep_{base.scenario}")).absolute()
    force = arguments.force and not arguments.resume
    begun = place.look(out, force, arguments.resume)
    seed, is_drawn = int(values["design"]["seed"]), base.sources["design.seed"] == "drawn"
    if is_drawn:
        seed = int(begun.get("seed", seed))
        checks = replace(checks, seed_word=(f"design.seed={seed}",))
    origin = Origin(command_line(arguments, out), sums, is_drawn)
    tasks = asked.count * int(values["design"]["replications"])
    with computing.start_pool(values["compute"], tasks, console.note) as pool:
        if may_compile(values):
            if note := compiling_note():
                console.note(f"samtale: {note}")
            if (compiled := pool.ahead(compile_ahead)) is not None:
                compiled.result()
        with (
            console.progress("Points checked", asked.count) as tell,
            pool.here(asked.count, computing.WARM) as here,
        ):
            points, warnings = check_all(checks, here, tell)
        for text, numbers in warnings.items():
            console.note(f"samtale: warning: {text} (at {len(numbers)} of {asked.count} points)")
        if begun and (found := place.finished_before(out, points, _not_whole)):
            console.say("Every point was finished before; nothing was run again.")
            if arguments.excel:
                write_workbook(found)
            _answer(found.path, found.manifest)
            return
        kept = parts.there(out, whole.units_of(points)) if begun else set()
        cost = print_plan(
            asked, points, kept, pool.workers, computing.told(values["compute"], pool.workers)
        )
        agree(cost, out, arguments.yes)
        with place.taken(out, seed, force):
            left = whole.remaining(out, points)
            try:
                with console.progress("Points x replications", len(left.units)) as tell:
                    done = whole.run(
                        out, points, left, configuration=base, origin=origin, pool=pool,
                        progress=tell, unit_seconds=cost.unit_seconds, world=shipped_world,
                        report=_draw,
                    )  # fmt: skip
            except KeyboardInterrupt:
                raise KeyboardInterrupt(
                    "Finished units are kept. To go on: "
                    f"{command_line(arguments, out, resume=True)}"
                ) from None
    if arguments.excel:
        write_workbook(done.folder)
    _answer(out, done.folder.manifest)


def command_line(arguments: argparse.Namespace, out: Path, resume: bool = False) -> str:
    """The command as it was given, with its folder, for the manifest and for messages."""
    words = [word for word in arguments.overrides if word.partition("=")[0] != "out"]
    plugins = [part for file in arguments.plugin for part in ("--plugin", str(file))]
    more = [*plugins, *(["--resume"] if resume else []), *(["--yes"] if arguments.yes else [])]
    return shlex.join(["samtale", "sweep", *words, f"out={near(out)}", *more])


def _base(checks: Asked) -> Configuration:
    """The first point, which stands for what all share.

    Raises InputError, with the faults of all points where the first has any.
    """
    from sim.config import load
    from sim.experiment.pool import Pool

    words = checks.sweep.words(next(checks.sweep.points()))
    try:
        base = load(words, plugins=checks.plugins)
    except InputError:
        with Pool() as pool, console.progress("Points checked", checks.sweep.count) as tell:
            check_all(replace(checks, builds=False), pool, tell)
        raise
    for text in base.notes:
        console.note(f"samtale: note: {text}")
    return base


def _not_whole(problem: str) -> None:
    console.note(f"samtale: {problem}; --resume makes again what is missing")


def _draw(folder: Path, facts: Mapping[str, Any]) -> None:
    from sim.report.sweep import write

    console.note("Drawing the figures ...")
    write(folder, facts)


def _answer(out: Path, facts: Mapping[str, Any]) -> None:
    """Prints where the results are, and what they lack."""
    from sim.experiment.sweep.whole import POINTS, SWEEP

    console.say(f"Table:   {near(out / SWEEP)}")
    console.say(f"Points:  {near(out / POINTS)}")
    console.say(f"Figures: {near(out / 'figures')}")
    console.say(f"Rows:    SHA-256 {facts['rows_sha256']['all']}")
    if facts["failed"]:
        head = "these units failed twice; tables mark what they lack, --resume tries them again:"
        raise ResourceError([head, *facts["failed"]])
