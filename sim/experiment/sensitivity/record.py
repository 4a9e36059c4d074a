"""What the folder of a sensitivity analysis says of how it was made."""

from __future__ import annotations

from typing import Any

from sim.experiment import hours, provenance
from sim.experiment.sensitivity.answer import Answer


def manifest(
    found: Answer, command: str, plugins: dict[str, str], seconds: float
) -> dict[str, Any]:
    """The facts: command, version, seed, method, parameters with their ranges, packages."""
    task = found.task
    return {
        **provenance.made_by(command),
        "wall_seconds": round(seconds, 3),
        "method": task.method,
        "size": task.size,
        "of": list(task.metrics),
        "over": {one.name: [one.low, one.high] for one in task.varied},
        "hours": [hours.kind_of(task.values), *task.hours],
        "replications": task.replications,
        "replications_in_all": task.simulated,
        "seed": task.seed,
        "plugins": plugins,
        "packages": provenance.packages(),
        "configuration_sha256": provenance.configuration_sha256(dict(task.values), plugins),
    }
