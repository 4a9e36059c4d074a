"""A comparison from beginning to end: every replication simulated, estimated, and stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.experiment import (
    backlog,
    files,
    metrics,
    parts,
    precision,
    provenance,
    run_place,
    same_meetings,
    store,
    unfinished,
)
from sim.experiment.area_tables import area_tables
from sim.experiment.computing import start_pool
from sim.experiment.estimates import Outcomes, differences, summary
from sim.experiment.figures_tables import costs_table, figure_tables
from sim.experiment.folder import RunFolder
from sim.experiment.kept import Kept
from sim.experiment.manifest import UNTOLD, Configuration, Origin, manifest
from sim.experiment.parquet import RowFiles
from sim.experiment.pool import Pool, Progress, no_progress
from sim.experiment.replicated import Replicated, keeps_rows
from sim.experiment.replications import Replications, patience_seconds
from sim.experiment.task import Job, World, shipped_world
from sim.experiment.timing import Clock
from sim.experiment.trial_tables import enrolled_table, trial_tables
from sim.model.engines import compile_for

if TYPE_CHECKING:
    from sim.experiment.study import Study


def run(
    study: Study,
    out: Path | str,
    *,
    configuration: Configuration,
    origin: Origin = UNTOLD,
    force: bool = False,
    resume: bool = False,
    pool: Pool | None = None,
    progress: Progress = no_progress,
    report: Callable[[RunFolder], object] | None = None,
    drawing: Sequence[str] = (),
    compiled_seconds: float = 0.0,
    replication_seconds: float = 0.0,
    extra_tables: Mapping[str, pd.DataFrame] | None = None,
    world: World = shipped_world,
) -> RunFolder:
    """Run a study and write its folder; what is finished is kept until the folder is whole.

    Args:
        out: the folder; see `store.prepare` for what may be there already, and `unfinished` for
            where finished replications are kept.
        configuration: what the folder tells of it.
        resume: take a finished run, or go on with an unfinished one.
        pool: workers to work with; without one, those that the study's ``compute`` asks for.
        report: writes figures and brief into the folder before it gets its manifest and name.
        drawing: modules that the processes import for it while the tables are written.
        compiled_seconds: what compiling took before, in another process.
        replication_seconds: what a replication is expected to take.
        extra_tables: further tables for ``figures/``, by name without ``.csv``.
        world: makes the rows of one replication.

    Raises DataError or ResourceError for the folder, CheckError when the run breaks its rules.
    """
    began = time.perf_counter()
    if there := run_place.prepare(study, out, origin, force, resume):
        run_place.clear_left(out, study, origin)
        return there
    noted = {
        **run_place.names(study, origin),
        "command": origin.command,
        "plugins": dict(origin.plugins),
        "study": provenance.of_rows(study.values),
    }
    with unfinished.taken(out, noted, anew=force and not resume) as place:
        # Somebody else may have finished it before the folder was ours.
        if there := run_place.finished(study, out, origin, force, resume):
            return there
        clock = Clock()
        compiling = compiled_seconds + compile_for(study)
        with store.Writer(Path(out).absolute(), path=place / unfinished.WHOLE) as writer:
            kept = Kept(place / parts.FOLDER, noted["configuration"])
            how = _How(pool, progress, patience_seconds(replication_seconds), world)
            found = _replicate(study, writer, kept, how, clock)
            done = found.replications
            study = replace(study, replications=len(done))
            if pool is not None:
                pool.warm(drawing)
            clock.start("writing")
            tables = _tables(study, done)
            if world is shipped_world:
                tables |= example_tables(study)
            for name, table in (tables | dict(extra_tables or {})).items():
                writer.table(name if name.endswith(".csv") else f"figures/{name}.csv", table)
            if same_meetings.lines(study):
                writer.table(same_meetings.FILE, same_meetings.table(study))
            writer.table("parameters.csv", pd.DataFrame(list(configuration.table)))
            writer.text("scenario.yaml", configuration.to_yaml())
            facts = manifest(study, configuration, origin, done)
            facts["replications_kept_before"] = found.before
            if found.precision is not None:
                facts["precision"] = found.precision
            clock.start("drawing")
            if report is not None:
                report(writer.unfinished(facts))
            clock.stop()
            facts["wall_seconds"] = round(time.perf_counter() - began, 3)
            facts["seconds"] = clock.with_spent(one.seconds for one in done)
            facts["seconds"]["compiling"] += round(compiling, 3)
            finished = writer.seal(facts)
        unfinished.clear(place)
    return finished


def example_tables(study: Study) -> dict[str, pd.DataFrame]:
    """The tables behind the figure of one example person's job rate, under every arm."""
    from sim.model.life import rate_path

    paths = {arm: rate_path(study, arm) for arm in study.arms}
    return {
        f"figures/{name}.csv": pd.concat(
            [pd.DataFrame(pair[i]).assign(arm=arm) for arm, pair in paths.items()]
        )[["arm", *next(iter(paths.values()))[i]]]
        for i, name in enumerate(("example_person", "example_meetings"))
    }


