"""The command `bench`: our engines beside other ways to simulate the same, and what each takes."""

import argparse
import importlib.metadata
import platform
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.cli import console
from sim.cli.arguments import hint
from sim.cli.running import default_folder, near
from sim.cli.testing import folder as tests_folder
from sim.experiment.bench_models import MODELS, WORKLOAD_W
from sim.rules.errors import InputError, ResourceError

if TYPE_CHECKING:
    from sim.experiment.bench_runs import BenchRun, Plan

CHILD = ("-P", "-m", "sim.cli.bench_child")
LIBRARIES = ("numpy", "simpy", "numba", "salabim", "ciw", "starsim")
CSV, FIGURE = "bench.csv", "bench"
MOST_PEOPLE = 5_000_000


def bench(arguments: argparse.Namespace) -> None:
    """Times every model in interleaved rounds; prints tables, writes bench.csv and a figure."""
    plan = _plan(arguments)
    out = arguments.out or default_folder("bench")
    if (out / CSV).exists() and not arguments.force:
        raise InputError([f"{out / CSV} is there already: choose another --out, or --force"])
    from sim.experiment import bench_runs
    from sim.report.figures import bench as picture

    out.mkdir(parents=True, exist_ok=True)
    console.say(_machine())
    _print_plan(plan)
    runs = bench_runs.collect(plan, [sys.executable, *CHILD], _tell)
    if all(run.left_out for run in runs):
        raise ResourceError(["nothing ran; the reasons stand above"])
    bench_runs.write(runs, out / CSV)
    _print(runs)
    drawn = picture.draw(runs, out, FIGURE)
    console.say(f"Every run: {near(out / CSV)}")
    for file in drawn[-1:]:
        console.say(f"Figure:    {near(file)}")


def _plan(arguments: argparse.Namespace) -> "Plan":
    from sim.experiment.bench_runs import Plan

    problems = [f"--models: {_unknown(name)}" for name in arguments.models if name not in MODELS]
    problems += [
        f"--sizes: {n:,} people; from 1 to {MOST_PEOPLE:,}"
        for n in arguments.sizes
        if not 1 <= n <= MOST_PEOPLE
    ]
    problems += _unknown_scenarios(arguments.scenarios)
    if arguments.rounds < 1:
        problems.append(f"--rounds: {arguments.rounds}; at least 1")
    if not (tests_folder() / "benchmarks" / "workload_w.yaml").is_file():
        problems.append(f"workload W and the peers are missing: {tests_folder() / 'benchmarks'}")
    if problems:
        raise InputError(problems)
    models = arguments.models or MODELS
    return Plan(
        tuple(name for name in MODELS if name in models),
        tuple(dict.fromkeys(arguments.sizes)),
        arguments.rounds,
        tuple(dict.fromkeys(arguments.scenarios)),
    )


def _print_plan(plan: "Plan") -> None:
    """Says what will run, and which models only once or not at all because they take too long."""
    sizes = "; ".join(f"{people:,}" for people in plan.sizes)
    rounds = "1 round" if plan.rounds == 1 else f"{plan.rounds} rounds"
    console.say(f"Workload W, people: {sizes}. Models: {len(plan.models)}, each in {rounds}.")
    for people in plan.sizes:
        models = [MODELS[name] for name in plan.models]
        for words, chosen in (
            ("not run, it takes too long", [m for m in models if people > m.at_most]),
            ("one round", [m for m in models if m.one_round_above < people <= m.at_most]),
        ):
            if chosen and plan.rounds > 1:
                console.say(f"At {people:,} {words}: {', '.join(m.title for m in chosen)}.")


def _unknown_scenarios(names: Sequence[str]) -> list[str]:
    """What the configuration says of scenarios that cannot be composed."""
    from sim.config import load

    found = []
    for name in names:
        try:
            load([f"scenarios={name}", "design=quick"])
        except InputError as error:
            found.append(f"--scenarios: {error}")
    return found


def _unknown(name: str) -> str:
    return f"unknown model {name}{hint(name, MODELS)}; models are {', '.join(MODELS)}"


