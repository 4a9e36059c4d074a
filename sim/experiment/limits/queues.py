"""What queueing theory asks of an office: waits, queues and utilisation, from rows, in batches.

A run is cut into batches of time. A figure is a ratio of two sums (waiting days over requests,
say); its standard error is that of a ratio over batches, so it holds for correlated waits. What
is known of a batch beforehand (how many arrive, how long meetings take) takes out the part of
the luck that it explains: control variates (Lavenberg and Welch 1981).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, sqrt

import numpy as np

from sim.experiment.limits.cases import Estimate
from sim.model.journal import ArmRows
from sim.rules.meetings import BROKEN_OFF, CANCELLED, HELD, PENDING
from sim.rules.people import OPEN, PERSONS_PER_GROUP

RATIOS: dict[str, tuple[str, str]] = {
    "P(wait>0)": ("waited", "requests"),
    "P(wait>0) seen by requests": ("waited", "requests"),
    "P(wait=0)": ("at_once", "requests"),
    "P(leave before meeting starts)": ("cancelled", "requests"),
    "P(leave during meeting)": ("broken_off", "requests"),
    "E[wait]": ("wait_days", "requests"),
    "E[wait] all": ("wait_days", "requests"),
    "E[wait] per request": ("wait_days", "requests"),
    "E[sojourn]": ("sojourn_days", "requests"),
    "E[wait] class 1": ("first_wait_days", "first_requests"),
    "E[wait] class 2": ("second_wait_days", "second_requests"),
    "E[Q]": ("queue_days", "queue_time"),
    "E[Q] waiting": ("queue_days", "queue_time"),
    "E[waiting for a meeting]": ("queue_days", "days"),
    "E[busy]": ("busy_days", "queue_time"),
    "utilisation": ("busy_days", "server_days"),
    "P(queue>=c) in time": ("all_busy_days", "days"),
    "completed meetings per day": ("completed", "queue_time"),
    "meetings per day": ("completed", "days"),
    "meetings per spell": ("completed", "entries"),
    "E[stock]": ("stock_days", "days"),
    "E[stock]=lam/h0": ("stock_days", "days"),
}
"""How a figure is made from the sums of batches."""

CLUSTER = 100.0
"""Rare events come together: so few of them, or none, are worth no smaller an error than these."""

FEWEST_BATCHES = 10
"""With fewer batches for each control the controls are left alone."""

PERCENTILE = "95th pct of wait"


@dataclass
class Batches:
    """Sums by batch, over one or more replications of a queue.

    ``separate`` queues of one caseworker each are averaged; ``servers`` counts all caseworkers.
    ``arrivals_per_day`` and ``meeting_days`` are what a batch is expected to have (None: not
    known, where an exit may cut a meeting short).
    """

    servers: int
    arrivals_per_day: float
    meeting_days: float | None
    separate: int = 1
    keep_waits: bool = False
    sums: list[dict[str, float]] = field(default_factory=list)
    waits: list[np.ndarray] = field(default_factory=list)

    def add(self, rows: ArmRows, from_day: float, to_day: float, batches: int) -> None:
        """Add the days of one replication from which the start and the end are cut off.

        Raises:
            ValueError: somebody who asked before ``to_day`` is still waiting at the end.
        """
        m, s = rows.meetings, rows.spells
        due, end, outcome = m["due_day"], m["end_day"], m["outcome"]
        if bool(np.any((outcome == PENDING) & (due < to_day))):
            raise ValueError("the run ends before those who asked have been served")
        begun = ~np.isnan(m["start_day"])
        start = np.where(begun, m["start_day"], end)
        wait = start - due
        meeting = np.where(begun, end - start, 0.0)
        second = m["person"] >= 2 * PERSONS_PER_GROUP
        left = np.where(s["exit"] == OPEN, inf, s["exit_day"])
        edges = np.linspace(from_day, to_day, batches + 1)
        columns = {
            "requests": np.ones_like(due), "waited": wait > 0.0, "at_once": wait <= 0.0,
            "cancelled": outcome == CANCELLED, "broken_off": outcome == BROKEN_OFF,
            "wait_days": wait, "sojourn_days": wait + meeting,
            "first_requests": ~second, "second_requests": second,
            "first_wait_days": wait * ~second, "second_wait_days": wait * second,
        }  # fmt: skip
        by_due = {name: _by_batch(due, column, edges) for name, column in columns.items()}
        over = {
            "completed": np.histogram(end[outcome == HELD], edges)[0],
            "entries": np.histogram(s["entry_day"], edges)[0],
            "queue_days": _days_within(due, start, edges),
            "busy_days": _days_within(start[begun], end[begun], edges),
            "all_busy_days": _days_full(start[begun], end[begun], self.servers, edges),
            "stock_days": _days_within(s["entry_day"], left, edges),
            "days": np.diff(edges),
            "queue_time": np.diff(edges) * self.separate,
            "server_days": np.diff(edges) * self.servers,
        }
        surplus = meeting - (meeting if self.meeting_days is None else self.meeting_days)
        over["more_arrivals"] = over["entries"] - self.arrivals_per_day * over["days"]
        over["longer_meetings"] = _by_batch(due[begun], surplus[begun], edges)
        everything = {**by_due, **over}
        self.sums += [{k: float(v[i]) for k, v in everything.items()} for i in range(batches)]
        if self.keep_waits:
            place = np.digitize(due, edges) - 1
            self.waits += [wait[place == i].astype(np.float32) for i in range(batches)]

    def column(self, name: str) -> np.ndarray:
        """A sum by batch."""
        return np.array([one[name] for one in self.sums])

    def estimate(self, quantity: str, weights: tuple[float, float] = (0.0, 0.0)) -> Estimate:
        """A figure by its name in the tables of exact answers.

        Args:
            weights: loads of the two classes, for the conservation law of priority queues.
        """
        if quantity == PERCENTILE:
            return self._percentile(0.95)
        if quantity == "conservation sum rho_i W_i":
            parts = [self._ratio(*RATIOS[f"E[wait] class {i}"]) for i in (1, 2)]
            value = sum(w * part[0] for w, part in zip(weights, parts, strict=True))
            return self._controlled(value, weights[0] * parts[0][1] + weights[1] * parts[1][1])
        above, below = RATIOS[quantity]
        value, noise = self._ratio(above, below)
        requests = self.column("requests").sum()
        is_rare = min(abs(value), abs(1.0 - value)) * requests < CLUSTER
        is_share = quantity.startswith("P(") or above == "busy_days"
        if is_share and is_rare:
            return Estimate(value, max(_error(noise), CLUSTER / requests), len(noise) - 1)
        return self._controlled(value, noise)

    def _ratio(self, above: str, below: str) -> tuple[float, np.ndarray]:
        """A ratio, and by batch what it is off."""
        a, b = self.column(above), self.column(below)
        value = a.sum() / b.sum()
        return float(value), (a - value * b) / b.mean()

    def _percentile(self, share: float) -> Estimate:
        """A percentile of the waits, with the error of the share beyond it over the density."""
        waits = np.concatenate(self.waits)
        value = float(np.quantile(waits, share))
        beyond = np.array([float(np.mean(w > value)) for w in self.waits])
        low, high = np.quantile(waits, [share - 0.005, share + 0.005])
        return self._controlled(value, (beyond - beyond.mean()) * float(high - low) / 0.01)

    def _controlled(self, value: float, noise: np.ndarray) -> Estimate:
        """A figure, less what arrivals and meeting times other than expected have done to it."""
        known = [self.column(name) for name in ("more_arrivals", "longer_meetings")]
        controls = np.array([x for x in known if np.ptp(x) > 0.0])
        if len(noise) < FEWEST_BATCHES * (1 + len(controls)):
            return Estimate(value, _error(noise), len(noise) - 1)
        mean = controls.mean(axis=1)
        slopes = np.linalg.lstsq((controls - mean[:, None]).T, noise, rcond=None)[0]
        rest = noise - noise.mean() - slopes @ (controls - mean[:, None])
        left = len(noise) - 1 - len(controls)
        return Estimate(value - float(slopes @ mean), _error(rest, len(controls)), left)


def _error(noise: np.ndarray, slopes: int = 0) -> float:
    """The standard error of a mean over batches, after fitting some slopes."""
    return sqrt(float(noise @ noise) / (len(noise) - 1 - slopes) / len(noise))


def _by_batch(day: np.ndarray, column: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.histogram(day, edges, weights=column.astype(float))[0]


def _days_within(start: np.ndarray, end: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Days that intervals have in common with each batch."""
    until = [float((np.minimum(end, e) - np.minimum(start, e)).sum()) for e in edges]
    return np.diff(until)


def _days_full(start: np.ndarray, end: np.ndarray, servers: int, edges: np.ndarray) -> np.ndarray:
    """Days of each batch on which all caseworkers are busy."""
    day = np.concatenate([start, end])
    step = np.concatenate([np.ones(len(start)), -np.ones(len(end))])
    order = np.argsort(day, kind="stable")
    day, busy = day[order], np.cumsum(step[order])
    full = busy[:-1] >= servers
    return _days_within(day[:-1][full], day[1:][full], edges)
