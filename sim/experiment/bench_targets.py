"""What the engines should need at most on workload W, set beside what they needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sim.experiment.bench_models import MODELS
from sim.experiment.bench_runs import BenchRun
from sim.experiment.bench_tables import ratios, spread, values

SIMPY, COMPILED = "samtale_simpy", "samtale_compiled"
FASTER = (
    (COMPILED, SIMPY, 50_000, 1 / 20),
    (COMPILED, "simpy_documented", 50_000, 1 / 60),
    (COMPILED, "simmer", 50_000, 1 / 75),
    (COMPILED, "starsim", 50_000, 1.0),
    (COMPILED, "numpy_daily", 50_000, 1.0),
    (COMPILED, "c_loop", 50_000, 3.0),
    (SIMPY, "simpy_daily_tick", 5_000, 1 / 8),
    (SIMPY, "simpy_daily_tick", 50_000, 1 / 8),
    (SIMPY, "simpy_documented", 5_000, 1.0),
    (SIMPY, "simpy_documented", 50_000, 0.5),
)
"""Our engine, the other model, people, and the largest share of its processor time."""
GROWTH = ((COMPILED, 5_000, 500_000, 1.5), (SIMPY, 5_000, 50_000, 1.3))
"""Engine, few people, many people, and how much dearer a spell may be with many."""
MEMORY = ((COMPILED, 500_000, 600.0), (COMPILED, 50_000, 600.0), (SIMPY, 50_000, 1500.0))
"""Engine, people, and bytes a spell."""


@dataclass(frozen=True)
class Target:
    """A limit and what was measured: the rounds' figures, none where it was not run."""

    meaning: str
    limit: float
    measured: tuple[float, ...]

    @property
    def verdict(self) -> str:
        """met, NOT MET, or not run: the median counts."""
        if not self.measured:
            return "not run"
        return "met" if median(self.measured) <= self.limit else "NOT MET"

    def row(self) -> list[str]:
        """Its cells in the table."""
        inverse = 0.0 < self.limit < 0.5
        limit = f"1/{1 / self.limit:.0f}" if inverse else f"{self.limit:g}"
        shown = self.measured
        if inverse and shown:
            middle = f"1/{1 / median(shown):.3g}" if median(shown) > 0.0 else "0"
            return [self.meaning, limit, middle, self.verdict]
        return [self.meaning, limit, spread(shown), self.verdict]


def targets(runs: Sequence[BenchRun]) -> list[Target]:
    """Every target with what was measured."""
    found = []
    for ours, peer, people, limit in FASTER:
        meaning = f"CPU of {MODELS[ours].title} over {MODELS[peer].title}, {people:,} people"
        found.append(Target(meaning, limit, tuple(ratios(runs, ours, peer, people))))
    for ours, few, many, limit in GROWTH:
        small, large = (values(runs, ours, "cpu_seconds", people) for people in (few, many))
        growth = [large[i] / small[i] * few / many for i in large if small.get(i, 0.0) > 0.0]
        meaning = f"CPU a spell of {MODELS[ours].title}, {many:,} over {few:,} people"
        found.append(Target(meaning, limit, tuple(growth)))
    for ours, people, limit in MEMORY:
        size = tuple(values(runs, ours, "bytes_per_spell", people).values())
        found.append(Target(f"bytes a spell of {MODELS[ours].title}, {people:,}", limit, size))
    return found
