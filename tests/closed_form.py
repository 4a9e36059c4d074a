"""What tests of exact answers share: the base of all limiting cases, and the table of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sim.config
from sim.experiment.limits.cases import Case, read_cases
from sim.experiment.limits.studies import ARM, SCENARIO, changed
from sim.experiment.study import build
from sim.model.settings import Study, registry_of, rulebook_of
from sim.rules.rulebook import Rulebook

ORACLE = Path(__file__).with_name("data") / "oracle.csv"


@cache
def base() -> dict[str, Any]:
    """The composed values that limiting cases change; not to be changed in place."""
    return sim.config.load([f"scenarios={SCENARIO}"]).values


@cache
def cases() -> tuple[Case, ...]:
    """All cases of the table of exact answers."""
    return tuple(read_cases(ORACLE))


def case(case_id: str) -> Case:
    """One case by its name."""
    (found,) = (one for one in cases() if one.case_id == case_id)
    return found


def study(changes: Mapping[str, Any], plugins: Sequence[Path] = ()) -> Study:
    """The base with changes by dotted path, built."""
    return build(changed(base(), changes), plugins)


def rulebook(changes: Mapping[str, Any], plugins: Sequence[Path] = ()) -> Rulebook:
    """The rulebook of the base with changes."""
    built = study(changes, plugins)
    return rulebook_of(built, ARM, registry_of(built))
