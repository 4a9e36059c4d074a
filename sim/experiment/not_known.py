"""The band of what is not known, taken from a sensitivity analysis into the folder of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sim.experiment import another_run, files
from sim.experiment.cells import safe_table
from sim.experiment.folder import RunFolder
from sim.experiment.sensitivity.answer import DRAWS
from sim.rules.errors import DataError

FILE = "not_known.csv"
COLUMNS = [
    "arm", "metric", "unit", "unknown_low", "unknown_middle", "unknown_high",
    "probability_positive", "draws", "parameters",
]  # fmt: skip


def take(run: RunFolder, drawn: RunFolder) -> dict[str, Any]:
    """Keep the bands of a sensitivity's draws in the folder of a run, not sealed yet.

    Returns:
        What the manifest of the run tells of them.
    Raises:
        DataError: no draws, or those of another study: other arms, settings, plug-ins or version.
    """
    _require(run, drawn)
    over = drawn.manifest["over"]
    table = drawn.table("bands.csv").assign(parameters=len(over))[COLUMNS]
    with files.told(f"{FILE} in {run.path} cannot be written"):
        text = safe_table(table).to_csv(index=False, lineterminator="\n")
        files.replace_text(run.path / FILE, text)
    return {
        "command": drawn.manifest["command"],
        "draws": drawn.manifest["size"],
        "over": over,
        "seed": drawn.manifest["seed"],
        "replications": drawn.manifest["replications"],
        "configuration_sha256": drawn.manifest["configuration_sha256"],
    }


def _require(run: RunFolder, drawn: RunFolder) -> None:
    method = drawn.manifest.get("method")
    if method != DRAWS or not drawn.has("bands.csv"):
        made = drawn.manifest.get("command", "another command")
        raise DataError(
            f"{drawn.path} holds no draws over what is not known; it was made by: {made}. Make them "
            f"with samtale sensitivity method={DRAWS} and the words of the run."
        )
    lines = []
    if (then := drawn.manifest["version"]) != (now := run.manifest["version"]):
        lines.append(f"version: {then}, not {now}")
    was, wanted = (yaml.safe_load(of.text("scenario.yaml")) for of in (drawn, run))
    arms = [list(of["arms"]) for of in (was, wanted)]
    if arms[0] != arms[1]:
        lines.append(f"arms: {', '.join(arms[0])}, not {', '.join(arms[1])}")
    plugins = [of.manifest.get("plugins") or {} for of in (drawn, run)]
    lines += another_run.different(_of_the_world(was), _of_the_world(wanted), *plugins)
    if lines:
        head = (
            f"{drawn.path} holds draws of another study than {run.path}; only those of the same "
            "scenario, arms and settings (but for the design) can stand in its figures. What "
            "differs (those draws, and this run):"
        )
        raise DataError([head, *lines])


def _of_the_world(values: Mapping[str, Any]) -> dict[str, Any]:
    """A study but for how often and how long it is simulated, and by what."""
    kept = {key: value for key, value in values.items() if key not in ("compute", "engine")}
    return kept | {"design": {"kind": values["design"]["kind"]}}
