"""What the runs of a bench say: times and memory, ratios within rounds, and whether models agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, median, variance

from sim.experiment.bench_models import MODELS, WORKLOAD_W
from sim.experiment.bench_runs import PROBE_ROUND, BenchRun

MEASURES = {
    "duration_days": "mean duration (days)",
    "held": "meetings held a person",
    "waiting_days": "days waited a person",
}
CONFIDENCE = 0.999
"""High, because dozens of differences are looked at."""
BASES = ("samtale_simpy", "samtale_compiled", "simpy_documented")
"""With what the others are compared: the first of these that ran."""


def counted(runs: Sequence[BenchRun]) -> list[BenchRun]:
    """The runs that were timed: neither probes nor left out."""
    return [run for run in runs if run.round != PROBE_ROUND and not run.left_out]


def values(
    runs: Sequence[BenchRun], model: str, quantity: str, people: int, task: str = WORKLOAD_W
) -> dict[int, float]:
    """One measured quantity of a model by round."""
    return {
        run.round: float(getattr(run, quantity))
        for run in counted(runs)
        if (run.task, run.model, run.people) == (task, model, people)
        and getattr(run, quantity) is not None
    }


def ratios(
    runs: Sequence[BenchRun], ours: str, peer: str, people: int, task: str = WORKLOAD_W
) -> list[float]:
    """Processor time of one model over that of another in the same round."""
    one, other = (values(runs, name, "cpu_seconds", people, task) for name in (ours, peer))
    return [one[number] / other[number] for number in one if other.get(number, 0.0) > 0.0]


def spread(numbers: Sequence[float], digits: int = 3) -> str:
    """The median with the smallest and the largest, to so many significant digits."""
    if not numbers:
        return ""
    low, middle, high = (
        significant(x, digits) for x in (min(numbers), median(numbers), max(numbers))
    )
    return middle if len(numbers) == 1 else f"{middle} ({low} to {high})"


def significant(number: float, digits: int) -> str:
    """A number to so many significant digits, never as a power of ten."""
    text = f"{number:.{digits}g}"
    return f"{float(text):,.0f}" if "e+" in text else text


def cells(runs: Sequence[BenchRun]) -> list[tuple[str, int]]:
    """What was run: (task, people), in that order."""
    return list(dict.fromkeys((run.task, run.people) for run in counted(runs)))


def times(runs: Sequence[BenchRun], task: str, people: int) -> list[list[str]]:
    """A row a model: rounds, CPU, per spell, memory, and what our engines need of its time."""
    rows = []
    for name, model in MODELS.items():
        seconds = list(values(runs, name, "cpu_seconds", people, task).values())
        if not seconds:
            continue
        spells = median(values(runs, name, "spells", people, task).values())
        size = list(values(runs, name, "bytes_per_spell", people, task).values())
        ours = [
            "" if name == engine else spread(ratios(runs, engine, name, people, task), 2)
            for engine in ("samtale_simpy", "samtale_compiled")
        ]
        each = significant(median(seconds) / spells * 1e6, 3)
        row = [model.title, str(len(seconds)), spread(seconds), each]
        rows.append([*row, f"{median(size):,.0f}", *ours])
    return rows


@dataclass(frozen=True)
class Agreement:
    """The mean of a measure by one model, and how far it is from ours."""

    people: int
    measure: str
    model: str
    mean: float
    difference: float | None
    allowed: float | None
    """What luck allows the difference to be; None with too few rounds to tell."""

    @property
    def verdict(self) -> str:
        """agrees, DIFFERS, or why there is no verdict."""
        if self.difference is None:
            return "no queue: not compared"
        if self.allowed is None:
            return "two rounds are needed to tell"
        return "agrees" if abs(self.difference) <= self.allowed else "DIFFERS"


def base_of(runs: Sequence[BenchRun], people: int) -> str:
    """The model with which the others are compared; empty where none of ours ran."""
    ran = {run.model for run in counted(runs) if (run.task, run.people) == (WORKLOAD_W, people)}
    return next((name for name in BASES if name in ran), "")


def agreement(runs: Sequence[BenchRun], people: int) -> list[Agreement]:
    """Every measure of every model of workload W against the base, with the Monte-Carlo error.

    The error comes from the variance between rounds, pooled over the models with luck of their own.
    """
    from scipy.stats import t

    base, found = base_of(runs, people), []
    for measure in MEASURES:
        samples = {name: list(values(runs, name, measure, people).values()) for name in MODELS}
        samples = {name: sample for name, sample in samples.items() if sample}
        own = _own_luck(samples, measure)
        freedom = sum(len(sample) - 1 for sample in own)
        squares = sum(variance(sample) * (len(sample) - 1) for sample in own if sample[1:])
        for name, sample in samples.items():
            off: float | None = None
            allowed: float | None = None
            if base and (MODELS[name].exact_waits or measure != "waiting_days"):
                off = mean(sample) - mean(samples[base])
                if freedom:
                    shares = 1 / len(sample) + 1 / len(samples[base])
                    most = float(t.ppf((1 + CONFIDENCE) / 2, freedom))
                    allowed = most * sqrt(squares / freedom * shares)
            found.append(Agreement(people, measure, name, mean(sample), off, allowed))
    return found


def _own_luck(samples: dict[str, list[float]], measure: str) -> list[list[float]]:
    """The samples of luck of their own: our engines share theirs, as do the peers given people."""
    kinds: dict[str, list[float]] = {}
    for name, sample in samples.items():
        model = MODELS[name]
        if measure == "waiting_days" and not model.exact_waits:
            continue
        kind = "ours" if model.engine else "people" if model.drawn_people else name
        if len(sample) > len(kinds.get(kind, [])):
            kinds[kind] = sample
    return list(kinds.values())


def compiling(runs: Sequence[BenchRun], model: str) -> tuple[float | None, list[float]]:
    """Processor seconds that compiling took: with an empty cache, and with what was kept."""
    empty = [run.compile_seconds for run in runs if (run.model, run.round) == (model, PROBE_ROUND)]
    kept = [run.compile_seconds for run in counted(runs) if run.model == model]
    return (empty[0] if empty else None), [x for x in kept if x is not None]


def same_rows(runs: Sequence[BenchRun], task: str, people: int) -> bool | None:
    """Whether both engines made the same rows in every round; None where not both ran."""
    made: dict[int, list[str]] = {}
    for run in counted(runs):
        if run.rows_sha256 and (run.task, run.people) == (task, people):
            made.setdefault(run.round, []).append(run.rows_sha256)
    pairs = [hashes for hashes in made.values() if len(hashes) == 2]
    return all(one == other for one, other in pairs) if pairs else None
