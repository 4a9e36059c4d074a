"""The command `validate`: every published figure beside what the model gives, and a verdict."""

import argparse
import csv
import shlex
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli import console
from sim.cli.running import default_folder, near
from sim.rules.errors import InputError

if TYPE_CHECKING:
    from sim.config import Configuration
    from sim.experiment.validation.judging import Judged, Reading

CSV = "validation.csv"
READINGS = ("literature", "esbjerg_linear")
REGIMES = ("standard", "intensified", "fortnightly", "job_focused", "flexible", "none")
LOCKDOWN = "lockdown_voluntary"
NO_TRIAL = (
    "validate takes no scenario of a trial (design.kind trial): it emulates the trials that were "
    "published, each as its text describes it; choose another with scenarios="
)


def validate(arguments: argparse.Namespace) -> None:
    """Judges every published figure, prints all rows, writes validation.csv and a page."""
    began = time.monotonic()
    from sim.config.precision import refuse

    first = _load(arguments, arguments.overrides)
    refuse(first.values, "samtale validate")
    folder = first.out or default_folder("validate")
    from sim.experiment import store

    place = store.prepare(folder, {}, arguments.force, resume=None)
    assert isinstance(place, store.Writer)
    chosen = _effect(first)
    name = f"{chosen}, changed" if _changes_effect(arguments.overrides) else chosen
    other = next(one for one in READINGS if one != chosen)
    rest = [word for word in arguments.overrides if not word.startswith("effect")]
    second = _load(arguments, [*rest, f"effect={other}", f"design.seed={_seed(first)}"])
    readings = [_reading(name, first), _reading(other, second)]
    judged = _judge(readings, first.values["compute"])
    from sim.report import validation

    _print(judged)
    command = shlex.join(["samtale", "validate", *arguments.overrides])
    facts = _facts(command, first, judged, time.monotonic() - began)
    with place as writer:
        _write_csv(writer.path / CSV, judged)
        page = folder / validation.write(writer.path, judged, facts).name
        writer.seal({**facts, "wall_seconds": round(time.monotonic() - began, 1)})
    console.say(validation.say("validate.results", path=near(folder / CSV)))
    console.say(validation.say("validate.page", path=near(page)))


def _load(arguments: argparse.Namespace, words: list[str]) -> "Configuration":
    """The study of a reading, with every regime that the emulated studies need."""
    from sim.config import load

    needed = [f"arms.validate_{name}.regime={name}" for name in (*REGIMES, LOCKDOWN)]
    try:
        return load([*words, *needed], plugins=arguments.plugin)
    except InputError:
        asked = load(words, plugins=arguments.plugin)
        if asked.values["design"]["kind"] == "trial":
            raise InputError([NO_TRIAL]) from None
        raise


def _seed(configuration: "Configuration") -> int:
    return int(configuration.values["design"]["seed"])


def _changes_effect(words: list[str]) -> bool:
    return any(word.startswith("effect.") for word in words)


def _effect(configuration: "Configuration") -> str:
    """The name of the chosen effect."""
    found = [layer.name for layer in configuration.origins.layers if layer.prefix == ("effect",)]
    return Path(found[-1]).stem


def _reading(name: str, configuration: "Configuration") -> "Reading":
    from sim.experiment.validation.judging import Reading

    ranges = {
        row["name"]: (float(row["low"]), float(row["high"]))
        for row in configuration.table
        if isinstance(row["low"], (int, float)) and isinstance(row["high"], (int, float))
    }
    return Reading(name, configuration.values, configuration.sources, ranges, configuration.plugins)


def _judge(readings: "list[Reading]", compute: dict[str, Any]) -> "list[Judged]":
    from sim.config.catalogue import published_figures
    from sim.experiment import computing
    from sim.experiment.validation import judging
    from sim.model.engines import compile_ahead, compiling_note, may_compile
    from sim.report.words import say

    published = published_figures()
    found = []
    with computing.start_pool(compute, judging.FEWEST, console.note) as pool:
        if may_compile(dict(readings[0].values)):
            if note := compiling_note():
                console.note(f"samtale: {note}")
            if (compiled := pool.ahead(compile_ahead)) is not None:
                compiled.result()
        for one in readings:
            with console.progress(say("validate.progress", reading=one.name), 1) as tell:
                rows = judging.judged(one, published, pool, tell)
            found.append(judging.Judged(one.name, tuple(rows)))
    return found


def _print(judged: "list[Judged]") -> None:
    from sim.report import validation

    for line in validation.lead(judged):
        console.say(line)
    heads, rows = validation.short_table(judged)
    title = validation.say("validate.terminal_title", reading=judged[0].name)
    console.table(heads, rows, title=title)
    for line in validation.contradicted(judged[0]):
        console.say(line)


def _write_csv(file: Path, judged: "list[Judged]") -> None:
    """The rows of the first reading, with the prediction and the verdict of the second."""
    from sim.experiment.validation.record import COLUMNS, record
    from sim.report.validation import remark

    first, second = judged
    more = tuple(f"{c}_{second.name}" for c in ("simulated", "low_90", "high_90", "verdict"))
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, (*COLUMNS, *more), lineterminator="\n")
        table.writeheader()
        for row, other in zip(first.rows, second.rows, strict=True):
            own, beside = record(row), record(other)
            own |= {column: beside[column.removesuffix(f"_{second.name}")] for column in more}
            own["why" if row.why else "note"] = remark(row)
            table.writerow({key: _cell(value) for key, value in own.items()})


def _cell(value: Any) -> Any:
    """A number in full, and nothing where there is none."""
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return value


def _facts(
    command: str, configuration: "Configuration", judged: "list[Judged]", seconds: float
) -> dict[str, Any]:
    from sim.experiment import provenance
    from sim.experiment.validation.judging import ARITHMETIC, SIMULATED

    values = configuration.values
    return {
        **provenance.made_by(command),
        "wall_seconds": round(seconds, 1),
        "engine": values.get("engine", "auto"),
        "seed": _seed(configuration),
        "replications": values["design"]["replications"],
        "verdicts": {one.name: dict(Counter(row.verdict for row in one.rows)) for one in judged},
        "of_these_arithmetic": {one.name: one.counts(ARITHMETIC) for one in judged},
        "fitted_but_not_reached": {one.name: one.not_reached(SIMULATED) for one in judged},
        "differences": [
            [str(part) for part in row]
            for row in configuration.differences
            if not str(row[0]).startswith("arms.validate_")
        ],
        "packages": provenance.packages(),
        "configuration_sha256": provenance.configuration_sha256(values, {}),
    }
