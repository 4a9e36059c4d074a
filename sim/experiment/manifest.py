"""The manifest: what a run folder says of the run that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sim.experiment import hours, metrics, provenance, queue_day
from sim.experiment.precision import way_of
from sim.experiment.replicated import Replicated
from sim.experiment.rows import rows_sha256

if TYPE_CHECKING:
    from sim.experiment.study import Study

LOAD_NOTE = (
    "Differences include what smaller or larger caseloads do to job finding "
    "(office.load_elasticity {elasticity:g}), of which studies of meetings may hold a part already; "
    "design.zero_load_twin=true shows days saved without it beside them."
)


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


UNTOLD = Origin()
"""Of a run that no command asked for."""


def manifest(
    study: Study, configuration: Configuration, origin: Origin, done: Sequence[Replicated]
) -> dict[str, Any]:
    """All but the seconds, which are known last, and the files."""
    checks: Counter[str] = Counter()
    for one in done:
        checks.update(one.checks)
    design, arms = study.values["design"], study.values["arms"]
    notes = {
        flag: None for one in done for found in one.reductions.values() for flag in found.flags
    }
    elasticity = study.values["office"]["load_elasticity"]
    has_twins = design["zero_load_twin"] or design["kind"] == "trial"
    if elasticity > 0.0 and not has_twins and len(study.arms) > 1:
        notes[LOAD_NOTE.format(elasticity=elasticity)] = None
    if study.engine_note:
        notes[study.engine_note] = None
    return {
        **provenance.made_by(origin.command),
        "wall_seconds": None,
        "seconds": None,
        "scenario": configuration.scenario,
        "title": study.values["title"],
        "question": study.values["question"],
        "start_date": study.start_date.isoformat(),
        "engine": study.engine,
        "seed": study.seed,
        "seed_drawn": origin.seed_drawn,
        "luck": design["luck"],
        "replications": study.replications,
        "intervals": way_of(study).kind,
        "observation_days": study.observation_days,
        "follow_up_days": study.follow_up_days,
        "arms": [
            {"name": arm, "title": arms[arm].get("title", arm), "regime": arms[arm].get("regime")}
            for arm in study.arms
        ],
        "groups": list(study.groups),
        "hours": hours.facts(study),
        "keep_rows": design["keep_rows"],
        "left_out": metrics.left_out(study.follow_up_days) | queue_day.left_out(study),
        "notes": list(notes),
        "warnings": list(configuration.warnings),
        "differences": [[str(part) for part in row] for row in configuration.differences],
        "plugins": dict(origin.plugins),
        "packages": provenance.packages(),
        "checks": dict(checks),
        "checks_held": sum(checks.values()),
        "extras": _extras(done),
        "configuration_sha256": provenance.configuration_sha256(study.values, origin.plugins),
        "rows_sha256": rows_sha256(
            {world: [one.digests[world] for one in done] for world in study.kept_worlds}
        ),
    }


def _extras(done: Sequence[Replicated]) -> dict[str, dict[str, float]]:
    """Means of single figures of the model, by arm."""
    means: dict[str, dict[str, float]] = {}
    for arm, name in done[0].extras:
        figures = [one.extras[arm, name] for one in done]
        means.setdefault(arm, {})[name] = float(sum(figures)) / len(figures)
    return means
