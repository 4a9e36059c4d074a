"""The SimPy engine of one replication: every job seeker is a process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.model.areas import area_of_people, by_area
from sim.model.journal import ArmRows
from sim.model.luck import Luck
from sim.model.settings import Settings, Study, Teams
from sim.model.stock import ANEW, keeps_plan, stock_on_day_0
from sim.model.world import World
from sim.rules.people import FIELDS, GROUPS, Spell
from sim.rules.rulebook import Rulebook


@dataclass(frozen=True)
class SimpyStock:
    """Who is in the office on day 0, and who is in work and will return (day, person)."""

    here: list[Spell]
    later: list[tuple[float, Spell]]


class Simpy:
    """The engine in which every job seeker is a SimPy process."""

    def __init__(
        self, study: Study, settings: Settings, before: Rulebook | None, replication: int
    ) -> None:
        self._study, self._settings, self._before = study, settings, before
        self._replication = replication
        self._luck = Luck(study.seed, replication)

    def stock(self) -> SimpyStock:
        """See ``Engine``."""
        if self._before is None:
            return SimpyStock([], [])
        return SimpyStock(
            *stock_on_day_0(
                self._study, self._settings, self._before, self._luck, self._replication
            )
        )

    def stock_in(self, stock: SimpyStock, area: int, areas: int) -> SimpyStock:
        """See ``Engine``."""
        return SimpyStock(
            [p for p in stock.here if int(p.caseworker_draw * areas) == area],
            [(day, p) for day, p in stock.later if int(p.caseworker_draw * areas) == area],
        )

    def run(self, office: Any, world: Any, w: Rulebook, teams: Teams = ()) -> ArmRows:
        """See ``Engine``."""
        before, stock = self._before, office.stock
        keeps = keeps_plan(before, w) if before is not None else (ANEW,) * len(GROUPS)
        of = World(office.study, world.settings, w, world.arm, self._replication, self._luck, teams)
        return of.run(
            office.people,
            [_own(p) for p in stock.here],
            [(day, _own(p)) for day, p in stock.later],
            keeps,
        )

    def in_step(
        self, whole: Any, offices: Sequence[Any], world: Any, w: Rulebook
    ) -> Iterator[ArmRows]:
        """See ``Engine``: all in one world, with a pool for each office."""
        number = len(offices)
        area = dict(
            zip(
                whole.people.person.tolist(),
                area_of_people(whole.people, number).tolist(),
                strict=True,
            )
        )
        for p in (*whole.stock.here, *(p for _, p in whole.stock.later)):
            area[p.person] = int(p.caseworker_draw * number)
        rows = self.run(whole, world, w)
        yield from by_area(rows, whole.study, world.settings, w, world.arm, area)


def _own(p: Spell) -> Spell:
    """A copy of a record, so that every arm starts from the same."""
    q = Spell()
    for name in FIELDS:
        setattr(q, name, getattr(p, name))
    q.others = tuple(_own(line) for line in p.others)
    return q
