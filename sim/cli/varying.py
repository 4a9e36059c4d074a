"""The command `sensitivity`: how far the answer depends on what is not known, and on chance."""

from __future__ import annotations

import argparse
import shlex
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli import console
from sim.cli.running import ASK_ABOVE_SECONDS, default_folder, near
from sim.rules.errors import ResourceError

if TYPE_CHECKING:
    from sim.config.varied import Question
    from sim.experiment.sensitivity.answer import Answer


def sensitivity(arguments: argparse.Namespace) -> None:
    """Evaluates every point, prints what moves the answer most, writes tables, figures and a page.

    Raises:
        InputError: words that mean nothing here, or values that do not fit together.
        ResourceError: it would take long, and nobody said --yes.
    """
    began = time.perf_counter()
    from sim.config.varied import question
    from sim.experiment import computing, provenance, store
    from sim.experiment.sensitivity.answer import answer
    from sim.experiment.sensitivity.record import manifest
    from sim.report import sensitivity as page

    asked = question(arguments.overrides, arguments.plugin)
    configuration, task = asked.configuration, asked.task
    for kind, texts in (("warning", configuration.warnings), ("note", configuration.notes)):
        for text in texts:
            console.note(f"samtale: {kind}: {text}")
    if asked.hours_left:
        console.note(f"samtale: note: {asked.hours_left}")
    out = configuration.out or default_folder(f"sensitivity_{configuration.scenario}")
    place = store.prepare(out, {}, arguments.force, resume=None)
    assert isinstance(place, store.Writer)
    with computing.start_pool(task.values["compute"], task.simulated, console.note) as pool:
        _agree(asked, pool.workers, arguments.yes)
        _compile(asked)
        with console.progress("Replications", task.simulated) as tell:
            found = answer(task, pool, tell)
    command = shlex.join(["samtale", "sensitivity", *arguments.overrides])
    plugins = provenance.plugin_sums(configuration.plugins)
    with place as writer:
        for name, table in found.tables.items():
            writer.table(name, table)
        left = page.left_out(asked.left)
        writer.table("left_out.csv", left)
        writer.text("scenario.yaml", configuration.to_yaml())
        page.write(writer.path, found, left, command)
        seconds = time.perf_counter() - began
        writer.seal(manifest(found, command, plugins, seconds))
    _print(found, asked)
    console.say(f"Page:   {near(Path(out) / page.PAGE)}")
    console.say(f"Tables: {near(Path(out))}: {', '.join(found.tables)}, left_out.csv")


def _agree(asked: Question, workers: int, yes: bool) -> None:
    """Print the plan; ask for --yes above a stated time."""
    from sim.experiment.duration import SECONDS_TO_START_AND_DRAW, estimate_seconds
    from sim.experiment.study import build
    from sim.report.words import say

    task = asked.task
    study = build(dict(task.values), task.plugins)
    if study.engine_note:
        console.note(f"samtale: {study.engine_note}")
    a_replication = estimate_seconds(replace(study, replications=1), 1) - SECONDS_TO_START_AND_DRAW
    seconds = a_replication * task.simulated / workers + SECONDS_TO_START_AND_DRAW
    console.say(say(
        "sensitivity.plan",
        method=say(f"sensitivity.method_{task.method}"), varied=len(task.varied),
        left=len(asked.left), points=task.method_points, replications=task.replications,
        arms=len(study.arms), simulated=task.simulated, time=console.duration(seconds),
        days=f"{study.observation_days:g}",
    ))  # fmt: skip
    if seconds > ASK_ABOVE_SECONDS and not yes:
        raise ResourceError(
            f"this would take about {console.duration(seconds)}; say --yes to start it, or choose "
            "fewer parameters (over=), a smaller size= or fewer design.replications"
        )


def _compile(asked: Question) -> None:
    """Compile the engine before there are tasks: the processes then read what was kept."""
    from sim.model.engines import compile_ahead, compiling_note, may_compile

    if may_compile(asked.task.values):
        if note := compiling_note():
            console.note(f"samtale: {note}")
            compile_ahead()


def _print(found: Answer, asked: Question) -> None:
    from sim.report import sensitivity as page

    for sentence in page.lead(found):
        console.say(sentence)
    for title, _, heads, rows in page.tables(found, most=8):
        console.table(heads, rows, title=title, right=heads[2:])
    console.say(page.left_in_short(asked.left))
