"""The commands on what is there: report, trace, compare and verify."""

import argparse
from collections.abc import Mapping
from typing import Any

from sim.cli import console
from sim.cli.running import print_comparison
from sim.rules.errors import CheckError

OUTCOMES = (
    "rmst_728_days",
    "exit_job_share",
    "held_per_person",
    "waiting_days_mean",
    "offered_load",
    "municipality_dkk",
    "public_dkk",
    "society_dkk",
)
PAIRED = (
    "days_saved",
    "net_saving_municipality_dkk",
    "net_saving_public_dkk",
    "worse_off_share",
)


def report(arguments: argparse.Namespace) -> None:
    """Makes the tables, figures and report of a finished run again."""
    from sim.experiment import store
    from sim.report import write

    finished = store.read(arguments.folder)
    write(finished.path, finished.manifest)
    store.reseal(finished)
    print_comparison(finished.path)
    console.say(f"Report: {arguments.folder / 'report.html'}")


def trace(arguments: argparse.Namespace) -> None:
    """Tells one life in words and saves its picture in the figures of the run."""
    from sim.experiment import store
    from sim.report import folder, life
    from sim.report.figures import life as picture

    store.read(arguments.folder)
    run = folder.read(arguments.folder)
    lived = life.read_life(run, arguments.person, arguments.replication)
    for line in life.tell(lived, run):
        console.say(line)
    paths = picture.draw(lived, run, run.path / "figures")
    console.say()
    console.say(f"Picture: {paths[-1]}")


def compare(arguments: argparse.Namespace) -> None:
    """Prints finished runs side by side, and what differs between their configurations."""
    from sim.experiment import compare_runs, store

    beside = compare_runs.side_by_side([store.read(folder) for folder in arguments.folders])
    if beside.same_rows:
        console.say("All runs have the same rows, to the last bit.")
    settings = [[str(cell) for cell in row] for row in beside.settings.itertuples(index=False)]
    title = "What differs between their configurations" if settings else "Configured alike"
    console.table(("name", *beside.labels), settings, title=title)
    for title, table, column, metrics in (
        ("Outcomes, all groups together (95 % interval)", beside.summary, "mean", OUTCOMES),
        ("Against the first arm (95 % interval)", beside.differences, "difference", PAIRED),
    ):
        chosen = table[(table["group"] == "all") & table["metric"].isin(metrics)]
        rows = [
            [
                str(row["arm"]),
                str(row["metric"]),
                *(_cell(row, one, column) for one in beside.labels),
            ]
            for row in chosen.to_dict("records")
        ]
        columns = ("arm", "metric", *beside.labels)
        console.table(columns, rows, title=title, right=beside.labels)


def _cell(row: Mapping[str, Any], label: str, column: str) -> str:
    """A value with its interval, to the digits that the interval supports."""
    from sim.report.digits import with_interval

    value, low, high = (row[f"{label}: {name}"] for name in (column, "ci_low", "ci_high"))
    return with_interval(float(value), float(low), float(high))


def verify(arguments: argparse.Namespace) -> None:
    """Checks this copy against exact answers; a failure is exit code 5."""
    import sim.config
    from sim.experiment import verify as checks

    values = sim.config.load([f"scenarios={checks.SCENARIO}"]).values
    if not checks.run(values, console.say):
        raise CheckError(["this copy does not reproduce the exact answers; see FAIL above"])
