"""Who is in the model: target groups, ways out, and the flat record of one spell."""

from __future__ import annotations

from math import inf

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


NOT_SHARED = (1.0,)
"""The load and market factor of those who share neither."""


class Line:
    """One cumulative rate on its way to its threshold: what is read and written every week.

    Rates are per day, days are calendar days. A record of its own, so that the fields lie side by
    side in memory (that is half of what a week costs).
    """

    __slots__ = (
        "at_day", "closed", "entry_day", "excess", "excess_sum", "level", "limit_day", "line",
        "others", "own", "piece_day", "pool", "shared", "summed", "threshold", "top",
    )  # fmt: skip


class Spell(Line):
    """One spell of one job seeker, as a flat record: all that the rules read and write.

    Times ending in ``_day`` are calendar days from the start date; rates are per day. The
    groups of fields: who it is, the luck of the spell, the job rate, the stock of meetings, the
    plan of meetings, the meeting at hand, what the rows need.
    """

    __slots__ = (
        # who
        "person", "group", "row", "spell", "frailty", "chi", "pace", "day_time", "score",
        "quality", "episode_from", "episode_to", "caseworker_draw", "spread",
        # the exits that no meeting moves
        "fixed_day", "fixed_exit", "other_day", "other_exit", "right_day", "right_left",
        # job rate beyond ``Line``: the place in its table, what multiplies it and until when
        "knot", "threat_from_day", "threat_to_day", "sanction_to_day",
        # stock of meetings, decayed to stock_day
        "stock", "stock_day",
        # exit as far as it is known
        "exit_day", "exit",
        # plan
        "phase", "step", "planned", "number", "due_day", "duty", "lost_days", "stopped_day",
        "kept_due_day", "offer_day", "owed", "booked",
        # meeting at hand
        "state", "form", "minutes", "absent", "partner", "start_day", "end_day", "asked_day", "asked_duty",
        "asked_planned", "ticket",
        # rows
        "due", "held", "waiting_days", "sanctions", "minutes_used", "counted",
        # what the person's process waits for
        "alarm",
    )  # fmt: skip


FIELDS = Line.__slots__ + Spell.__slots__


def blank_spell() -> Spell:
    """A spell in which nothing has happened yet, on day 0."""
    p = Spell()
    p.row = p.pool = p.spell = p.person = p.group = p.line = 0
    p.frailty = p.chi = p.pace = p.quality = 1.0
    p.shared = NOT_SHARED
    p.day_time = p.score = p.caseworker_draw = p.spread = p.entry_day = 0.0
    p.episode_from = p.episode_to = inf
    p.threshold = p.fixed_day = p.other_day = p.right_day = p.right_left = inf
    p.fixed_exit = p.other_exit = OTHER
    p.at_day = p.summed = p.own = p.level = 0.0
    p.piece_day = p.limit_day = inf
    p.knot = 0
    p.others = None
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
    p.alarm = None
    return p