@dataclass(frozen=True)
class _How:
    """How replications are run."""

    pool: Pool | None
    progress: Progress
    patience_seconds: float
    world: World


@dataclass(frozen=True)
class _Done:
    """Replications in their order, how many were finished before, and the precision reached."""

    replications: list[Replicated]
    before: int
    precision: dict[str, Any] | None


def _replicate(study: Study, writer: store.Writer, kept: Kept, how: _How, clock: Clock) -> _Done:
    """As many replications as the study says, or as its precision takes."""
    with (
        files.told(f"The rows in {writer.final} cannot be written"),
        RowFiles(writer.path, study.kept_worlds) as row_files,
    ):
        rows = None if study.values["design"]["keep_rows"] == "none" else kept.folder
        runs = Replications(Job(study, how.world, rows), kept, row_files, clock)
        before = runs.take_kept()
        own = start_pool(study.values["compute"], study.replications) if how.pool is None else None
        with own or nullcontext(how.pool) as pool:
            assert pool is not None

            def run_to(number: int) -> list[Replicated]:
                runs.run(range(number), pool, how.progress, how.patience_seconds)
                return [runs.done[replication] for replication in range(number)]

            asked = precision.precision_of(study)
            if asked is None:
                runs.settle(study.replications)
                return _Done(run_to(study.replications), before, None)

            def measure(number: int) -> np.ndarray:
                values = [one.values for one in run_to(number)]
                return precision.differences_of(study, asked.metric, values)

            number = precision.replications_until(asked, measure, runs.settle)
            told = precision.told(asked, study.arms, measure(number))
            return _Done(run_to(number), before, told)


def _tables(study: Study, done: Sequence[Replicated]) -> dict[str, pd.DataFrame]:
    has_luck = study.values["design"]["luck"] != "grid"
    outcomes = Outcomes.of(
        study.arms,
        (metrics.ALL, *study.groups),
        {one.replication: one.values for one in done},
        has_luck,
        precision.way_of(study),
    )
    paired = differences(outcomes)
    trials = {one.replication: one.trial for one in done if one.trial is not None}
    kept = {r: found for r, found in trials.items() if keeps_rows(study, r)}
    owed = backlog.table(study, [one.backlog for one in done])
    return {
        **(trial_tables(study, trials) if trials else {}),
        **({"enrolled.csv": enrolled_table(study, kept)} if kept else {}),
        **({backlog.FILE: owed} if len(owed) else {}),
        **area_tables(study, done, has_luck),
        "summary.csv": summary(outcomes),
        "differences.csv": paired,
        "outcomes.csv": outcomes.table(),
        "costs.csv": costs_table(study.arms, done, has_luck),
        **figure_tables(study, done, paired),
    }
