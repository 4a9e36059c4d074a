"""Words on the command line that the study as it stands does not use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.config.facts import Facts
from sim.config.overrides import COMMAND_LINE
from sim.config.schema import Key, dotted

Values = Mapping[str, Any]


def _has_areas(values: Values) -> bool:
    return bool(values["office"]["pools"] == "area")


def _makes_areas(values: Values) -> bool:
    return _has_areas(values) and bool(values["office"]["area_count"])


def _is_precise(values: Values) -> bool:
    return bool(values["design"]["precision"]["kind"] != "none")


POOLS = "office.pools=area parts the office and its people into areas"
KIND = "design.precision.kind=pilot or sequence asks for a precision"
USES: tuple[tuple[Key, Callable[[Values], bool], str], ...] = (
    (("office", "areas"), _has_areas, POOLS),
    (("office", "area_count"), _has_areas, POOLS),
    (("office", "area_exponent"), _makes_areas, f"{POOLS}, office.area_count makes them by a rule"),
    (("market", "scope"), _has_areas, POOLS),
    (("design", "precision", "metric"), _is_precise, KIND),
    (("design", "precision", "half_width"), _is_precise, KIND),
    (("design", "precision", "most_replications"), _is_precise, KIND),
)
"""A value, whether a study uses it, and what would let it."""


def unused(facts: Facts) -> Iterator[str]:
    """Each value given on the command line that has no effect, and what would give it one."""
    for path, is_used, remedy in USES:
        number = facts.origins.rank(path)
        given = number >= 0 and facts.origins.layers[number].name == COMMAND_LINE
        if given and not is_used(facts.values):
            yield f"{dotted(path)} is given on the command line and not used; {remedy}."
