"""The commands on what is there: report, trace, compare and verify."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.running import print_comparison
from sim.rules.errors import CheckError, DataError

if TYPE_CHECKING:
    from sim.experiment.folder import RunFolder

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

PER_SPELL = ("meetings", "DKK per spell")
"""Units of which the name of a metric does not say what they are counted for."""


def _run(folder: Path) -> "RunFolder":
    """The finished run in a folder.

    Raises:
        DataError: it is missing or damaged, or holds what another command made.
    """
    from sim.experiment import store

    found = store.read(folder)
    if "arms" not in found.manifest:
        made = found.manifest.get("command", "another command")
        raise DataError([f"{folder} holds no run with arms; it was made by: {made}"])
    return found


def report(arguments: argparse.Namespace) -> None:
    """Makes the tables, figures and report of a finished run again."""
    from sim.experiment import store
    from sim.report import workbook, write

    finished = _run(arguments.folder)
    write(finished.path, finished.manifest)
    if arguments.excel:
        workbook.write(finished)
    store.reseal(finished)
    print_comparison(finished.path)
    console.say(f"Report: {arguments.folder / 'report.html'}")


def trace(arguments: argparse.Namespace) -> None:
    """Tells one life in words and saves its picture in the figures of the run."""
    from sim.report import folder, life
    from sim.report.figures import life as picture

    _run(arguments.folder)
    run = folder.read(arguments.folder)
    lived = life.read_life(run, arguments.person, arguments.replication)
    for line in life.tell(lived, run):
        console.say(line)
    paths = picture.draw(lived, run, run.path / "figures")
    console.say()
    console.say(f"Picture: {paths[-1]}")


def compare(arguments: argparse.Namespace) -> None:
    """Prints finished runs side by side, and what differs between their configurations."""
    from sim.experiment import compare_runs
    from sim.report.words import name_of

    runs = [_run(folder) for folder in arguments.folders]
    beside = compare_runs.side_by_side(runs)
    if beside.same_rows:
        console.say("All runs have the same rows, to the last bit.")
    settings = [[str(cell) for cell in row] for row in beside.settings.itertuples(index=False)]
    title = "What differs between their configurations" if settings else "Configured alike"
    console.side_by_side(("name",), beside.labels, settings, title)
    titles = _arm_titles(runs)
    for title, table, column, metrics in (
        ("Outcomes, all groups together (95 % interval)", beside.summary, "mean", OUTCOMES),
        ("Against the first arm (95 % interval)", beside.differences, "difference", PAIRED),
    ):
        chosen = table[(table["group"] == "all") & table["metric"].isin(metrics)]
        rows = [
            [
                titles.get(str(row["arm"]), str(row["arm"])),
                name_of("metric", row["metric"])
                + (" per spell" if row["unit"] in PER_SPELL else ""),
                *(_cell(row, one, column) for one in beside.labels),
            ]
            for row in chosen.to_dict("records")
        ]
        console.side_by_side(("regime", "outcome"), beside.labels, rows, title, right=True)
    if any(run.manifest["replications"] == 1 for run in runs):
        console.say("A run of one replication has no interval.")


def _arm_titles(runs: Sequence["RunFolder"]) -> dict[str, str]:
    """What arms are called in the reports, by name; of the first run that has the arm."""
    from sim.report import folder

    titles: dict[str, str] = {}
    for run in runs:
        for arm in folder.read(run.path, run.manifest).arms:
            titles.setdefault(arm.name, arm.title)
    return titles


def _cell(row: Mapping[str, Any], label: str, column: str) -> str:
    """A value with its interval, to the digits that the interval supports; shares in per cent."""
    from sim.report.digits import with_interval

    value, low, high = (float(row[f"{label}: {name}"]) for name in (column, "ci_low", "ci_high"))
    return with_interval(value, low, high, share=row["unit"] == "share")


def verify(arguments: argparse.Namespace) -> None:
    """Checks this copy against exact answers; a failure is exit code 5."""
    import sim.config
    from sim.experiment import verify as checks

    values = sim.config.load([f"scenarios={checks.SCENARIO}"]).values
    if not checks.run(values, console.say):
        raise CheckError(["this copy does not reproduce the exact answers; see FAIL above"])