def _machine() -> str:
    found = []
    for library in LIBRARIES:
        try:
            found.append(f"{library} {importlib.metadata.version(library)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    here = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()} on {here}; {', '.join(found)}"


def _tell(run: "BenchRun") -> None:
    model = MODELS[run.model]
    what = _task(run.task, run.people)
    if run.left_out:
        console.note(f"{model.title} is left out ({what}): {run.left_out}")
    elif run.round and run.cpu_seconds is not None:
        alone = " (one round at this size)" if run.people > model.one_round_above else ""
        console.note(f"round {run.round}: {what}: {model.title}: {run.cpu_seconds:.3g} s{alone}")


def _task(task: str, people: int) -> str:
    return f"workload W, {people:,} people" if task == WORKLOAD_W else f"{task}, design=quick"


def _print(runs: "Sequence[BenchRun]") -> None:
    from sim.experiment import bench_tables as tables

    heads = ("model", "rounds", "CPU s (min to max)", "µs/spell", "B/spell")
    shares = ("our SimPy / it", "our compiled / it")
    for task, people in tables.cells(runs):
        rows = tables.times(runs, task, people)
        title = f"{_task(task, people)}: medians of processor time, memory and ratios within rounds"
        console.table((*heads, *shares), rows, title=title, right=(*heads[1:], *shares))
    _print_agreement(runs)
    _print_targets(runs)
    _print_notes(runs)


def _print_agreement(runs: "Sequence[BenchRun]") -> None:
    from sim.experiment import bench_tables as tables

    for task, people in tables.cells(runs):
        base = tables.base_of(runs, people)
        if task != WORKLOAD_W or not base:
            continue
        rows = []
        for one in tables.agreement(runs, people):
            off = "" if one.difference is None else f"{one.difference:+.3g}"
            allowed = "" if one.allowed is None else f"{one.allowed:.3g}"
            verdict = "compared with this" if one.model == base else one.verdict
            what = tables.MEASURES[one.measure]
            rows.append([what, MODELS[one.model].title, f"{one.mean:.5g}", off, allowed, verdict])
        heads = ("measure", "model", "mean", "difference", "allowed", "")
        title = f"{_task(task, people)}: do the models agree, within {tables.CONFIDENCE:.1%}?"
        console.table(heads, rows, title=title, right=heads[2:5])


def _print_targets(runs: "Sequence[BenchRun]") -> None:
    from sim.experiment import bench_tables as tables
    from sim.experiment.bench_targets import targets

    rows = [target.row() for target in targets(runs)]
    for task, people in tables.cells(runs):
        same = tables.same_rows(runs, task, people)
        verdict = {True: "met", False: "NOT MET", None: "not run"}[same]
        rows.append(
            [f"same rows_sha256 of both engines: {_task(task, people)}", "yes", "", verdict]
        )
    heads = ("target", "at most", "measured, median", "")
    console.table(heads, rows, title="Targets", right=heads[1:3])


def _print_notes(runs: "Sequence[BenchRun]") -> None:
    from sim.experiment import bench_tables as tables

    ran = [name for name in MODELS if any(run.model == name for run in tables.counted(runs))]
    empty, kept = tables.compiling(runs, "samtale_compiled")
    if empty is not None and kept:
        console.say(
            f"The first call of the compiled engine took {empty:.3g} s more than the next with an "
            f"empty cache, {tables.spread(kept)} s with compiled code kept; neither is in the times."
        )
    collection: dict[str, list[str]] = {}
    for name in ran:
        policy = next(run.garbage_collection for run in tables.counted(runs) if run.model == name)
        collection.setdefault(policy, []).append(MODELS[name].title)
    for policy, names in collection.items():
        console.say(f"Garbage collection {policy}: {', '.join(names)}.")
    missing = {run.model: run for run in runs if run.left_out and run.model not in ran}
    for name, run in missing.items():
        console.say(f"Left out: {MODELS[name].title}: {run.left_out}")
    for run in runs:
        if run.left_out and run.model in ran:
            where = _task(run.task, run.people)
            console.say(f"Left out: {MODELS[run.model].title}, {where}: {run.left_out}")
