"""Areas with a jobcentre each: listed with their shares, or so many by a rule of rank and size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

AREA = "area"
"""The choice of ``office.pools`` under which there are areas."""


class Area(NamedTuple):
    """An area: its name, and the share of people who live there."""

    name: str
    share: float


def areas_of(office: Mapping[str, Any]) -> tuple[Area, ...]:
    """The areas of an office as configured; none where one jobcentre serves all.

    With ``area_count`` n they are made: the k-th largest has a share in proportion to
    k ** -``area_exponent`` (rank-size rule; Zipf 1949), and is called by its rank.
    """
    if office["pools"] != AREA:
        return ()
    count = int(office["area_count"])
    if not count:
        return tuple(Area(area["name"], float(area["share"])) for area in office["areas"])
    sizes = [rank ** -float(office["area_exponent"]) for rank in range(1, count + 1)]
    digits = len(str(count))
    return tuple(
        Area(f"jobcentre {rank:0{digits}d}", size / sum(sizes))
        for rank, size in enumerate(sizes, start=1)
    )
