"""Worlds on the compiled engine, from the outside: what goes in, and the rows that come out."""

from __future__ import annotations

from dataclasses import fields
from math import inf

import numpy as np

from sim.model.audit import EVERY, Audit
from sim.model.books import MOST_SPELLS
from sim.model.clock import Clock
from sim.model.compiled.arrays import Arrays
from sim.model.compiled.before import DONE, SHORT_OF_ROOM, WEEK_ASKED, WRONG
from sim.model.compiled.clock import NONE
from sim.model.compiled.complaints import check_busy, check_plugins, complain
from sim.model.compiled.kernels import kernels
from sim.model.compiled.layout import (
    CHANGE,
    DUTY_CODES,
    FORM_CODES,
    MEETING_ROW,
    PLACE,
    REAL,
    SPELL_ROW,
    WHOLE,
    WORLD,
    rulebook_record,
    standard_rulebook,
)
from sim.model.compiled.stock import Stock
from sim.model.jobcentre import ORDERS
from sim.model.journal import MEETING_COLUMNS, SPELL_COLUMNS, ArmRows, office_by_day
from sim.model.leavers import Leavers, Weeks
from sim.model.office import WAIT_ERROR, Office
from sim.model.population import People
from sim.model.settings import TRIAL, Settings, Study, Teams, registry_of, rulebook_of, settings_of
from sim.model.stock import keeps_plan
from sim.model.windows import window_changes
from sim.rules.errors import CheckError
from sim.rules.people import JOB
from sim.rules.rulebook import Rulebook


def compile_for(study: Study) -> float:
    """Compile, or fetch from the disk, all that a study needs.

    Returns:
        Seconds that compiling has taken in this process.
    """
    settings, registry = settings_of(study), registry_of(study)
    for arm in study.arms:
        w, clock = rulebook_of(study, arm, registry), Clock(settings.horizon_days)
        pools = len(Office(clock, settings, w, study.caseworkers[arm], study, 0).pools)
        _prepare(np.zeros(1, WORLD), rulebook_record(w, pools))
    if TRIAL in study.caseworkers:
        w = rulebook_of(study, study.arms, registry)
        _prepare(np.zeros(1, WORLD), rulebook_record(w, len(study.arms)))
    return kernels().seconds


def compile_ahead() -> float:
    """Compile, or fetch from the disk, what nearly every study needs to run; the seconds it took."""
    _prepare(np.zeros(1, WORLD), standard_rulebook())
    return kernels().seconds


def _prepare(world: np.ndarray, rulebook: np.ndarray) -> None:
    run, places = kernels(), np.zeros(1, np.int32)
    run.live.prepare(world, rulebook)
    run.live_before.prepare(world, rulebook, np.zeros(2))
    run.finish_rows.prepare(world)
    run.set_up_events.prepare(world)
    run.begin_week.prepare(world, rulebook, 1.0)
    run.order_meetings.prepare(places, places, np.zeros(1, np.int64), places)


def live_alone(w: Rulebook, people: People, until: float, figures: int) -> np.ndarray:
    """What becomes of people without a queue; see ``sim.model.alone.live_through``.

    Returns:
        Array of shape (people, figures).
    """
    arrays = Arrays(w, 0, 0)
    arrays.entrants(people)
    arrays.slots(1)
    lived = np.zeros((len(people), figures))
    kernels().live_alone(arrays.world, arrays.rulebook, until, lived)
    check_plugins(arrays.rulebook, w)
    return lived


