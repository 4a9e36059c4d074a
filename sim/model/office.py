"""The office of one arm: its pools, how people are placed in them, hours, load and bookkeeping."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from math import ceil, exp, inf

import numpy as np
from scipy.special import ndtri

from sim.model.clock import FIRST, Alarm, Clock, Life
from sim.model.gathering import Gathering
from sim.model.hours import WindowPool
from sim.model.jobcentre import Pool
from sim.model.settings import Settings, Study, Teams
from sim.model.streams import key_of, uniforms
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.errors import CheckError
from sim.rules.market import load_factor
from sim.rules.meetings import MEETS
from sim.rules.people import GROUPS, Spell
from sim.rules.rulebook import Rulebook

WAIT_ERROR = 1e-6

MANY_CASEWORKERS = 1000
"""Among so many each person has an own one in an unlimited office."""


class Office:
    """Caseworkers in pools.

    ``numbers`` is (day, caseworkers from then on), ``teams`` (day, caseworkers of every arm's own
    team from then on) where the arms of a trial have teams of their own; else it is empty.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        w: Rulebook,
        numbers: tuple[tuple[float, float], ...],
        study: Study,
        replication: int,
        teams: Teams = (),
    ) -> None:
        self.clock = clock
        self.settings = settings
        self.w = w
        self.numbers = numbers
        self.by_arm = bool(teams)
        self.reference = study.reference_spells_per_caseworker
        self.has_load_effect = settings.load_elasticity > 0.0 and any(
            0.0 < n < inf for _, n in numbers
        )
        self.quality: list[float] = []
        number = numbers[0][1]
        self.windowed = settings.working and number != inf
        kind = WindowPool if self.windowed else Pool
        steps = teams or tuple((day, tuple(self._shares(total))) for day, total in numbers)
        sizes = steps[0][1]
        self.later = [(day, list(then)) for day, then in steps[1:]]
        self.pools = [kind(clock, settings.order, settings.deadline_days) for _ in sizes]
        for pool, size in zip(self.pools, sizes, strict=True):
            pool.is_open = not self.windowed
            pool.resize(size)
        self.gatherings: list[list[Gathering]] = [[] for _ in self.pools]
        if settings.own_caseworker:
            many = MANY_CASEWORKERS if number == inf else len(self.pools)
            self.quality = self._qualities(many, study.seed, replication)

    def _shares(self, number: float) -> list[float]:
        """Caseworkers of each pool."""
        if self.settings.area_shares:
            return whole_by(self.settings.area_shares, number)
        if number == inf:
            return [inf]
        if self.settings.own_caseworker:
            return [1.0] * max(int(number), 1) if number else [0.0]
        if self.settings.pool_by_group:
            poisson = self.settings.inflow_kind == "poisson"
            return whole_by(
                self.settings.inflow_per_day if poisson else self.settings.shares, number
            )
        return [number]

    def _qualities(self, number: int, seed: int, replication: int) -> list[float]:
        """The quality q_j of each caseworker (mean 1)."""
        u = uniforms(key_of(seed, replication, "caseworker"), 0, number)[:, 0]
        if self.settings.caseworker_quality == "halves":
            return np.where(u < 0.5, 0.0, 2.0).tolist()
        if self.settings.caseworker_quality == "lognormal":
            sd = self.settings.caseworker_quality_sd
            return [exp(sd * z - 0.5 * sd * sd) for z in ndtri(u).tolist()]
        return [1.0] * number

    def place(self, p: Spell) -> int:
        """The pool that serves a person."""
        if self.settings.own_caseworker:
            own = int(p.caseworker_draw * len(self.quality))
            p.quality = self.quality[own]
            return own if len(self.pools) > 1 else 0
        if self.by_arm:
            return p.arm
        if self.settings.area_shares:
            return int(p.caseworker_draw * len(self.pools))
        if self.settings.pool_by_group and len(self.pools) == len(GROUPS):
            return p.group
        return 0

    def pool(self, p: Spell) -> Pool:
        """The pool in which a person waits."""
        return self.pools[p.pool]

    def gather(self, p: Spell) -> None:
        """Wait for a group meeting to fill."""
        self.pools[p.pool].gather(
            p, self.settings.group_size, self.settings.gather_days, self.gatherings[p.pool]
        )

    def meeting_over(self, p: Spell, day: float) -> None:
        """The meeting's caseworker is free; a group's goes on to its end."""
        if not p.partner and p.ticket >= 0:
            self.pools[p.pool].end_meeting(day, p.due_day <= day)

    # hours ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the opening hours and the dated changes of the number of caseworkers."""
        if self.windowed:
            Life(self.clock, self._hours())
        if self.later:
            Life(self.clock, self._changes())

    def _next_open(self, day: int) -> int:
        return self.w.next_open[day - self.w.calendar_from]

    def _hours(self) -> Generator[Alarm, None, None]:
        """Open and close the window of every open day."""
        clock, w = self.clock, self.w
        alarm = Alarm()
        day = self._next_open(0)
        while day < self.settings.horizon_days:
            after = self._next_open(day + 1)
            closes = day + w.opens_at + w.window_days
            clock.set(alarm, day + w.opens_at, FIRST)
            yield alarm
            for pool in self.pools:
                pool.open(closes, after + w.opens_at)  # type: ignore[attr-defined]
            clock.set(alarm, closes, FIRST)
            yield alarm
            for pool in self.pools:
                pool.close()  # type: ignore[attr-defined]
            day = after

    def _changes(self) -> Generator[Alarm, None, None]:
        """Change the number of caseworkers by date."""
        alarm = Alarm()
        for day, sizes in self.later:
            if day > 0.0:
                self.clock.set(alarm, day, FIRST)
                yield alarm
            for pool, size in zip(self.pools, sizes, strict=True):
                pool.resize(size)

    # load and books -----------------------------------------------------------------------------

    def load_factor(self, pool: Pool) -> float:
        """The effect of the caseload on the job rates of a pool."""
        return load_factor(
            pool.open_spells, pool.size, self.reference, self.settings.load_elasticity
        )

    def by_day(self) -> tuple[np.ndarray, np.ndarray]:
        """Caseworkers, and minutes open for one of them, on every day of the run."""
        return hours_by_day(self.numbers, self.settings, self.w)

    def check_busy(self, people: Iterable[Spell]) -> None:
        """Every busy caseworker must be in a meeting: none has been lost."""
        meeting = [0] * len(self.pools)
        for p in people:
            if p.state == MEETS and not p.partner and p.ticket >= 0:
                meeting[p.pool] += 1
        for pool, number in zip(self.pools, meeting, strict=True):
            pool.check_busy(number)

    def check_waits(self, waited_days: float) -> None:
        """The sum of all waits must be the integral of the queues over time."""
        integral = 0.0
        for pool in self.pools:
            pool.count_waits(0)
            integral += pool.waited_days
        if abs(integral - waited_days) > WAIT_ERROR * max(1.0, waited_days):
            raise CheckError(
                f"people waited {waited_days} days, but the queues add up to {integral}"
            )

    def checks(self) -> dict[str, int]:
        """How many checks of the office held."""
        return {
            "waits_equal_queue": 1,
            "busy_within_caseworkers": sum(pool.held_checks for pool in self.pools),
            "busy_equals_meetings": len(self.pools),
            "nobody_idle_while_someone_waits": sum(pool.idle_checks for pool in self.pools),
        }


