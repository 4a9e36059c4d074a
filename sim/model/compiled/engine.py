"""The compiled engine of one replication: offices by themselves, or in step in one labour market."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.model.areas import displaced
from sim.model.compiled.before import DONE, WEEK_ASKED
from sim.model.compiled.driver import LiveWorld
from sim.model.compiled.layout import LINES
from sim.model.compiled.stock import Stock, stock_on_day_0
from sim.model.journal import ArmRows
from sim.model.memory import give_back
from sim.model.settings import Settings, Study, Teams
from sim.rules.market import EFFORT_UNIT, lost_in_a_week, market_factor
from sim.rules.rulebook import Rulebook


class Compiled:
    """The compiled engine; see ``sim.model.replication.Engine``."""

    def __init__(
        self, study: Study, settings: Settings, before: Rulebook | None, replication: int
    ) -> None:
        self._study, self._settings, self._before = study, settings, before
        self._replication = replication

    def stock(self) -> Stock | None:
        """Who is in the office on day 0; the same people as ``sim.model.stock`` finds."""
        if self._before is None:
            return None
        return stock_on_day_0(self._study, self._settings, self._before, self._replication)

    def stock_in(self, stock: Stock | None, area: int, areas: int) -> Stock | None:
        """Those of an area."""
        if stock is None:
            return None
        home = (stock.spells["caseworker_draw"] * areas).astype(np.int64)
        places = np.flatnonzero(home == area)
        spells = stock.spells[places]
        spells["slot"] = np.arange(len(places))
        lines = stock.lines
        if len(lines) > 1:
            lines = lines[(LINES * places[:, None] + np.arange(LINES)).ravel()]
        return Stock(spells, lines, stock.before)

    def run(self, office: Any, world: Any, w: Rulebook, teams: Teams = ()) -> ArmRows:
        """The rows of an office that nobody elsewhere touches.

        Raises:
            CheckError: a self-check did not hold.
        """
        one = self._set_up(office, world, w, teams)
        while one.live() != DONE:
            pass
        return one.rows()

    def in_step(
        self, whole: Any, offices: Sequence[Any], world: Any, w: Rulebook
    ) -> Iterator[ArmRows]:
        """The rows of offices that share a labour market: all live to the next week, then the
        market factor of their common effort is told to each.

        Raises:
            CheckError: a self-check did not hold.
        """
        settings, reference = world.settings, self._study.reference_effort_per_day
        of_one = replace(world, settings=replace(settings, area_shares=()))
        worlds = [self._set_up(office, of_one, w, roomy=False) for office in offices]
        for one in worlds:
            one.arrays.g["in_step"] = True
        lost = 0.0
        while all([one.live() == WEEK_ASKED for one in worlds]):
            units = sum(int(one.arrays.g["units"]) for one in worlds)
            market = market_factor(
                units * EFFORT_UNIT, reference, settings.pool_share, settings.displacement
            )
            lost += lost_in_a_week(market, reference, settings.pool_share)
            for one in worlds:
                one.go_on(market)
        for one in worlds:
            one.finish()
        told = displaced(lost, [one.jobs() for one in worlds])
        worlds.reverse()  # from which each is taken, so that nothing of it is kept
        for extras in told:
            yield replace(worlds.pop().rows(), extras=extras)
        give_back()

    def _set_up(
        self, office: Any, world: Any, w: Rulebook, teams: Teams = (), roomy: bool = True
    ) -> LiveWorld:
        return LiveWorld(
            office.study, world.settings, w, world.arm, self._replication, office.people,
            office.stock, teams, roomy,
        )  # fmt: skip