class LiveWorld:
    """One world of a replication from day 0 to the horizon, which may stop every week."""

    def __init__(
        self,
        study: Study,
        settings: Settings,
        w: Rulebook,
        arm: str,
        replication: int,
        people: People,
        stock: Stock | None,
        teams: Teams = (),
        roomy: bool = True,
    ) -> None:
        self.study, self.settings, self.w, self.replication = study, settings, w, replication
        # the office of the SimPy engine says how caseworkers are shared among pools; it does not run
        clock = Clock(settings.horizon_days)
        self.office = Office(clock, settings, w, study.caseworkers[arm], study, replication, teams)
        self.arrays = Arrays(w, study.seed, replication, len(self.office.pools))
        _set_up(self.arrays, study, settings, w, self.office, people, stock, roomy)
        self._compiled_before = kernels().seconds
        kernels().set_up_events(self.arrays.world)
        self._is_finished = False

    def live(self) -> int:
        """Live on to the end (DONE), or to a week's beginning where offices go in step."""
        arrays, w = self.arrays, self.w
        while True:
            code = kernels().live(arrays.world, arrays.rulebook)
            if code == SHORT_OF_ROOM:
                arrays.grow()
            elif code == WRONG:
                check_plugins(arrays.rulebook, w)
                complain(arrays.g, w)
            elif code in (DONE, WEEK_ASKED):
                return int(code)

    def go_on(self, market: float) -> None:
        """Begin the week that was asked for, with the market factor of all offices."""
        kernels().begin_week(self.arrays.world, self.arrays.rulebook, market)

    def finish(self) -> None:
        """Write the rows of who is still there at the end."""
        _finish(self.arrays, self.w)
        self._is_finished = True

    def jobs(self) -> int:
        """How many spells ended in a job."""
        ended = self.arrays.array("spell_exit")[: int(self.arrays.g["spell_rows"])]
        return int(np.sum(ended == JOB))

    def rows(self) -> ArmRows:
        """The rows; the world is over."""
        if not self._is_finished:
            self.finish()
        rows = _rows(self.arrays, self.study, self.settings, self.w, self.office, self.replication)
        rows.seconds["compiling"] = kernels().seconds - self._compiled_before
        return rows


def _set_up(
    arrays: Arrays, study: Study, settings: Settings, w: Rulebook, office: Office,
    people: People, stock: Stock | None, roomy: bool,
) -> None:  # fmt: skip
    g, pools = arrays.g, len(office.pools)
    arrays.start(len(people), len(stock) if stock else 0, pools, settings.horizon_days, roomy)
    arrays.entrants(people)
    if stock:
        arrays.array("spells")[: len(stock)] = stock.spells
        if w.other_response > 0.0:
            arrays.array("lines")[: len(stock.lines)] = stock.lines
        g["slots_taken"] = g["stock_count"] = len(stock)
        g["keeps_plan"] = keeps_plan(stock.before, w)
    g["coupled"] = settings.displacement > 0.0 or office.has_load_effect
    g["known_until_day"] = 0.0 if g["coupled"] else settings.horizon_days
    g["breaks"] = w.exit_breaks_meeting
    g["windowed"] = office.windowed
    g["pool_by_arm"] = office.by_arm
    g["lever_set"][: len(w.arm_set)] = w.arm_set
    for name in (
        "horizon_days", "observation_days", "gather_days", "group_size", "displacement",
        "pool_share", "load_elasticity", "pool_by_group", "own_caseworker", "deadline_days",
    ):  # fmt: skip
        g[name] = getattr(settings, name)
    g["order"] = ORDERS.index(settings.order)
    g["reference_effort_per_day"] = study.reference_effort_per_day
    g["reference_spells_per_caseworker"] = study.reference_spells_per_caseworker
    g["audit_every"] = EVERY
    at = arrays.array("pools")
    at["size"] = at["free"] = [pool.size for pool in office.pools]
    at["is_open"] = not office.windowed
    at["next_opening_day"] = inf
    at["closes_day"] = -inf
    for name in ("queue", "asking", "gathering"):
        at[name] = NONE
    arrays.point("qualities", np.array([*office.quality, 1.0]))
    g["qualities_count"] = len(office.quality)
    changes = np.array(window_changes(w), CHANGE)
    arrays.point("changes", changes if len(changes) else np.zeros(1, CHANGE))
    g["changes_count"] = len(changes)
    later = office.later
    arrays.point("number_days", np.array([day for day, _ in later] + [inf]))
    arrays.point("number_sizes", np.array([s for _, sizes in later for s in sizes] + [0.0]))
    g["numbers_count"] = len(later)


def _finish(arrays: Arrays, w: Rulebook) -> None:
    g = arrays.g
    still = int(g["entered"] - g["left"])
    arrays.columns(int(g["spell_rows"]) + still, int(g["meeting_rows"]) + still)
    kernels().finish_rows(arrays.world)
    check_plugins(arrays.rulebook, w)
    if g["wrong"]:
        complain(g, w)
    for name in ("spells", "lines", "listed", "heap", "tickets"):
        arrays.take(name)


