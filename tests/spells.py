"""Tables of spells with known rates: late entry, censoring, competing exits, gamma frailty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.rules.people import JOB, OPEN, OTHER

STARTS = np.array([0.0, 56.0, 140.0, 280.0])
JOB_RATE = np.array([0.050, 0.035, 0.030, 0.020]) / 7
OTHER_RATE = np.array([0.010, 0.012, 0.008, 0.008]) / 7
NO_DAY = 1e-12


@dataclass(frozen=True)
class Known:
    """Tables of spells, (tables, spells); who left before they were seen has no day in them."""

    entry: np.ndarray
    duration: np.ndarray
    exit: np.ndarray


def day_of(total: np.ndarray, rate: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The day on which a piecewise cumulative rate reaches a total."""
    reached = np.append(0.0, np.cumsum(rate[:-1] * np.diff(starts)))
    piece = np.searchsorted(reached, total, side="right") - 1
    return starts[piece] + (total - reached[piece]) / rate[piece]


def known(
    seed: int, tables: int, spells: int, variance: float, late: bool = True, censored: bool = True
) -> Known:
    """Half of the spells are seen late, all for 60 to 700 days at most."""
    luck = np.random.default_rng(seed)
    shape = (tables, spells)
    frailty = luck.gamma(1 / variance, variance, shape) if variance else np.ones(shape)
    job = day_of(luck.exponential(size=shape) / frailty, JOB_RATE, STARTS)
    other = day_of(luck.exponential(size=shape), OTHER_RATE, STARTS)
    entry = np.where(luck.random(shape) < 0.5, luck.uniform(0, 90, shape), 0.0) * late
    seen = entry + (luck.uniform(60, 700, shape) if censored else 1e9)
    duration = np.minimum(np.minimum(job, other), seen)
    exits = np.where(duration == seen, OPEN, np.where(job <= other, JOB, OTHER))
    gone = duration <= entry
    return Known(
        np.where(gone, NO_DAY, entry),
        np.where(gone, NO_DAY, duration),
        np.where(gone, OPEN, exits),
    )


def table(found: Known, number: int = 0) -> str:
    """One of the tables as CSV, of the group ui."""
    exits = {JOB: "job", OTHER: "other", OPEN: ""}
    lines = ["duration,event,exit,group,entry"]
    for v, t, code in zip(
        found.entry[number], found.duration[number], found.exit[number], strict=True
    ):
        if t > NO_DAY:
            lines.append(f"{t:.6f},{int(code != OPEN)},{exits[int(code)]},ui,{v:.6f}")
    return "\n".join(lines) + "\n"
