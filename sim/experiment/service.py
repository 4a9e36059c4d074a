"""How the office served: meetings fallen due and held, waits, offered load, utilisation."""

from __future__ import annotations

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
) -> dict[str, np.ndarray]:
    """Meeting metrics over the window of each counted spell; fills in the profile by month."""
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
        "due_per_person": sums.mean(np.ones(len(spell)), spell),
        "held_per_person": sums.mean(held.astype(float), spell),
    }
    for name, amounts, among in (
        ("waiting_days_mean", waited, queued),
        ("late_share", late.astype(float), judged),
    ):
        found[name] = ratio(
            sums.sum(amounts[among], spell[among]),
            sums.sum(np.ones(int(among.sum())), spell[among]),
        )
    return found


def _queued(outcome: np.ndarray) -> np.ndarray:
    """Which meetings were asked of a caseworker."""
    found: np.ndarray = (outcome != DECLINED) & (outcome != SUSPENDED)
    return found


def load(rows: ArmRows, labels: int) -> dict[str, np.ndarray]:
    """Offered load and utilisation of the whole office; no groups, since they share it.

    What was asked for is what was used, and for each meeting that never started the mean of the
    minutes that its form used.
    """
    meetings, office = rows.meetings, rows.office
    found = {name: np.full(labels, np.nan) for name in ("offered_load", "utilisation")}
    opened, used = float(np.sum(office["minutes_open"])), float(np.sum(office["minutes_used"]))
    if not (np.isfinite(opened) and opened > 0):
        return found
    started = np.isfinite(meetings["start_day"])
    unmet = ~started & _queued(meetings["outcome"])
    form, kinds = meetings["form"], len(FORMS)
    mean_minutes = ratio(
        np.bincount(form, np.where(started, meetings["minutes"], 0.0), kinds),
        np.bincount(form, started, kinds),
    )
    asked = np.bincount(form[unmet], minlength=kinds)
    found["utilisation"][0] = used / opened
    found["offered_load"][0] = (used + np.sum((asked * mean_minutes)[asked > 0])) / opened
    return found
