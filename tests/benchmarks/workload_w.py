"""Time Samtale and two SimPy models of the same task, side by side: workload W.

Every run is a fresh process; rounds are interleaved and begin with another model each; only the
simulation is timed (CPU seconds of one core, not the imports, the configuration or the drawing of
the peers' people). It prints what it measured beside the targets, and fails nothing.

    python tests/benchmarks/workload_w.py [--sizes 5000 50000] [--rounds 5] [--csv FILE]

The daily tick takes more than a minute at 50,000 people: above 10,000 it runs in one round.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from statistics import mean, median, variance
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("samtale", "documented", "daily_tick")
MEASURES = {
    "duration_days": "mean duration (days)",
    "held": "meetings held a person",
    "waiting_days": "days waited a person",
}
SMALL_TICK = 10_000
IDLE_PEOPLE = 1_000
Run = dict[str, Any]


def memory_bytes(field: str) -> int:
    """The memory of this process from Linux (VmHWM the peak, VmRSS now), elsewhere its peak."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def prepare(model: str, people: int, number: int) -> tuple[Callable[[], Any], str]:
    """The simulation of one model, ready to be timed, and its policy on garbage collection."""
    from peers import common

    caseworkers = common.caseworkers(people)
    if model == "samtale":
        sys.path.insert(0, str(ROOT))
        import samtale_w

        study = samtale_w.build(people, caseworkers, seed=number + 1)
        import sim.model.replication

        policy = getattr(sim.model.replication, "GC_POLICY", "as `run` does")
        return lambda: samtale_w.simulate(study), policy
    crowd = common.generate(people, seed=1, replication=number)
    if model == "documented":
        from peers import simpy_documented

        run = simpy_documented.simulate
        return lambda: run(crowd, caseworkers), simpy_documented.GC_POLICY
    from peers import simpy_daily_tick

    tick = simpy_daily_tick.simulate
    return lambda: tick(crowd, caseworkers, seed=number), simpy_daily_tick.GC_POLICY


def child(model: str, people: int, number: int) -> None:
    """Run one model once and print what it took, as JSON."""
    simulate, policy = prepare(model, people, number)
    begun = time.process_time()
    spells = simulate()
    cpu_seconds = time.process_time() - begun
    peak, now = memory_bytes("VmHWM"), memory_bytes("VmRSS")
    if len(spells.held) != people:
        raise SystemExit(f"{model} simulated {len(spells.held)} people instead of {people}")
    means = {name: float(getattr(spells, name).mean()) for name in MEASURES}
    result = {"cpu_seconds": cpu_seconds, "peak_bytes": peak, "now_bytes": now, "gc": policy}
    print(json.dumps(result | means))


def measure(model: str, people: int, number: int) -> Run | str:
    """The result of one run in a fresh process, or the last line of its error."""
    command = [sys.executable, __file__, "--child", model, str(people), str(number)]
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment = os.environ | one_thread
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no message"])[-1]
    run: Run = json.loads(done.stdout.strip().splitlines()[-1])
    return {"model": model, "people": people, "round": number} | run


def collect(models: list[str], sizes: list[int], rounds: int) -> list[Run]:
    """All runs, interleaved; a model that does not run is named and left out."""
    runs: list[Run] = []
    idle: dict[str, int] = {}
    for model in models:
        first = measure(model, IDLE_PEOPLE, 0)
        if isinstance(first, str):
            print(f"{model} does not run and is left out: {first}", file=sys.stderr)
        else:
            idle[model] = first["now_bytes"]
    running = list(idle)
    for people in sizes:
        for number in range(rounds):
            turn = number % max(1, len(running))
            for model in running[turn:] + running[:turn]:
                if model == "daily_tick" and people > SMALL_TICK and number:
                    continue
                run = measure(model, people, number)
                if isinstance(run, str):
                    raise SystemExit(f"{model} at {people} people: {run}")
                run["bytes_per_spell"] = (run["peak_bytes"] - idle[model]) / people
                runs.append(run)
                seconds = run["cpu_seconds"]
                print(f"round {number + 1} {people:>7} {model:<11} {seconds:8.2f} s", flush=True)
    return runs


def values(runs: list[Run], model: str, people: int, key: str) -> dict[int, float]:
    """One measured quantity by round."""
    chosen = (run for run in runs if run["model"] == model and run["people"] == people)
    return {run["round"]: run[key] for run in chosen}


def spread(numbers: list[float], digits: int) -> str:
    """The median with the smallest and the largest."""
    low, high = min(numbers), max(numbers)
    return f"{median(numbers):.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def ratios(runs: list[Run], peer: str, people: int) -> list[float]:
    """CPU time of Samtale over that of a peer in the same round."""
    ours, theirs = (values(runs, name, people, "cpu_seconds") for name in ("samtale", peer))
    return [ours[number] / theirs[number] for number in ours if number in theirs]


