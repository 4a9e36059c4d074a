"""A comparison from beginning to end: every replication simulated, estimated, and stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import sim
from sim.experiment import another_run, backlog, files, metrics, provenance, same_meetings, store
from sim.experiment.area_tables import area_tables
from sim.experiment.computing import start_pool
from sim.experiment.estimates import Outcomes, differences, summary
from sim.experiment.figures_tables import costs_table, figure_tables
from sim.experiment.folder import RunFolder
from sim.experiment.manifest import UNTOLD, Configuration, Origin, manifest
from sim.experiment.parquet import RowFiles
from sim.experiment.pool import Pool, Progress, no_progress
from sim.experiment.replicated import Replicated, keeps_rows
from sim.experiment.task import Job, World, replicate, shipped_world
from sim.experiment.timing import Clock
from sim.experiment.trial_tables import enrolled_table, trial_tables
from sim.model.engines import compile_for

if TYPE_CHECKING:
    from sim.experiment.study import Study


def prepare(
    study: Study,
    out: Path | str,
    origin: Origin = UNTOLD,
    force: bool = False,
    resume: bool = False,
) -> store.Writer | RunFolder:
    """The place of the results, or with ``resume`` the results if they are there."""
    same: dict[str, Any] = {
        "version": sim.__version__,
        "configuration_sha256": provenance.configuration_sha256(study.values, origin.plugins),
    }
    if not origin.seed_drawn:
        same["seed"] = study.seed

    def explain(found: RunFolder, fact: str) -> list[str]:
        known = fact == "configuration_sha256"
        return another_run.different(found, study.values, origin.plugins) if known else []

    return store.prepare(out, same, force, resume, explain)


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
    report: Callable[[RunFolder], None] | None = None,
    drawing: Sequence[str] = (),
    compiled_seconds: float = 0.0,
    extra_tables: Mapping[str, pd.DataFrame] | None = None,
    world: World = shipped_world,
) -> RunFolder:
    """Run a study and write its folder.

    Args:
        out: the folder; see `store.prepare` for what may be there already.
        configuration: what the folder tells of it.
        pool: workers to work with; without one, those that the study's ``compute`` asks for.
        report: writes figures and brief into the folder before it gets its manifest and name.
        drawing: modules that the processes import for it while the tables are written.
        compiled_seconds: what compiling took before, in another process.
        extra_tables: further tables for ``figures/``, by name without ``.csv``.
        world: makes the rows of one replication.

    Raises DataError or ResourceError for the folder, CheckError when the run breaks its rules.
    """
    began = time.perf_counter()
    place = prepare(study, out, origin, force, resume)
    if isinstance(place, RunFolder):
        return place
    clock = Clock()
    compiling = compiled_seconds + compile_for(study)
    with place as writer:
        if pool is None:
            with start_pool(study.values["compute"], study.replications) as own:
                done = _replicate(study, writer, own, progress, world, clock)
        else:
            done = _replicate(study, writer, pool, progress, world, clock)
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
        clock.start("drawing")
        if report is not None:
            report(writer.unfinished(facts))
        clock.stop()
        facts["wall_seconds"] = round(time.perf_counter() - began, 3)
        facts["seconds"] = clock.with_spent(one.seconds for one in done)
        facts["seconds"]["compiling"] += round(compiling, 3)
        return writer.seal(facts)


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


def _replicate(
    study: Study,
    writer: store.Writer,
    pool: Pool,
    progress: Progress,
    world: World,
    clock: Clock,
) -> list[Replicated]:
    """All replications; their rows go to the disk as they come and are then let go."""
    done: list[Replicated] = []
    numbers = range(study.replications)
    with (
        files.told(f"The rows in {writer.final} cannot be written"),
        RowFiles(writer.path, study.kept_worlds) as row_files,
    ):
        for one in pool.map(replicate, Job(study, world), numbers, progress):
            clock.start("writing")
            for arm, parts in one.tables.items():
                for tables in parts:
                    row_files.add(arm, one.replication, tables)
            clock.stop()
            one.tables.clear()
            done.append(one)
    return done


def _tables(study: Study, done: Sequence[Replicated]) -> dict[str, pd.DataFrame]:
    has_luck = study.values["design"]["luck"] != "grid"
    outcomes = Outcomes.of(
        study.arms,
        (metrics.ALL, *study.groups),
        {one.replication: one.values for one in done},
        has_luck,
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
