"""Records in memory: how spells, rulebooks and worlds lie in NumPy arrays for compiled code.

A rulebook becomes one record: its tables have room for a standard number of entries (the next
larger one where that is too little), so that one compilation serves nearly every study.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_type_hints

import numpy as np

from sim.rules.people import GROUPS, Line, Spell
from sim.rules.rulebook import Rulebook

REAL, WHOLE, PLACE, SHORT, BYTE, YES = (
    np.float64, np.int64, np.int32, np.int16, np.int8, np.bool_,
)  # fmt: skip

BYTES = frozenset({
    "group", "arm", "fixed_exit", "other_exit", "exit", "duty", "owed", "booked", "state", "form",
    "absent", "partner", "asked_duty", "others", "line",
})  # fmt: skip
"""Whole numbers of a spell that fit into a byte."""

SHORTS = frozenset({
    "spell", "due", "held", "sanctions", "number", "planned", "asked_planned", "row", "knot", "phase",
})  # fmt: skip
"""Those that take two, as they do in the rows, or are places in short tables; the rest take four."""

MOST_ARMS = 16
"""Arms that may live in one world."""

LINES = 3
"""Exits beside the job, each with a record where meetings move it."""

ROOM = 256
"""Entries that every table of a rulebook has room for, the calendar aside."""

CALENDAR_ROOM = 32_768
LONG_ROOM = 1024
"""Room for days of the calendar; for days of listed meetings, and for pools of caseworkers."""

ROOMS = {"next_open": CALENDAR_ROOM, "list_day": LONG_ROOM}


def _record(*columns: tuple[Any, str]) -> np.dtype:
    """A record with columns of some kinds, the widest first so that nothing is lost to gaps."""
    fields = [(name, kind) for kind, names in columns for name in names.split()]
    return np.dtype(sorted(fields, key=lambda f: -np.dtype(f[1]).itemsize), align=True)


EVENT = _record((REAL, "day"), (PLACE, "stamp about"), (BYTE, "kind"), (YES, "is_set"))
"""An alarm: when it rings, how often it has been set, and what it is about."""

FIRST_READ = (
    "due_day", "exit_day", "limit_day", "end_day", "start_day", "asked_day", "fixed_day", "minutes",
    "chi", "stock", "stock_day", "waiting_days", "minutes_used", "kept_due_day",
)  # fmt: skip
"""Fields that nearly every event reads: they lie together, after those of ``Line``."""


def _spell() -> np.dtype:
    kinds = get_type_hints(Line) | get_type_hints(Spell)
    lines = list(get_type_hints(Line))
    columns: list[tuple[Any, str]] = [(PLACE, "slot serial"), (YES, "is_open")]
    for name in sorted(kinds, key=lambda n: (n not in lines, n not in FIRST_READ)):
        kind = kinds[name]
        if kind is float:
            columns.append((REAL, name))
        elif kind is bool:
            columns.append((YES, name))
        elif name != "alarm":
            size = BYTE if name in BYTES else SHORT if name in SHORTS else PLACE
            columns.append((size, name))
    whole = _record(*columns)
    fields = [("alarm", EVENT), *((name, whole[name]) for name in whole.names or ())]
    return np.dtype(fields, align=True)


SPELL = _spell()
"""A spell: its alarm, then field by field as in ``sim.rules.people`` (``others`` counts the other
lines), its place, its number in order of entry, and whether it is open."""

ENTRANT = np.dtype([
    ("entry_day", REAL), ("frailty", REAL), ("thresholds", REAL, (4,)), ("day_time", REAL),
    ("score", REAL), ("caseworker", REAL), ("spread", REAL), ("episode_from", REAL),
    ("episode_to", REAL), ("person", PLACE), ("group", BYTE), ("arm", BYTE),
], align=True)  # fmt: skip
"""One of the people; see ``sim.model.population.People``."""

LISTED = _record((REAL, "day"), (PLACE, "event stamp next"), (BYTE, "order"))
"""An entry of the list of a later part of a day."""

HEAPED = _record((REAL, "day"), (PLACE, "event stamp"), (BYTE, "order"))
"""An entry of the heap of the present part."""

TICKET = _record((REAL, "key"), (PLACE, "person ticket who child next"))
"""A place in a queue; ``who`` is a spell, or a gathering from -1 downwards."""

GATHERING = _record(
    (REAL, "minutes due_day entry_day score"),
    (WHOLE, "event"), (PLACE, "person pool first last after"), (BYTE, "group is_open"),
)  # fmt: skip
"""A group meeting in the making, and the list of its members."""

MEMBER = _record((PLACE, "who ticket after"))

POOL = _record(
    (REAL, "size free waited_days counted_to idle_since closes_day next_opening_day"),
    (WHOLE, "waiting leaving late group_meetings open_spells held_checks idle_checks meeting"),
    (WHOLE, "queue asking gathering"), (YES, "is_open"),
)  # fmt: skip
"""Caseworkers who serve one queue; see ``sim.model.jobcentre.Pool``."""

CHANGE = _record((REAL, "day"), (PLACE, "starts number arm"))
"""A window of an arm that begins or ends."""

LEAVER = _record(
    (REAL, "threshold quality planned_due_day"), (PLACE, "person spell pool planned_duty arm")
)
"""What the rows will not tell of a person who leaves for a job; see ``sim.model.audit``."""

ONE_REAL, ONE_PLACE = _record((REAL, "v")), _record((PLACE, "v"))
ONE_SHORT, ONE_BYTE, ONE_YES = _record((SHORT, "v")), _record((BYTE, "v")), _record((YES, "v"))

SPELL_ROW = (
    "person", "spell", "group", "entry_day", "exit_day", "exit", "frailty", "due", "held",
    "waiting_days", "counted", "sanctions", "minutes",
)  # fmt: skip
"""What a spell's row holds while a world runs, beside its number in order of entry."""

