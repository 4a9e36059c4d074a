"""How the office served: meetings fallen due and held, waits, offered load, utilisation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.metrics import LATE_DAYS
from sim.experiment.profiles import meeting_months
from sim.experiment.rows import spell_rows
from sim.experiment.sums import Sums, ratio
from sim.rules.meetings import DECLINED, FORMS, HELD, SUSPENDED

if TYPE_CHECKING:
    from sim.model.journal import ArmRows


def meetings_and_waits(
    sums: Sums, rows: ArmRows, counted: np.ndarray, window: float, months: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Meeting metrics over the window of each counted spell, as (sum, what it is divided by) by
    label; fills in the profile by month."""
    meetings, spells = rows.meetings, rows.spells
    place_of_row = np.full(len(spells["person"]), -1)
    place_of_row[counted] = np.arange(len(counted))
    spell = place_of_row[spell_rows(rows)]
    chosen = np.flatnonzero(spell >= 0)
    spell = spell[chosen]
    spell_day = meetings["due_day"][chosen] - spells["entry_day"][counted][spell]
    inside = np.flatnonzero(spell_day < window)
    chosen, spell, spell_day = chosen[inside], spell[inside], spell_day[inside]
    outcome, start, due = (meetings[name][chosen] for name in ("outcome", "start_day", "due_day"))
    held = outcome == HELD
    meeting_months(sums, spell, spell_day, held, window, months)

    queued = _queued(outcome)
    started = np.isfinite(start)
    left = spells["exit_day"][counted][spell]
    waited = np.maximum(np.where(started, start, left) - due, 0.0)
    late = queued & (waited > LATE_DAYS)
    judged = queued & (started | late)
    found = {
        "due_per_person": (sums.sum(np.ones(len(spell)), spell), sums.people),
        "held_per_person": (sums.sum(held.astype(float), spell), sums.people),
    }
    for name, amounts, among in (
        ("waiting_days_mean", waited, queued),
        ("late_share", late.astype(float), judged),
    ):
        found[name] = (
            sums.sum(amounts[among], spell[among]),
            sums.sum(np.ones(int(among.sum())), spell[among]),
        )
    return found


def _queued(outcome: np.ndarray) -> np.ndarray:
    """Which meetings were asked of a caseworker."""
    found: np.ndarray = (outcome != DECLINED) & (outcome != SUSPENDED)
    return found


@dataclass(frozen=True)
class Load:
    """Minutes used and opened; by form, minutes and number of meetings that started, and number
    of those that were asked for and never did."""

    used: float
    opened: float
    minutes: np.ndarray
    started: np.ndarray
    unmet: np.ndarray

    def __add__(self, other: Load) -> Load:
        return Load(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def values(self) -> dict[str, float]:
        """Offered load and utilisation of the whole office; no groups, since they share it.

        What was asked for is what was used, and for each meeting that never started the mean of
        the minutes that its form used.
        """
        if not (np.isfinite(self.opened) and self.opened > 0):
            return {"offered_load": float("nan"), "utilisation": float("nan")}
        mean_minutes = ratio(self.minutes, self.started)
        asked = np.sum((self.unmet * mean_minutes)[self.unmet > 0])
        return {
            "offered_load": float((self.used + asked) / self.opened),
            "utilisation": self.used / self.opened,
        }


def load(rows: ArmRows) -> Load:
    """What was asked of an office, and what it had."""
    meetings, office = rows.meetings, rows.office
    started = np.isfinite(meetings["start_day"])
    unmet = ~started & _queued(meetings["outcome"])
    form, kinds = meetings["form"], len(FORMS)
    return Load(
        used=float(np.sum(office["minutes_used"])),
        opened=float(np.sum(office["minutes_open"])),
        minutes=np.bincount(form, np.where(started, meetings["minutes"], 0.0), kinds),
        started=np.bincount(form, started, kinds),
        unmet=np.bincount(form[unmet], minlength=kinds),
    )
