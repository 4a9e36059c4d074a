"""Who is in the model: target groups, ways out, and the flat record of one spell."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

Table = Any
"""The rulebook ``w`` where its type cannot be named: ``sim.rules.rulebook`` is built from the files
that read it, and a circle of imports is not allowed. A ``Rulebook`` under SimPy, a record in memory
in compiled code, where a ``Spell`` is one too."""

GROUPS = (
    "ui",
    "cash_job_ready",
    "cash_activity_ready",
    "education_help",
    "sickness",
    "resource",
    "seasonal",
)
"""Target groups in code order (index 0..6)."""

EXITS = ("job", "education", "recall", "other", "open")
"""Ways out of a spell in code order; ``open`` is right-censored."""

JOB, EDUCATION, RECALL, OTHER, OPEN = range(5)

PERSONS_PER_GROUP = 10_000_000
"""``person`` is (group index + 1) times this, plus the index within the group."""

IN_STOCK = 5_000_000
"""Added to the index of people who are in the office on day 0."""


def person_number(group: int, index: int, in_stock: bool = False) -> int:
    """The number of a person: group code, then the index within the group."""
    return (group + 1) * PERSONS_PER_GROUP + (IN_STOCK if in_stock else 0) + index


class Line:
    """One cumulative rate on its way to its threshold: what is read and written every week.

    Rates are per day, days are calendar days. Its fields come first in the record of a spell, so
    that they lie side by side in memory (that is half of what a week costs).
    """

    at_day: float
    summed: float
    own: float
    level: float
    piece_day: float
    limit_day: float
    excess: float
    excess_sum: float
    top: float
    threshold: float
    entry_day: float
    common: int
    """Place of the load and market factor in the rulebook's table; 0 for those who share none."""
    line: int
    knot: int
    closed: bool
    others: tuple[Spell, ...]
    """Records of the other exits that meetings move (see ``other_lines``)."""

    __slots__ = tuple(__annotations__)


class Spell(Line):
    """One spell of one job seeker, as a flat record: all that the rules read and write.

    Times ending in ``_day`` are calendar days from the start date; rates are per day.
    """

    # who
    person: int
    group: int
    arm: int
    """Place among the arms of the world; 0 where there is one only, and for who is in no trial."""
    row: int
    spell: int
    pool: int
    frailty: float
    chi: float
    pace: float
    day_time: float
    score: float
    quality: float
    episode_from: float
    episode_to: float
    caseworker_draw: float
    spread: float
    # the exits that no meeting moves
    fixed_day: float
    fixed_exit: int
    other_day: float
    other_exit: int
    right_day: float
    right_left: float
    # job rate beyond ``Line``: what multiplies it and until when
    threat_from_day: float
    threat_to_day: float
    sanction_to_day: float
    # stock of meetings, decayed to stock_day
    stock: float
    stock_day: float
    # exit as far as it is known
    exit_day: float
    exit: int
    # plan
    phase: int
    step: int
    planned: int
    number: int
    due_day: float
    duty: int
    lost_days: float
    stopped_day: float
    kept_due_day: float
    offer_day: float
    owed: int
    booked: int
    # meeting at hand
    state: int
    form: int
    minutes: float
    absent: int
    partner: int
    start_day: float
    end_day: float
    asked_day: float
    asked_duty: int
    asked_planned: int
    ticket: int
    # rows
    due: int
    held: int
    waiting_days: float
    sanctions: int
    minutes_used: float
    counted: bool
    # what the person's process waits for
    alarm: Any

    __slots__ = tuple(__annotations__)


FIELDS = Line.__slots__ + Spell.__slots__


def blank_spell() -> Spell:
    """A spell of nobody in particular in which nothing has happened yet, on day 0."""
    p = Spell()
    p.alarm = None
    make_nobody(p)
    start_over(p)
    return p


def make_nobody(p: Spell) -> None:
    """Set what a person keeps from spell to spell."""
    p.person = p.group = p.arm = p.row = p.pool = p.spell = p.line = p.common = 0
    p.frailty = p.chi = p.pace = p.quality = 1.0
    p.day_time = p.score = p.caseworker_draw = p.spread = 0.0


def start_over(p: Spell) -> None:
    """Set what is new in every spell: nothing has happened yet, on day 0."""
    p.entry_day = 0.0
    p.episode_from = p.episode_to = inf
    p.threshold = p.fixed_day = p.other_day = p.right_day = p.right_left = inf
    p.fixed_exit = p.other_exit = OTHER
    p.at_day = p.summed = p.own = p.level = 0.0
    p.piece_day = p.limit_day = inf
    p.knot = 0
    clear_other_lines(p)
    p.stock = p.stock_day = p.excess = p.excess_sum = 0.0
    p.top = 1.0
    p.closed = True
    p.threat_from_day = p.threat_to_day = inf
    p.sanction_to_day = -inf
    p.exit_day = inf
    p.exit = OPEN
    p.phase = p.step = p.planned = p.number = 0
    p.due_day = inf
    p.duty = 0
    p.lost_days = 0.0
    p.stopped_day = p.kept_due_day = p.offer_day = inf
    p.owed = p.booked = 0
    p.state = p.form = p.absent = p.partner = p.ticket = p.asked_duty = p.asked_planned = 0
    p.minutes = 0.0
    p.start_day = p.end_day = p.asked_day = 0.0
    p.due = p.held = p.sanctions = 0
    p.waiting_days = p.minutes_used = 0.0
    p.counted = False


# The compiled engine keeps records in arrays: it replaces the four functions below by its own.


def other_lines(p: Spell, w: Table) -> Sequence[Spell]:
    """The records of the other exits that meetings move."""
    return p.others


def clear_other_lines(p: Spell) -> None:
    """Leave no record of another exit."""
    p.others = ()


def add_other_line(p: Spell, w: Table) -> Spell:
    """One more record of another exit, a blank one."""
    q = blank_spell()
    p.others = (*p.others, q)
    return q


def spare_line(w: Table) -> Spell:
    """A record for a moment."""
    return blank_spell()