MEETING_ROW = (
    "number", "planned", "due_day", "start_day", "end_day", "minutes",
)  # fmt: skip
"""What a meeting's row holds while a world runs, beside the number of its spell and its kind."""

FORM_CODES, DUTY_CODES = 4, 2
"""A meeting's kind is form + 4 * (duty + 2 * outcome): three short numbers in one byte."""

ENTRANT_COLUMNS = (
    "person", "group", "arm", "entry_day", "frailty", "thresholds", "day_time", "score",
    "caseworker", "episode_from", "episode_to", "spread",
)  # fmt: skip

PURPOSES = ("plan", "meeting", "return", "threshold")

STORES = {
    "spells": SPELL, "lines": SPELL, "near": ONE_PLACE, "events": EVENT, "listed": LISTED, "heap": HEAPED,
    "tickets": TICKET, "gatherings": GATHERING, "members": MEMBER, "leavers": LEAVER,
}  # fmt: skip
"""Arrays that may have to grow while a world runs."""

WORLD = np.dtype(
    [
        (name, REAL)
        for name in (
            "now", "horizon_days", "observation_days", "known_until_day", "gather_days",
            "displacement", "pool_share", "reference_effort_per_day", "load_elasticity",
            "reference_spells_per_caseworker", "displaced_jobs", "waited_days", "open_day",
            "wrong_a", "wrong_b", "wrong_c",
        )
    ]
    + [(f"{purpose}_{i}", np.uint64) for purpose in PURPOSES for i in (0, 1)]
    + [
        (name, WHOLE)
        for name in (
            # how far it is
            "part", "entered", "left", "jobs", "sums_checked", "week", "next_entrant", "entrants",
            "next_stock", "stock_count", "stage", "next_change", "changes_count", "next_numbers", "numbers_count", "asked",
            "weeks_kept", "leavers_count", "spell_rows", "meeting_rows", "wrong", "wrong_person",
            "wrong_spell", "units", "near_count",
            # how it is set up
            "pools_count", "order", "group_size", "audit_every", "own_pools", "qualities_count",
            # room, and what of it is taken
            *(f"{store}_room" for store in STORES), "rows_room", "meetings_room",
            "asking_now", "heaped", "slots_taken", "free_slot", "events_taken", "free_event", "listed_taken",
            "free_listed", "tickets_taken",
            "free_ticket", "gatherings_taken", "free_gathering", "members_taken", "free_member",
            # where everything lies
            *STORES, "lists", "pools", "changes", "number_days", "number_sizes", "qualities",
            "week_days", "week_factors", "spell_serial", "meeting_serial", "meeting_kind", "spare_entrant",
            *(f"entrant_{name}" for name in ENTRANT_COLUMNS),
            *(f"spell_{name}" for name in SPELL_ROW),
            *(f"meeting_{name}" for name in MEETING_ROW),
        )
    ]
    + [("deadline_days", REAL, (len(GROUPS),)), ("keeps_plan", SHORT, (len(GROUPS),)),
       ("lever_set", PLACE, (MOST_ARMS,))]
    + [
        (name, YES)
        for name in (
            "coupled", "breaks", "windowed", "own_caseworker", "pool_by_group", "pool_by_arm",
            "is_opening", "in_step", "asks_market",
        )
    ],
    align=True,
)  # fmt: skip
"""What ``sim.model.world.World`` holds, as plain numbers and addresses."""

