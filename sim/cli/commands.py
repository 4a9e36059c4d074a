"""The commands: what each is for, the function that does it, and the flags that it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Command:
    """A sub-command: its one line of help, the function `module:name` that does it, its flags.

    `asks` says what its overrides may be.
    """

    about: str
    function: str
    positionals: tuple[tuple[str, dict[str, Any]], ...] = ()
    flags: tuple[str, ...] = ()
    takes_overrides: bool = False
    asks: str = (
        "what differs from the default, e.g. scenarios=four_regimes design=quick effect.alpha=0.2 "
        "out=DIR; samtale list and samtale show say what there is"
    )


FLAGS: dict[str, dict[str, Any]] = {
    "--resume": {
        "action": "store_true",
        "help": "go on with what is in the folder: nothing that is finished is run again",
    },
    "--force": {"action": "store_true", "help": "replace what is in the folder"},
    "--yes": {"action": "store_true", "help": "start without asking, however long it takes"},
    "--strict": {"action": "store_true", "help": "treat warnings as errors"},
    "--debug": {"action": "store_true", "help": "show where in the code an error arose"},
    "--excel": {
        "action": "store_true",
        "help": "write the tables also as one workbook, tables.xlsx",
    },
    "--no-report": {
        "action": "store_true",
        "help": "write tables and rows only; samtale report DIR draws figures and pages later",
    },
    "--plugin": {
        "action": "append",
        "default": [],
        "type": Path,
        "metavar": "FILE.py",
        "help": "load a hazard, an effect, a schedule or a regime of your own (may be repeated); "
        "samtale new hazard NAME writes one",
    },
    "--pdf": {
        "action": "store_true",
        "help": "print the pages to PDF too, with Chromium or WeasyPrint",
    },
    "--person": {
        "type": int,
        "metavar": "N",
        "help": "the person, by the number in spells.parquet (default: one with several meetings, "
        "so that --person can be left out at first)",
    },
    "--replication": {
        "type": int,
        "default": 0,
        "metavar": "N",
        "help": "which replication, from 0 (default: 0, the first)",
    },
    "--unknown": {
        "type": Path,
        "metavar": "DIR",
        "help": "show the band of what is not known too, from a finished sensitivity method=draws "
        "of the same study",
    },
    "--check": {
        "action": "store_true",
        "help": "make nothing: hold the tables against the rows that are kept (exit code 5 if any "
        "number is another)",
    },
    "--sizes": {
        "type": int,
        "nargs": "+",
        "default": [5_000, 50_000],
        "metavar": "N",
        "help": "people of workload W (default: 5000 50000)",
    },
    "--rounds": {
        "type": int,
        "default": 5,
        "metavar": "N",
        "help": "how often each is timed (default: 5)",
    },
    "--models": {
        "nargs": "+",
        "default": [],
        "metavar": "NAME",
        "help": "which models (default: all that are installed)",
    },
    "--scenarios": {
        "nargs": "*",
        "default": ["four_regimes"],
        "metavar": "NAME",
        "help": "scenarios for our engines, at design=quick (default: four_regimes)",
    },
    "--unit": {
        "choices": ("days", "weeks"),
        "default": "days",
        "help": "the unit of durations and entries in the table (default: days)",
    },
    "--group": {
        "metavar": "NAME",
        "help": "the target group of all spells, where the table has no column group",
    },
    "--cuts": {
        "metavar": "DAYS",
        "help": "spell days at which rates may jump, as 28,91,182 (default: by quantiles of exits)",
    },
    "--under": {
        "metavar": "REGIME",
        "help": "divide out what the meetings of this regime did, as the one that they lived under",
    },
    "--name": {
        "default": "my_baseline",
        "metavar": "NAME",
        "help": "name of the hazard file (default: my_baseline)",
    },
    "--out": {
        "type": Path,
        "metavar": "DIR",
        "help": "the folder of the results (default: results/<command>/<time>)",
    },
}

_FOLDER = ("folder", {"type": Path, "metavar": "DIR", "help": "the folder of what is finished"})

COMMANDS: dict[str, Command] = {
    "run": Command(
        "run a scenario: all its arms, all replications, tables and figures",
        "sim.cli.running:run",
        flags=(
            "--resume",
            "--force",
            "--yes",
            "--strict",
            "--no-report",
            "--excel",
            "--plugin",
        ),  # fmt: skip
        takes_overrides=True,
    ),
    "sweep": Command(
        "run every point of a grid (key=a,b,c key2=range(1,5)), resumable, to one table",
        "sim.cli.sweeping:sweep",
        flags=("--resume", "--force", "--yes", "--strict", "--excel", "--plugin"),
        takes_overrides=True,
        asks="as for run; a key with several values is swept: effect.alpha=0.1,0.2 or range(1,5)",
    ),
    "show": Command(
        "show the composed study without running it: value, unit, source, what differs from the default",
        "sim.cli.looking:show",
        flags=("--strict", "--plugin"),
        takes_overrides=True,
    ),
    "list": Command(
        "list the scenarios, regimes, hazards and effects, with one line each",
        "sim.cli.looking:list_choices",
        flags=("--plugin",),
    ),
    "report": Command(
        "make the tables, figures and report of a finished run, sweep or sensitivity again",
        "sim.cli.reading:report",
        positionals=(_FOLDER,),
        flags=("--unknown", "--check", "--pdf", "--excel"),
    ),
    "trace": Command(
        "tell one person's life in words and in one picture",
        "sim.cli.reading:trace",
        positionals=(_FOLDER,),
        flags=("--person", "--replication"),
    ),
    "compare": Command(
        "set finished runs side by side, with what differs between their configurations",
        "sim.cli.reading:compare",
        positionals=(
            (
                "folders",
                {
                    "type": Path,
                    "nargs": "+",
                    "metavar": "DIR",
                    "help": "folders of finished runs, two or more",
                },
            ),
        ),
    ),
    "new": Command(
        "write a commented file that runs as written: a scenario, a hazard or a regime",
        "sim.cli.new:new",
        positionals=(
            ("kind", {"choices": ("scenario", "hazard", "regime"), "help": "what to write"}),
            (
                "name",
                {"metavar": "NAME", "help": "its name: a-z, 0-9 and _, beginning with a letter"},
            ),
        ),
        flags=("--force",),
    ),
    "fit": Command(
        "fit baseline hazards to your own table of spells, to a file for hazard=NAME",
        "sim.cli.fitting:fit",
        positionals=(
            (
                "table",
                {
                    "type": Path,
                    "metavar": "spells.csv",
                    "help": "CSV or Parquet; columns "
                    "duration, event, and if you have them exit, group, entry",
                },
            ),
        ),
        flags=(
            "--unit",
            "--group",
            "--cuts",
            "--under",
            "--name",
            "--force",
            "--strict",
            "--plugin",
        ),
        takes_overrides=True,
    ),
    "calibrate": Command(
        "fit effects to published figures: every solution, the ridge, what can be attained",
        "sim.cli.calibrating:calibrate",
        flags=("--force", "--plugin"),
        takes_overrides=True,
        asks="target=NAME (samtale list names them) and changes to it, e.g. value=12 ridge=none",
    ),
    "sensitivity": Command(
        "vary what is not known over its declared ranges: tornado, Morris, Sobol or draws",
        "sim.cli.varying:sensitivity",
        flags=("--force", "--yes", "--plugin"),
        takes_overrides=True,
        asks="as for run, and method=tornado|morris|sobol|draws, size=N, over=NAMES, of=METRICS",
    ),
    "verify": Command(
        "check this copy against exact answers, in under a minute",
        "sim.cli.reading:verify",
    ),
    "validate": Command(
        "set every published figure beside what the model gives, with a verdict on each",
        "sim.cli.validating:validate",
        flags=("--force", "--plugin"),
        takes_overrides=True,
    ),
    "esbjerg": Command(
        "judge the published figures of the Esbjerg trial, in five figures and a page",
        "sim.cli.esbjerg:esbjerg",
        flags=("--out", "--force"),
    ),
    "bench": Command(
        "time the engines beside other ways to simulate the same task",
        "sim.cli.bench:bench",
        flags=("--sizes", "--rounds", "--models", "--scenarios", "--out", "--force"),
    ),
    "bench-compute": Command(
        "time what two processes, and a Dask cluster of two, gain over one process",
        "sim.cli.bench_compute:bench_compute",
        flags=("--rounds",),
        takes_overrides=True,
    ),
    "bench-country": Command(
        "time a country of 10 jobcentres and one of 94",
        "sim.cli.bench_country:bench_country",
        flags=("--rounds",),
        takes_overrides=True,
    ),
    "test": Command(
        "run the test-suite (arguments after -- go to pytest; --slow adds the long ones)",
        "sim.cli.testing:test",
    ),
}