def _rows(
    arrays: Arrays, study: Study, settings: Settings, w: Rulebook, office: Office, replication: int
) -> ArmRows:
    g, end = arrays.g, settings.horizon_days
    pools = arrays.array("pools")
    check_busy(pools)
    integral = float((pools["waited_days"] + pools["waiting"] * (end - pools["counted_to"])).sum())
    if abs(integral - g["waited_days"]) > WAIT_ERROR * max(1.0, g["waited_days"]):
        raise CheckError(
            f"people waited {g['waited_days']} days, but the queues add up to {integral}"
        )
    rows, meetings = int(g["spell_rows"]), int(g["meeting_rows"])
    if int(g["entered"]) != rows:
        raise CheckError(f"{g['entered']} entered, but {rows} spells left or are open")
    person, spell = arrays.array("spell_person")[:rows], arrays.array("spell_spell")[:rows]
    order = np.argsort(person.astype(np.int64) * MOST_SPELLS + spell)
    serials = arrays.take("spell_serial")[:rows][order]
    of = arrays.take("meeting_serial")[:meetings]
    number = np.bincount(of, minlength=rows)
    found = np.empty(meetings, np.int32)
    counts = number[serials]
    kernels().order_meetings(serials, of, number, found)
    del of, number, serials, person, spell
    of_spells = {name: arrays.take(f"spell_{name}")[:rows][order] for name in SPELL_ROW}
    of_spells["duration_days"] = of_spells["exit_day"] - of_spells["entry_day"]
    of_spells = {name: of_spells[name] for name in SPELL_COLUMNS}
    of_meetings = {name: np.repeat(of_spells[name], counts) for name in ("person", "spell")}
    of_meetings |= {name: arrays.take(f"meeting_{name}")[:meetings][found] for name in MEETING_ROW}
    kind = arrays.take("meeting_kind")[:meetings][found]
    of_meetings["form"] = kind % FORM_CODES
    of_meetings["duty"] = kind // FORM_CODES % DUTY_CODES
    of_meetings["outcome"] = kind // (FORM_CODES * DUTY_CODES)
    of_meetings = {name: of_meetings[name] for name in MEETING_COLUMNS}
    del found, order
    audit = _audit(arrays, study, w, replication)
    numbers, open_minutes = office.by_day()
    checks = {
        "sum_equals_threshold": int(g["sums_checked"]),
        "entries_equal_exits_and_open": 1,
        "waits_equal_queue": 1,
        "busy_within_caseworkers": int(pools["held_checks"].sum()),
        "busy_equals_meetings": len(pools),
        "nobody_idle_while_someone_waits": int(pools["idle_checks"].sum()),
    }
    checks |= audit.check(of_spells, of_meetings)
    extras = {}
    if settings.displacement > 0.0:
        extras["displaced_jobs"] = float(g["displaced_jobs"])
        extras["displaced_jobs_per_counted_job"] = g["displaced_jobs"] / max(int(g["jobs"]), 1)
    by_day = office_by_day(of_spells, of_meetings, numbers, open_minutes)
    spent = {"checking": audit.seconds}
    return ArmRows(of_spells, of_meetings, by_day, checks, extras, spent)


def _audit(arrays: Arrays, study: Study, w: Rulebook, replication: int) -> Audit:
    """The second computation, with what the world has kept for it."""
    g = arrays.g
    weeks, pools = int(g["weeks_kept"]), int(g["pools_count"])
    factors = arrays.array("week_factors")[: weeks * pools].reshape(weeks, pools)
    kept = arrays.array("leavers")[: int(g["leavers_count"])]
    wide = {PLACE: WHOLE, REAL: REAL}
    leavers = Leavers(
        *(kept[f.name].astype(wide[kept.dtype[f.name].type]) for f in fields(Leavers))
    )
    told = Weeks(arrays.array("week_days")[:weeks], factors)
    return Audit.with_leavers(w, study.seed, replication, leavers, told)
