"""Where a run goes: a finished one is taken, an unfinished one gone on with, the rest refused."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import sim
from sim.experiment import another_run, provenance, store, unfinished
from sim.experiment.folder import RunFolder
from sim.experiment.manifest import UNTOLD, Origin
from sim.rules.errors import DataError

if TYPE_CHECKING:
    from sim.experiment.study import Study


def prepare(
    study: Study,
    out: Path | str,
    origin: Origin = UNTOLD,
    force: bool = False,
    resume: bool = False,
) -> RunFolder | None:
    """With ``resume`` the results if they are there; else None, if they can be made there.

    Raises DataError where they cannot.
    """
    if found := finished(study, out, origin, force, resume):
        return found

    def explain(found: Mapping[str, Any]) -> list[str]:
        then, now = found["study"], provenance.of_rows(study.values)
        return another_run.different(then, now, found["plugins"], origin.plugins)

    unfinished.check(out, names(study, origin), force, resume, explain)
    return None


def finished(
    study: Study, out: Path | str, origin: Origin, force: bool, resume: bool
) -> RunFolder | None:
    """The finished run of a folder, where it is asked for and is the same."""
    same: dict[str, Any] = {
        "version": sim.__version__,
        "configuration_sha256": provenance.configuration_sha256(study.values, origin.plugins),
    }
    if not origin.seed_drawn:
        same["seed"] = study.seed

    def explain(found: RunFolder, fact: str) -> list[str]:
        if fact != "configuration_sha256":
            return []
        then = provenance.of_results(yaml.safe_load(found.text("scenario.yaml")))
        now = provenance.of_results(study.values)
        return another_run.different(then, now, found.manifest.get("plugins") or {}, origin.plugins)

    if force and resume:
        # Who replaced a run and was interrupted goes on so; what is not the same is replaced.
        if not unfinished.place_of(out).exists():
            with suppress(DataError):
                there = store.prepare(out, same, resume=True)
                return there if isinstance(there, RunFolder) else None
        resume = False
    place = store.prepare(out, same, force, resume, explain)
    return place if isinstance(place, RunFolder) else None


def names(study: Study, origin: Origin) -> dict[str, Any]:
    """What names an unfinished run: all that its finished replications depend on."""
    return {
        "seed": study.seed,
        "configuration": provenance.replications_sha256(study.values, study.seed, origin.plugins),
    }


def clear_left(out: Path | str, study: Study, origin: Origin) -> None:
    """Remove what is left of making a finished run, where it was killed in its last moment."""
    with suppress(DataError):
        left, same = unfinished.look(out), names(study, origin)
        if left and left["configuration"] == same["configuration"]:
            with unfinished.taken(out, left, anew=False) as place:
                unfinished.clear(place)