def hours_by_day(
    numbers: tuple[tuple[float, float], ...], settings: Settings, w: Rulebook
) -> tuple[np.ndarray, np.ndarray]:
    """Caseworkers, and minutes open for one of them, on every day of the run."""
    days = ceil(settings.horizon_days)
    found = np.full(days, numbers[0][1], dtype=float)
    for day, number in numbers[1:]:
        found[max(int(day), 0) :] = number
    minutes = np.full(days, MINUTES_PER_DAY)
    if settings.working:
        is_open = np.array([w.next_open[d - w.calendar_from] == d for d in range(days)])
        minutes = np.where(is_open, settings.window_minutes, 0.0)
    return found, minutes


def whole_by(shares: tuple[float, ...], number: float) -> list[float]:
    """Whole caseworkers by share: one for each pool, the rest by largest remainders."""
    if number == inf:
        return [inf] * len(shares)
    weights = np.array(shares)
    whole = (weights > 0.0).astype(float) if number >= (weights > 0.0).sum() else 0.0 * weights
    exact = (number - whole.sum()) * weights / weights.sum()
    whole += np.floor(exact)
    order = np.argsort(-(exact - np.floor(exact)), kind="stable")
    whole[order[: int(round(number - whole.sum()))]] += 1
    return whole.tolist()
