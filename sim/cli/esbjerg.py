"""The command `esbjerg`: the published figures of the Esbjerg trial, judged in five figures."""

import argparse
from typing import TYPE_CHECKING

from sim import __version__
from sim.cli import console
from sim.cli.running import default_folder, near

if TYPE_CHECKING:
    from sim.config import Configuration


def esbjerg(arguments: argparse.Namespace) -> None:
    """Calculates the tables, draws the figures, writes the page; prints the verdict."""
    out = arguments.out or default_folder("esbjerg")
    from sim.config import load
    from sim.config.catalogue import published_figures
    from sim.experiment import provenance, store
    from sim.experiment.esbjerg.curves import SCENARIO
    from sim.experiment.esbjerg.tables import tables
    from sim.report.esbjerg import page

    place = store.prepare(out, {}, arguments.force, resume=None, option="--out")
    assert isinstance(place, store.Writer)
    configuration = load([f"scenarios={SCENARIO}"])
    published = published_figures()
    console.note("Integrating ...")
    found = tables(configuration.values, ranges_of(configuration), published)
    made = {"command": "samtale esbjerg", "version": __version__}
    console.note("Drawing the figures ...")
    told = {
        **provenance.made_by(made["command"]),
        "packages": provenance.packages(),
    }
    with place as writer:
        page.write(writer.path, found, published, made)
        writer.seal(told)
    for sentence in page.verdict(found, published):
        console.say(sentence)
    console.say(f"Page:    {near(out / page.PAGE)}")
    console.say(f"Figures: {near(out / 'figures')}, each with its table")


def ranges_of(configuration: "Configuration") -> dict[str, tuple[float, float]]:
    """By name of a parameter: the lowest and highest plausible value, where numbers are declared."""
    return {
        row["name"]: (float(row["low"]), float(row["high"]))
        for row in configuration.table
        if isinstance(row["low"], int | float) and isinstance(row["high"], int | float)
    }
