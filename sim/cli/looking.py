"""The commands that look without running: show and list."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from sim.cli import console
from sim.cli.running import configure


def show(arguments: argparse.Namespace) -> None:
    """Prints the composed study as a table, and first what differs from the default."""
    configuration = configure(arguments)
    values = configuration.values
    console.say(f"{values.get('title', configuration.scenario)}")
    if values.get("question"):
        console.say(str(values["question"]))
    print_differences(configuration.differences)
    if values["compute"]["backend"] == "dask":
        from sim.experiment.computing import told, workers_there

        console.say(f"It would run on {told(values['compute'], workers_there(values['compute']))}.")
    console.table(
        ("name", "value", "unit", "source", "differs"),
        [_row(row) for row in configuration.table],
        title="The composed study",
    )


def _row(row: Mapping[str, Any]) -> list[str]:
    differs = str(row["differs_from_default"]).lower() in ("true", "yes", "1")
    cells = [as_text(row[column]) for column in ("name", "value", "unit", "source")]
    return [*cells, "yes" if differs else ""]


def print_differences(differences: Sequence[tuple[str, Any, Any, str]]) -> None:
    """Prints what the scenario and the overrides change, with the default and where it was set."""
    if not differences:
        console.say("Nothing differs from the default scenario.")
        return
    console.table(
        ("name", "default", "here", "set in"),
        [[as_text(cell) for cell in row] for row in differences],
        title="What differs from the default",
    )


def as_text(value: Any) -> str:
    """A value as one writes it in YAML: numbers as short as they can be, lists in brackets."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {as_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(as_text(one) for one in value) + "]"
    return str(value)


def list_choices(arguments: argparse.Namespace) -> None:
    """Prints what can be chosen by name, kind after kind, with one line each."""
    from sim.config import catalogue
    from sim.rules.registry import Registry, load_entry_points, load_plugin

    registry = Registry()
    load_entry_points(registry)
    for plugin in arguments.plugin:
        load_plugin(plugin, registry)
    for title, choices in (
        ("Scenarios: scenarios=NAME", catalogue.list_scenarios()),
        ("Regimes: arms.ARM.regime=NAME", catalogue.list_regimes(registry=registry)),
        ("Effects of meetings: effect=NAME", catalogue.list_options("effect")),
        ("Forms of an effect: effect.kind=NAME", catalogue.list_effects(registry)),
        ("Hazard files: hazard=NAME", catalogue.list_options("hazard")),
        ("Hazards: hazard.GROUP.EXIT.kind=NAME", catalogue.list_hazards(registry)),
        ("Designs: design=NAME", catalogue.list_options("design")),
        ("Targets: samtale calibrate target=NAME", catalogue.list_options("target")),
    ):
        rows = [(choice.name, choice.about) for choice in choices]
        console.table(("name", "about"), rows, title=title)
