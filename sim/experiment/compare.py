"""A comparison from beginning to end: every replication simulated, estimated, and stored."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

import sim
from sim.experiment import another_run, files, metrics, provenance, store
from sim.experiment.estimates import Outcomes, differences, summary
from sim.experiment.figures_tables import costs_table, figure_tables
from sim.experiment.folder import RunFolder
from sim.experiment.parquet import RowFiles
from sim.experiment.pool import Pool, Progress, no_progress
from sim.experiment.rows import rows_sha256
from sim.experiment.task import Job, Replicated, World, replicate, shipped_world

if TYPE_CHECKING:
    from sim.experiment.study import Study

LOAD_NOTE = (
    "Differences include what smaller or larger caseloads do to job finding "
    "(office.load_elasticity {elasticity:g}), of which studies of meetings may hold a part already; "
    "design.zero_load_twin=true shows days saved without it beside them."
)

WARM = ("sim.experiment.task", "sim.model.replication")
"""What a worker imports while it starts."""


class Configuration(Protocol):
    """What a run folder tells of the configuration; `sim.config.load` gives one."""

    @property
    def scenario(self) -> str:
        """Name of the scenario."""

    @property
    def table(self) -> Sequence[Mapping[str, Any]]:
        """Rows of parameters.csv."""

    @property
    def differences(self) -> Sequence[Sequence[Any]]:
        """What differs from the default: name, default, value, where it was set."""

    @property
    def warnings(self) -> Sequence[str]:
        """What was doubtful about it."""

    def to_yaml(self) -> str:
        """The content of scenario.yaml."""


@dataclass(frozen=True)
class Origin:
    """How a run was asked for, beyond its configuration.

    ``plugins`` are the names of plug-in files and the SHA-256 of each; ``seed_drawn`` says that
    nobody asked for this seed, so that --resume takes any.
    """

    command: str = ""
    plugins: Mapping[str, str] = field(default_factory=dict)
    seed_drawn: bool = False


def prepare(
    study: Study,
    out: Path | str,
    origin: Origin = Origin(),
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
    origin: Origin = Origin(),
    force: bool = False,
    resume: bool = False,
    pool: Pool | None = None,
    progress: Progress = no_progress,
    report: Callable[[RunFolder], None] | None = None,
    extra_tables: Mapping[str, pd.DataFrame] | None = None,
    world: World = shipped_world,
) -> RunFolder:
    """Run a study and write its folder.

    Args:
        out: the folder; see `store.prepare` for what may be there already.
        configuration: what the folder tells of it.
        pool: processes to work with; without one, those that the study's ``compute`` asks for.
        report: writes figures and brief into the folder before it gets its manifest and name.
        extra_tables: further tables for ``figures/``, by name without ``.csv``.
        world: makes the rows of one replication.

    Raises DataError or ResourceError for the folder, CheckError when the run breaks its rules.
    """
    began = time.perf_counter()
    place = prepare(study, out, origin, force, resume)
    if isinstance(place, RunFolder):
        return place
    with place as writer:
        if pool is None:
            with start_pool(study.values["compute"], study.replications) as own:
                done = _replicate(study, writer, own, progress, world)
        else:
            done = _replicate(study, writer, pool, progress, world)
        tables = _tables(study, done)
        if world is shipped_world:
            tables |= example_tables(study)
        for name, table in (tables | dict(extra_tables or {})).items():
            writer.table(name if name.endswith(".csv") else f"figures/{name}.csv", table)
        writer.table("parameters.csv", pd.DataFrame(list(configuration.table)))
        writer.text("scenario.yaml", configuration.to_yaml())
        manifest = _manifest(study, configuration, origin, done)
        if report is not None:
            report(writer.unfinished(manifest))
        manifest["wall_seconds"] = round(time.perf_counter() - began, 3)
        return writer.seal(manifest)


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


def start_pool(compute: Mapping[str, Any], replications: int) -> Pool:
    """The processes that a study's ``compute`` asks for, never more than there are tasks."""
    workers = int(compute["workers"]) if compute["backend"] == "local" else 1
    return Pool(min(workers, replications), warm=WARM)


def _replicate(
    study: Study, writer: store.Writer, pool: Pool, progress: Progress, world: World
) -> list[Replicated]:
    """All replications; their rows go to the disk as they come and are then let go."""
    done: list[Replicated] = []
    numbers = range(study.replications)
    with (
        files.told(f"The rows in {writer.final} cannot be written"),
        RowFiles(writer.path, study.arms) as row_files,
    ):
        for one in pool.map(replicate, Job(study, world), numbers, progress):
            for arm, tables in one.tables.items():
                row_files.add(arm, one.replication, tables)
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
    return {
        "summary.csv": summary(outcomes),
        "differences.csv": paired,
        "outcomes.csv": outcomes.table(),
        "costs.csv": costs_table(study.arms, done, has_luck),
        **figure_tables(study, done, paired),
    }


def _manifest(
    study: Study, configuration: Configuration, origin: Origin, done: Sequence[Replicated]
) -> dict[str, Any]:
    checks: Counter[str] = Counter()
    for one in done:
        checks.update(one.checks)
    design, arms = study.values["design"], study.values["arms"]
    notes = {
        flag: None for one in done for found in one.reductions.values() for flag in found.flags
    }
    elasticity = study.values["office"]["load_elasticity"]
    if elasticity > 0.0 and not design["zero_load_twin"] and len(study.arms) > 1:
        notes[LOAD_NOTE.format(elasticity=elasticity)] = None
    return {
        "program": "samtale",
        "version": sim.__version__,
        "commit": provenance.commit(),
        "command": origin.command,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": None,
        "scenario": configuration.scenario,
        "title": study.values["title"],
        "question": study.values["question"],
        "start_date": study.start_date.isoformat(),
        "engine": study.values["engine"],
        "seed": study.seed,
        "seed_drawn": origin.seed_drawn,
        "luck": design["luck"],
        "replications": study.replications,
        "observation_days": study.observation_days,
        "follow_up_days": study.follow_up_days,
        "arms": [
            {"name": arm, "title": arms[arm].get("title", arm), "regime": arms[arm].get("regime")}
            for arm in study.arms
        ],
        "groups": list(study.groups),
        "keep_rows": design["keep_rows"],
        "left_out": metrics.left_out(study.follow_up_days),
        "notes": list(notes),
        "warnings": list(configuration.warnings),
        "differences": [[str(part) for part in row] for row in configuration.differences],
        "plugins": dict(origin.plugins),
        "packages": provenance.packages(),
        "checks": dict(checks),
        "checks_held": sum(checks.values()),
        "extras": _extras(done),
        "configuration_sha256": provenance.configuration_sha256(study.values, origin.plugins),
        "rows_sha256": rows_sha256({arm: [one.digests[arm] for one in done] for arm in study.arms}),
    }


def _extras(done: Sequence[Replicated]) -> dict[str, dict[str, float]]:
    """Means of single figures of the model, by arm."""
    means: dict[str, dict[str, float]] = {}
    for arm, name in done[0].extras:
        figures = [one.extras[arm, name] for one in done]
        means.setdefault(arm, {})[name] = float(sum(figures)) / len(figures)
    return means
