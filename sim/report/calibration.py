"""What readers see of a calibration: tables of words for terminal and page, and the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.experiment.calibration.results import AS_GOOD, Calibration, Solution
from sim.report.calibration_words import asked, exactly, figure_name, number, parameter_name
from sim.report.html import page
from sim.report.inline import inline
from sim.report.words import say

Table = tuple[list[str], list[list[str]]]
"""Heads and rows, all in words."""


def method(found: Calibration, values: Mapping[str, Any]) -> str:
    """How the figures were worked out."""
    design = values["design"]
    how = say(
        f"calibration.{found.method}",
        luck=design["luck"], seed=design["seed"], replications=design["replications"],
    )  # fmt: skip
    return say(
        "calibration.method",
        figures="; ".join(figure_name(one) for one in found.target.figures),
        parameters="; ".join(f"{parameter_name(one.key)} ({one.key})" for one in found.target.fit),
        how=how,
        tried=found.tried,
    )


def solution_table(found: Calibration) -> Table:
    """A row a parameter, figure and what stands beside; a column a solution."""
    several: list[tuple[str, Solution]] = [(say("calibration.configured"), found.configured)]
    several += [
        (say("calibration.solution", number=n), one) for n, one in enumerate(found.solutions, 1)
    ]
    heads = [
        say("calibration.what"), say("calibration.unit"), say("calibration.published"),
        *(name for name, _ in several),
    ]  # fmt: skip
    rows = [
        [parameter_name(key), "", "", *(exactly(one.point[key], found) for _, one in several)]
        for key in found.configured.point
    ]
    for figure in (*found.target.figures, *found.target.beside):
        values = [{**one.simulated, **one.beside}[figure.name] for _, one in several]
        scale = max(map(abs, values))
        shown = (number(value, scale) for value in values)
        rows.append([figure_name(figure), figure.unit, asked(figure), *shown])
    rows.append([say("calibration.misfit"), "", "", *(_misfit(one.misfit) for _, one in several)])
    return heads, rows


def ridge_table(found: Calibration) -> Table:
    """A row a pair."""
    ridge = found.target.ridge
    if ridge is None:
        return [], []
    keys = [one.key for one in found.target.fit if one.key != ridge.key]
    rows = []
    for pair in found.ridge:
        if pair.point is None:
            note = say("calibration.not_attainable", nearest=number(pair.attainable))
            rows.append([number(pair.second), *([""] * len(keys)), note, ""])
        else:
            fitted = (number(pair.point[key]) for key in keys)
            good = say("calibration.yes") if found.as_good(pair) else ""
            rows.append([number(pair.second), *fitted, _misfit(pair.misfit), good])
    names = map(parameter_name, (ridge.key, *keys))
    return [*names, say("calibration.misfit"), say("calibration.as_good")], rows


def _misfit(value: float | None) -> str:
    """A misfit to three decimals; less is nothing."""
    return number(round(value, 3)) if value is not None else ""


def remarks(found: Calibration) -> list[str]:
    """What is attainable, how many solutions there are, and what each figure alone would need."""
    first, said = found.target.fit[0], []
    name = parameter_name(first.key)
    for figure in found.target.figures:
        seen, roots = found.scans[figure.name], found.alone[figure.name]
        if seen.points:
            said.append(say(
                "calibration.attainable",
                figure=figure_name(figure), parameter=name,
                low=number(first.low), high=number(first.high),
                smallest=number(seen.smallest[1], seen.largest[1]),
                at_smallest=number(seen.smallest[0]),
                largest=exactly(seen.largest[1], found), at_largest=number(seen.largest[0]),
                unit=figure.unit,
            ))  # fmt: skip
        listed = ", ".join(exactly(root, found) for root in roots)
        single = len(found.target.figures) == 1 and len(found.target.fit) == 1
        if single and len(roots) > 1:
            said.append(say(
                "calibration.several",
                figure=figure_name(figure), number=len(roots), parameter=name, values=listed,
            ))  # fmt: skip
        elif not single:
            key = "calibration.alone" if roots else "calibration.alone_none"
            said.append(say(key, figure=figure_name(figure), parameter=name, values=listed))
    for one in found.solutions:
        if one.at_end:
            said.append(say("calibration.at_end", keys="; ".join(map(parameter_name, one.at_end))))
        if one.kind == "touching":
            value = number(one.point[first.key])
            said.append(say("calibration.touching", parameter=name, value=value))
    return said


def measured(found: Calibration) -> Table:
    """How each figure was measured."""
    heads = [say(f"calibration.{key}") for key in ("what", "published", "source", "assumptions")]
    rows = [
        [figure_name(one), f"{asked(one)} {one.unit}", one.source, one.assumptions]
        for one in found.target.figures
    ]
    return heads, rows


def write(
    folder: Path, found: Calibration, values: Mapping[str, Any], drawing: Path, command: str
) -> Path:
    """Write report.html into the folder: one file, no network, no script."""
    tables = [
        (say("calibration.solutions"), "", solution_table(found), False),
        (
            say("calibration.ridge"),
            say(
                "calibration.ridge_about",
                parameter=parameter_name(found.target.ridge.key),
                tolerance=AS_GOOD,
            )
            if found.target.ridge
            else say("calibration.no_ridge"),
            ridge_table(found),
            False,
        ),
        (say("calibration.measured"), "", measured(found), True),
    ]
    content = page(
        "calibration.html.j2",
        target=found.target,
        method=method(found, values),
        remarks=remarks(found),
        tables=tables,
        picture=Markup(inline(drawing, "calibration-", found.target.title)),
        command=command,
    )
    path = folder / "report.html"
    path.write_text(content, encoding="utf-8", newline="\n")
    return path