RULES = ("line_rule", "effect_rule", "phase_rule")
"""Fields of a rulebook that hold functions: compiled code finds them at an address."""

RULE_ADDRESSES = ("hazard_rule", "effect_rule", "schedule_rule")
LINE_ADDRESSES = ("spare", "lines")
FAULTS = ("fault", "fault_of")
FAULT_PLACES = ("fault_x", "fault_y")
"""Which plug-in gave what it must not, and where; see ``doors``."""

NOT_RULES = (*RULE_ADDRESSES, *LINE_ADDRESSES, *FAULTS, *FAULT_PLACES)


def room(entries: int, size: int = ROOM) -> int:
    """Room for so many entries: 256, 1024, 4096, ..."""
    while size < entries:
        size *= 4
    return size


def _is_table(name: str, kind: str) -> bool:
    return name not in (*RULES, "common_factor") and kind not in ("int", "float", "bool")


@lru_cache(maxsize=16)
def _rulebook(sizes: tuple[int, ...], pools: int) -> np.dtype:
    fields: list[Any] = []
    tables = iter(sizes)
    for name, kind in Rulebook.__annotations__.items():
        if _is_table(name, kind):
            # Numba knows no tables of booleans within a record
            entry = BYTE if "bool" in kind else REAL if "Float" in kind else PLACE
            fields.append((name, entry, (next(tables),)))
        elif name == "common_factor":
            fields.append((name, REAL, (pools,)))
        elif name not in RULES:
            fields.append((name, {"int": WHOLE, "float": REAL, "bool": YES}[kind]))
    fields += [(name, WHOLE) for name in (*RULE_ADDRESSES, *LINE_ADDRESSES, *FAULTS)]
    fields += [(name, REAL) for name in FAULT_PLACES]
    return np.dtype(fields, align=True)


def standard_rulebook() -> np.ndarray:
    """A rulebook of zeros with the standard room, as nearly every study has it."""
    tables = [name for name, kind in Rulebook.__annotations__.items() if _is_table(name, kind)]
    sizes = tuple(ROOMS.get(name, ROOM) for name in tables)
    return np.zeros(1, _rulebook(sizes, LONG_ROOM))


def rulebook_record(w: Rulebook, pools: int) -> np.ndarray:
    """The rulebook as an array of one record; its addresses are 0."""
    tables = {
        name: getattr(w, name)
        for name, kind in Rulebook.__annotations__.items()
        if _is_table(name, kind)
    }
    sizes = tuple(room(len(table), ROOMS.get(name, ROOM)) for name, table in tables.items())
    dtype = _rulebook(sizes, room(pools + 1, LONG_ROOM))
    record = np.zeros(1, dtype)
    for name in dtype.names or ():
        if name in tables:
            record[name][0, : len(tables[name])] = tables[name]
        elif name == "common_factor":
            record[name] = 1.0
        elif name not in NOT_RULES:
            record[name] = getattr(w, name)
    return record


def address(array: np.ndarray) -> int:
    """Where an array begins."""
    return int(array.ctypes.data)
