"""The command `bench-country`: a part of the country and the whole of it, measured in one session."""

import argparse
from statistics import median

from sim.cli import console
from sim.rules.errors import InputError

PART, WHOLE = 10, 94
"""Jobcentres of the part and of the whole; both have as many people a jobcentre."""


def bench_country(arguments: argparse.Namespace) -> None:
    """Runs one replication of both, in turn; prints what a spell takes, and the ratio."""
    if arguments.rounds < 1:
        raise InputError([f"--rounds: {arguments.rounds}; at least 1"])
    from sim.config import load
    from sim.experiment.bench_country import MOST_TIMES, measure

    scale = load(["scenarios=denmark"]).values["population"]["scale"]
    found = {PART: [], WHOLE: []}  # type: ignore[var-annotated]
    for number in range(1, arguments.rounds + 1):
        for count, taken in found.items():
            words = [
                "scenarios=denmark", f"office.area_count={count}",
                f"population.scale={scale * count / WHOLE}", *arguments.overrides,
            ]  # fmt: skip
            taken.append(measure(load(words).values))
            console.note(f"round {number}: {count} jobcentres: {taken[-1].seconds:.1f} s")
    rows = [
        (
            str(count),
            f"{taken[0].spells:,}",
            f"{median(one.seconds for one in taken):.1f}",
            f"{median(one.seconds_per_spell for one in taken) * 1e6:.2f}",
            f"{max(one.peak_bytes for one in taken) / 1e9:.2f}",
        )
        for count, taken in found.items()
    ]
    heads = ("jobcentres", "spells lived", "processor s", "microseconds a spell", "peak GB")
    console.table(heads, rows, title="One replication, all arms; medians over rounds", right=heads)
    times = median(
        whole.seconds_per_spell / part.seconds_per_spell
        for part, whole in zip(found[PART], found[WHOLE], strict=True)
    )
    met = "met" if times <= MOST_TIMES else "NOT MET"
    console.table(
        ("target", "wanted", "measured", ""),
        [(f"a spell of {WHOLE} over one of {PART} jobcentres", f"at most {MOST_TIMES} times",
          f"{times:.2f}", met)],
        title="Targets", right=("wanted", "measured"),
    )  # fmt: skip
