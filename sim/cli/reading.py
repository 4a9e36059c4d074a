"""The commands on what is there: report, trace, compare and verify."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.running import print_comparison
from sim.rules.errors import CheckError, DataError, InputError

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


SWEEP, SENSITIVITY = "sweep", "sensitivity"
HOLDS_NONE = "no run with arms"
HOLDS = {
    SWEEP: "a sweep and no single run: sweep.csv has its points side by side, and samtale run with "
    "the values of a point gives a run of it",
    SENSITIVITY: "a sensitivity and no single run: its tables hold differences between points only",
}
"""What a folder holds that a command on runs cannot read."""

CHECKED_SHOWN = 10
"""Numbers that differ from the rows which are named; of more, the number is told."""


def _kind(found: "RunFolder") -> str:
    """Which command made a folder, of those whose pages can be made again; empty for others."""
    if found.manifest.get("kind") == SWEEP:
        return SWEEP
    if "method" in found.manifest and "over" in found.manifest:
        return SENSITIVITY
    return "run" if "arms" in found.manifest else ""


def _run(folder: Path) -> "RunFolder":
    """The finished run in a folder.

    Raises:
        DataError: it is missing or damaged, or holds what another command made.
    """
    from sim.experiment import store

    found = store.read(folder)
    _require_run(found, folder)
    return found


def _require_run(found: "RunFolder", folder: Path) -> None:
    if (kind := _kind(found)) != "run":
        made = found.manifest.get("command", "another command")
        raise DataError([f"{folder} holds {HOLDS.get(kind, HOLDS_NONE)}; it was made by: {made}"])


def report(arguments: argparse.Namespace) -> None:
    """Makes the tables, figures and report of what is finished again, or checks a run's numbers;
    with --pdf also the PDFs of a run."""
    from sim.experiment import store

    if arguments.check and arguments.unknown is not None:
        raise InputError("--check makes nothing; give --unknown in a command of its own")
    found = store.read(arguments.folder)
    kind = _kind(found)
    asks_run = arguments.check or arguments.pdf or arguments.unknown is not None
    if kind in (SWEEP, SENSITIVITY) and not asks_run:
        (_sweep_again if kind == SWEEP else _sensitivity_again)(found, arguments.folder)
        return
    _require_run(found, arguments.folder)
    if arguments.check:
        _check(found)
    else:
        _report(found, arguments)


def _report(finished: "RunFolder", arguments: argparse.Namespace) -> None:
    from sim.experiment import not_known, store
    from sim.experiment.made_again import made_again
    from sim.report import pages, pdf, workbook, write

    with made_again(finished) as copy:
        if arguments.unknown is not None:
            drawn = store.read(arguments.unknown)
            copy.manifest["not_known"] = not_known.take(copy, drawn)
        write(copy.path, copy.manifest)
        if arguments.excel:
            workbook.write(copy)
    print_comparison(finished.path)
    for page in pages(arguments.folder):
        console.say(f"Report: {page}")
    if arguments.pdf:
        with made_again(store.read(finished.path)) as copy:
            printed = pdf.print_pages(pages(copy.path))
        for path in printed:
            console.say(f"PDF:    {arguments.folder / path.name}")


def _sweep_again(found: "RunFolder", folder: Path) -> None:
    from sim.experiment.sweep import whole

    made = whole.make_again(found, _draw_sweep)
    for name in (whole.SWEEP, whole.DIFFERENCES, whole.POINTS):
        console.say(f"Table:   {folder / name}")
    console.say(f"Figures: {folder / 'figures'}")
    console.say(f"Rows:    SHA-256 {made.manifest['rows_sha256']['all']}")


def _draw_sweep(out: Path, facts: Mapping[str, Any]) -> None:
    from sim.report.sweep import write

    write(out, facts)


def _sensitivity_again(found: "RunFolder", folder: Path) -> None:
    from sim.experiment.made_again import made_again
    from sim.experiment.sensitivity.again import answer_of, words_filled
    from sim.report import sensitivity as page

    answer = answer_of(found)
    left = words_filled(found.table("left_out.csv"))
    with made_again(found) as copy:
        page.write(copy.path, answer, left, str(found.manifest["command"]))
    for sentence in page.lead(answer):
        console.say(sentence)
    console.say(f"Page:    {folder / page.PAGE}")


def _check(run: "RunFolder") -> None:
    """Holds the tables of a run against its rows.

    Raises CheckError where a number is another than the rows give.
    """
    from sim.experiment import rows_again

    found = rows_again.compare(run)
    console.say(
        f"{found.rows:,} rows of spells in {found.replications} of {run.manifest['replications']} "
        f"replications give {found.values:,} values of outcomes.csv again, and outcomes.csv "
        f"{found.estimates:,} numbers of summary.csv."
    )
    if found.problems:
        more = len(found.problems) - CHECKED_SHOWN
        raise CheckError(
            [*found.problems[:CHECKED_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        )
    console.say(f"PASS: the largest relative difference is {found.largest:.1e}.")


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
