"""A question asked from Python: composed and checked as on the command line, frozen."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from sim.api.comparison import Comparison
from sim.config import Configuration
from sim.config import load as compose
from sim.experiment import compare, provenance
from sim.experiment import study as studies
from sim.experiment.folder import RunFolder
from sim.experiment.manifest import Origin
from sim.experiment.pool import Progress, no_progress
from sim.model.settings import Study
from sim.report import write
from sim.rules.errors import InputError
from sim.rules.registry import Registry

Plugin = str | Path | Callable[[Registry], object]
SERIAL = "compute=serial"


@dataclass(frozen=True)
class Question:
    """A study that has been composed and checked, and not run; `load` makes one.

    A variant is another question: `question.but("effect.alpha=0.2")`.
    """

    words: tuple[str, ...]
    plugins: tuple[Plugin, ...] = ()
    _configuration: Configuration = field(repr=False, compare=False, kw_only=True)

    def but(self, *overrides: str) -> Question:
        """The same question with further overrides, of which the last of a key holds.

        Raises InputError as `load` does.
        """
        return load(*self.words, *overrides, plugins=self.plugins)

    @property
    def title(self) -> str:
        """The title of the study."""
        return str(self._configuration.values["title"])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the study though allowed."""
        return tuple(self._configuration.warnings)

    @property
    def parameters(self) -> pd.DataFrame:
        """Every value: `name, value, unit, low, high, source, differs_from_default`."""
        return pd.DataFrame(self._configuration.table)

    @property
    def changes(self) -> pd.DataFrame:
        """What differs from the default study: `name, default, value, where`."""
        return pd.DataFrame(
            self._configuration.differences, columns=["name", "default", "value", "where"]
        )

    @cached_property
    def study(self) -> Study:
        """The study as the model reads it, with the caseworkers that `auto` comes to.

        Raises InputError where its levers cannot be met.
        """
        return studies.build(self._configuration.values, self._configuration.plugins)

    @property
    def plan(self) -> pd.DataFrame:
        """What each arm will take: caseworkers on day 0, and the offered load of its meetings.

        The offered load is minutes asked for over minutes available, a share; above 1 the queue
        grows. `planned_meetings` are those a person-year of unemployment.
        """
        of = self.study
        return pd.DataFrame(
            {
                "arm": of.arms,
                "title": [of.values["arms"][arm]["title"] for arm in of.arms],
                "caseworkers": [of.caseworkers[arm][0][1] for arm in of.arms],
                "offered_load": [of.offered_load[arm] for arm in of.arms],
                "planned_meetings": [of.planned_per_year[arm]["all"] for arm in of.arms],
            }
        )

    def compare(
        self,
        out: str | Path | None = None,
        *,
        force: bool = False,
        resume: bool = False,
        progress: Progress = no_progress,
    ) -> Comparison:
        """Run every arm and replication, as `samtale run` does.

        Args:
            out: the results folder, with figures and report; without one nothing stays on the
                disk when the comparison is forgotten.
            force: replace a finished run in it.
            resume: take a finished run of the same study in it.
            progress: is told replications done and in all.
        Raises:
            InputError, DataError, ResourceError, CheckError: exit codes 2 to 5 of the command.
        """

        def run(place: Path, report: Callable[[RunFolder], object] | None) -> RunFolder:
            return compare.run(
                self.study,
                place,
                configuration=self._configuration,
                origin=self._origin,
                force=force,
                resume=resume,
                progress=progress,
                report=report,
            )

        if out is not None:
            if not isinstance(out, (str, Path)) or out == "":
                raise InputError(
                    f"compare(out={out!r}): out must be the path of a folder, text or pathlib.Path, "
                    "such as 'results/mine'; leave it out if nothing is to stay on the disk."
                )
            return Comparison(self.study, run(Path(out), _draw))
        place = TemporaryDirectory(prefix="samtale-")
        return Comparison(self.study, run(Path(place.name) / "run", None), place)

    @property
    def _origin(self) -> Origin:
        told = ", ".join(repr(word) for word in self.words)
        return Origin(
            command=f"sim.load({told}).compare()",
            plugins=provenance.plugin_sums(self._configuration.plugins),
            seed_drawn=self._configuration.sources["design.seed"] == "drawn",
        )


def _draw(made: RunFolder) -> None:
    write(made.path, made.manifest)


def _check_kinds(overrides: Sequence[object], plugins: object) -> None:
    """Refuse what a signature would refuse, since nobody is made to check types before calling."""
    faults = []
    for place, word in enumerate(overrides, start=1):
        if isinstance(word, (list, tuple)):
            todo = "put a star before it: sim.load(*words)."
        else:
            todo = "write the words of samtale run, each as text."
        if not isinstance(word, str):
            faults.append(
                f"sim.load: override {place} is {word!r}; it must be text such as "
                f"'design.seed=2'; {todo}"
            )
    if isinstance(plugins, str) or not isinstance(plugins, Sequence):
        faults.append(
            f"sim.load(plugins={plugins!r}): plugins must be a list; write plugins=[...] also where "
            "there is one."
        )
    else:
        faults += [
            f"sim.load: plugin {place} is {one!r}; it must be the path of a file, as text or "
            "pathlib.Path, or a function register(registry)."
            for place, one in enumerate(plugins, start=1)
            if not (isinstance(one, (str, Path)) or callable(one))
        ]
    if faults:
        raise InputError(faults)


def load(*overrides: str, plugins: Sequence[Plugin] = ()) -> Question:
    """Compose and check the study that the overrides ask for; nothing is run.

    It is worked on in this process unless an override says `compute=local`, which in a script
    belongs below `if __name__ == "__main__":`. Rows are the same either way.

    Args:
        overrides: the words of `samtale run`, such as `"scenarios=esbjerg_2017"`.
        plugins: files as for `--plugin`, or functions `register(registry)`. A function exists in
            this process only, so a study with one runs here, one replication after the other.
    Raises:
        InputError: with everything that is wrong, in `problems`.
    """
    _check_kinds(overrides, plugins)
    words = list(overrides)
    asked = [word for word in words if word.partition("=")[0].split(".")[0] == "compute"]
    if not asked:
        words.append(SERIAL)
    given = [Path(one) if isinstance(one, str) else one for one in plugins]
    configuration = compose(words, plugins=given)
    functions = [one for one in given if not isinstance(one, Path)]
    if functions and configuration.values["compute"]["backend"] != "serial":
        raise InputError(
            f"{asked[-1]} is given with a plug-in that is a function, which other processes do not "
            "have. Leave it out, or put the function into a file and name the file in plugins."
        )
    if configuration.out is not None:
        raise InputError("out= is for the command line; name the folder in compare(out=...)")
    for text in configuration.warnings:
        warnings.warn(text, stacklevel=2)
    return Question(tuple(overrides), tuple(plugins), _configuration=configuration)
