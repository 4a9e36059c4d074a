"""The commands on what is there: report, trace, compare and verify."""

import argparse

from sim.cli import console
from sim.rules.errors import CheckError


def report(arguments: argparse.Namespace) -> None:
    """Makes the tables, figures and report of a finished run again."""
    from sim.experiment import store
    from sim.report import terminal, write

    finished = store.read(arguments.folder)
    write(finished)
    terminal.print_comparison(finished, console.rich_console())
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
    from sim.report import terminal

    runs = [store.read(folder) for folder in arguments.folders]
    terminal.print_runs(compare_runs.side_by_side(runs), console.rich_console())


def verify(arguments: argparse.Namespace) -> None:
    """Checks this copy against exact answers; a failure is exit code 5."""
    from sim.experiment import verify as checks

    if not checks.run(console.say):
        raise CheckError(["this copy does not reproduce the exact answers; see FAIL above"])
