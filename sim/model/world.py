"""One world: the people of a replication, the rules of its arms, an office, a labour market."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator
from math import inf

from sim.model.audit import SMALL_THRESHOLD, Audit
from sim.model.clock import FIRST, LAST, Alarm, Clock, Life
from sim.model.journal import ArmRows, Journal, office_by_day
from sim.model.luck import Luck
from sim.model.office import Office
from sim.model.population import People, all_entrants, spell_from
from sim.model.search import search
from sim.model.settings import Settings, Study, Teams
from sim.model.stock import take_over
from sim.model.windows import windows
from sim.rules.calendar import MINUTES_PER_DAY
from sim.rules.entering import again, days_in_work, set_pace
from sim.rules.errors import CheckError
from sim.rules.hazards import jumps_hint
from sim.rules.leaving import advance, find_exit, set_piece, start_line
from sim.rules.market import EFFORT_UNIT, WEEK_DAYS, lost_in_a_week, market_factor
from sim.rules.meetings import (
    MEETS,
    PENDING,
    SEARCHES,
    WAITS,
    begin,
)
from sim.rules.people import GROUPS, JOB, OPEN, Spell
from sim.rules.renewal import sum_up_week
from sim.rules.rulebook import Rulebook

RISE = 1.05
"""A larger rise of the load and market factor in a week means to look at everybody again."""

SUM_ERROR = 1e-9
"""Largest relative gap between the cumulative rate at an exit and its threshold."""


class World:
    """Everything that the job seekers of an arm share, or those of all arms of a trial."""

    def __init__(
        self,
        study: Study,
        settings: Settings,
        w: Rulebook,
        arm: str,
        replication: int,
        luck: Luck | None = None,
        teams: Teams = (),
    ) -> None:
        self.study = study
        self.settings = settings
        self.rulebook = w
        self.clock = Clock(settings.horizon_days)
        self.luck = luck or Luck(study.seed, replication)
        self.office = Office(
            self.clock, settings, w, study.caseworkers[arm], study, replication, teams
        )
        for pool in self.office.pools:
            pool.meet = self.meet
        self.open: dict[int, Spell] = {}
        self.journal = Journal()
        w.common_factor[:] = [1.0] * (1 + len(self.office.pools))
        self.coupled = settings.displacement > 0.0 or self.office.has_load_effect
        self.known_until_day = 0.0 if self.coupled else settings.horizon_days
        self.lever_set = list(w.arm_set)
        self.entered = self.left = 0
        self.displaced_jobs = 0.0
        self.jobs = 0
        self.checks = {"sum_equals_threshold": 0}
        self.audit = Audit(w, study.seed, replication)

    # what the process of a job seeker asks of its world --------------------------------------

    def look(self, p: Spell, limit: float) -> None:
        """When the person leaves, as far as it is known today and before ``limit``.

        Where load and market factors are renewed weekly, it is known to the next renewal: one
        look serves until then, or until something changes.
        """
        if self.coupled or limit > self.known_until_day:
            limit = self.known_until_day
        p.limit_day = inf if self.coupled else limit
        find_exit(p, self.rulebook, limit)

    def enter(self, p: Spell) -> None:
        """A spell begins; its first meeting is planned (the stock's was planned before day 0)."""
        self.entered += 1
        self.open[p.person] = p
        p.pool = self.office.place(p)
        self.office.pools[p.pool].open_spells += 1
        p.common = 1 + p.pool
        if p.entry_day >= 0.0:
            w = self.rulebook
            p.row = self.lever_set[p.arm] * len(GROUPS) + p.group
            start_line(p, w, p.entry_day)
            begin(p, w, p.entry_day, self.luck.plan(p, w), p.spread)
            p.counted = p.spell == 1 and p.entry_day < self.settings.observation_days
        else:
            set_piece(p, self.rulebook)

    def leave(self, p: Spell) -> bool:
        """The spell ends; True if the person will be back (``p`` is then the next spell)."""
        self.left += 1
        del self.open[p.person]
        self.office.pools[p.pool].open_spells -= 1
        if p.exit == JOB:
            self.jobs += 1
            advance(p, self.rulebook, p.exit_day)
            if abs(p.summed - p.threshold) > SUM_ERROR * (p.threshold + SMALL_THRESHOLD):
                raise CheckError(
                    f"person {p.person}, spell {p.spell}: the cumulative job rate at the exit on "
                    f"day {p.exit_day} is {p.summed!r}, the threshold {p.threshold!r}"
                    f"{jumps_hint(self.rulebook, p.line)}"
                )
            self.checks["sum_equals_threshold"] += 1
            if p.person % self.audit.every == 0:
                self.audit.keep(p)
        self.journal.spell(p)
        days = inf
        if p.exit == JOB and self.rulebook.reentry_per_day > 0.0:
            days = days_in_work(self.rulebook, p.exit, self.luck.work(p.person, p.spell))
        if p.exit_day + days >= self.settings.horizon_days:
            return False
        luck = self.luck.thresholds(p.person, p.spell + 1)
        again(p, self.rulebook, p.exit_day + days, luck)
        return True

    def meet(self, p: Spell) -> None:
        """A meeting begins: the alarm is set to its end, or to the exit that breaks it off."""
        p.state = MEETS
        p.start_day = self.clock._now
        end = p.end_day = p.start_day + p.minutes / MINUTES_PER_DAY
        if not self.coupled:
            self.look(p, end)
        leaves = p.exit_day < end and self.rulebook.exit_breaks_meeting
        self.clock.set(p.alarm, p.exit_day if leaves else end)

    # the run -----------------------------------------------------------------------------------

    def run(
        self,
        people: People,
        stock: list[Spell],
        later: list[tuple[float, Spell]],
        keeps: tuple[int, ...] = (),
    ) -> ArmRows:
        """Live to the horizon; the rows of what happened.

        Args:
            keeps: by group, how the stock keeps its plan of meetings (see ``keeps_plan``).
        """
        clock, w = self.clock, self.rulebook
        if stock:
            clock.set(Alarm(), 0.0, LAST)  # nobody of them is alone on day 0
        for p in stock:
            take_over(p, w, self.luck, keeps[p.group])
            Life(clock, search(self, p))
        Life(clock, windows(self))
        Life(clock, self._arrivals(people, later))
        if self.coupled:
            Life(clock, self._weeks())
        self.office.start()
        clock.run_to_end()
        return self._rows(w)

    def _arrivals(
        self, people: People, later: list[tuple[float, Spell]]
    ) -> Generator[Alarm, None, None]:
        """Start the process of everyone who enters, in order of entry."""
        clock, w = self.clock, self.rulebook
        alarm = Alarm()
        returning = sorted(later, key=lambda r: (r[0], r[1].person))
        days = array("d", people.entry_day.tobytes())
        everybody = all_entrants(people)
        i = j = 0
        crowded_day = -1.0
        while i < len(days) or j < len(returning):
            back = returning[j][0] if j < len(returning) else inf
            day = days[i] if i < len(days) and days[i] <= back else back
            if day > clock._now:
                clock.set(alarm, day)
                yield alarm
            if day > crowded_day and i + 1 < len(days) and days[i + 1] == day:
                # nobody of a crowd is alone, not even the first to start
                crowded_day = day
                clock.set(Alarm(), day, LAST)
            if day == back:
                p = returning[j][1]
                set_pace(p, w)
                again(p, w, day, self.luck.thresholds(p.person, p.spell + 1))
                j += 1
            else:
                p = spell_from(next(everybody), w)
                i += 1
            Life(clock, search(self, p))

    def _weeks(self) -> Generator[Alarm, None, None]:
        """Renew the load and market factors every week (model sections 3 and 7)."""
        clock, w, settings = self.clock, self.rulebook, self.settings
        alarm = Alarm()
        week = 0
        while True:
            now = clock._now
            self.known_until_day = min((week + 1) * WEEK_DAYS, settings.horizon_days)
            everybody = self.who_searches(now)
            units, may_leave = 0, []
            for p in everybody:
                effort, near = sum_up_week(p, w, now, self.known_until_day, RISE)
                units += effort
                if near:
                    may_leave.append(p)
            reference = self.study.reference_effort_per_day
            market = market_factor(
                units * EFFORT_UNIT, reference, settings.pool_share, settings.displacement
            )
            if settings.displacement > 0.0:
                self.displaced_jobs += lost_in_a_week(market, reference, settings.pool_share)
            factors = [self.office.load_factor(pool) * market for pool in self.office.pools]
            common = w.common_factor
            if any(new > RISE * old for new, old in zip(factors, common[1:], strict=True)):
                may_leave = list(everybody)
            common[1:] = factors
            self.audit.week(now, factors)
            for p in may_leave:
                self.look(p, p.limit_day)
                if p.exit_day < self.known_until_day:
                    self.ring_earlier(p, now)
            week += 1
            clock.set(alarm, week * WEEK_DAYS, FIRST)
            yield alarm

    def who_searches(self, now: float) -> Collection[Spell]:
        """The open spells, without those that are over but for a meeting that is seen through."""
        if self.rulebook.exit_breaks_meeting:
            return self.open.values()
        searching = []
        for p in self.open.values():
            if p.exit_day > now:
                searching.append(p)
            elif p.exit == JOB:
                advance(p, self.rulebook, p.exit_day)
        return searching

    def ring_earlier(self, p: Spell, now: float) -> None:
        """After a change from outside: an alarm that would ring too late is brought forward."""
        if p.state == SEARCHES:
            day = min(p.exit_day, p.due_day)
        else:
            day = p.exit_day if p.state == WAITS or self.rulebook.exit_breaks_meeting else inf
        if day < p.alarm.day and p.alarm.day > now:
            self.clock.set(p.alarm, day)

    # the end -----------------------------------------------------------------------------------

    def _rows(self, w: Rulebook) -> ArmRows:
        end = self.settings.horizon_days
        still = len(self.open)
        self.office.check_busy(self.open.values())
        for p in self.open.values():
            if p.state == WAITS:
                self.journal.no_meeting(p, PENDING, end)
            elif p.state == MEETS:
                self.journal.met(p, PENDING, end)
            if p.exit_day >= end:
                p.exit_day, p.exit = end, OPEN
            self.journal.spell(p)
            p.alarm.wakes = None
        self.open.clear()
        if self.entered != self.left + still:
            raise CheckError(f"{self.entered} entered, {self.left} left and {still} are open")
        self.checks["entries_equal_exits_and_open"] = 1
        self.office.check_waits(self.journal.waited_days)
        spells, meetings = self.journal.columns()
        numbers, open_minutes = self.office.by_day()
        self.checks |= self.office.checks() | self.audit.check(spells, meetings)
        extras = {}
        if self.settings.displacement > 0.0:
            extras["displaced_jobs"] = self.displaced_jobs
            extras["displaced_jobs_per_counted_job"] = self.displaced_jobs / max(self.jobs, 1)
        return ArmRows(
            spells, meetings, office_by_day(spells, meetings, numbers, open_minutes),
            dict(self.checks), extras, {"checking": self.audit.seconds},
        )  # fmt: skip
