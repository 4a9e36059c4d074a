"""How the office served: meetings fallen due and held, waits, offered load, utilisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.metrics import LATE_DAYS
from sim.experiment.profiles import meeting_months
from sim.experiment.sums import Sums, ratio
from sim.rules.meetings import DECLINED, FORMS, HELD, SUSPENDED

if TYPE_CHECKING:
    from sim.model.journal import ArmRows

NEVER_QUEUED = (DECLINED, SUSPENDED)


def meetings_and_waits(
    sums: Sums, rows: ArmRows, counted: np.ndarray, window: float, months: np.ndarray
) -> dict[str, np.ndarray]:
    """Meeting metrics over the window of each counted spell; fills in the profile by month."""
    meetings, spells = rows.meetings, rows.spells
    key = spells["person"].astype(np.int64) * 2**16 + spells["spell"]
    of_meeting = meetings["person"].astype(np.int64) * 2**16 + meetings["spell"]
    place_of_row = np.full(len(key) + 1, -1)
    place_of_row[counted] = np.arange(len(counted))
    spell = place_of_row[np.searchsorted(key, of_meeting)]
    due = meetings["due_day"]
    spell_day = due - spells["entry_day"][counted][spell] if len(counted) else due
    chosen = np.flatnonzero((spell >= 0) & (spell_day < window))
    spell, due, spell_day = spell[chosen], due[chosen], spell_day[chosen]
    outcome, start = meetings["outcome"][chosen], meetings["start_day"][chosen]
    held = (outcome == HELD).astype(float)
    meeting_months(sums, spell, spell_day, held, window, months)

    queued = ~np.isin(outcome, NEVER_QUEUED)
    started = np.isfinite(start)
    left = spells["exit_day"][counted][spell]
    waited = np.maximum(np.where(started, start, left) - due, 0.0)
    late = queued & (waited > LATE_DAYS)
    judged = queued & (started | late)
    found = {
        "due_per_person": sums.mean(np.ones(len(spell)), spell),
        "held_per_person": sums.mean(held, spell),
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
    unmet = ~started & ~np.isin(meetings["outcome"], NEVER_QUEUED)
    form, kinds = meetings["form"], len(FORMS)
    mean_minutes = ratio(
        np.bincount(form[started], weights=meetings["minutes"][started], minlength=kinds),
        np.bincount(form[started], minlength=kinds).astype(float),
    )
    asked = np.bincount(form[unmet], minlength=kinds)
    found["utilisation"][0] = used / opened
    found["offered_load"][0] = (used + np.sum((asked * mean_minutes)[asked > 0])) / opened
    return found
