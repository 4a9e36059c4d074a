"""The command `bench-compute`: what two processes and a Dask cluster gain, measured in one session."""

import argparse
from statistics import median

from sim.cli import console
from sim.rules.errors import InputError

STUDY = ("population.scale=0.15", "design.replications=40", "compute=serial")
"""What a replication should take a quarter of a second of, or more."""


def bench_compute(arguments: argparse.Namespace) -> None:
    """Runs the same replications in one process, in two, and on a cluster of two; prints ratios."""
    if arguments.rounds < 1:
        raise InputError([f"--rounds: {arguments.rounds}; at least 1"])
    from sim.config import load
    from sim.experiment.bench_compute import EMPTY_TASKS, WORKERS, gain_of, measure, targets
    from sim.experiment.study import build
    from sim.model.engines import compile_for

    configuration = load([*STUDY, *arguments.overrides])
    study = build(configuration.values)
    compile_for(study)
    console.say(f"{study.replications} replications of {configuration.scenario}, {study.engine}.")
    places = measure(study, arguments.rounds, console.note)
    rows = [
        (
            place.name,
            f"{place.start_seconds:.1f}" if place.start_seconds else "",
            f"{median(place.seconds):.2f}",
            f"{min(place.seconds):.2f} to {max(place.seconds):.2f}",
            f"{median(place.seconds) / study.replications:.3f}",
            f"{gain_of(place, places[0]):.2f}",
            f"{median(place.parent_seconds):.2f}",
            f"{median(place.task_seconds) * 1e3:.2f}",
        )
        for place in places
    ]
    heads = (
        "where", "start s", "seconds", "min to max", "s/replication", "serial / it",
        "processor s here", "ms/empty task",
    )  # fmt: skip
    console.table(
        heads, rows, title="Medians over rounds; starting is not in them", right=heads[1:]
    )
    console.say(
        f"{WORKERS} workers each; ratios are medians of those within rounds; an empty task is one "
        f"of {EMPTY_TASKS} that only carry the study."
    )
    if len(places) == 2:
        console.say("Dask is not installed here and left out: pip install 'samtale[dask]'")
    found = [
        (one.what, one.wanted, one.measured, "met" if one.is_met else "NOT MET")
        for one in targets(places)
    ]
    columns = ("target", "wanted", "measured", "")
    console.table(columns, found, title="Targets", right=columns[1:3])
