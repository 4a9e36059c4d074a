"""The points of a finished sweep as its manifest tells them, to make the tables of its parts again."""

from __future__ import annotations

from datetime import date
from typing import Any

from sim.experiment.folder import RunFolder
from sim.experiment.sweep.points import Point
from sim.model.settings import Study
from sim.rules.errors import DataError


def facts(point: Point) -> dict[str, Any]:
    """What the tables need of a point's study beyond its parts."""
    study = point.study
    return {
        "arms": list(study.arms),
        "groups": list(study.groups),
        "luck": study.values["design"]["luck"],
        "kind": study.values["design"]["kind"],
        "seed": study.seed,
        "start_date": study.start_date.isoformat(),
        "observation_days": study.observation_days,
        "follow_up_days": study.follow_up_days,
    }


def points_of(found: RunFolder) -> list[Point]:
    """The points of a finished sweep; their studies hold what tables need and cannot be run.

    Raises DataError where the manifest does not tell enough.
    """
    try:
        return [
            Point(number, settings, _study(found.manifest["studies"][sha256], replications), sha256)
            for number, (sha256, replications, settings) in enumerate(
                found.manifest["points"], start=1
            )
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"The manifest of {found.path} does not tell what its tables are made from ({error!r}); "
            "run the sweep again with --resume, which keeps its parts"
        ) from error


def _study(told: dict[str, Any], replications: int) -> Study:
    return Study(
        values={"design": {"luck": told["luck"], "kind": told["kind"]}},
        arms=tuple(told["arms"]),
        groups=tuple(told["groups"]),
        replications=replications,
        seed=told["seed"],
        start_date=date.fromisoformat(told["start_date"]),
        observation_days=told["observation_days"],
        follow_up_days=told["follow_up_days"],
    )