def print_times(runs: list[Run], sizes: list[int]) -> None:
    """Processor time and memory of every model."""
    heads = ("model", "people", "CPU s, median (min-max)", "us/spell", "kB/spell", "Samtale / it")
    layout = "{:<11} {:>7}  {:<25} {:>10} {:>10}  {}"
    print("\n" + layout.format(*heads))
    for people in sizes:
        for model in MODELS:
            seconds = list(values(runs, model, people, "cpu_seconds").values())
            if not seconds:
                continue
            size = median(values(runs, model, people, "bytes_per_spell").values()) / 1000
            ours = ratios(runs, model, people) if model != "samtale" else []
            each = f"{median(seconds) / people * 1e6:.0f}"
            share = spread(ours, 3) if ours else ""
            cells = (model, people, spread(seconds, 2), each, f"{size:.2f}", share)
            print(layout.format(*cells))
    for model in MODELS:
        policy = next((run["gc"] for run in runs if run["model"] == model), None)
        if policy:
            print(f"garbage collection of {model}: {policy}")


def print_agreement(runs: list[Run], sizes: list[int]) -> None:
    """Do the models agree? Differences from the documented model, in Monte-Carlo errors."""
    from scipy.stats import t

    print("\nagreement (error: between the runs, pooled over the models; 99 % range)")
    for people in sizes:
        for key, meaning in MEASURES.items():
            all_of = {name: list(values(runs, name, people, key).values()) for name in MODELS}
            samples = {name: got for name, got in all_of.items() if got}
            freedom = sum(len(got) - 1 for got in samples.values())
            text = ", ".join(f"{name} {mean(got):.4g}" for name, got in samples.items())
            print(f"  {people:>7} {meaning:<24} {text}")
            if not freedom:
                print(f"{'':11}two rounds are needed to tell the error")
                continue
            squares = sum(variance(got) * (len(got) - 1) for got in samples.values() if got[1:])
            base = samples.get("documented", [])
            for name, got in samples.items():
                if name == "documented" or not base:
                    continue
                error = sqrt(squares / freedom * (1 / len(got) + 1 / len(base)))
                off, allowed = mean(got) - mean(base), float(t.ppf(0.995, freedom)) * error
                word = "agrees" if abs(off) <= allowed else "DIFFERS"
                print(f"{'':11}{name} - documented: {off:+.4f} of +-{allowed:.4f}: {word}")


def print_targets(runs: list[Run]) -> None:
    """What Samtale should need at most, and what it needed."""
    rows: list[tuple[str, float, list[float]]] = []
    for people in (5_000, 50_000):
        found = ratios(runs, "daily_tick", people)
        rows.append((f"CPU over the daily tick at {people}", 1 / 8, found))
    rows.append(("CPU over the documented at 5000", 1.0, ratios(runs, "documented", 5_000)))
    rows.append(("CPU over the documented at 50000", 0.5, ratios(runs, "documented", 50_000)))
    small, large = (values(runs, "samtale", n, "cpu_seconds") for n in (5_000, 50_000))
    growth = [large[number] / small[number] / 10 for number in large if number in small]
    rows.append(("CPU a spell at 50000 over 5000", 1.3, growth))
    memory = values(runs, "samtale", 50_000, "bytes_per_spell").values()
    rows.append(("kB a spell at 50000", 1.5, [size / 1000 for size in memory]))
    print("\ntargets of Samtale (median of the ratios within rounds)")
    for meaning, limit, found in rows:
        verdict = "met" if found and median(found) <= limit else "NOT MET"
        shown = f"{spread(found, 3)}: {verdict}" if found else "not run"
        print(f"  {meaning:<34} at most {limit:<6g} {shown}")


def main() -> None:
    """Read the options, run the rounds, print the tables."""
    parser = argparse.ArgumentParser(allow_abbrev=False, description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 50_000], help="people")
    parser.add_argument("--rounds", type=int, default=5, help="how often each model runs")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--csv", type=Path, help="write every run to this file")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child[0], int(options.child[1]), int(options.child[2]))
        return
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    runs = collect(options.models, options.sizes, options.rounds)
    if not runs:
        raise SystemExit("nothing ran")
    print_times(runs, options.sizes)
    print_agreement(runs, options.sizes)
    print_targets(runs)
    if options.csv:
        with options.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(runs[0]))
            writer.writeheader()
            writer.writerows(runs)


if __name__ == "__main__":
    main()
