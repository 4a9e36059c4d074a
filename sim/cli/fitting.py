"""The command `fit`: baseline hazards from the user's own table of spells, as a hazard file."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import shlex
import time
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.new import name_problem
from sim.cli.running import configure, default_folder, near

if TYPE_CHECKING:
    from sim.experiment.fit.faults import Faults
    from sim.experiment.fit.fitting import Fit
    from sim.experiment.fit.under import Under

GROUP = "hazard"
STEM = "fit"
PLAIN = ("effect=none", "market=fixed", "office.load_elasticity=0")
"""A world in which nothing but frailty and baseline moves the job rate."""

FOLLOWED_DAYS = 364

UNBOUND = str.maketrans({"[": "", "]": "", " ": ""})


def fit(arguments: argparse.Namespace) -> None:
    """Reads the table, fits it, prints the rates, writes the hazard file, tables and a figure.

    Raises InputError with all that is wrong with the table, the flags or the overrides.
    """
    began = time.perf_counter()
    from sim.experiment.fit import reading, tables
    from sim.experiment.fit.faults import Faults
    from sim.experiment.fit.fitting import fit as fitted
    from sim.experiment.fit.judging import UNITS, judge

    faults = Faults()
    file = _hazard_file(arguments.name, arguments.force, faults)
    cuts = _cuts(arguments.cuts, faults)
    configuration = configure(arguments)
    if arguments.under:
        _study(arguments, FOLLOWED_DAYS)  # so that a wrong regime is told before anything else
    table = reading.read(arguments.table, faults)
    judged = judge(table, arguments.unit, arguments.group, faults)

    from sim.config import fitted_hazard
    from sim.experiment import files, store
    from sim.report import fitting as words
    from sim.report.figures.fitting import draw
    from sim.report.words import say

    out = configuration.out or default_folder(arguments.name, "fit")
    place = store.prepare(out, {}, arguments.force, resume=None)
    assert isinstance(place, store.Writer)
    variance = float(configuration.values["population"]["frailty_variance"])
    found = fitted(judged.spells, variance, UNITS[arguments.unit], cuts)
    under = _without(arguments, found) if arguments.under else None

    today = datetime.date.today().isoformat()
    own = under.fit if under else found
    rates = tables.baselines(own, under.factors if under else None)
    curves = tables.curves(found)
    about = words.about(found, configuration.values, arguments.under, under)
    left = words.left_out(found, judged, arguments.unit, cuts)
    console.say(words.read(found, table, arguments.unit))
    heads, rows = words.rate_table(rates)
    console.table(heads, rows, title=words.table_title(), right=heads[3:])
    for sentence in (
        words.cuts_rule(arguments.unit, cuts), *words.near(found, cuts), *words.frailty(found), *about,
    ):  # fmt: skip
        console.say(sentence)
    if left:
        console.say(f"{say('fit.left_title')}:")
    for sentence in left:
        console.say(f"  - {sentence}")

    text = fitted_hazard.text(own, table, today, [*about, *left])
    with place as writer:
        writer.table("baseline.csv", rates)
        writer.table("nelson_aalen.csv", tables.cumulative_rates(found))
        writer.table(f"figures/{STEM}.csv", curves)
        spells = f"{len(judged.spells):,}"
        draw(
            curves,
            say("fit.figure_about", table=table.name, spells=spells),
            say("fit.figure_source", date=today),
            writer.path / "figures",
            STEM,
        )
        digest = hashlib.sha256(text.encode()).hexdigest()
        hazard = {"name": file.name, "sha256": digest}
        seconds = time.perf_counter() - began
        writer.seal(
            tables.manifest(
                found, table, judged, arguments.unit, _command(arguments), hazard,
                arguments.under, seconds,
            )
        )  # fmt: skip
    with files.told(f"{near(file)} cannot be written"):
        file.parent.mkdir(exist_ok=True)
        files.replace_text(file, text)
    console.say(
        say("fit.files", figure=near(Path(out) / f"figures/{STEM}.png"), tables=near(Path(out)))
    )
    console.say(say("fit.wrote", file=near(file), name=arguments.name))


def _without(arguments: argparse.Namespace, found: Fit) -> Under:
    """The fit with the regime of --under divided out, by worlds as the overrides ask for them."""
    from sim.experiment.fit.under import MOST_ROUNDS, without

    longest = ceil(max(one.longest_day for one in found.groups))
    plain, regime = _study(arguments, longest, PLAIN), _study(arguments, longest)
    with console.progress("Dividing the regime out", MOST_ROUNDS) as tell:
        return without(found, plain, regime, tell)


def _study(arguments: argparse.Namespace, days: int, more: Sequence[str] = ()) -> dict[str, Any]:
    """The study of --under: the overrides, one arm under that regime, followed for so many days."""
    from sim.config import load
    from sim.experiment.fit.under import ARM

    words = [
        *arguments.overrides, *more, f"arms.{ARM}.regime={arguments.under}", "design.kind=worlds",
        "design.zero_load_twin=false", f"design.follow_up_days={days}",
    ]  # fmt: skip
    values = load(words, plugins=arguments.plugin).values
    return {**values, "arms": {ARM: values["arms"][ARM]}}


def _hazard_file(name: str, force: bool, faults: Faults) -> Path:
    """Where the hazard file goes: where the user's own hazards are found."""
    from sim.config import catalogue

    shipped = catalogue.list_options(GROUP, catalogue.data_root())
    if problem := name_problem(name, GROUP, shipped):
        faults.add(f"--name: {problem}.")
    file = catalogue.Library(Path.cwd()).own(GROUP, name)
    if file.exists() and not force:
        faults.add(f"{near(file)} exists already; choose another --name, or --force to replace it.")
    return file


def _cuts(text: str | None, faults: Faults) -> list[float] | None:
    """The spell days of --cuts."""
    if text is None:
        return None
    try:
        found = [float(word) for word in text.translate(UNBOUND).split(",")]
    except ValueError:
        found = []
    if not found or not all(0.0 < day < float("inf") for day in found) or any(
        a >= b for a, b in pairwise(found)
    ):  # fmt: skip
        faults.add(
            f"--cuts is {text}; it must be spell days above 0, each larger than the one before, "
            "with commas between them, as 28,91,182."
        )
    return found


def _command(arguments: argparse.Namespace) -> str:
    """The command as it was given."""
    words: list[Any] = ["samtale", "fit", arguments.table, "--unit", arguments.unit]
    for flag in ("group", "cuts", "under"):
        if (value := getattr(arguments, flag)) is not None:
            words += [f"--{flag}", value]
    words += ["--name", arguments.name]
    for file in arguments.plugin:
        words += ["--plugin", file]
    return shlex.join(map(str, [*words, *arguments.overrides]))
